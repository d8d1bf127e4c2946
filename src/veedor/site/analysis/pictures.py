"""Snapshots: the worker keeps the last analysed frames of each camera, since an event is known a little later."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from veedor.model.camera import Camera
from veedor.model.detection import own_class
from veedor.model.event import Event, TrackOverlay
from veedor.model.frame import Frame
from veedor.site.alerting.snapshot import FlowArrow, draw_snapshot
from veedor.wire.messages import event_from_json, event_to_json

_SAME = timedelta(milliseconds=1)  # moments cross between processes as seconds in a float
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

    def at(self, index: int, captured_at: datetime) -> Frame | None:
        """The frame of that index and time; None where it has left, or where another session counts anew."""
        with self._lock:
            frame = self._frames.get(index)
        return frame if frame is not None and abs(frame.captured_at - captured_at) < _SAME else None


def draw_request(
    camera: Camera, event: Event, frame: int, time_zone: str, lang: str, flow: Sequence[FlowArrow] = ()
) -> dict[str, Any]:
    """What a worker needs to draw the snapshot of `event`, in plain JSON values. A worker does not know what the agency
    calls its own classes: it is told the text."""
    overlays = tuple(_labelled(one, lang) for one in event.overlays)
    return {
        "camera": camera.id,
        "name": camera.name,
        "frame": frame,
        "time_zone": time_zone,
        "lang": lang,
        "event": event_to_json(replace(event, overlays=overlays)),
        "flow": [list(arrow) for arrow in flow],
    }


def _labelled(overlay: TrackOverlay, lang: str) -> TrackOverlay:
    own = own_class(overlay.label)
    return replace(overlay, label=own.label(lang).capitalize()) if own is not None else overlay


def draw_for_event(frame: Frame, request: dict[str, Any]) -> bytes:
    """JPEG of `frame` for a request of `draw_request`."""
    return draw_snapshot(
        frame,
        event_from_json(request["event"]),
        camera_name=request["name"],
        time_zone=request["time_zone"],
        lang=request["lang"],
        flow=tuple((float(x), float(y), int(way), float(weight)) for x, y, way, weight in request.get("flow", ())),
    )
