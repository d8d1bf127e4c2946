"""What is written into the sites of a stand while it is broken, and the look at the hub that must see it in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import psycopg

from veedor.kit.clock import SystemClock
from veedor.kit.errors import StoreFull, VeedorError
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.site.alerting.outbox import Outbox, OutboxConfig

CLOCK = SystemClock()


class Load:
    """Writes events into a site's outbox, until it is stopped. `written`: how many of each camera are durable.
    `refused`: attempts that failed; `full`: those of them that failed because the disk was full."""

    def __init__(self, folder: Path, agency_id: str, cameras: Sequence[str], alert_every: int) -> None:
        self._path = folder / "events.db"
        self._agency_id = agency_id
        self._cameras = list(cameras)
        self._alert_every = alert_every
        self.written = dict.fromkeys(self._cameras, 0)
        self.ids: dict[str, list[str]] = {one: [] for one in self._cameras}
        self.alerts: set[str] = set()
        self.refused = 0
        self.full = 0
        self.per_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, per_s: float) -> None:
        self.per_s = per_s
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="load", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60.0)

    def acknowledged(self) -> set[str]:
        """Ids of the events that the site has said to have."""
        counts = dict(self.written)
        return {one for camera, count in counts.items() for one in self.ids[camera][:count]}

    def total(self) -> int:
        return sum(self.written.values())

    def add(self, count: int) -> None:
        """So many events now, in this thread."""
        outbox = self._open()
        for number in range(count):
            self._write(outbox, self._cameras[number % len(self._cameras)])

    def _open(self) -> Outbox:
        return Outbox(self._path, CLOCK, OutboxConfig(federated=True))

    def _run(self) -> None:
        outbox: Outbox | None = None
        number = 0
        due_s = time.monotonic()
        while not self._stop.is_set():
            camera = self._cameras[number % len(self._cameras)]
            try:
                outbox = outbox or self._open()
                self._write(outbox, camera)
                number += 1
            except VeedorError as problem:  # locked or full: the same one again, as the site's pipeline does
                self.refused += 1
                self.full += isinstance(problem, StoreFull)
                self._stop.wait(0.2)
                due_s = time.monotonic()
            due_s += 1.0 / self.per_s
            self._stop.wait(max(0.0, due_s - time.monotonic()))

    def _write(self, outbox: Outbox, camera: str) -> None:
        """The id is kept for the next try, so that one that was written and not acknowledged is not written twice."""
        number = self.written[camera]
        ids = self.ids[camera]
        if len(ids) == number:
            ids.append(new_id(CLOCK.now()))
        at = CLOCK.now()
        event = Event(
            id=ids[number],
            camera_id=camera,
            rule="soak",
            kind="tripwire",
            severity=Severity.LOW,
            started_at=at,
            completed_at=at,
            ended_at=at + timedelta(milliseconds=1),
            explanation=Message("event-tripwire", {}),
            start_frame=number,
        )
        alert = event if number % self._alert_every == 0 else None
        outbox.record(event, alert=alert)
        if alert is not None:
            self.alerts.add(event.id)
        self.written[camera] = number + 1


class OrderWatch:
    """Looks at the hub again and again: at every moment it must have the first so many events of each camera.

    `look`: for each camera how many are there, and the highest number among them. It may raise psycopg.Error.
    """

    def __init__(self, look: Callable[[], Mapping[str, tuple[int, int]]]) -> None:
        self._look = look
        self._stop = threading.Event()
        self.looks = 0
        self.disorders: list[str] = []
        self._thread = threading.Thread(target=self._run, name="order", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20.0)

    def _run(self) -> None:
        while not self._stop.wait(0.25):
            try:
                found = self._look()
            except psycopg.Error:
                continue
            self.looks += 1
            self.disorders += [
                f"{one}: {count} of {highest + 1}" for one, (count, highest) in found.items() if count != highest + 1
            ]
