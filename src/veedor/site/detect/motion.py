"""What changed since the detector last looked there: a cheap gate on luma, one per camera.

Instead of a model of the background it keeps, cell by cell, the picture that the detector saw last. A cell that
still looks the same holds what the detector found there; a cell that differs must be looked at. That one comparison
serves movement, arrivals, departures and things that stop, and it leaves no ghosts to be absorbed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """Grey levels are of 0..255, after averaging over a cell, which leaves little of the sensor's noise."""

    cell_px: int = 4  # of a picture up to `max_columns` cells wide; larger pictures have larger cells
    max_columns: int = 200
    min_change: float = 8.0  # a smaller difference is never a change
    noise_factor: float = 4.0  # nor is one below this many mean deviations of that cell
    noise_memory_s: float = 4.0
    drift_memory_s: float = 8.0  # how fast slow change (sun, clouds) is forgiven
    learn_every_s: float = 0.75
    cut_share: float = 0.6  # more cells changed at once than this: the light went on, or the camera turned


class MotionGate:
    """Compares pictures of one camera. `columns`, `rows`: cells of the grid, known after the first `changed`."""

    def __init__(self, config: MotionConfig = MotionConfig()) -> None:
        self._config = config
        self.reset()

    def reset(self) -> None:
        """The next picture is the first."""
        self._now = np.zeros((0, 0), np.float32)
        self._seen = self._now
        self._noise = self._now
        self._before = self._now
        self._unlearned_s = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)"""
        return int(self._now.shape[0]), int(self._now.shape[1])

    def changed(self, luma: NDArray[np.uint8], dt_s: float) -> Cells | None:
        """Cells (rows, columns) that differ from what was last marked seen; None for the first picture of its size.

        `dt_s`: seconds since the picture before.
        """
        height, width = luma.shape
        cell = max(self._config.cell_px, math.ceil(width / self._config.max_columns))
        size = max(1, width // cell), max(1, height // cell)
        now = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        if now.shape != self._now.shape:
            self._now = self._seen = self._before = now
            self._noise = np.zeros_like(now)
            return None
        self._before, self._now = self._now, now
        difference = self._difference(now, self._seen)
        limit = np.maximum(self._config.noise_factor * self._noise, self._config.min_change)
        changed = np.asarray(difference > limit)
        self._unlearned_s += dt_s
        if self._unlearned_s >= self._config.learn_every_s:
            self._learn(changed, self._unlearned_s)
            self._unlearned_s = 0.0
        return changed

    def mark_seen(self, cells: Cells | None) -> None:
        """The detector looks at `cells` of the newest picture (None: at all of it)."""
        self._seen = self._now if cells is None else np.where(cells, self._now, self._seen)

    def is_cut(self, changed: Cells) -> bool:
        """Whether so much changed at once that nothing known of this view holds."""
        return bool(changed.mean() > self._config.cut_share)

    def _learn(self, changed: Cells, dt_s: float) -> None:
        """Noise from picture to picture, and slow drift, both of cells where nothing happens."""
        quiet = ~changed
        step = self._difference(self._now, self._before)
        gain = np.float32(1 - math.exp(-dt_s / self._config.noise_memory_s))
        # A step beyond the limit in a quiet cell is the edge of something passing, not noise.
        step = np.minimum(step, self._config.min_change)
        self._noise = self._noise + gain * quiet * (step - self._noise)
        gain = np.float32(1 - math.exp(-dt_s / self._config.drift_memory_s))
        self._seen = self._seen + gain * quiet * (self._now - self._seen)

    @staticmethod
    def _difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """|a - b| less what the whole picture got lighter or darker: lamps that flicker, automatic exposure."""
        difference = a - b
        sample = difference[::3, ::3].ravel()
        middle = sample.size // 2
        difference -= np.partition(sample, middle)[middle]  # the median, for a quarter of np.median's time
        return np.asarray(np.abs(difference, out=difference), np.float32)
