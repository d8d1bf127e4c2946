"""Finished tracks as columns: what a block of the archive holds, and how it is computed from parts of paths.

A row is a track, or an hour's piece of one that lasts longer. Points of all rows lie behind each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.model.track_query import COLOURED

Ints = NDArray[np.int64]

GRID = 8  # cells of the picture, each way: their bits say where a track's foot was
UNIT = 4095  # coordinates are kept in 1/4095 of the picture
NO_HEADING = 255
HEADINGS = 255  # headings are kept in 1/255 of the circle
SPEED_UNIT = 1000  # thousandths of a picture height a second
SAMPLES = 4  # between two points of a path, where its cells and its time in a zone are looked at
_STAYED = 0.05  # picture heights: less from first to last point is no direction
_SHORTEST_S = 0.2
_COLOURED = np.asarray(sorted(COLOURED))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n tracks. `camera`: (n,) int, index into `cameras`; `first_us`: when the track began, `started_us`, `ended_us`:
    this piece of it; `count`: (n,) points of each; `points`: (sum, 5) float64, seconds after `started_us`, then the box
    in 0..1. The other columns are what searches look at first."""

    cameras: tuple[str, ...]
    camera: Ints
    first_us: Ints
    started_us: Ints
    ended_us: Ints
    track_id: Ints
    object_class: NDArray[np.uint8]
    colour: NDArray[np.uint8]
    heading: NDArray[np.uint8]
    speed: NDArray[np.uint16]
    cells: NDArray[np.uint64]
    count: Ints
    points: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.camera)

    @property
    def offsets(self) -> Ints:
        """(n + 1,): where each row's points begin."""
        return np.concatenate(([0], np.cumsum(self.count)))

    def take(self, order: Ints) -> Rows:
        """The rows at `order`, in that order."""
        starts = self.offsets[:-1][order]
        count = self.count[order]
        return Rows(
            self.cameras,
            self.camera[order],
            self.first_us[order],
            self.started_us[order],
            self.ended_us[order],
            self.track_id[order],
            self.object_class[order],
            self.colour[order],
            self.heading[order],
            self.speed[order],
            self.cells[order],
            count,
            self.points[ranges(starts, count)],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Of each row: whose it is and when, before anything is computed. See Rows."""

    cameras: tuple[str, ...]
    camera: Ints
    first_us: Ints
    started_us: Ints
    track_id: Ints
    object_class: NDArray[np.uint8]
    colour: NDArray[np.uint8]


def summarized(who: Identity, count: Ints, points: NDArray[np.float64], aspect: NDArray[np.float64]) -> Rows:
    """Rows with their heading, speed and cells. `aspect`: (n,) width by height of the picture. Of whatever is no
    vehicle, a colour is forgotten here, whoever brought it."""
    starts = np.concatenate(([0], np.cumsum(count)))[:-1]
    ends = starts + count - 1
    foot = feet(points)
    scaled = foot * np.stack((np.repeat(aspect, count), np.ones(len(points))), axis=1)
    gone = scaled[ends] - scaled[starts]
    length_s = points[ends, 0] - points[starts, 0]
    step = np.zeros(len(points))
    step[1:] = np.hypot(*(scaled[1:] - scaled[:-1]).T)
    step[starts] = 0
    speed = np.add.reduceat(step, starts) / np.maximum(length_s, _SHORTEST_S) if len(count) else np.zeros(0)
    return Rows(
        who.cameras,
        who.camera,
        who.first_us,
        who.started_us,
        who.started_us + np.rint(length_s * 1e6).astype(np.int64),
        who.track_id,
        who.object_class,
        np.where(np.isin(who.object_class, _COLOURED), who.colour, 0).astype(np.uint8),
        _headings(gone),
        np.minimum(np.rint(speed * SPEED_UNIT), 65_535).astype(np.uint16),
        _cells(points, count, starts),
        count,
        points,
    )


def _headings(gone: NDArray[np.float64]) -> NDArray[np.uint8]:
    turn = np.arctan2(gone[:, 0], -gone[:, 1]) / (2 * np.pi) % 1.0
    heading = np.rint(turn * HEADINGS).astype(np.int64) % HEADINGS
    return np.where(np.hypot(*gone.T) < _STAYED, NO_HEADING, heading).astype(np.uint8)


def _cells(points: NDArray[np.float64], count: Ints, starts: Ints) -> NDArray[np.uint64]:
    if not len(count):
        return np.zeros(0, np.uint64)
    where, _ = samples(points, count)
    bits = cell_bits(where.reshape(-1, 2)).reshape(len(points), SAMPLES)
    found: NDArray[np.uint64] = np.bitwise_or.reduceat(np.bitwise_or.reduce(bits, axis=1), starts)
    return found


def cell_bits(where: NDArray[np.float64]) -> NDArray[np.uint64]:
    """The bit of each point's cell."""
    cell = np.clip((where * GRID).astype(np.int64), 0, GRID - 1)
    bits: NDArray[np.uint64] = np.uint64(1) << (cell[:, 1] * GRID + cell[:, 0]).astype(np.uint64)
    return bits


def feet(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m, 2): where each box stands."""
    return np.stack(((points[:, 1] + points[:, 3]) / 2, points[:, 4]), axis=1)


def samples(points: NDArray[np.float64], count: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each point: (SAMPLES, 2) places on the way to the next of the same row, its own first; and the seconds that
    each of them stands for. A row's last point stands for none."""
    foot = feet(points)
    following = np.concatenate((foot[1:], foot[-1:]))
    step_s = np.zeros(len(points))
    step_s[:-1] = points[1:, 0] - points[:-1, 0]
    last = np.cumsum(count) - 1
    following[last], step_s[last] = foot[last], 0.0
    share = (np.arange(SAMPLES) / SAMPLES)[:, None]
    return foot[:, None, :] + (following - foot)[:, None, :] * share, step_s / SAMPLES


def ranges(starts: Ints, count: Ints) -> Ints:
    """starts[0], starts[0]+1, ... (count[0] of them), starts[1], ..."""
    total = int(count.sum())
    begin = np.repeat(starts - np.concatenate(([0], np.cumsum(count)))[:-1], count)
    return begin + np.arange(total)


def joined(many: Sequence[Rows]) -> Rows:
    """All rows, by camera and start."""
    whole = stacked(many)
    return whole.take(np.lexsort((whole.started_us, whole.camera)))


def stacked(many: Sequence[Rows]) -> Rows:
    """All rows, one after the other."""
    cameras = tuple(dict.fromkeys(name for rows in many for name in rows.cameras))
    number = {name: index for index, name in enumerate(cameras)}
    maps = [np.asarray([number[name] for name in rows.cameras], np.int64) for rows in many]
    return Rows(
        cameras,
        np.concatenate([one[rows.camera] for one, rows in zip(maps, many, strict=True)]),
        *(
            np.concatenate([getattr(rows, name) for rows in many])
            for name in (
                "first_us",
                "started_us",
                "ended_us",
                "track_id",
                "object_class",
                "colour",
                "heading",
                "speed",
                "cells",
                "count",
                "points",
            )
        ),
    )
