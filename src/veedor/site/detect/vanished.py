"""Where tracks ended in the middle of the picture, and when to look there again.

Who falls changes the picture while it happens and not afterwards: the gate is silent, and without this the place would
be looked at with the next whole frame only. It is looked at at growing intervals, and closer: a network finds who
lies at about twice the size at which it finds who stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.track import Tracks

Box = NDArray[np.float32]  # (4,) x1, y1, x2, y2, pixels


@dataclass(frozen=True, slots=True)
class VanishedConfig:
    after_s: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0)  # after it was last seen
    most_places: int = 8  # of one camera; the oldest go
    taken_share: float = 0.1  # of the box: where another track is, it is hidden, and that place is looked at anyway
    pad: float = 0.6  # around the box, share of its larger side: who falls lies beside where they stood
    least_life_s: float = 1.0  # of a track: what flickers is not worth it
    heir_reach: float = 1.0  # of the larger side: who is found so near under a new number is the same
    border: float = 0.01  # of the picture's larger side: what ended so near to its edge has left
    least_confidence: float = 0.3  # of a detection that makes another look at once worth while
    object_px: tuple[float, ...] = (100.0, 125.0)  # larger side on the canvas; by turns, so that looks differ
    max_scale: float = 1.6


@dataclass(frozen=True, slots=True)
class Sight:
    """Where and when a track was last observed, and since when it was known."""

    xyxy: Box
    at_s: float
    since_s: float


@dataclass(slots=True)
class _Place:
    sight: Sight
    looks: int = 0  # of `after_s`, those that are over
    again: bool = False  # the last look, a planned one, found something


class Vanished:
    """The places of one camera. Memory: at most `most_places`, each for the last of `after_s`."""

    def __init__(self, config: VanishedConfig = VanishedConfig()) -> None:
        self._config = config
        self._places: dict[int, _Place] = {}
        self._planned: list[_Place] = []  # of the newest look
        self._shown = np.zeros((0, 4), np.float32)  # what the newest look showed closely
        self._turn = 0

    def __len__(self) -> int:
        return len(self._places)

    def reset(self) -> None:
        self._places.clear()
        self._planned = []
        self._shown = np.zeros((0, 4), np.float32)

    def update(self, before: Mapping[int, Sight], tracks: Tracks, size: tuple[int, int]) -> dict[int, float]:
        """Take in the newest `tracks`, and where each of those `before` was last observed. `size`: of the picture.

        Returns the tracks that began where others had vanished, as the same thing found again, and since when those
        were known.
        """
        present = set(tracks.track_id[tracks.observed].tolist())
        for track_id in present & self._places.keys():
            del self._places[track_id]
        margin = self._config.border * max(size)
        for track_id, sight in before.items():
            lived_s = sight.at_s - sight.since_s
            if track_id in present or track_id in self._places or lived_s < self._config.least_life_s - 1e-6:
                continue
            x1, y1, x2, y2 = sight.xyxy.tolist()
            if min(x1, y1, size[0] - x2, size[1] - y2) > margin:
                self._places[track_id] = _Place(sight)
        while len(self._places) > self._config.most_places:
            del self._places[next(iter(self._places))]
        return self._heirs(before, tracks)

    def _heirs(self, before: Mapping[int, Sight], tracks: Tracks) -> dict[int, float]:
        if not self._places:
            return {}
        heirs = {}
        for row, track_id in enumerate(tracks.track_id.tolist()):
            if track_id in before or not tracks.observed[row]:
                continue
            x, y = (tracks.xyxy[row, :2] + tracks.xyxy[row, 2:]) / 2
            for lost_id, place in list(self._places.items()):
                x1, y1, x2, y2 = place.sight.xyxy.tolist()
                reach = self._config.heir_reach * max(x2 - x1, y2 - y1)
                if max(abs(x - (x1 + x2) / 2), abs(y - (y1 + y2) / 2)) <= reach:
                    heirs[track_id] = place.sight.since_s
                    del self._places[lost_id]
                    break
        return heirs

    def found(self, box: Box) -> bool:
        """Whether `box` has its centre in what the newest look showed closely."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        low, high = self._shown[:, :2] <= (x, y), self._shown[:, 2:] >= (x, y)
        return bool((low & high).all(axis=1).any())

    def due(
        self, tracks: Tracks, at_s: float, is_quiet: Callable[[Box], bool]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The places to look at now: boxes (k, 4) with their surroundings, and the scale (k,) of each.

        Where the picture changes, a look waits until it is quiet: change is looked at anyway.

        Where another track is, a planned look is left out.
        """
        config = self._config
        self._planned, boxes, scales = [], [], []
        for track_id, place in list(self._places.items()):
            planned = place.looks
            around = self._around(place.sight.xyxy)
            if not is_quiet(around):
                continue
            while place.looks < len(config.after_s) and at_s - place.sight.at_s >= config.after_s[place.looks] - 1e-6:
                place.looks += 1
            if place.looks == planned and not place.again:
                if place.looks == len(config.after_s):
                    del self._places[track_id]
                continue
            if place.looks > planned:
                self._planned.append(place)
            place.again = False
            if _is_taken(place.sight.xyxy, tracks, config.taken_share):
                continue
            larger = float((place.sight.xyxy[2:] - place.sight.xyxy[:2]).max())
            boxes.append(around)
            self._turn += 1
            wanted = config.object_px[self._turn % len(config.object_px)]
            scales.append(min(config.max_scale, wanted / max(larger, 1.0)))
        self._shown = np.array(boxes, np.float32).reshape(-1, 4)
        return self._shown, np.array(scales, np.float32)

    def told(self, detections: Detections) -> None:
        """What the newest look found. A planned look that found something is followed by another: one sight alone
        begins no track."""
        if not self._planned:
            return
        likely = detections.xyxy[detections.confidence >= self._config.least_confidence]
        centres = (likely[:, :2] + likely[:, 2:]) / 2
        for place in self._planned:
            around = self._around(place.sight.xyxy)
            low, high = around[:2], around[2:]
            place.again = bool(((centres >= low) & (centres <= high)).all(axis=1).any())

    def _around(self, sight: Box) -> Box:
        grow = self._config.pad * float((sight[2:] - sight[:2]).max())
        grown: Box = sight + np.array((-grow, -grow, grow, grow), np.float32)
        return grown


def _is_taken(sight: Box, tracks: Tracks, share: float) -> bool:
    """Whether an observed track covers more than `share` of `sight`."""
    boxes = tracks.xyxy[tracks.observed]
    sides = np.clip(np.minimum(boxes[:, 2:], sight[2:]) - np.maximum(boxes[:, :2], sight[:2]), 0, None)
    area = float((sight[2] - sight[0]) * (sight[3] - sight[1]))
    return bool((sides[:, 0] * sides[:, 1] > share * area).any())
