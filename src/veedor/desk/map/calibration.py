"""From pairs of points, one on the picture and one on the map, to a calibration of the camera."""

from __future__ import annotations

import numpy as np

from veedor.kit.geometry import PointsUnfit, homography, metres_per_degree, project
from veedor.model.camera import Calibration, GroundPair

MAX_REACH_M = 5000.0


def calibrate(pairs: tuple[GroundPair, ...]) -> tuple[Calibration, list[float]]:
    """The calibration that fits `pairs` best, and how far off each is, in metres. Raises PointsUnfit."""
    if len(pairs) < 4:
        raise PointsUnfit(detail="kit-points-few")
    latitude = float(np.mean([one.latitude_deg for one in pairs]))
    longitude = float(np.mean([one.longitude_deg for one in pairs]))
    east_m, north_m = metres_per_degree(latitude)
    picture = np.array([(one.x, one.y) for one in pairs])
    degrees = np.array([(one.longitude_deg - longitude, one.latitude_deg - latitude) for one in pairs])
    ground = degrees * (east_m, north_m)
    if np.abs(ground).max() > MAX_REACH_M:
        raise PointsUnfit(detail="map-points-far")
    matrix = homography(picture, ground)
    off_m = np.linalg.norm(project(matrix, picture) - ground, axis=1)
    if not np.isfinite(off_m).all():
        raise PointsUnfit(detail="kit-points-order")
    calibration = Calibration(
        pairs=pairs,
        matrix=tuple(float(one) for one in matrix.ravel()),
        origin_latitude_deg=latitude,
        origin_longitude_deg=longitude,
        rms_m=float(np.sqrt(np.mean(off_m**2))),
    )
    return calibration, [round(float(one), 3) for one in off_m]
