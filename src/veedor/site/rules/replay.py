"""Stored tracks as observations, so that rules run over them as they do live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import ArchivedTrack, Tracks

EMPTY_S = 60.0  # after so long without a track every rule has come to rest: more empty frames change nothing
SEEN_WITHIN_S = 2.5  # the archive keeps a point at least each 2 s of what it sees: a longer step is an absence


def from_frames(
    frames: Mapping[int, Tracks], size: tuple[int, int], fps: float, start: datetime, camera_id: str = "file"
) -> Iterator[Observation]:
    """One observation per frame, from 1 to the last; long empty stretches are shortened.

    `frames`: the tracks of each frame that has any, in pixels of `size` (width, height). Frame f is `(f - 1) / fps`
    seconds after `start`.
    """
    nothing = Tracks.empty()
    for frame in _frames(sorted(frames), int(EMPTY_S * fps) + 1):
        at_s = (frame - 1) / fps
        tracks = frames.get(frame, nothing)
        yield Observation(camera_id, at_s, start + timedelta(seconds=at_s), frame, *size, tracks)


def without_classes(frames: Mapping[int, Tracks]) -> dict[int, Tracks]:
    """The same tracks, their classes unknown."""
    return {
        frame: replace(tracks, class_id=np.full(len(tracks), ObjectClass.UNKNOWN, np.int32))
        for frame, tracks in frames.items()
    }


def says_classes(frames: Mapping[int, Tracks]) -> bool:
    """Whether the classes tell tracks apart. Files without classes often hold the same number in all lines."""
    return len({int(one) for tracks in frames.values() for one in np.unique(tracks.class_id)}) > 1


def _frames(filled: Sequence[int], most_empty: int) -> Iterator[int]:
    """1, 2, 3 ... to the last of `filled`, without what is more than `most_empty` frames into an empty stretch."""
    last = 0
    for frame in filled:
        yield from range(last + 1, min(frame, last + 1 + most_empty))
        yield frame
        last = frame


def from_archive(
    tracks: Sequence[ArchivedTrack], camera_id: str, start: datetime, end: datetime, *, fps: float = 5.0
) -> Iterator[Observation]:
    """Observations of [start, end) at `fps`, the tracks' boxes interpolated along their stored paths.

    Boxes are in ten-thousandths of the picture; the archive does not know its shape, so distances that rules take in
    picture heights are those of a 16:9 picture.
    """
    size = (17_778, 10_000)
    scale = np.asarray((size[0], size[1], size[0], size[1]), np.float64)
    waiting = sorted(tracks, key=lambda one: one.started_at)
    active: list[ArchivedTrack] = []
    following = 0
    for frame in range(1, int((end - start).total_seconds() * fps) + 1):
        at_s = (frame - 1) / fps
        now = start + timedelta(seconds=at_s)
        while following < len(waiting) and waiting[following].started_at <= now:
            active.append(waiting[following])
            following += 1
        active = [one for one in active if one.ended_at >= now]
        found = [(one, box) for one in active if (box := _box_at(one, now)) is not None]
        count = len(found)
        boxes = np.asarray([box for _, box in found], np.float64).reshape(-1, 4) * scale
        yield Observation(
            camera_id,
            at_s,
            now,
            frame,
            *size,
            Tracks(
                np.asarray([one.track_id for one, _ in found], np.int64),
                boxes.astype(np.float32),
                np.ones(count, np.float32),
                np.asarray([one.object_class for one, _ in found], np.int32),
                np.ones(count, np.bool_),
            ),
        )


def _box_at(track: ArchivedTrack, at: datetime) -> NDArray[np.float64] | None:
    """The track's box (4,) at a time, 0..1; None where it was not seen."""
    offset_s = (at - track.started_at).total_seconds()
    times = track.path[:, 0]
    after = int(np.searchsorted(times, offset_s))
    if after == 0 or after == len(times):
        nearest = min(after, len(times) - 1)
        near = abs(float(times[nearest]) - offset_s) < 1e-3
        return track.path[nearest, 1:].astype(np.float64) if near else None
    step_s = float(times[after] - times[after - 1])
    if step_s > SEEN_WITHIN_S:
        return None
    share = (offset_s - float(times[after - 1])) / step_s if step_s > 0 else 0.0
    low, high = track.path[after - 1, 1:].astype(np.float64), track.path[after, 1:].astype(np.float64)
    return np.asarray(low + share * (high - low))
