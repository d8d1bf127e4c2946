"""Clocks. Nothing outside this file asks the machine for the time, so that tests can run on simulated time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a worker may know about time."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC. May step in either direction: never measure a duration with it."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait until `event` is set or `timeout_s` of this clock have passed; return whether it is set."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        return event.wait(timeout_s)


class SimulatedClock:
    """A clock that moves only when told. `step_wall` models an operator or NTP setting the wall clock."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._wall = start
        self._monotonic = 0.0
        self._lock = threading.Condition()

    def now(self) -> datetime:
        with self._lock:
            return self._wall

    def monotonic(self) -> float:
        with self._lock:
            return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        with self._lock:
            self._wall += timedelta(seconds=seconds)
            self._monotonic += seconds
            self._lock.notify_all()

    def step_wall(self, seconds: float) -> None:
        """Move only the wall clock, forward or back."""
        with self._lock:
            self._wall += timedelta(seconds=seconds)

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        with self._lock:
            deadline = self._monotonic + timeout_s
            while not event.is_set() and self._monotonic < deadline:
                self._lock.wait(0.02)
        return event.is_set()
