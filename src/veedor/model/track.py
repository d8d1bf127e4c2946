"""Tracks: one object on one camera. A track stores class, path and times; never appearance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import ObjectClass


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """The tracks that are present in one frame, as columns.

    `track_id`: (n,) int64, unique per camera and tracker life, never reused; `xyxy`: (n, 4) float32 pixels;
    `confidence`: (n,) float32, of the last detection; `class_id`: (n,) int32, the track's majority ObjectClass;
    `observed`: (n,) bool, False where the box is a prediction and no detection supports it in this frame.
    """

    track_id: NDArray[np.int64]
    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]
    observed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.track_id)

    @staticmethod
    def empty() -> Tracks:
        return Tracks(
            np.zeros(0, np.int64),
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int32),
            np.zeros(0, np.bool_),
        )

    def where(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> Tracks:
        """The rows that `mask` picks."""
        return Tracks(
            self.track_id[mask], self.xyxy[mask], self.confidence[mask], self.class_id[mask], self.observed[mask]
        )


@dataclass(frozen=True, slots=True, eq=False)
class ArchivedTrack:
    """A finished (or cut) track with its path.

    `path`: (k, 5) float32, columns: seconds after `started_at`, then the box x1, y1, x2, y2 in 0..1 of the picture.
    """

    camera_id: str
    track_id: int
    object_class: ObjectClass
    started_at: datetime
    ended_at: datetime
    path: NDArray[np.float32]
