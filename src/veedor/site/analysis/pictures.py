"""Snapshots: the worker keeps the last analysed frames of each camera, since an event is known a little later."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from veedor.kit.messages import Message
from veedor.model.camera import Camera
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.model.frame import Frame
from veedor.site.alerting.snapshot import draw_snapshot

RING_OCTETS = 6 << 20  # per camera: 17 frames of 640x360, or 2 of 1080p


class FrameRing:
    """The newest frames of one camera, bounded in octets. Thread-safe."""

    def __init__(self, octets: int = RING_OCTETS) -> None:
        self._limit = octets
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._octets = 0
        self._lock = threading.Lock()

    def add(self, frame: Frame) -> None:
        with self._lock:
            old = self._frames.pop(frame.index, None)
            self._octets += frame.i420.nbytes - (old.i420.nbytes if old else 0)
            self._frames[frame.index] = frame
            while self._octets > self._limit and len(self._frames) > 2:
                _index, dropped = self._frames.popitem(last=False)
                self._octets -= dropped.i420.nbytes

    def get(self, index: int) -> Frame | None:
        """The frame of that index; if it has left, the newest one; None where there is none."""
        with self._lock:
            if index in self._frames:
                return self._frames[index]
            return next(reversed(self._frames.values()), None)


def draw_request(camera: Camera, event: Event, frame: int, time_zone: str, lang: str) -> dict[str, Any]:
    """What a worker needs to draw the snapshot of `event`, in plain JSON values."""
    return {
        "camera": camera.id,
        "name": camera.name,
        "frame": frame,
        "time_zone": time_zone,
        "lang": lang,
        "event": {
            "id": event.id,
            "rule": event.rule,
            "kind": event.kind,
            "severity": event.severity.value,
            "at": event.completed_at.timestamp(),
            "explanation": event.explanation.to_json(),
            "zone": event.zone,
            "zone_norm": event.zone_norm,
            "overlays": [asdict(overlay) for overlay in event.overlays],
        },
    }


def draw_for_event(frame: Frame, request: dict[str, Any]) -> bytes:
    """JPEG of `frame` for a request of `draw_request`."""
    told = request["event"]
    at = datetime.fromtimestamp(told["at"], UTC)
    event = Event(
        id=told["id"],
        camera_id=request["camera"],
        rule=told["rule"],
        kind=told["kind"],
        severity=Severity(told["severity"]),
        started_at=at,
        completed_at=at,
        ended_at=None,
        explanation=Message.from_json(told["explanation"]),
        zone=told["zone"],
        zone_norm=tuple((float(x), float(y)) for x, y in told["zone_norm"]),
        overlays=tuple(
            TrackOverlay(
                overlay["track_id"],
                overlay["label"],
                tuple(overlay["box_norm"]),
                tuple((float(x), float(y)) for x, y in overlay["path_norm"]),
            )
            for overlay in told["overlays"]
        ),
    )
    return draw_snapshot(
        frame, event, camera_name=request["name"], time_zone=request["time_zone"], lang=request["lang"]
    )
