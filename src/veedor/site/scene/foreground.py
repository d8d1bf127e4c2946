"""Things that were not there before and do not move: two rates of background, after Porikli, Ivanov and Haga,
"Robust Abandoned Object Detection Using Dual Foregrounds" (EURASIP, 2008); here the fast one is a clock per cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections, ObjectClass
from veedor.site.scene.grid import Mask, Plane, correlation, edges

CONFIDENCE = 0.9  # of a static object: there is no network to ask
TONES = 8
MOST_FIRST = 16
LEAST_TEXTURE = 4.0  # grey levels of variation that a place needs, to be known again in another light
RELIT_SHARE = 0.3  # of a change that other light may leave unexplained


@dataclass(frozen=True, slots=True)
class ForegroundConfig:
    learn_s: float = 8.0
    memory_s: float = 60.0  # how fast the background follows slow change
    min_change: float = 12.0  # grey levels between a thing and what is behind it
    noise_factor: float = 4.0
    steady: float = 6.0  # grey levels within which a thing that stands still stays
    static_s: float = 5.0  # a thing stands so long before it counts
    forget_s: float = 1800.0  # after that it is part of the view
    min_side_cells: int = 3
    max_share: float = 0.1  # of the picture: larger static change is light, or another view
    cut_share: float = 0.15  # of cells changed at once: another light
    flash: float = 10.0  # grey levels by which the whole picture changes from one to the next: another light


class StaticForeground:
    """Finds static objects in one camera's pictures."""

    def __init__(self, config: ForegroundConfig = ForegroundConfig()) -> None:
        self._config = config
        self.reset()

    def reset(self) -> None:
        """The next picture begins a new background."""
        self._background: Plane = np.zeros((0, 0), np.float32)
        self._before: Plane = self._background
        self._noise: Plane = self._background
        self._static_s: Plane = self._background
        self._age_s = 0.0
        self._first: list[Plane] = []  # pictures to learn from; NaN where somebody moved

    def update(self, small: Plane, moving: Mask, dt_s: float) -> Detections:
        """Static objects in `small` (grey levels per cell), boxes in cells. `moving`: cells of people and vehicles."""
        config = self._config
        if small.shape != self._background.shape:
            self.reset()
            self._background = self._before = small
            self._noise, self._static_s = np.zeros_like(small), np.zeros_like(small)
            self._keep_first(small, moving)
            return Detections.empty()
        self._age_s += dt_s
        lit = _relit(self._background, small)
        difference = np.asarray(np.abs(small - lit), np.float32)
        step = np.asarray(np.abs(small - _relit(self._before, small)), np.float32)
        flash = float(np.abs(np.median(small - self._before))) > config.flash
        self._before = small
        changed = difference > np.maximum(config.min_change, config.noise_factor * self._noise)
        if self._age_s < config.learn_s:
            self._learn(small, difference, ~moving, max(0.2, dt_s / config.learn_s))
            self._keep_first(small, moving)
            return Detections.empty()
        if self._first:
            self._begin(lit)
            return Detections.empty()
        if flash or (changed & ~moving).mean() > config.cut_share:
            # Lamps, dawn, a camera that switches to infrared: the ground is what is seen now, but for what stood on it.
            standing = self._static_s >= config.static_s
            self._background = np.asarray(np.where(standing, lit, small), np.float32)
            return self._objects(small, self._background)
        self._keep_time(changed, step, moving, dt_s)
        self._learn(small, difference, ~changed & ~moving, 1 - math.exp(-dt_s / config.memory_s))
        return self._objects(small, lit)

    def _keep_first(self, small: Plane, moving: Mask) -> None:
        if len(self._first) < MOST_FIRST:
            self._first.append(np.where(moving, np.float32(np.nan), small))

    def _begin(self, lit: Plane) -> None:
        """The ground is what most of the first pictures showed: an insect on the lens, or the light of a car, that
        passed meanwhile is no part of it."""
        first = np.sort(np.stack(self._first), axis=0)  # NaN last
        count = np.count_nonzero(~np.isnan(first), axis=0)
        middle = np.take_along_axis(first, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
        self._background = np.asarray(np.where(count > 0, middle, lit), np.float32)
        self._first = []

    def _keep_time(self, changed: Mask, step: Plane, moving: Mask, dt_s: float) -> None:
        """Per cell, how long it has shown one thing that is not the background. Whoever passes in front stops the
        clock, and does not set it back."""
        steady = changed & (step <= self._config.steady)
        waited = np.where(steady, self._static_s + dt_s, 0.0)
        self._static_s = np.asarray(np.where(moving, self._static_s, waited), np.float32)
        self._absorb(np.asarray(self._static_s > self._config.forget_s), self._before)

    def _learn(self, small: Plane, difference: Plane, where: Mask, gain: float) -> None:
        share: Plane = np.asarray(min(1.0, gain) * where, np.float32)
        self._background = np.asarray(self._background + share * (small - self._background), np.float32)
        excess = np.minimum(difference, np.float32(self._config.min_change)) - self._noise
        self._noise = np.asarray(self._noise + share * excess, np.float32)

    def _absorb(self, cells: Mask, small: Plane) -> None:
        """What `cells` show is the background from now on."""
        self._background = np.asarray(np.where(cells, small, self._background), np.float32)
        self._static_s = np.asarray(np.where(cells, 0, self._static_s), np.float32)

    def _objects(self, small: Plane, lit: Plane) -> Detections:
        config = self._config
        static = self._static_s >= config.static_s
        if not static.any():
            return Detections.empty()
        closed = cv2.morphologyEx(static.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        now, then = edges(small), edges(lit)
        boxes = []
        for label in range(1, count):
            x, y, width, height, cells = stats[label].tolist()
            if min(width, height) < config.min_side_cells or cells > config.max_share * small.size:
                continue
            blob = labels == label
            if self._is_thing(blob, now, then, small):
                boxes.append((x, y, x + width, y + height))
            else:  # what went away, or light: it is the background from now on
                self._absorb(blob, small)
        return _as_objects(np.array(boxes, np.float32).reshape(-1, 4))

    def _is_thing(self, blob: Mask, now: Plane, then: Plane, small: Plane) -> bool:
        """Whether `blob` came, rather than went or is a patch of light.

        A thing has an outline of its own; what went away took its outline along. A patch of light or shade shows
        the ground's own texture, lighter or darker.
        """
        grown = cv2.dilate(blob.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
        core = cv2.erode(blob.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
        outline = grown & ~core
        if float(now[outline].sum()) <= 1.05 * float(then[outline].sum()):
            return False
        texture = float(self._background[core].std()) if core.sum() >= 12 else 0.0
        if texture > 4.0 and correlation(small, self._background, core) > 0.9:
            return False
        return not _is_relit(self._background[grown], small[grown])


def _is_relit(before: Plane, now: Plane) -> bool:
    """Whether what `now` (n,) differs from `before` is its contrast and brightness alone: the rain has stopped, and a
    white van that stands there all the time is whiter. What is new on the ground follows nothing that was there."""
    x, y = before - before.mean(), now - now.mean()
    spread = float(x @ x)
    if spread < len(x) * LEAST_TEXTURE**2:
        return False
    left = y - x * (float(x @ y) / spread)
    change = now - before
    return float(left @ left) < RELIT_SHARE**2 * float(change @ change)


def _relit(before: Plane, now: Plane) -> Plane:
    """`before` under the light of `now`: one tone curve for the whole picture (exposure, gamma, clouds), through the
    median grey of `now` in each of TONES equal shares of `before`'s cells, from the darkest to the lightest."""
    x, y = before[::2, ::2].ravel(), now[::2, ::2].ravel()
    count = len(x) // TONES * TONES
    order = np.argsort(x)[:count]
    tones, seen = (np.median(values[order].reshape(TONES, -1), axis=1) for values in (x, y))
    ends = np.array([0.0, 255.0])
    tones_all = np.concatenate([ends[:1], tones, ends[1:]])
    shift = np.concatenate([seen[:1] - tones[:1], seen - tones, seen[-1:] - tones[-1:]])
    return np.asarray(before + np.interp(before, tones_all, shift), np.float32)


def _as_objects(boxes: NDArray[np.float32]) -> Detections:
    count = len(boxes)
    return Detections(boxes, np.full(count, CONFIDENCE, np.float32), np.full(count, int(ObjectClass.OBJECT), np.int32))
