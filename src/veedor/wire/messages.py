"""What crosses a site's boundary, as plain JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from veedor.kit.messages import Message
from veedor.model.event import Event, Severity, TrackOverlay


def event_to_json(event: Event) -> dict[str, Any]:
    """`event` as JSON values; times are ISO 8601 with their offset, to the microsecond."""
    return {
        "id": event.id,
        "camera_id": event.camera_id,
        "rule": event.rule,
        "kind": event.kind,
        "severity": event.severity.value,
        "started_at": event.started_at.isoformat(),
        "completed_at": event.completed_at.isoformat(),
        "ended_at": event.ended_at.isoformat() if event.ended_at else None,
        "explanation": event.explanation.to_json(),
        "track_ids": list(event.track_ids),
        "zone": event.zone,
        "start_s": event.start_s,
        "end_s": event.end_s,
        "start_frame": event.start_frame,
        "end_frame": event.end_frame,
        "overlays": [
            {"track_id": one.track_id, "label": one.label, "box_norm": one.box_norm, "path_norm": one.path_norm}
            for one in event.overlays
        ],
        "zone_norm": event.zone_norm,
    }


def event_from_json(value: Mapping[str, Any]) -> Event:
    """The event that `event_to_json` wrote. Raises KeyError or ValueError where it is none."""
    ended_at = value["ended_at"]
    return Event(
        id=str(value["id"]),
        camera_id=str(value["camera_id"]),
        rule=str(value["rule"]),
        kind=str(value["kind"]),
        severity=Severity(value["severity"]),
        started_at=datetime.fromisoformat(value["started_at"]),
        completed_at=datetime.fromisoformat(value["completed_at"]),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        explanation=Message.from_json(value["explanation"]),
        track_ids=tuple(int(one) for one in value["track_ids"]),
        zone=value["zone"],
        start_s=float(value["start_s"]),
        end_s=None if value["end_s"] is None else float(value["end_s"]),
        start_frame=int(value["start_frame"]),
        end_frame=None if value["end_frame"] is None else int(value["end_frame"]),
        overlays=tuple(
            TrackOverlay(int(one["track_id"]), str(one["label"]), _four(one["box_norm"]), _points(one["path_norm"]))
            for one in value["overlays"]
        ),
        zone_norm=_points(value["zone_norm"]),
    )


def _four(values: Any) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(one) for one in values)
    return x1, y1, x2, y2


def _points(values: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in values)
