"""Telling sites at once what concerns them: neither a revocation nor what was done with an alert of theirs waits for
the next exchange."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from veedor.desk.context import DeskPorts
from veedor.desk.grants.repository import parties_since, revisions
from veedor.desk.grants.tables import CounterRow
from veedor.desk.outward.outward import agencies_of_acts, newest
from veedor.desk.outward.tables import OutwardRow
from veedor.hub.joining.service import sites
from veedor.hub.link import HubLink

_LOOK_S = 5.0  # what another process changes is noticed after so long
_EACH_SITE_S, _LONGEST_S = 0.1, 5.0  # between two tellings of agencies, which go to all sites: many may join in a row
_GATHER_S = 0.1  # acts upon many alerts are many commits: it looks ten times a second at most


def _places(session: Session) -> dict[str, int]:
    return {**revisions(session), "acts": newest(session)}


def _whom_to_tell(session: Session, known: dict[str, int], now: dict[str, int]) -> list[str]:
    """Sites that a change concerns: not all of seventy, each time that two agencies agree on something."""
    if now == known:
        return []
    there = [row for row in sites(session) if row.revoked_at is None]
    if now["agencies"] != known["agencies"]:
        return [row.id for row in there]
    concerned = parties_since(session, known["grants"]) | agencies_of_acts(session, known["acts"])
    return [row.id for row in there if row.agency_id in concerned]


def tell_sites(ports: DeskPorts, link: HubLink) -> Callable[[], None]:
    """Poke, after each commit that changed grants, the sites of their parties; after an act upon an agency's alerts,
    incidents or evidence, its sites; where agencies changed, every site, the more of them the more seldom. Returns how
    to stop that."""
    wake, stop = threading.Event(), threading.Event()

    def run() -> None:
        clock = ports.clock
        due_s, wait_s = clock.monotonic(), _LOOK_S
        with ports.database.reading() as session:
            known = _places(session)
        while not stop.is_set():
            clock.wait(wake, wait_s)
            clock.wait(stop, _GATHER_S)
            wake.clear()
            wait_s = _LOOK_S
            with ports.database.reading() as session:
                now = _places(session)
                is_of_all = now["agencies"] != known["agencies"]
                if is_of_all and clock.monotonic() < due_s:
                    now["agencies"], is_of_all = known["agencies"], False  # seen again when it is due
                    wait_s = max(0.0, due_s - clock.monotonic())
                told = _whom_to_tell(session, known, now)
            known = now
            if is_of_all:
                due_s = clock.monotonic() + min(_LONGEST_S, _EACH_SITE_S * len(told))
            if told:
                link.poke(told)

    forget = ports.database.on_commit(wake.set, CounterRow, OutwardRow)
    thread = threading.Thread(target=run, name="hub-poke", daemon=True)
    thread.start()

    def finish() -> None:
        forget()
        stop.set()
        wake.set()
        thread.join(10.0)

    return finish
