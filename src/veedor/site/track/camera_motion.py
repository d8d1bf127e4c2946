"""How far the picture has shifted since the last frame, from boxes alone.

A camera that shakes, pans or drives moves everything alike. Before tracks and detections are matched for good, each
track is paired with its nearest detection; if what the tracks did not foresee is largely one and the same shift, all
tracks are moved by it, those out of sight too. No pixel is read, so that it costs next to nothing and works on
archived detections.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.site.track.association import mutual_best, nearness
from veedor.site.track.config import CameraMotionConfig

Floats = NDArray[np.float64]

_ROUNDS = 3  # of reweighting; the shift settles in two


def estimate_shift(tracks: Floats, place_std: Floats, detections: Floats, config: CameraMotionConfig) -> Floats:
    """The common shift (2,), pixels; zeros where there is none worth speaking of.

    `tracks` (n, 4): predictions for tracks seen in the last frame, centre x, centre y, width, height, and `place_std`
    (n,) their uncertainty in pixels. `detections` (m, 4), likewise.
    """
    if min(len(tracks), len(detections)) < config.least_tracks:
        return np.zeros(2)
    size = np.sqrt(tracks[:, 2] * tracks[:, 3])
    rows, columns = mutual_best(nearness(tracks, config.reach * size + place_std, detections))
    if len(rows) < config.least_tracks:
        return np.zeros(2)
    moved = detections[columns, :2] - tracks[rows, :2]
    weight = 1.0 / (place_std[rows] ** 2 + (0.07 * size[rows]) ** 2)
    shift = np.sort(moved, axis=0)[len(moved) // 2]
    for _ in range(_ROUNDS):  # iteratively reweighted mean with Cauchy weights: those who walk by themselves count less
        squared = ((moved - shift) ** 2).sum(axis=1)
        robust = weight / (1.0 + squared * weight)
        total = robust.sum()
        shift = robust @ moved / total
    squared = ((moved - shift) ** 2).sum(axis=1)
    return np.asarray(shift * _trust(shift, squared, weight, float(np.sort(size[rows])[len(rows) // 2]), config))


def _trust(shift: Floats, squared: Floats, weight: Floats, size: float, config: CameraMotionConfig) -> float:
    """How much of `shift` to apply, 0..1. `squared` (k,): distances² of the single movements from it.

    Shrunk towards no shift by what scattered movements would give by chance (W. James and C. Stein, 1961): dancers
    who each go their own way have a mean movement too.
    """
    near = squared * weight < 9.0
    if near.sum() < max(config.least_tracks, 0.5 * len(near)):
        return 0.0
    robust = weight / (1.0 + squared * weight)
    scatter = float(robust @ squared / robust.sum())
    count = float(robust.sum() ** 2 / (robust**2).sum())
    chance = config.caution * scatter / max(count - 1.0, 0.5)
    certainty = float(weight[near].sum())
    prior = certainty / (certainty + 1.0 / (config.prior * size) ** 2)
    return prior * max(0.0, 1.0 - chance / (float(shift @ shift) + 1e-9))
