"""Archived tracks as plain JSON and back: class, path and times; a track has no appearance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from veedor.model.detection import ObjectClass, class_named
from veedor.model.track import ArchivedTrack


def track_to_json(track: ArchivedTrack) -> dict[str, Any]:
    """Path points as lists of [seconds, x1, y1, x2, y2], rounded to what the archive keeps."""
    return {
        "camera_id": track.camera_id,
        "track_id": int(track.track_id),
        "class": track.object_class.label,
        "started_at": track.started_at.isoformat(),
        "ended_at": track.ended_at.isoformat(),
        "path": np.round(track.path.astype(np.float64), 4).tolist(),
    }


def track_from_json(data: dict[str, Any]) -> ArchivedTrack:
    """The inverse. A class that only a newer site knows is `unknown`."""
    return ArchivedTrack(
        camera_id=str(data["camera_id"]),
        track_id=int(data["track_id"]),
        object_class=class_named(str(data["class"])) or ObjectClass.UNKNOWN,
        started_at=datetime.fromisoformat(data["started_at"]),
        ended_at=datetime.fromisoformat(data["ended_at"]),
        path=np.asarray(data["path"], np.float32).reshape(-1, 5),
    )
