"""One observation as rules read it: normalized columns, made once and shared by all rules of a camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import CLASS_NUMBERS, OWN_CLASSES, ObjectClass
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.viewpoint import Viewpoint, ViewState
from veedor.site.rules.place import Ring, Zone

_KNOWN = np.isin(np.arange(CLASS_NUMBERS), [*ObjectClass, *OWN_CLASSES])
_BORDER = 0.005
_EDGE = 1e-6  # a foot cut off by the picture's border still stands in a zone that reaches the border

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moment:
    """When: on the observation clock, for people, and as a frame number."""

    at_s: float
    captured_at: datetime
    frame: int


class Columns:
    """Tracks as rules read them, row by row, of one moment or of many: those of many are computed at once, by the same
    arithmetic.

    `boxes`: (n, 4) 0..1 of the picture; `foot`, `center`: (n, 2), 0..1; `height`, `width`, `area`: (n,), shares of the
    picture's; `classes`: (n,) ObjectClass numbers; `ids`: (n,) int64.
    """

    def __init__(self, boxes: Floats, ids: NDArray[np.int64], classes: NDArray[np.int32]) -> None:
        self.boxes = boxes
        self.ids = ids
        self.classes: NDArray[np.int32] = np.where(
            _KNOWN[np.clip(classes, 0, CLASS_NUMBERS - 1)] & (classes >= 0), classes, 0
        )
        sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
        self.width: Floats = sides[:, 0]
        self.height: Floats = sides[:, 1]
        self.area: Floats = sides[:, 0] * sides[:, 1]
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        self.center: Floats = np.clip(middle, _EDGE, 1 - _EDGE)
        self.foot: Floats = np.clip(np.column_stack((middle[:, 0], boxes[:, 3])), _EDGE, 1 - _EDGE)
        self._inside: dict[tuple[Ring, str], NDArray[np.bool_]] = {}
        self._chosen: dict[tuple[bytes, float, float], NDArray[np.bool_]] = {}

    @staticmethod
    def of(obs: Observation) -> Columns:
        """The observed tracks of `obs` that have a box; of two with one number, the first."""
        tracks = obs.tracks
        width, height = max(obs.width, 1), max(obs.height, 1)
        boxes = tracks.xyxy.astype(np.float64) / np.array((width, height, width, height))
        keep = tracks.observed & np.isfinite(boxes).all(axis=1)
        if not obs.connected:
            keep = np.zeros(len(tracks), np.bool_)
        if len(set(tracks.track_id.tolist())) < len(tracks):
            keep &= _firsts(tracks.track_id)
        return Columns(boxes[keep], tracks.track_id[keep], tracks.class_id[keep])

    def inside(self, zone: Zone, anchor: str) -> NDArray[np.bool_]:
        """(n,) which rows stand in `zone`; computed once per outline."""
        key = (zone.ring, anchor)
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = zone.holds(self.foot if anchor == "foot" else self.center)
        return found

    def chosen(self, table: NDArray[np.bool_], min_height: float, min_area: float) -> NDArray[np.bool_]:
        """(n,) which rows are of the classes of `table` and large enough; computed once per choice."""
        key = (table.tobytes(), min_height, min_area)
        found = self._chosen.get(key)
        if found is None:
            found = table[self.classes]
            if min_height > 0:
                found = found & (self.height >= min_height)
            if min_area > 0:
                found = found & (self.area >= min_area)
            self._chosen[key] = found
        return found


class View:
    """The observed tracks of one moment. Predicted boxes are not in it: no event rests on a guess. The columns are
    those of `Columns`; `aspect`: width / height."""

    clock_offset_s: float | None
    viewpoint: Viewpoint | None
    scene: SceneFacts | None

    def __init__(self, obs: Observation) -> None:
        aspect = obs.width / obs.height if obs.width > 0 and obs.height > 0 else 1.0
        self._take(Columns.of(obs), slice(None), Moment(obs.at_s, obs.captured_at, obs.frame), aspect)
        self.connected = obs.connected
        self.clock_offset_s = obs.clock_offset_s if obs.connected else None
        self.scene = obs.scene if obs.connected else None
        self.viewpoint = obs.viewpoint
        turns = obs.viewpoint is not None and obs.viewpoint.turns and obs.viewpoint.state is not ViewState.MOVED
        if self.scene is not None and turns:  # a camera that is steered shows another view, and that is no tampering
            self.scene = replace(self.scene, view_shift=0.0)

    @classmethod
    def part(cls, columns: Columns, rows: slice, moment: Moment, aspect: float, scene: SceneFacts | None) -> View:
        """The moment that has `rows` of the columns of many; no row has another's number."""
        view = cls.__new__(cls)
        view._take(columns, rows, moment, aspect)
        view.scene = scene
        return view

    def _take(self, columns: Columns, rows: slice, moment: Moment, aspect: float) -> None:
        self.moment = moment
        self.connected = True
        self.clock_offset_s = None
        self.scene = None
        self.viewpoint = None
        self.aspect = aspect
        self._columns, self._rows = columns, rows
        self.boxes: Floats = columns.boxes[rows]
        self.ids: NDArray[np.int64] = columns.ids[rows]
        self.classes: NDArray[np.int32] = columns.classes[rows]
        self.height: Floats = columns.height[rows]
        self.area: Floats = columns.area[rows]
        self.center: Floats = columns.center[rows]
        self.foot: Floats = columns.foot[rows]
        self.movements: dict[float, object] = {}  # kept by `movement.py`
        self.distances: Floats | None = None  # kept by `pairs.py`

    @cached_property
    def body(self) -> Floats:
        """(n,) the box's longer side, picture heights: how tall a person looks, from in front or steeply from above."""
        return np.maximum(self.height, self._columns.width[self._rows] * self.aspect)

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
        """Which tracks stand in `zone`."""
        return self._columns.inside(zone, anchor)[self._rows]

    def chosen(self, table: NDArray[np.bool_], min_height: float, min_area: float) -> NDArray[np.bool_]:
        """Which tracks are of the classes of `table` and large enough."""
        return self._columns.chosen(table, min_height, min_area)[self._rows]


def _firsts(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) bool: the first row of each id. One track is in one place; an import may say otherwise."""
    mask = np.zeros(len(ids), np.bool_)
    mask[np.unique(ids, return_index=True)[1]] = True
    return mask
