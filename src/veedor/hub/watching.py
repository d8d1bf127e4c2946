"""Telling sites at once that a grant changed: a revocation must not wait for the next exchange."""

from __future__ import annotations

import threading
from collections.abc import Callable

from veedor.desk.context import DeskPorts
from veedor.desk.grants.tables import revision_of
from veedor.hub.joining.service import sites
from veedor.hub.link import HubLink

_GATHER_S = 0.1  # a busy hub commits hundreds of times a second: it looks ten times at most


def tell_sites(ports: DeskPorts, link: HubLink) -> Callable[[], None]:
    """Poke every site after each commit that changed grants or agencies. Returns how to stop that."""
    wake, stop = threading.Event(), threading.Event()

    def revisions() -> tuple[int, int]:
        with ports.database.reading() as session:
            return revision_of(session, "grants"), revision_of(session, "agencies")

    def run() -> None:
        known = revisions()
        while not stop.is_set():
            ports.clock.wait(wake, 5.0)
            ports.clock.wait(stop, _GATHER_S)
            wake.clear()
            now = revisions()
            if now != known:
                known = now
                with ports.database.reading() as session:
                    link.poke([row.id for row in sites(session) if row.revoked_at is None])

    forget = ports.database.on_commit(wake.set)
    thread = threading.Thread(target=run, name="hub-poke", daemon=True)
    thread.start()

    def finish() -> None:
        forget()
        stop.set()
        wake.set()
        thread.join(10.0)

    return finish
