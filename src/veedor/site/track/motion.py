"""Where tracks are and will be: one Kalman filter per box coordinate, for all tracks at once.

The coordinates (centre x, centre y, width, height) are independent, each with a position and a velocity, so that
every step is a closed formula on (n, 4) arrays and no matrix is inverted. The model is in continuous time: any
interval between frames is right. Velocity is an Ornstein-Uhlenbeck process: it decays slowly, since nobody walks
on for ever in the direction seen a second ago.

How noisy a detector is, against how agile the things it sees, differs between cameras more than anything else here,
so it is learned. With the right noise, what a track did not foresee of one frame (the innovation) tells nothing about
the next (R. K. Mehra, 1970). If successive innovations agree, the filter is too slow: the noise is less than thought.
If they oppose each other, it runs after noise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from veedor.site.track.config import MotionConfig

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_INNOVATION_LIMIT = 2.0  # standard deviations; one wild match must not teach the noise


def to_centre(xyxy: Floats) -> Floats:
    """Boxes x1, y1, x2, y2 (n, 4) as centre x, centre y, width, height."""
    centre = np.empty_like(xyxy)
    np.subtract(xyxy[:, 2:], xyxy[:, :2], out=centre[:, 2:])
    np.multiply(xyxy[:, :2] + xyxy[:, 2:], 0.5, out=centre[:, :2])
    return centre


def to_corners(centre: Floats) -> Floats:
    """Boxes centre x, centre y, width, height (n, 4) as x1, y1, x2, y2."""
    corners = np.empty_like(centre)
    half = centre[:, 2:] * 0.5
    np.subtract(centre[:, :2], half, out=corners[:, :2])
    np.add(centre[:, :2], half, out=corners[:, 2:])
    return corners


def sizes(centre: Floats) -> Floats:
    """sqrt(width x height) of each box, (n,) pixels."""
    return np.sqrt(centre[:, 2] * centre[:, 3])


class Motion:
    """The state of n tracks, `_state` (6, n, 4): position, velocity, their covariances pp, pv, vv (pixels, seconds),
    and the last innovation in standard deviations (0 where the last frame gave none)."""

    def __init__(self, config: MotionConfig) -> None:
        self._config = config
        self._state = np.zeros((6, 0, 4))
        self._log_noise = math.log(config.position_noise)
        self._noise_ratio = np.array((1.0, 1.0, config.size_noise_ratio, config.size_noise_ratio)) ** 2
        self._power = np.array((config.acceleration,) * 2 + (config.size_acceleration,) * 2) ** 2
        self._initial = np.array((config.initial_speed,) * 2 + (config.initial_size_speed,) * 2) ** 2

    @property
    def position(self) -> Floats:
        """Centre x, centre y, width, height of each track (n, 4), a view."""
        return np.asarray(self._state[0])

    @property
    def velocity(self) -> Floats:
        """Their change per second (n, 4), a view."""
        return np.asarray(self._state[1])

    @property
    def place_std(self) -> Floats:
        """Uncertainty of each centre (n,), pixels."""
        return np.sqrt(self._state[2, :, 0])

    @property
    def position_noise(self) -> float:
        """What has been learned: std of a detection's centre in sizes, given the agility that the settings assume."""
        return math.exp(self._log_noise)

    def predict(self, dt_s: float) -> None:
        """Move all tracks `dt_s` on."""
        position, velocity, pp, pv, vv, _ = self._state
        kept = math.exp(-dt_s / self._config.velocity_memory_s)
        reach_s = self._config.velocity_memory_s * (1 - kept)
        power = (position[:, 2] * position[:, 3])[:, None] * self._power
        position += reach_s * velocity
        np.maximum(position[:, 2:], 1.0, out=position[:, 2:])
        pp += reach_s * (2 * pv + reach_s * vv) + power * (dt_s**3 / 3)
        pv += reach_s * vv
        pv *= kept
        pv += power * (dt_s**2 / 2)
        vv *= kept**2
        vv += power * dt_s
        velocity *= kept

    def correct(self, rows: Indices, centre: Floats, confidence: Floats) -> None:
        """Let the tracks `rows` (k,) have been seen at the boxes `centre` (k, 4), and learn the noise from it."""
        if len(rows) == 0:
            self._state[5] = 0.0
            return
        position, velocity, pp, pv, vv, before = self._state[:, rows]
        total = pp + self._noise(centre) * (2.0 - confidence)[:, None] ** 2
        gain_p, gain_v = pp / total, pv / total
        innovation = centre - position
        scaled = innovation / np.sqrt(total)
        np.minimum(np.maximum(scaled, -_INNOVATION_LIMIT, out=scaled), _INNOVATION_LIMIT, out=scaled)
        self._learn(float(np.vdot(scaled, before)))
        self._state[5] = 0.0
        self._state[:, rows] = (
            position + gain_p * innovation,
            velocity + gain_v * innovation,
            pp - gain_p * pp,
            pv - gain_p * pv,
            vv - gain_v * pv,
            scaled,
        )

    def start(self, centre: Floats, drift: Floats) -> None:
        """Add tracks at the boxes `centre` (k, 4), moving like `drift` (2,), sizes per second."""
        area = (centre[:, 2] * centre[:, 3])[:, None]
        new = np.zeros((6, len(centre), 4))
        new[0] = centre
        new[1, :, :2] = np.sqrt(area) * drift
        new[2] = self._noise(centre)
        new[4] = area * self._initial
        self._state = np.concatenate((self._state, new), axis=1)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget the tracks that `which` leaves out."""
        self._state = self._state[:, which]

    def _noise(self, centre: Floats) -> Floats:
        """Variance of detections at `centre`, (k, 4) pixels²."""
        area = (centre[:, 2] * centre[:, 3])[:, None]
        return np.asarray(area * (self.position_noise**2 * self._noise_ratio))

    def _learn(self, agreement: float) -> None:
        config = self._config
        step = min(0.3, max(-0.3, config.noise_learning * agreement))
        low, high = math.log(config.least_position_noise), math.log(config.most_position_noise)
        self._log_noise = min(high, max(low, self._log_noise - step))
