"""What a baseline counts: cells of the picture, ways, speeds, stays; and whom."""

from __future__ import annotations

import math
from bisect import bisect_right
from enum import IntEnum

import numpy as np

from veedor.model.detection import CLASS_NUMBERS, VEHICLES, ObjectClass

COLUMNS, ROWS = 32, 18
CELLS = COLUMNS * ROWS
HOURS = 168  # of the week, Monday 0:00 first
ASPECT = 16 / 9  # of every picture: the archive does not know its shape
HEADINGS = 8  # of 45 degrees, the first to the right, then turning down: y goes down
STILL = HEADINGS  # the way of what does not go anywhere
WAYS = HEADINGS + 1
SPEED_EDGES = (0.1, 0.2, 0.4, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0)  # own sizes a second
SPEEDS = len(SPEED_EDGES) + 1
STAY_EDGES = (4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1800.0, 3600.0)  # seconds
STAYS = len(STAY_EDGES) + 1
STILL_SPEED = 0.1  # own sizes a second: slower is no way


class Group(IntEnum):
    """Whose movement is compared with whose."""

    PEOPLE = 0
    VEHICLES = 1
    OTHERS = 2


class Aspect(IntEnum):
    """In which respect a track may be unusual."""

    PLACE = 0
    HOUR = 1
    WAY = 2
    SPEED = 3
    STAY = 4


_GROUPS = np.full(CLASS_NUMBERS, Group.OTHERS, np.int64)
_GROUPS[int(ObjectClass.PERSON)] = Group.PEOPLE
for _one in VEHICLES:
    _GROUPS[int(_one)] = Group.VEHICLES


def group_of(object_class: int) -> int:
    return int(_GROUPS[object_class]) if 0 <= object_class < len(_GROUPS) else int(Group.OTHERS)


def cell_of(x: float, y: float) -> int:
    """The cell of a point, 0..1 of the picture."""
    column = min(max(int(x * COLUMNS), 0), COLUMNS - 1)
    return min(max(int(y * ROWS), 0), ROWS - 1) * COLUMNS + column


def way_of(dx: float, dy: float) -> int:
    """The heading of a step in picture heights."""
    return round(math.atan2(dy, dx) / (2 * math.pi) * HEADINGS) % HEADINGS


def speed_bin(sizes_per_s: float) -> int:
    return bisect_right(SPEED_EDGES, sizes_per_s)


def stay_bin(seconds: float) -> int:
    return bisect_right(STAY_EDGES, seconds)
