"""Running until somebody says stop: SIGTERM (a service manager) or SIGINT (Ctrl+C)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from veedor.compose.config import SiteFile
from veedor.compose.single import running
from veedor.kit.clock import SystemClock

Started = Callable[[str, str, str | None], None]


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set. Call it from the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


@contextmanager
def interruptible() -> Iterator[None]:
    """While something is prepared: SIGTERM interrupts it as Ctrl+C does, and what was opened is closed again."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_until_stopped(config: SiteFile, started: Started) -> None:
    """Serve the site of `config`. `started` is told the address and, the first time, the login."""
    stop = stop_on_signals()
    with running(config, SystemClock()) as service:
        started(service.url, service.administrator, service.first_password)
        while not stop.wait(0.5):
            pass
