"""Where tracks are and will be: one Kalman filter per box coordinate, for all tracks at once.

The coordinates (centre x, centre y, width, height) are independent, each with a position and a velocity, so that
every step is a closed formula on (n, 4) columns and no matrix is inverted. The model is in continuous time: any
interval between frames is right. Velocity is an Ornstein-Uhlenbeck process: it decays with a time constant, since
nobody walks on for ever in the direction seen a second ago.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.site.track.config import MotionConfig

Floats = NDArray[np.float64]


def to_centre(xyxy: Floats) -> Floats:
    """Boxes x1, y1, x2, y2 (n, 4) as centre x, centre y, width, height."""
    size = xyxy[:, 2:] - xyxy[:, :2]
    return np.hstack((xyxy[:, :2] + size / 2, size))


def to_corners(centre: Floats) -> Floats:
    """Boxes centre x, centre y, width, height (n, 4) as x1, y1, x2, y2."""
    half = centre[:, 2:] / 2
    return np.hstack((centre[:, :2] - half, centre[:, :2] + half))


@dataclass(slots=True)
class Motion:
    """State of n tracks. `position`: (n, 4) pixels, `velocity`: (n, 4) pixels / s; `pp`, `pv`, `vv`: (n, 4) covariances
    of position and velocity, pixels²."""

    position: Floats
    velocity: Floats
    pp: Floats
    pv: Floats
    vv: Floats

    @staticmethod
    def start(centre: Floats, config: MotionConfig) -> Motion:
        """New tracks at the boxes `centre` (n, 4), with unknown velocity."""
        unit = _units(centre)
        return Motion(
            centre.copy(),
            np.zeros_like(centre),
            (unit * _pair(config.measurement_std, config.size_measurement_std)) ** 2,
            np.zeros_like(centre),
            (unit * _pair(config.initial_speed, config.initial_size_speed)) ** 2,
        )

    def predict(self, dt_s: float, config: MotionConfig) -> None:
        """Move all tracks `dt_s` on."""
        kept = float(np.exp(-dt_s / config.velocity_memory_s))
        reach_s = config.velocity_memory_s * (1 - kept)
        power = (_units(self.position) * _pair(config.acceleration, config.size_acceleration)) ** 2
        self.position += reach_s * self.velocity
        np.maximum(self.position[:, 2:], 1.0, out=self.position[:, 2:])
        self.pp += reach_s * (2 * self.pv + reach_s * self.vv) + power * (dt_s**3 / 3)
        self.pv = kept * (self.pv + reach_s * self.vv) + power * (dt_s**2 / 2)
        self.vv = kept**2 * self.vv + power * dt_s
        self.velocity *= kept

    def correct(self, rows: NDArray[np.intp], centre: Floats, config: MotionConfig) -> None:
        """Let the tracks `rows` (k,) have been seen at the boxes `centre` (k, 4)."""
        noise = (_units(centre) * _pair(config.measurement_std, config.size_measurement_std)) ** 2
        pp, pv = self.pp[rows], self.pv[rows]
        total = pp + noise
        gain_p, gain_v = pp / total, pv / total
        innovation = centre - self.position[rows]
        self.position[rows] += gain_p * innovation
        self.velocity[rows] += gain_v * innovation
        self.vv[rows] -= gain_v * pv
        self.pv[rows] = (1 - gain_p) * pv
        self.pp[rows] = (1 - gain_p) * pp

    def select(self, keep: NDArray[np.bool_]) -> None:
        """Forget the tracks that `keep` leaves out."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name)[keep])

    def extend(self, other: Motion) -> None:
        """Add the tracks of `other` behind ours."""
        for name in self.__slots__:
            setattr(self, name, np.concatenate((getattr(self, name), getattr(other, name))))


def _units(centre: Floats) -> Floats:
    """Size of each box, (n, 1) pixels: what its movement and its noise are measured in."""
    return np.sqrt(np.maximum(centre[:, 2:3] * centre[:, 3:4], 1.0))


def _pair(place: float, size: float) -> Floats:
    return np.array((place, place, size, size))
