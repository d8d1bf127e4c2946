"""Where tracks are and will be: one Kalman filter per box coordinate, for all tracks at once.

The coordinates (centre x, centre y, width, height) are independent, each with a position and a velocity, so that
every step is a closed formula on (4, n) arrays and no matrix is inverted; prediction is one product with one small
matrix for all coordinates of all tracks. The model is in continuous time: any
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

_INNOVATION_LIMIT = 2.0  # standard deviations; one wild match must not teach the noise
_POSITION, _VELOCITY, _PP, _PV, _VV, _POWER, _INNOVATION = range(7)  # the rows of the state

_TO_CENTRE = np.array(((0.5, 0, 0.5, 0), (0, 0.5, 0, 0.5), (-1, 0, 1, 0), (0, -1, 0, 1)))
_TO_CORNERS = np.array(((1.0, 0, -0.5, 0), (0, 1, 0, -0.5), (1, 0, 0.5, 0), (0, 1, 0, 0.5)))


def to_centre(xyxy: Floats) -> Floats:
    """Boxes x1, y1, x2, y2 (4, n) as centre x, centre y, width, height."""
    centre: Floats = np.dot(_TO_CENTRE, xyxy)
    return centre


def to_corners(centre: Floats) -> Floats:
    """Boxes centre x, centre y, width, height (4, n) as x1, y1, x2, y2."""
    corners: Floats = np.dot(_TO_CORNERS, centre)
    return corners


def sizes(centre: Floats) -> Floats:
    """sqrt(width x height) of each box, (n,) pixels."""
    size: Floats = np.sqrt(centre[2] * centre[3])
    return size


class Motion:
    """The state of n tracks, `_state` (7, 4, n): position, velocity, their covariances pp, pv, vv (pixels, seconds),
    the power of the noise that drives them (pixels² / s³, as of the last prediction), and the last innovation in
    standard deviations (0 where the last frame gave none)."""

    def __init__(self, config: MotionConfig) -> None:
        self._config = config
        self._state = np.zeros((7, 4, 0))
        self._step = np.eye(7)
        self._log_noise = math.log(config.position_noise)
        self._log_limits = math.log(config.least_position_noise), math.log(config.most_position_noise)
        self._noise_ratio = _squares(1.0, config.size_noise_ratio)
        self._agility = _squares(config.acceleration, config.size_acceleration)
        self._initial = _squares(config.initial_speed, config.initial_size_speed)

    @property
    def position(self) -> Floats:
        """Centre x, centre y, width, height of each track (4, n), a view."""
        position: Floats = self._state[_POSITION]
        return position

    @property
    def velocity(self) -> Floats:
        """Their change per second (4, n), a view."""
        velocity: Floats = self._state[_VELOCITY]
        return velocity

    @property
    def place_std(self) -> Floats:
        """Uncertainty of each centre (n,), pixels."""
        std: Floats = np.sqrt(self._state[_PP, 0])
        return std

    @property
    def position_noise(self) -> float:
        """What has been learned: std of a detection's centre in sizes, given the agility that the settings assume."""
        return math.exp(self._log_noise)

    def predict(self, dt_s: float) -> None:
        """Move all tracks `dt_s` on."""
        before = self._state
        _, _, width, height = before[_POSITION]
        np.multiply(width * height, self._agility, out=before[_POWER])
        now = np.dot(self._step_of(dt_s), before.reshape(7, -1)).reshape(before.shape)
        shape = now[_POSITION, 2:]
        np.maximum(shape, 1.0, out=shape)
        self._state = now

    def _step_of(self, dt_s: float) -> Floats:
        """The matrix (7, 7) that takes the state's rows `dt_s` on."""
        kept = math.exp(-dt_s / self._config.velocity_memory_s)
        reach_s = self._config.velocity_memory_s * (1 - kept)
        step = self._step
        step[_POSITION, _VELOCITY] = reach_s
        step[_VELOCITY, _VELOCITY] = kept
        step[_PP, _PV] = 2 * reach_s
        step[_PP, _VV] = reach_s * reach_s
        step[_PP, _POWER] = dt_s**3 / 3
        step[_PV, _PV] = kept
        step[_PV, _VV] = kept * reach_s
        step[_PV, _POWER] = dt_s**2 / 2
        step[_VV, _VV] = kept * kept
        step[_VV, _POWER] = dt_s
        return step

    def correct(self, seen: Floats, doubt: Floats) -> None:
        """Let each track have been seen at the box `seen` (4, n), and learn the noise from it.

        `doubt` (n,): how many times the usual variance that sight has; infinite for a track that was not seen, whose
        box then does not matter.
        """
        position, velocity, pp, pv, vv, _, before = self._state
        total = seen[2] * seen[3] * doubt * (self.position_noise**2 * self._noise_ratio)
        total += pp
        innovation = seen - position
        scaled = innovation / np.sqrt(total)
        np.maximum(scaled, -_INNOVATION_LIMIT, out=scaled)
        np.minimum(scaled, _INNOVATION_LIMIT, out=scaled)
        self._learn(float(np.vdot(scaled, before)))
        before[:] = scaled
        gain_p, gain_v = pp / total, pv / total
        position += gain_p * innovation
        velocity += gain_v * innovation
        vv -= gain_v * pv
        pp -= gain_p * pp
        pv -= gain_p * pv

    def miss(self) -> None:
        """Let no track have been seen."""
        self._state[_INNOVATION] = 0.0

    def shift(self, x: float, y: float) -> None:
        """Move all tracks by so many pixels."""
        self._state[_POSITION, :2] += ((x,), (y,))

    def start(self, centre: Floats, drift: tuple[float, float]) -> None:
        """Add tracks at the boxes `centre` (4, k), moving like `drift` (x, y), sizes per second."""
        area = centre[2] * centre[3]
        new = np.zeros((7, *centre.shape))
        new[_POSITION] = centre
        new[_VELOCITY, :2] = np.multiply.outer(drift, np.sqrt(area))
        new[_PP] = area * (self.position_noise**2 * self._noise_ratio)
        new[_VV] = area * self._initial
        self._state = np.concatenate((self._state, new), axis=2)

    def keep(self, which: list[int]) -> None:
        """Forget all tracks but `which`, ascending."""
        self._state = self._state.take(which, axis=2)

    def _learn(self, agreement: float) -> None:
        step = min(0.3, max(-0.3, self._config.noise_learning * agreement))
        low, high = self._log_limits
        self._log_noise = min(high, max(low, self._log_noise - step))


def _squares(place: float, shape: float) -> Floats:
    """Variances (4, 1) from standard deviations of the centre's coordinates and of width and height."""
    return np.array(((place,), (place,), (shape,), (shape,))) ** 2
