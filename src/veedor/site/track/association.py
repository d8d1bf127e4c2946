"""Which detection belongs to which track: how alike two boxes are, and the best pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_SHAPE_WEIGHT = 1.5  # against distance: a width or height twice as large is as bad as the whole reach


def overlap(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x1, y1, x2, y2 `a` (n, 4) with `b` (m, 4), times that of their heights alone:
    (n, m).

    People are as tall as they are whatever their legs do, and boxes at one depth stand on one line: height is the
    steadiest cue that a box has (Hybrid-SORT, AAAI 2024, has the idea).
    """
    iou, shared_height = _iou(a, b)
    heights = (a[:, 3] - a[:, 1])[:, None] + (b[:, 3] - b[:, 1])
    return np.asarray(iou * (shared_height / (heights - shared_height)))


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x1, y1, x2, y2 `a` (n, 4) with `b` (m, 4), all with an area: (n, m)."""
    return _iou(a, b)[0]


def _iou(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    ax1, ay1, ax2, ay2 = a.T[:, :, None]
    bx1, by1, bx2, by2 = b.T
    width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    np.maximum(width, 0.0, out=width)
    np.maximum(height, 0.0, out=height)
    width *= height
    areas = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1)
    return width / (areas - width), height


def nearness(tracks: Floats, reach_px: Floats, detections: Floats) -> Floats:
    """1 where a detection has the very place and shape of a track, 0 or less where it is out of reach: (n, m).

    `tracks` (n, 4) and `detections` (m, 4): centre x, centre y, width, height. `reach_px` (n,): as far as each track
    may be from where it is thought to be. Works where boxes are too far apart to overlap.
    """
    dx = tracks[:, 0, None] - detections[:, 0]
    dy = tracks[:, 1, None] - detections[:, 1]
    log_tracks, log_detections = np.log(tracks[:, 2:]), np.log(detections[:, 2:])
    shape = np.maximum(
        np.abs(log_tracks[:, 0, None] - log_detections[:, 0]), np.abs(log_tracks[:, 1, None] - log_detections[:, 1])
    )
    return np.asarray(1.0 - np.sqrt(dx * dx + dy * dy) / reach_px[:, None] - _SHAPE_WEIGHT * shape)


def match(similarity: Floats, minimum: float) -> tuple[Indices, Indices]:
    """The pairs (rows, columns) with the greatest total of similarity above `minimum`."""
    gain = np.maximum(similarity - minimum, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    good = gain[rows, columns] > 0
    return rows[good], columns[good]


def without(indices: Indices, taken: Indices) -> Indices:
    """`indices` less those at the positions `taken`."""
    left = np.ones(len(indices), np.bool_)
    left[taken] = False
    return np.asarray(indices[left])


def mutual_best(similarity: Floats) -> tuple[Indices, Indices]:
    """The pairs (rows, columns) of positive similarity of which each is the other's best."""
    best_column = similarity.argmax(axis=1)
    rows = np.arange(len(similarity))
    good = (similarity.argmax(axis=0)[best_column] == rows) & (similarity[rows, best_column] > 0)
    return rows[good], best_column[good]
