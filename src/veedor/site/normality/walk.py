"""One track as steps of about a second: the same code for learning and for looking."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot

import numpy as np
from numpy.typing import NDArray

from veedor.site.normality.grid import ASPECT, STILL, STILL_SPEED, cell_of, speed_bin, way_of

STEP_S = 1.0
GAP_S = 4.0  # unseen for longer: no step
STAY_REACH = 0.7  # own sizes around where a stay began
_MOST_CELLS = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """`cell`: where the foot is; `fresh`: for the first time; `way`, `speed`: bins, None where not known; `told`: this
    cell, way and speed were told before; `stay_cell`, `stay_s`: where it has been for how long; `left`: the stay that
    ended."""

    at_s: float
    cell: int
    fresh: bool
    way: int | None
    speed: int | None
    told: bool
    stay_cell: int
    stay_s: float
    left: tuple[int, float] | None


@dataclass(slots=True)
class Walk:
    """Feed it points in order; it makes a step of each that comes STEP_S after the last one that it took."""

    _last: tuple[float, float, float] | None = None
    _anchor: tuple[float, float, float] = (0.0, 0.0, 0.0)
    _cells: set[int] = field(default_factory=set)
    _told: set[tuple[int, int, int]] = field(default_factory=set)

    def add(self, at_s: float, x: float, y: float, size: float) -> Step | None:
        """`x`, `y`: the foot, 0..1; `size`: the side of a square as large as the box, picture heights."""
        last = self._last
        if last is not None and at_s - last[0] < STEP_S - 1e-6:
            return None
        self._last = (at_s, x, y)
        cell = cell_of(x, y)
        fresh = cell not in self._cells
        if fresh and len(self._cells) < _MOST_CELLS:
            self._cells.add(cell)
        way = speed = left = None
        told = False
        if last is None:
            self._anchor = self._last
        else:
            seconds = at_s - last[0]
            dx, dy = (x - last[1]) * ASPECT, y - last[2]
            if seconds <= GAP_S:
                sizes_per_s = hypot(dx, dy) / seconds / max(size, 1e-3)
                speed = speed_bin(sizes_per_s)
                way = way_of(dx, dy) if sizes_per_s >= STILL_SPEED else STILL
                key = (cell, way, speed)
                told = key in self._told
                if len(self._told) < _MOST_CELLS:
                    self._told.add(key)
            begun_s, from_x, from_y = self._anchor
            if hypot((x - from_x) * ASPECT, y - from_y) > STAY_REACH * size or seconds > GAP_S:
                left = (cell_of(from_x, from_y), last[0] - begun_s)
                self._anchor = self._last
        begun_s, from_x, from_y = self._anchor
        return Step(at_s, cell, fresh, way, speed, told, cell_of(from_x, from_y), at_s - begun_s, left)

    def finish(self) -> tuple[int, float] | None:
        """The stay that the end of the track ends: its cell and seconds."""
        if self._last is None:
            return None
        begun_s, x, y = self._anchor
        return cell_of(x, y), self._last[0] - begun_s


def points(path: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 4) seconds, foot x, foot y, size: the path each STEP_S, between stored points where those are near in
    time."""
    times = path[:, 0].astype(np.float64)
    at = np.arange(times[0], times[-1] + 1e-3, STEP_S)
    after = np.clip(np.searchsorted(times, at, side="left"), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    seen = (times[after] - times[before] <= GAP_S) | (np.abs(times[after] - at) < 1e-3)
    boxes = np.stack([np.interp(at, times, path[:, column].astype(np.float64)) for column in range(1, 5)], axis=1)[seen]
    size = np.sqrt(np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) * ASPECT, 0.0))
    return np.column_stack((at[seen], (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3], size))
