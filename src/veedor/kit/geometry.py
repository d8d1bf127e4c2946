"""Plane geometry on NumPy arrays. Boxes are xyxy; points are (..., 2); no units: the caller's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def box_iou(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Intersection over union of every box of `a` (n, 4) with every box of `b` (m, 4): (n, m)."""
    a64, b64 = np.asarray(a, float).reshape(-1, 4), np.asarray(b, float).reshape(-1, 4)
    low = np.maximum(a64[:, None, :2], b64[None, :, :2])
    high = np.minimum(a64[:, None, 2:], b64[None, :, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=2)
    union = box_area(a64)[:, None] + box_area(b64)[None, :] - inter
    iou: NDArray[np.float64] = np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)
    return iou


def box_area(boxes: Floats) -> NDArray[np.float64]:
    """Areas of boxes (n, 4); an inverted box has area 0."""
    sides = np.clip(np.asarray(boxes, float)[:, 2:] - np.asarray(boxes, float)[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1])


def points_in_polygon(points: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Which of `points` (n, 2) lie inside `polygon` (k, 2), by the even-odd rule (ray to the right)."""
    xy = np.asarray(points, float).reshape(-1, 2)
    ring = np.asarray(polygon, float)
    nxt = np.roll(ring, -1, axis=0)
    x, y = xy[:, :1], xy[:, 1:]
    spans = (ring[:, 1] > y) != (nxt[:, 1] > y)
    rise = np.where(nxt[:, 1] == ring[:, 1], 1.0, nxt[:, 1] - ring[:, 1])
    cross_x = ring[:, 0] + (y - ring[:, 1]) * (nxt[:, 0] - ring[:, 0]) / rise
    return np.asarray((spans & (x < cross_x)).sum(axis=1) % 2 == 1)


def segments_cross(p: Floats, q: Floats, a: Floats, b: Floats) -> bool:
    """Whether segment p-q properly crosses or touches segment a-b."""
    d1, d2 = side_of_line(a, b, p), side_of_line(a, b, q)
    d3, d4 = side_of_line(p, q, a), side_of_line(p, q, b)
    if ((d1 > 0) != (d2 > 0)) and ((d3 > 0) != (d4 > 0)) and 0 not in (d1, d2, d3, d4):
        return True
    return any(
        d == 0 and _within(s, e, t) for d, s, e, t in ((d1, a, b, p), (d2, a, b, q), (d3, p, q, a), (d4, p, q, b))
    )


def side_of_line(a: Floats, b: Floats, point: Floats) -> float:
    """> 0 where `point` is to the right of the direction a -> b in image coordinates (y down), < 0 left, 0 on it."""
    return float((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]))


def _within(a: Floats, b: Floats, point: Floats) -> bool:
    return bool(min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= point[1] <= max(a[1], b[1]))


def is_simple_polygon(polygon: Floats) -> bool:
    """Whether the ring (k, 2) has at least 3 corners, area, and no edges that cross or touch out of turn."""
    ring = np.asarray(polygon, float)
    count = len(ring)
    if count < 3 or abs(polygon_area(ring)) < 1e-12:
        return False
    for i in range(count):
        for j in range(i + 1, count):
            if j in ((i + 1) % count, (i - 1) % count):
                continue
            if segments_cross(ring[i], ring[(i + 1) % count], ring[j], ring[(j + 1) % count]):
                return False
    return True


def polygon_area(polygon: Floats) -> float:
    """Signed area (shoelace)."""
    x, y = np.asarray(polygon, float).T
    return float(0.5 * (np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
