"""Tracks of a file as observations, so that rules run over them as they do live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import Tracks

EMPTY_S = 60.0  # after so long without a track every rule has come to rest: more empty frames change nothing


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
