"""Working copies are dear: one viewer at a time, who keeps the turn for as long as they go on looking."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from veedor.desk.playback.errors import CopyBusy
from veedor.kit.clock import Clock

_KEEPS_S = 12.0  # after its last piece: longer than a piece lasts, so that nobody cuts in while one is watched


class CopyGate:
    """Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._work = threading.Lock()
        self._holder: tuple[str, str] | None = None
        self._name = ""
        self._until_s = 0.0

    @contextmanager
    def turn(self, session_id: str, camera_id: str, name: str) -> Iterator[None]:
        """Hold the turn. Raises CopyBusy where somebody else, or another camera, has it."""
        holder = (session_id, camera_id)
        with self._guard:
            if self._holder not in (None, holder) and self._clock.monotonic() < self._until_s:
                raise CopyBusy(name=self._name)
            self._holder, self._name, self._until_s = holder, name, float("inf")
        try:
            with self._work:  # a seek asks for another piece while the one before is still being made
                yield
        finally:
            with self._guard:
                if self._holder == holder:
                    self._until_s = self._clock.monotonic() + _KEEPS_S
