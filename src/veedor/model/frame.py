"""A decoded picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture, planar 4:2:0.

    `i420`: (height * 3 // 2, width) uint8, width and height even; the luma plane is its first `height` rows.
    `media_s`: seconds on the stream's own clock (PTS), within `session`; `index` counts decoded frames.
    """

    camera_id: str
    session: int
    index: int
    media_s: float
    captured_at: datetime
    i420: NDArray[np.uint8]

    @property
    def width(self) -> int:
        return int(self.i420.shape[1])

    @property
    def height(self) -> int:
        return int(self.i420.shape[0]) * 2 // 3

    @property
    def luma(self) -> NDArray[np.uint8]:
        """(height, width) uint8, a view."""
        return self.i420[: self.height]
