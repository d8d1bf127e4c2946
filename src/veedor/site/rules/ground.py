"""Metres on the ground, where a camera is calibrated: flat ground, one homography."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import project, undistorted
from veedor.model.camera import Calibration

BODY_M = 1.7  # a standing person, where body heights and metres must be compared


@dataclass(frozen=True, slots=True)
class Ground:
    """`matrix`: 3x3 by rows, from (x, y, 1), 0..1 of the picture, to metres. `stale`: not to be trusted any more.
    `k1`, `aspect`: the lens's distortion (`kit.geometry.undistorted`), taken out first."""

    matrix: tuple[float, ...]
    stale: bool = False
    k1: float = 0.0
    aspect: float = 16 / 9

    @staticmethod
    def of(calibration: Calibration | None) -> Ground | None:
        if calibration is None:
            return None
        return Ground(calibration.matrix, calibration.stale, calibration.k1, calibration.aspect)

    def metres(self, points_norm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) metres of `points_norm` (n, 2); NaN on the horizon and beyond."""
        return project(np.asarray(self.matrix), undistorted(points_norm, self.k1, self.aspect))
