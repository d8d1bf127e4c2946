"""Which detection belongs to which track: how alike two boxes are, and the best pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Pairs = list[tuple[int, int]]

_FEW_PAIRS = 4  # up to here pairs are compared one by one
_SHAPE_WEIGHT = 1.5  # against distance: a width or height twice as large is as bad as the whole reach


def overlap(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x1, y1, x2, y2 `a` (4, n) with `b` (4, m), times that of their heights alone:
    (n, m).

    People are as tall as they are whatever their legs do, and boxes at one depth stand on one line: height is the
    steadiest cue that a box has (Hybrid-SORT, AAAI 2024, has the idea).
    """
    if a.shape[1] * b.shape[1] <= _FEW_PAIRS:
        return np.array([[_overlap_of_two(one, other) for other in b.T.tolist()] for one in a.T.tolist()])
    shared, both, shared_height, both_heights = _shared(a, b)
    both -= shared
    both_heights -= shared_height
    shared *= shared_height
    both *= both_heights
    shared /= both
    return shared


def _overlap_of_two(a: Sequence[float], b: Sequence[float]) -> float:
    """The same for one pair, with plain floats: an empty street has one walker, and NumPy's calls would be the cost."""
    ax1, ay1, ax2, ay2 = a
    bx1, by1, bx2, by2 = b
    if ax2 <= bx1 or bx2 <= ax1 or ay2 <= by1 or by2 <= ay1:
        return 0.0
    width, height = min(ax2, bx2) - max(ax1, bx1), min(ay2, by2) - max(ay1, by1)
    height_a, height_b = ay2 - ay1, by2 - by1
    shared = width * height
    both = (ax2 - ax1) * height_a + (bx2 - bx1) * height_b
    return shared * height / ((both - shared) * (height_a + height_b - height))


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x1, y1, x2, y2 `a` (4, n) with `b` (4, m), all with an area: (n, m)."""
    shared, both, _, _ = _shared(a, b)
    both -= shared
    shared /= both
    return shared


def _shared(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each pair (n, m): the area that both cover, the sum of their areas; the height that both cover, the sum of
    their heights. All are fresh arrays."""
    (width_a, height_a), (width_b, height_b) = a[2:] - a[:2], b[2:] - b[:2]
    sides = np.minimum(a[2:, :, None], b[2:, None])
    sides -= np.maximum(a[:2, :, None], b[:2, None])
    np.maximum(sides, 0.0, out=sides)
    width, height = sides
    width *= height
    return width, (width_a * height_a)[:, None] + width_b * height_b, height, height_a[:, None] + height_b


def nearness(tracks: Floats, reach_px: Floats, detections: Floats) -> Floats:
    """1 where a detection has the very place and shape of a track, 0 or less where it is out of reach: (n, m).

    `tracks` (4, n) and `detections` (4, m): centre x, centre y, width, height. `reach_px` (n,): as far as each track
    may be from where it is thought to be. Works where boxes are too far apart to overlap.
    """
    away_x, away_y = tracks[:2, :, None] - detections[:2, None]
    log_width, log_height = np.abs(np.log(tracks[2:])[:, :, None] - np.log(detections[2:])[:, None])
    far = np.hypot(away_x, away_y)
    far /= reach_px[:, None]
    far += _SHAPE_WEIGHT * np.maximum(log_width, log_height)
    near: Floats = np.subtract(1.0, far, out=far)
    return near


def match(similarity: Floats, minimum: float) -> Pairs:
    """The pairs (row, column) with the greatest total of similarity above `minimum`, by row."""
    best = similarity.argmax(axis=1).tolist()
    pairs = [(row, column) for row, column in enumerate(best) if similarity[row, column] > minimum]
    if len({column for _, column in pairs}) == len(pairs):
        return pairs  # no two want the same: nothing can be better than to each its best
    gain = similarity - minimum
    np.maximum(gain, 0.0, out=gain)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [
        (row, column)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if similarity[row, column] > minimum
    ]


def part(matrix: Floats, rows: Sequence[int], columns: Sequence[int]) -> Floats:
    """`matrix` reduced to `rows` and `columns`, both ascending; itself where that is all of it."""
    if len(rows) < matrix.shape[0]:
        matrix = matrix.take(rows, axis=0)
    return matrix if len(columns) == matrix.shape[1] else matrix.take(columns, axis=1)


def mutual_best(similarity: Floats) -> Pairs:
    """The pairs (row, column) of positive similarity of which each is the other's best, by row."""
    best_row, best_column = similarity.argmax(axis=0).tolist(), similarity.argmax(axis=1).tolist()
    return [
        (row, column)
        for row, column in enumerate(best_column)
        if best_row[column] == row and similarity[row, column] > 0
    ]
