"""Zones and tripwires as rules use them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ring = tuple[tuple[float, float], ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A named polygon in 0..1 of the picture; name and ring are empty for the whole picture."""

    name: str | None
    ring: Ring
    _edges: tuple[Floats, Floats, Floats, Floats] = field(init=False, repr=False)  # x, y, next y, slope: (k,) each

    def __post_init__(self) -> None:
        x, y = np.asarray(self.ring, np.float64).reshape(-1, 2).T
        rise = np.roll(y, -1) - y
        slope = (np.roll(x, -1) - x) / np.where(rise == 0, 1.0, rise)
        object.__setattr__(self, "_edges", (x, y, np.roll(y, -1), slope))

    def holds(self, points_norm: Floats) -> NDArray[np.bool_]:
        """Which of `points_norm` (n, 2) lie inside, by the even-odd rule: (n,) bool. `kit.geometry.points_in_polygon`
        with the edges made once: this runs for each zone and frame."""
        if not self.ring:
            return np.ones(len(points_norm), np.bool_)
        x, y, next_y, slope = self._edges
        px, py = points_norm[:, :1], points_norm[:, 1:]
        crossed = ((y > py) != (next_y > py)) & (px < x + (py - y) * slope)
        inside: NDArray[np.bool_] = np.logical_xor.reduce(crossed, axis=1)
        return inside


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """A named line from `start` to `end`, 0..1 of the picture."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]


WHOLE_PICTURE = Zone(None, ())
