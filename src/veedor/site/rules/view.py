"""One observation as rules read it: normalized columns, made once and shared by all rules of a camera."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import CLASS_NUMBERS, OWN_CLASSES, ObjectClass
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.viewpoint import Viewpoint, ViewState
from veedor.site.rules.place import WHOLE_PICTURE, Ring, Zone

_KNOWN = np.isin(np.arange(CLASS_NUMBERS), [*ObjectClass, *OWN_CLASSES])
_BORDER = 0.005
_EDGE = 1e-6  # a foot cut off by the picture's border still stands in a zone that reaches the border

Floats = NDArray[np.float64]
# The rows of a choice, their ids and, of the columns of many moments, how many of these come before each row.
Picked = tuple[list[int], list[int], list[int] | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """When: on the observation clock, for people, and as a frame number."""

    at_s: float
    captured_at: datetime
    frame: int


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Which tracks a rule looks at: those of the classes of `table` ((CLASS_NUMBERS,) bool) that are large enough and
    have their `anchor` in `zone`. Choices that say the same have the same `key`."""

    table: NDArray[np.bool_]
    min_height: float
    min_area: float
    zone: Zone = WHOLE_PICTURE
    anchor: str = "foot"
    key: str = field(init=False)  # a text knows its hash: this is asked for by each rule at each moment

    def __post_init__(self) -> None:
        told = (self.table.tobytes(), self.min_height, self.min_area, self.zone.ring, self.anchor)
        object.__setattr__(self, "key", repr(told))


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Columns as plain numbers, for loops over few tracks: one list is made faster than many are.

    `ids`, `classes`: ints; `boxes`: xyxy, 0..1; `foot`: x, y, 0..1; `spot`: x, y of the centre, picture heights;
    `height`: shares of the picture's; `size`: as `View.size`."""

    ids: list[int]
    classes: list[int]
    boxes: list[tuple[float, float, float, float]]
    foot: list[list[float]]
    spot: list[list[float]]
    height: list[float]
    size: list[float]


class Columns:
    """Tracks as rules read them, row by row, of one moment or of many: those of many are computed at once, by the same
    arithmetic.

    `boxes`: (n, 4) 0..1 of the picture; `foot`, `center`: (n, 2), 0..1; `height`, `width`, `area`: (n,), shares of the
    picture's; `classes`: (n,) ObjectClass numbers; `ids`: (n,) int64. `aspect`: width / height of the picture.
    """

    def __init__(
        self, boxes: Floats, ids: NDArray[np.int64], classes: NDArray[np.int32], aspect: float, *, is_many: bool = False
    ) -> None:
        self.aspect = aspect
        self.is_many = is_many
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
        self._masks: dict[str, NDArray[np.bool_]] = {}
        self.picked: dict[str, Picked] = {}

    @staticmethod
    def of(obs: Observation, aspect: float) -> Columns:
        """The observed tracks of `obs` that have a box; of two with one number, the first."""
        tracks = obs.tracks
        width, height = max(obs.width, 1), max(obs.height, 1)
        boxes = tracks.xyxy.astype(np.float64) / np.array((width, height, width, height))
        keep = tracks.observed & np.isfinite(boxes).all(axis=1)
        if not obs.connected:
            keep = np.zeros(len(tracks), np.bool_)
        if len(set(tracks.track_id.tolist())) < len(tracks):
            keep &= _firsts(tracks.track_id)
        return Columns(boxes[keep], tracks.track_id[keep], tracks.class_id[keep], aspect)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def listed(self) -> Listed:
        boxes = list(map(tuple, self.boxes.tolist()))
        spot = (self.center * (self.aspect, 1.0)).tolist()
        size = np.sqrt(self.area * self.aspect).tolist()
        return Listed(
            self.ids.tolist(), self.classes.tolist(), boxes, self.foot.tolist(), spot, self.height.tolist(), size
        )

    def inside(self, zone: Zone, anchor: str) -> NDArray[np.bool_]:
        """(n,) which rows stand in `zone`; computed once per outline."""
        key = (zone.ring, anchor)
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = zone.holds(self.foot if anchor == "foot" else self.center)
        return found

    def chosen(self, choice: Choice) -> NDArray[np.bool_]:
        """(n,) which rows are of the choice; computed once per choice."""
        found = self._masks.get(choice.key)
        if found is None:
            found = choice.table[self.classes]
            if choice.min_height > 0:
                found = found & (self.height >= choice.min_height)
            if choice.min_area > 0:
                found = found & (self.area >= choice.min_area)
            if choice.zone.ring:
                found = found & self.inside(choice.zone, choice.anchor)
            self._masks[choice.key] = found
        return found

    def pick(self, choice: Choice) -> Picked:
        """The rows of the choice; computed once per choice."""
        mask = self.chosen(choice)
        rows = mask.nonzero()[0]
        bounds = [0, *np.cumsum(mask).tolist()] if self.is_many else None
        found = self.picked[choice.key] = (rows.tolist(), self.ids[rows].tolist(), bounds)
        return found


class View:
    """The observed tracks of one moment. Predicted boxes are not in it: no event rests on a guess. The columns are
    those of `Columns`; `aspect`: width / height."""

    clock_offset_s: float | None
    viewpoint: Viewpoint | None
    scene: SceneFacts | None

    def __init__(self, obs: Observation) -> None:
        aspect = obs.width / obs.height if obs.width > 0 and obs.height > 0 else 1.0
        columns = Columns.of(obs, aspect)
        self._take(columns, 0, len(columns), Moment(obs.at_s, obs.captured_at, obs.frame))
        self.connected = obs.connected
        self.clock_offset_s = obs.clock_offset_s if obs.connected else None
        self.scene = obs.scene if obs.connected else None
        self.viewpoint = obs.viewpoint
        turns = obs.viewpoint is not None and obs.viewpoint.turns and obs.viewpoint.state is not ViewState.MOVED
        if self.scene is not None and turns:  # a camera that is steered shows another view, and that is no tampering
            self.scene = replace(self.scene, view_shift=0.0)

    @classmethod
    def part(cls, columns: Columns, first: int, end: int, moment: Moment, scene: SceneFacts | None) -> View:
        """The moment that has the rows from `first` to `end` (not included) of the columns of many; no row has
        another's number."""
        view = cls.__new__(cls)
        view._take(columns, first, end, moment)
        view.scene = scene
        return view

    def _take(self, columns: Columns, first: int, end: int, moment: Moment) -> None:
        self.moment = moment
        self.connected = True
        self.clock_offset_s = None
        self.scene = None
        self.viewpoint = None
        self.aspect = columns.aspect
        self._columns, self._first, self._end = columns, first, end
        self._rows = slice(first, end)
        self.movements: dict[object, object] = {}  # kept by `movement.py`
        self.distances: Floats | None = None  # kept by `pairs.py`, with the two below
        self.apart: Floats | None = None
        self.nearest = float("inf")

    # Each is made when it is asked for: over the archive most moments ask for none of them.

    @cached_property
    def boxes(self) -> Floats:
        return self._columns.boxes[self._rows]

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        return self._columns.ids[self._rows]

    @cached_property
    def classes(self) -> NDArray[np.int32]:
        return self._columns.classes[self._rows]

    @cached_property
    def height(self) -> Floats:
        return self._columns.height[self._rows]

    @cached_property
    def area(self) -> Floats:
        return self._columns.area[self._rows]

    @cached_property
    def center(self) -> Floats:
        return self._columns.center[self._rows]

    @cached_property
    def foot(self) -> Floats:
        return self._columns.foot[self._rows]

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
        return self._end - self._first

    def points(self, anchor: str) -> Floats:
        """(n, 2): the foot points or the centres."""
        return self.foot if anchor == "foot" else self.center

    def inside(self, zone: Zone, anchor: str) -> NDArray[np.bool_]:
        """Which tracks stand in `zone`."""
        return self._columns.inside(zone, anchor)[self._rows]

    def chosen(self, choice: Choice) -> NDArray[np.bool_]:
        """(n,) which tracks are of the choice."""
        return self._columns.chosen(choice)[self._rows]

    def rows_of(self, choice: Choice) -> list[int]:
        """The rows of the tracks of the choice, ascending; not to be changed."""
        rows, _, bounds = self._columns.picked.get(choice.key) or self._columns.pick(choice)
        if bounds is None:
            return rows
        return [row - self._first for row in rows[bounds[self._first] : bounds[self._end]]]

    def ids_of(self, choice: Choice) -> list[int]:
        """The numbers of the tracks of the choice; not to be changed."""
        _, ids, bounds = self._columns.picked.get(choice.key) or self._columns.pick(choice)
        return ids if bounds is None else ids[bounds[self._first] : bounds[self._end]]

    def listed(self) -> tuple[Listed, int, int]:
        """Plain numbers, with the first place and the end of this moment's rows in them."""
        return self._columns.listed, self._first, self._end


def is_whole(box: tuple[float, float, float, float]) -> bool:
    """Whether a box (xyxy, 0..1) is not cut off by the picture's border."""
    return min(box) > _BORDER and max(box) < 1 - _BORDER


def _firsts(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) bool: the first row of each id. One track is in one place; an import may say otherwise."""
    mask = np.zeros(len(ids), np.bool_)
    mask[np.unique(ids, return_index=True)[1]] = True
    return mask
