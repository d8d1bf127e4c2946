"""One observation as rules read it: normalized columns, made once and shared by all rules of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.site.rules.place import Zone

_LAST_CLASS = max(ObjectClass)
_BORDER = 0.005
_EDGE = 1e-6  # a foot cut off by the picture's border still stands in a zone that reaches the border

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moment:
    """When: on the observation clock, for people, and as a frame number."""

    at_s: float
    captured_at: datetime
    frame: int


class View:
    """The observed tracks of one moment. Predicted boxes are not in it: no event rests on a guess.

    `boxes`: (n, 4) 0..1 of the picture; `foot`, `center`: (n, 2), 0..1; `height`, `area`: (n,), shares of the
    picture's; `classes`: (n,) ObjectClass numbers; `ids`: (n,) int64; `aspect`: width / height.
    """

    def __init__(self, obs: Observation) -> None:
        self.moment = Moment(obs.at_s, obs.captured_at, obs.frame)
        self.connected = obs.connected
        self.clock_offset_s = obs.clock_offset_s if obs.connected else None
        self.scene: SceneFacts | None = obs.scene if obs.connected else None
        self.aspect = obs.width / obs.height if obs.width > 0 and obs.height > 0 else 1.0
        tracks = obs.tracks
        width, height = max(obs.width, 1), max(obs.height, 1)
        boxes = tracks.xyxy.astype(np.float64) / np.array((width, height, width, height))
        keep = tracks.observed & np.isfinite(boxes).all(axis=1)
        if not obs.connected:
            keep = np.zeros(len(tracks), np.bool_)
        if len(set(tracks.track_id.tolist())) < len(tracks):
            keep &= _firsts(tracks.track_id)
        self.boxes: Floats = boxes[keep]
        self.ids: NDArray[np.int64] = tracks.track_id[keep]
        classes = tracks.class_id[keep]
        self.classes: NDArray[np.int32] = np.where((classes < 0) | (classes > _LAST_CLASS), 0, classes)
        sides = np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 0.0)
        self.height: Floats = sides[:, 1]
        self.area: Floats = sides[:, 0] * sides[:, 1]
        self._width: Floats = sides[:, 0]
        middle = (self.boxes[:, :2] + self.boxes[:, 2:]) / 2
        self.center: Floats = np.clip(middle, _EDGE, 1 - _EDGE)
        self.foot: Floats = np.clip(np.column_stack((middle[:, 0], self.boxes[:, 3])), _EDGE, 1 - _EDGE)
        self.movements: dict[float, object] = {}  # kept by `movement.py`
        self.distances: Floats | None = None  # kept by `pairs.py`
        self._inside: dict[tuple[Zone, str], NDArray[np.bool_]] = {}  # of several sets of rules: names would not do

    @cached_property
    def body(self) -> Floats:
        """(n,) the box's longer side, picture heights: how tall a person looks, from in front or steeply from above."""
        return np.maximum(self.height, self._width * self.aspect)

    @cached_property
    def size(self) -> Floats:
        """(n,) the side of a square as large as the box, picture heights."""
        return np.sqrt(self.area * self.aspect)

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """(n,) whether the box is not cut off by the picture's border."""
        return np.asarray(((self.boxes > _BORDER) & (self.boxes < 1 - _BORDER)).all(axis=1))

    def __len__(self) -> int:
        return len(self.ids)

    def points(self, anchor: str) -> Floats:
        """(n, 2): the foot points or the centres."""
        return self.foot if anchor == "foot" else self.center

    def inside(self, zone: Zone, anchor: str) -> NDArray[np.bool_]:
        """Which tracks stand in `zone`; computed once per zone and moment."""
        key = (zone, anchor)
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = zone.holds(self.points(anchor))
        return found


def _firsts(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) bool: the first row of each id. One track is in one place; an import may say otherwise."""
    mask = np.zeros(len(ids), np.bool_)
    mask[np.unique(ids, return_index=True)[1]] = True
    return mask
