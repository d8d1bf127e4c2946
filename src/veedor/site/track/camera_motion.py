"""How far the picture has shifted since the last frame, from boxes alone.

A camera that shakes, pans or drives moves everything alike. Before tracks and detections are matched for good, each
track is paired with its nearest detection; if what the tracks did not foresee is largely one and the same shift, all
tracks are moved by it, those out of sight too. No pixel is read, so that it costs next to nothing and works on
archived detections.

What is done for each pair is done with plain floats: there are a dozen pairs in a frame, not the hundred from which on
NumPy would be quicker.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.site.track.association import mutual_best, nearness
from veedor.site.track.config import CameraMotionConfig
from veedor.site.track.motion import sizes

Floats = NDArray[np.float64]

STILL = (0.0, 0.0)
_Moved = tuple[float, float, float]  # x, y, pixels that a prediction did not foresee; variance to expect, pixels²
_TREMBLE = 0.07  # std of a detection's centre, sizes
_ROUNDS = 3  # of reweighting; the shift settles in two


def estimate_shift(
    tracks: Floats, place_std: Floats, detections: Floats, config: CameraMotionConfig
) -> tuple[float, float]:
    """The common shift x, y in pixels; STILL where there is none worth speaking of.

    `tracks` (4, n): predictions for tracks seen in the last frame, centre x, centre y, width, height, and `place_std`
    (n,) their uncertainty in pixels. `detections` (4, m), likewise.
    """
    if min(tracks.shape[1], detections.shape[1]) < config.least_tracks:
        return STILL
    size = sizes(tracks)
    pairs = mutual_best(nearness(tracks, config.reach * size + place_std, detections))
    if len(pairs) < config.least_tracks:
        return STILL
    x, y, _, _ = tracks.tolist()
    seen_x, seen_y = detections[:2].tolist()
    size_px, std = size.tolist(), place_std.tolist()
    moved = [
        (seen_x[column] - x[row], seen_y[column] - y[row], std[row] ** 2 + (_TREMBLE * size_px[row]) ** 2)
        for row, column in pairs
    ]
    shift = _middle([x for x, _, _ in moved]), _middle([y for _, y, _ in moved])
    for _ in range(_ROUNDS):
        shift = _reweighted(moved, shift)
    trust = _trust(moved, shift, _middle([size_px[row] for row, _ in pairs]), config)
    return shift[0] * trust, shift[1] * trust


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _reweighted(moved: list[_Moved], shift: tuple[float, float]) -> tuple[float, float]:
    """The mean of `moved` with Cauchy weights around `shift`: those who walk by themselves count less."""
    shift_x, shift_y = shift
    total = sum_x = sum_y = 0.0
    for x, y, variance in moved:
        off_x, off_y = x - shift_x, y - shift_y
        weight = 1.0 / (variance + off_x * off_x + off_y * off_y)
        total += weight
        sum_x += weight * x
        sum_y += weight * y
    return sum_x / total, sum_y / total


def _trust(moved: list[_Moved], shift: tuple[float, float], size: float, config: CameraMotionConfig) -> float:
    """How much of `shift` to apply, 0..1; `size`: of what moved, pixels.

    Shrunk towards no shift by what scattered movements would give by chance (W. James and C. Stein, 1961): dancers
    who each go their own way have a mean movement too.
    """
    shift_x, shift_y = shift
    near = 0
    certainty = total = total_squared = scatter = 0.0
    for x, y, variance in moved:
        off_x, off_y = x - shift_x, y - shift_y
        squared = off_x * off_x + off_y * off_y
        weight = 1.0 / (variance + squared)
        total += weight
        total_squared += weight * weight
        scatter += weight * squared
        if squared < 9.0 * variance:
            near += 1
            certainty += 1.0 / variance
    if near < max(config.least_tracks, 0.5 * len(moved)):
        return 0.0
    independent = total * total / total_squared  # as many movements as these would be if all weighed alike
    chance = config.caution * (scatter / total) / max(independent - 1.0, 0.5)
    prior = certainty / (certainty + 1.0 / (config.prior * size) ** 2)
    return prior * max(0.0, 1.0 - chance / (shift_x * shift_x + shift_y * shift_y + 1e-9))
