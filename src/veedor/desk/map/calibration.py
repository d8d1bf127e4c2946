"""From pairs of points, one on the picture and one on the map, to a calibration of the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import K1_LIMIT, PointsUnfit, homography, metres_per_degree, project, undistorted
from veedor.model.camera import Calibration, GroundPair

MAX_REACH_M = 5000.0
LENS_PAIRS = 8  # a homography has 8 unknowns, four pairs; half as many again must speak of the lens
_LENS_GAIN = 0.3  # of the error of pairs left out that may remain; clicks beside alone leave 0.35 and more of it
_STEPS = 21

Floats = NDArray[np.float64]


def calibrate(
    pairs: tuple[GroundPair, ...], *, lens: bool = False, aspect: float = 16 / 9
) -> tuple[Calibration, list[float]]:
    """The calibration that fits `pairs` best, and how far off each is, in metres. Raises PointsUnfit.

    `lens`: also estimate the lens's distortion, in a picture of width / height `aspect`: from LENS_PAIRS pairs on, and
    only where pairs that are left out of the fit are met better with it than without.
    """
    if len(pairs) < 4:
        raise PointsUnfit(detail="kit-points-few")
    if lens and len(pairs) < LENS_PAIRS:
        raise PointsUnfit(detail="map-points-lens")
    latitude = float(np.mean([one.latitude_deg for one in pairs]))
    longitude = float(np.mean([one.longitude_deg for one in pairs]))
    east_m, north_m = metres_per_degree(latitude)
    picture = np.array([(one.x, one.y) for one in pairs])
    degrees = np.array([(one.longitude_deg - longitude, one.latitude_deg - latitude) for one in pairs])
    ground = degrees * (east_m, north_m)
    if np.abs(ground).max() > MAX_REACH_M:
        raise PointsUnfit(detail="map-points-far")
    k1 = _lens(picture, ground, aspect) if lens else 0.0
    straight = undistorted(picture, k1, aspect)
    matrix = homography(straight, ground)
    off_m = np.linalg.norm(project(matrix, straight) - ground, axis=1)
    if not np.isfinite(off_m).all():
        raise PointsUnfit(detail="kit-points-order")
    calibration = Calibration(
        pairs=pairs,
        matrix=tuple(float(one) for one in matrix.ravel()),
        origin_latitude_deg=latitude,
        origin_longitude_deg=longitude,
        rms_m=float(np.sqrt(np.mean(off_m**2))),
        k1=k1,
        aspect=aspect,
    )
    return calibration, [round(float(one), 3) for one in off_m]


def _lens(picture: Floats, ground: Floats, aspect: float) -> float:
    """The coefficient that fits best, found on a grid that narrows twice; 0 where it does not earn its place."""
    middle, reach = 0.0, K1_LIMIT
    for _ in range(3):
        tried = np.clip(np.linspace(middle - reach, middle + reach, _STEPS), -K1_LIMIT, K1_LIMIT)
        middle = float(min(tried, key=lambda one: _error(picture, ground, float(one), aspect)))
        reach *= 2 / (_STEPS - 1)
    with_it, without = (_left_out(picture, ground, one, aspect) for one in (middle, 0.0))
    return round(middle, 5) if with_it < _LENS_GAIN * without else 0.0


def _error(picture: Floats, ground: Floats, k1: float, aspect: float) -> float:
    """Sum of squares in metres; infinite where nothing fits."""
    straight = undistorted(picture, k1, aspect)
    try:
        off = project(homography(straight, ground), straight) - ground
    except PointsUnfit:
        return float("inf")
    total = float((off**2).sum())
    return total if np.isfinite(total) else float("inf")


def _left_out(picture: Floats, ground: Floats, k1: float, aspect: float) -> float:
    """Root mean square error of each pair under the fit of all the others, in metres."""
    straight = undistorted(picture, k1, aspect)
    squares = []
    for one in range(len(picture)):
        kept = np.arange(len(picture)) != one
        try:
            off = project(homography(straight[kept], ground[kept]), straight[~kept]) - ground[~kept]
        except PointsUnfit:
            continue  # this pair alone fixes the map: it cannot be left out
        squares.append(float((off**2).sum()))
    return float(np.sqrt(np.mean(squares))) if squares and np.isfinite(squares).all() else float("inf")
