"""Tracks for tests of searches, put into a real archive the way that the analysis does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from veedor.model.track_query import VehicleColour
from veedor.site.archive.archive import TrackArchive

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def passes(
    archive: TrackArchive,
    track_id: int,
    way: tuple[tuple[float, float], tuple[float, float]],
    *,
    at_s: float = 0.0,
    seconds: float = 10.0,
    kind: ObjectClass = ObjectClass.PERSON,
    camera: str = "c1",
    colour: int = 0,
) -> None:
    """Feet go from one place to another, straight, in a picture of 640x360; then nothing for long."""
    (x0, y0), (x1, y1) = way
    for number in range(round(seconds * 5) + 1):
        share = number / (seconds * 5)
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        box = np.asarray([[(x - 0.02) * 640, (y - 0.1) * 360, (x + 0.02) * 640, y * 360]], np.float32)
        tracks = Tracks(
            np.asarray([track_id], np.int64),
            box,
            np.ones(1, np.float32),
            np.asarray([kind], np.int32),
            np.ones(1, bool),
        )
        _seen(archive, camera, at_s + number / 5, tracks, {track_id: VehicleColour(colour)} if colour else {})
    _seen(archive, camera, at_s + seconds + 25, Tracks.empty(), {})
    archive.flush()


def _seen(archive: TrackArchive, camera: str, t: float, tracks: Tracks, colours: dict[int, VehicleColour]) -> None:
    at = NOON + timedelta(seconds=t)
    archive.append(camera, Observation(camera, t, at, round(t * 5), 640, 360, tracks, colours=colours))
