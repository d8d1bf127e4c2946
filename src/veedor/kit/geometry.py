"""Plane geometry on NumPy arrays. Boxes are xyxy; points are (..., 2); no units: the caller's."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from veedor.kit.errors import UserError

Floats = NDArray[np.floating]
K1_LIMIT = 0.5


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


class PointsUnfit(UserError):
    """Pairs of points that fix no map of one plane to the other. params: detail, a catalogue key that says why"""

    key = "error-kit-points-unfit"


def homography(source: Floats, target: Floats) -> NDArray[np.float64]:
    """The 3x3 matrix that maps the points `source` (n, 2) to `target` (n, 2) best, n >= 4, with its largest entry 1.

    The normalized direct linear transformation: both sets are moved and scaled to mean 0 and mean distance sqrt(2), and
    the matrix is the right singular vector of the smallest singular value of the 2n x 9 system (R. Hartley, "In defense
    of the eight-point algorithm", IEEE PAMI 19(6), 1997; R. Hartley and A. Zisserman, "Multiple View Geometry in
    Computer Vision", 2nd edition, algorithm 4.2). Least squares over all pairs: more pairs than four even out errors.
    Raises PointsUnfit: fewer than 4, not finite, or so many on one line or in one place that the map is not fixed, or
    one that puts the pairs on both sides of the horizon (points told in the wrong order).
    """
    a, b = np.asarray(source, float).reshape(-1, 2), np.asarray(target, float).reshape(-1, 2)
    if len(a) < 4 or len(a) != len(b):
        raise PointsUnfit(detail="kit-points-few")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise PointsUnfit(detail="kit-points-not-finite")
    (a_norm, to_a), (b_norm, to_b) = _normalized(a), _normalized(b)
    x, y, u, v = a_norm[:, 0], a_norm[:, 1], b_norm[:, 0], b_norm[:, 1]
    one, zero = np.ones(len(a)), np.zeros(len(a))
    rows_u = np.stack([-x, -y, -one, zero, zero, zero, u * x, u * y, u], axis=1)
    rows_v = np.stack([zero, zero, zero, -x, -y, -one, v * x, v * y, v], axis=1)
    _, weights, basis = np.linalg.svd(np.concatenate([rows_u, rows_v]))
    matrix = np.linalg.inv(to_b) @ basis[-1].reshape(3, 3) @ to_a
    # The eighth singular value is 0 where a second, different matrix fits as well: three of four points on a line.
    if weights[7] < 1e-3 * weights[0] or abs(np.linalg.det(basis[-1].reshape(3, 3))) < 1e-6:
        raise PointsUnfit(detail="kit-points-line")
    depth = a @ matrix[2, :2] + matrix[2, 2]
    if not ((depth > 0).all() or (depth < 0).all()):
        raise PointsUnfit(detail="kit-points-order")
    matrix = matrix / matrix.flat[np.abs(matrix).argmax()]
    return np.asarray(matrix)


def project(matrix: Floats, points: Floats) -> NDArray[np.float64]:
    """`points` (n, 2) through the homography `matrix`; NaN for points on or beyond the horizon of its own plane."""
    xy = np.asarray(points, float).reshape(-1, 2)
    mapped = np.concatenate([xy, np.ones((len(xy), 1))], axis=1) @ np.asarray(matrix, float).reshape(3, 3).T
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = mapped[:, :2] / mapped[:, 2:]
    return np.asarray(np.where(np.abs(mapped[:, 2:]) > 1e-12, flat, np.nan))


def undistorted(points: Floats, k1: float, aspect: float) -> NDArray[np.float64]:
    """`points` (n, 2), 0..1 of a picture of width / height `aspect`, where a lens without distortion would show them.

    The division model with one coefficient (A. Fitzgibbon, "Simultaneous linear estimation of multiple view geometry
    and lens distortion", CVPR 2001): from the middle, each point moves out by 1 / (1 + k1 r^2), r in half diagonals.
    k1 < 0: a wide-angle lens, whose straight lines bow outward. K1_LIMIT bounds it, so that nothing folds over.
    """
    xy = np.asarray(points, float).reshape(-1, 2)
    if k1 == 0:
        return xy
    from_middle = (xy - 0.5) * (aspect, 1.0)
    squared = (from_middle**2).sum(axis=1, keepdims=True) / ((aspect**2 + 1) / 4)
    return np.asarray(0.5 + from_middle / (1 + k1 * squared) / (aspect, 1.0))


def _normalized(points: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points with mean 0 and mean distance sqrt(2), and the matrix that makes them so."""
    centre = points.mean(axis=0)
    spread = float(np.linalg.norm(points - centre, axis=1).mean())
    if spread < 1e-9:
        raise PointsUnfit(detail="kit-points-line")
    scale = math.sqrt(2) / spread
    move = np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])
    return (points - centre) * scale, move


def metres_per_degree(latitude_deg: float) -> tuple[float, float]:
    """How long a degree of longitude and one of latitude are there, on the WGS 84 ellipsoid: (east, north).

    Good to a few centimetres within a kilometre, which is as far as a camera's picture is measured.
    """
    a, e2 = 6378137.0, 6.69437999014e-3
    sine = math.sin(math.radians(latitude_deg))
    bend = 1 - e2 * sine * sine
    east = a / math.sqrt(bend) * math.cos(math.radians(latitude_deg))
    north = a * (1 - e2) / bend**1.5
    return math.radians(east), math.radians(north)
