"""Events as plain JSON values and back, between site and desk and in their databases. Times: ISO 8601 with offset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from veedor.kit.messages import Message, Param
from veedor.model.event import Event, Severity, TrackOverlay


def event_to_json(event: Event) -> dict[str, Any]:
    """Every field; the explanation as key and parameters, so that each reader gets it in their language."""
    return {
        "id": event.id,
        "camera_id": event.camera_id,
        "rule": event.rule,
        "kind": event.kind,
        "severity": event.severity.value,
        "started_at": event.started_at.isoformat(),
        "completed_at": event.completed_at.isoformat(),
        "ended_at": event.ended_at.isoformat() if event.ended_at else None,
        "explanation": {
            "key": event.explanation.key,
            "params": {name: _param(value) for name, value in event.explanation.params.items()},
        },
        "track_ids": [int(track) for track in event.track_ids],
        "zone": event.zone,
        "start_s": float(event.start_s),
        "end_s": None if event.end_s is None else float(event.end_s),
        "start_frame": int(event.start_frame),
        "end_frame": None if event.end_frame is None else int(event.end_frame),
        "overlays": [
            {
                "track_id": int(overlay.track_id),
                "label": overlay.label,
                "box_norm": [float(value) for value in overlay.box_norm],
                "path_norm": [[float(x), float(y)] for x, y in overlay.path_norm],
            }
            for overlay in event.overlays
        ],
        "zone_norm": [[float(x), float(y)] for x, y in event.zone_norm],
    }


def _param(value: Param) -> Any:
    """A parameter that JSON can hold. Arithmetic leaves NumPy scalars behind, and JSON knows no infinity."""
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, str | int):
        return value
    number = float(value)
    return number if math.isfinite(number) else str(number)


def event_from_json(value: Mapping[str, Any]) -> Event:
    """The inverse of `event_to_json`. A severity of a newer site is the highest; drawings may be missing."""
    explanation = value["explanation"]
    params = {
        name: datetime.fromisoformat(param["time"]) if isinstance(param, dict) else param
        for name, param in explanation["params"].items()
    }
    return Event(
        id=value["id"],
        camera_id=value["camera_id"],
        rule=value["rule"],
        kind=value["kind"],
        severity=Severity(value["severity"]) if value["severity"] in set(Severity) else Severity.CRITICAL,
        started_at=datetime.fromisoformat(value["started_at"]),
        completed_at=datetime.fromisoformat(value["completed_at"]),
        ended_at=datetime.fromisoformat(value["ended_at"]) if value["ended_at"] else None,
        explanation=Message(explanation["key"], params),
        track_ids=tuple(value["track_ids"]),
        zone=value.get("zone"),
        start_s=value["start_s"],
        end_s=value["end_s"],
        start_frame=value["start_frame"],
        end_frame=value["end_frame"],
        overlays=tuple(
            TrackOverlay(
                overlay["track_id"],
                overlay["label"],
                (overlay["box_norm"][0], overlay["box_norm"][1], overlay["box_norm"][2], overlay["box_norm"][3]),
                tuple((x, y) for x, y in overlay["path_norm"]),
            )
            for overlay in value.get("overlays") or ()
        ),
        zone_norm=tuple((x, y) for x, y in value.get("zone_norm") or ()),
    )
