"""Work of a desk that is done again and again, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError

log = logging.getLogger(__name__)


class Rounds(ABC):
    """`round` works and raises; `run` goes on: what is not done for a locked database or a full disk is done in a later
    round."""

    def __init__(self, name: str, clock: Clock, every_s: float) -> None:
        self._name = name
        self._clock = clock
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def round(self) -> None:
        """One round. Where it is long, it looks at `_stop` in between."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name=f"desk-{self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return when what is in hand is done."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        while not self._clock.wait(self._stop, self._every_s):
            try:
                self.round()
            except VeedorError as problem:
                log.warning("%s: %s", self._name, problem)
            except Exception:  # a fault in one round must not end the others
                log.exception("%s: fault", self._name)
