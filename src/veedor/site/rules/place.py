"""Zones and tripwires as rules use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import points_in_polygon

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A named polygon in 0..1 of the picture; name and ring are empty for the whole picture."""

    name: str | None
    ring: Ring

    def holds(self, points_norm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of `points_norm` (n, 2) lie inside: (n,) bool."""
        if not self.ring:
            return np.ones(len(points_norm), np.bool_)
        return points_in_polygon(points_norm, np.asarray(self.ring))


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """A named line from `start` to `end`, 0..1 of the picture."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]


WHOLE_PICTURE = Zone(None, ())
