"""Whether a camera still sees what it normally sees: turned, out of focus, covered, frozen.

All comparisons are with a learned picture of the view, block by block and blind to gain and offset, so that clouds,
dusk and automatic exposure change none of them. The learned picture follows slow change only while nothing is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.model.scene import SceneFacts
from veedor.site.scene.grid import Mask, Plane, block_correlation, blocks, correlation, edges


@dataclass(frozen=True, slots=True)
class ViewConfig:
    learn_s: float = 8.0
    learn_pictures: int = 6
    memory_s: float = 60.0  # how fast the learned view follows slow change
    relearn_s: float = 900.0  # a view that stays another for so long is the new normal
    structure: float = 2.0  # grey levels of variation that a block needs to say anything
    lost_correlation: float = 0.3  # a block below this shows something else than it did
    faint: float = 0.35  # contrast, against normal, below which a lost block is covered rather than another view
    changed: float = 0.25  # share of lost blocks from which on the view may have moved
    shift_credible: float = 0.4  # correlation of the shifted view that makes a shift credible ...
    shift_certain: float = 0.55  # ... also where the alternative is another view altogether
    no_resemblance: float = 0.6  # share of lost blocks: the camera looks elsewhere
    min_blocks: int = 10  # of 144; a view with less structure is not judged
    same_level: float = 0.05  # grey levels by which cells of the very same picture may differ
    same_share: float = 0.997  # of cells that are the same in a frozen picture: a clock may tick in it


class ViewMonitor:
    """Learns one camera's normal view and measures each picture against it. About 0.3 MB."""

    def __init__(self, config: ViewConfig = ViewConfig()) -> None:
        self._config = config
        self.restarts = 0  # how often it has begun to learn
        self.reset()

    def reset(self) -> None:
        """Learn afresh."""
        self._pictures = 0
        self._age_s = 0.0
        self._wrong_s = 0.0
        self._frozen_s = 0.0
        self._view: Plane = np.zeros((0, 0), np.float32)
        self._edges = self._fine = self._anchor = self._view
        self.restarts += 1

    def update(self, luma: NDArray[np.uint8], small: Plane, moving: Mask, dt_s: float) -> SceneFacts:
        """Facts of a picture `dt_s` after the one before. `small`: its `shrink`; `moving`: cells to leave out."""
        if small.shape != self._view.shape:
            self.reset()
            self._anchor = small
        contours, fine = edges(small), _fine_energy(luma)
        self._age_s += dt_s
        self._note_frozen(small, dt_s)
        if self._pictures < self._config.learn_pictures or self._age_s < self._config.learn_s:
            if self._pictures and self._lost_share(small, moving) > self._config.no_resemblance:
                frozen_s = self._frozen_s
                self.reset()  # no view yet: a film with cuts, a camera on its tour
                self._anchor, self._frozen_s = small, frozen_s
            self._pictures += 1
            self._follow(small, contours, fine, 1.0 / self._pictures)
            return SceneFacts(learned=False, frozen_s=self._frozen_s)
        facts = self._measure(small, contours, fine, moving)
        self._learn(facts, small, contours, fine, dt_s)
        return facts

    # -- learning

    def _follow(self, small: Plane, contours: Plane, fine: Plane, gain: float) -> None:
        if gain >= 1.0:
            self._view, self._edges, self._fine = small, contours, fine
            return
        self._view = self._view + np.float32(gain) * (small - self._view)
        self._edges = self._edges + np.float32(gain) * (contours - self._edges)
        self._fine = self._fine + np.float32(gain) * (fine - self._fine)

    def _learn(self, facts: SceneFacts, small: Plane, contours: Plane, fine: Plane, dt_s: float) -> None:
        wrong = facts.view_shift > 0.02 or facts.covered > 0.3 or facts.sharpness < 0.6
        if not wrong:
            self._wrong_s = 0.0
            self._follow(small, contours, fine, 1 - math.exp(-dt_s / self._config.memory_s))
            return
        self._wrong_s += dt_s
        if self._wrong_s >= self._config.relearn_s:
            frozen_s = self._frozen_s
            self.reset()
            self._anchor, self._frozen_s = small, frozen_s

    # -- measuring

    def _measure(self, small: Plane, contours: Plane, fine: Plane, moving: Mask) -> SceneFacts:
        config = self._config
        telling, lost = self._lost(small, moving)
        if telling.sum() < config.min_blocks:  # fog, darkness, or a crowd all over the picture: nothing to compare
            return SceneFacts(learned=True, frozen_s=self._frozen_s)
        contrast = _ratio(block_energy(small), block_energy(self._view))
        covered = lost & (contrast < config.faint)
        shift = 0.0
        if lost.sum() > config.changed * telling.sum():
            elsewhere = lost.sum() > config.no_resemblance * telling.sum()
            if float(np.median(contrast[telling])) >= config.faint:  # else nothing is seen that could have moved
                shift = self._shift(contours, ~moving, bool(elsewhere))
        return SceneFacts(
            learned=True,
            view_shift=shift,
            sharpness=self._sharpness(fine, contours, telling & ~lost),
            covered=float(covered.sum() / telling.sum()),
            frozen_s=self._frozen_s,
        )

    def _lost(self, small: Plane, moving: Mask) -> tuple[Mask, Mask]:
        """Blocks that have a structure to compare, and those of them that show something else than they did."""
        still = blocks(moving.astype(np.float32)) < 0.5
        telling = np.asarray(still & (block_energy(self._view) > self._config.structure))
        alike = block_correlation(self._view, small)
        return telling, np.asarray(telling & (alike < self._config.lost_correlation))

    def _lost_share(self, small: Plane, moving: Mask) -> float:
        telling, lost = self._lost(small, moving)
        return float(lost.sum() / telling.sum()) if telling.sum() >= self._config.min_blocks else 0.0

    def _shift(self, contours: Plane, free: Mask, elsewhere: bool) -> float:
        """How far the view moved, as a share of the width, by phase correlation. Where no shift explains what is
        seen: 1.0 if all of it is something else, 0.0 if only parts are (a lorry stands in the view)."""
        rows, columns = contours.shape
        at_rest = correlation(self._edges, contours, free)
        window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
        # Copies: OpenCV 5 applies the window to its arguments in place.
        (dx, dy), _ = cv2.phaseCorrelate(self._edges.copy(), contours.copy(), window)
        moved = _overlap_correlation(self._edges, contours, round(dx), round(dy))
        if moved > max(self._config.shift_certain if elsewhere else self._config.shift_credible, at_rest + 0.2):
            return float(math.hypot(dx, dy) / columns)
        return 1.0 if elsewhere else 0.0

    def _sharpness(self, fine: Plane, contours: Plane, kept: Mask) -> float:
        """Fine detail against coarse detail, both against their normal, over blocks that still show the view."""
        if kept.sum() < self._config.min_blocks:
            return 1.0  # another view, or none: sharpness means nothing
        detail = _ratio(fine, self._fine)
        contrast = np.minimum(_ratio(blocks(contours), blocks(self._edges)) ** 2, 1.0)
        return float(np.median(detail[kept] / np.maximum(contrast[kept], 0.2)))

    def _note_frozen(self, small: Plane, dt_s: float) -> None:
        """Seconds for which the picture, noise and all, is the one that it was.

        A live encoder repeats a still picture only until its next keyframe, where the sensor's noise comes through;
        so a rule must wait for longer than the longest keyframe interval.
        """
        same = np.abs(small - self._anchor) <= self._config.same_level
        if same.mean() >= self._config.same_share:
            self._frozen_s += dt_s
        else:
            self._frozen_s = 0.0
            self._anchor = small


def block_energy(small: Plane) -> Plane:
    """Standard deviation of grey levels within each block."""
    mean = blocks(small)
    return np.asarray(np.sqrt(np.maximum(blocks(small * small) - mean**2, 0)), np.float32)


def _fine_energy(luma: NDArray[np.uint8]) -> Plane:
    """Standard deviation of the Laplacian per block, at full resolution: what goes first when focus is lost.

    Less that of the flattest blocks: there it is the sensor's noise, which a lost focus leaves as it is.
    """
    laplacian = cv2.Laplacian(luma, cv2.CV_32F, ksize=1)
    power = blocks(np.asarray(laplacian * laplacian, np.float32))
    return np.asarray(np.sqrt(np.maximum(power - np.percentile(power, 5), 0)), np.float32)


def _ratio(now: Plane, normal: Plane) -> Plane:
    return np.asarray(now / np.maximum(normal, 0.05), np.float32)


def _overlap_correlation(a: Plane, b: Plane, dx: int, dy: int) -> float:
    """Correlation of `a` moved by (dx, dy) with `b`, over what both show; 0 where that is less than a fifth."""
    rows, columns = a.shape
    if (rows - abs(dy)) * (columns - abs(dx)) < 0.2 * rows * columns or abs(dy) >= rows or abs(dx) >= columns:
        return 0.0
    first = a[max(0, -dy) : rows - max(0, dy), max(0, -dx) : columns - max(0, dx)]
    second = b[max(0, dy) : rows + min(0, dy), max(0, dx) : columns + min(0, dx)]
    return correlation(np.ascontiguousarray(first), np.ascontiguousarray(second))
