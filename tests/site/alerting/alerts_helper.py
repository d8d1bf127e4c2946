"""Events for the tests of alerting."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from veedor.kit.errors import Unavailable
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity, TrackOverlay

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def event(name: str, camera: str = "c1", severity: Severity = Severity.HIGH, at_s: float = 0.0) -> Event:
    at = NOW + timedelta(seconds=at_s)
    return Event(
        id=name,
        camera_id=camera,
        rule="Mal estacionado",
        kind="stopped_vehicle",
        severity=severity,
        started_at=at - timedelta(seconds=240),
        completed_at=at,
        ended_at=None,
        explanation=Message(
            "rules-stopped-vehicle",
            {"class": "car", "unit": "min", "amount": "4", "rest": "0", "has_place": "yes", "place": "Paradero Ñaña"},
        ),
        track_ids=(3,),
        zone="Paradero Ñaña",
        start_s=1.5,
        start_frame=7,
        overlays=(TrackOverlay(3, "car", (0.3, 0.4, 0.5, 0.8), ((0.1, 0.5), (0.2, 0.6), (0.4, 0.8))),),
        zone_norm=((0.2, 0.3), (0.8, 0.3), (0.9, 0.9), (0.2, 0.9)),
    )


class Desk:
    """A desk in memory: idempotent by event id, as the port asks. It can be closed for a while."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.snapshots: dict[str, bytes | None] = {}
        self.explanations: dict[str, Message] = {}
        self.calls = 0
        self.closed = threading.Event()
        self.refuses: set[str] = set()

    def raise_alert(self, event: Event, snapshot_jpeg: bytes | None) -> None:
        self._take("raise", event)
        self.snapshots[event.id] = snapshot_jpeg
        self.explanations[event.id] = event.explanation

    def end_event(self, event: Event) -> None:
        assert event.ended_at is not None
        self._take("end", event)

    def _take(self, what: str, event: Event) -> None:
        self.calls += 1
        if self.closed.is_set():
            raise Unavailable(name="desk", problem="closed")
        if event.id in self.refuses:
            raise TypeError("this desk does not understand")
        if (what, event.id) not in self.told:
            self.told.append((what, event.id))
