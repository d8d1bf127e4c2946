"""The machine's clock, with a wall clock that can be set."""

from __future__ import annotations

from datetime import datetime, timedelta

from veedor.kit.clock import SystemClock


class SteppableClock(SystemClock):
    def __init__(self) -> None:
        self._shift = timedelta()

    def step(self, seconds: float) -> None:
        self._shift += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._shift
