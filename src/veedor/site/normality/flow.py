"""The usual flow of an hour as a few arrows, for people to look at: which way most go, and where most come by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veedor.site.normality.counts import GROUPS, Counts
from veedor.site.normality.grid import COLUMNS, HEADINGS, HOURS, ROWS, WAYS
from veedor.site.normality.usual import Usual, tracks_expected

_BLOCK = 2  # cells: an arrow for each cell could not be seen
_LEAST_COMING_BY = 0.12  # of the busiest cell's
_LEAST_SHARE = 0.2  # of those who come by, of whom `Usual` tells shares up to a third: fewer go no way in particular
_MOST_ARROWS = 60
FEW = 0.05  # tracks in the hour: of fewer nothing is drawn


@dataclass(frozen=True, slots=True)
class Arrow:
    """Which way most go who come by a place. `x`, `y`: its middle, 0..1 of the picture; `way`: the heading, 0..7, of
    45 degrees each, the first to the right, then turning down; `weight`: how many come by, 0..1 of the busiest."""

    x: float
    y: float
    way: int
    weight: float


def arrows(usual: Usual, group: int) -> tuple[Arrow, ...]:
    """The flow of one group (`grid.Group`) in that hour, the busiest first; none where hardly anybody comes."""
    if float(usual.per_hour[group]) < FEW:
        return ()
    coming = np.exp(-usual.place[group])
    ways = np.minimum(np.exp(-usual.way[group][:, :HEADINGS]) * 3 / WAYS, 1.0)
    found, busiest = [], float(coming.max())
    for row in range(0, ROWS, _BLOCK):
        for column in range(0, COLUMNS, _BLOCK):
            cells = [(row + y) * COLUMNS + column + x for y in range(_BLOCK) for x in range(_BLOCK)]
            cell, way = divmod(int(np.argmax(coming[cells, None] * ways[cells])), HEADINGS)
            weight = float(coming[cells[cell]]) / busiest
            if weight >= _LEAST_COMING_BY and float(ways[cells[cell], way]) >= _LEAST_SHARE:
                x, y = (column + _BLOCK / 2) / COLUMNS, (row + _BLOCK / 2) / ROWS
                found.append(Arrow(x, y, way, weight))
    return tuple(sorted(found, key=lambda one: -one.weight)[:_MOST_ARROWS])


def week(counts: Counts) -> np.ndarray:
    """(168, 3) float64: tracks to expect in each hour of the week, by group."""
    return np.stack([tracks_expected(counts, hour) for hour in range(HOURS)]).reshape(HOURS, GROUPS)
