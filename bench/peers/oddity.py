"""Two plain ways to find an odd track, for comparison: a Gaussian of the velocity in each cell, and an isolation
forest.

    python oddity.py IN.npz OUT.npz

`train`, `test`: (n, 4) points: track, x, y (0..1), size; with `train_t`, `test_t` seconds of the day. Scores of the
test's tracks, by track number, larger is odder, are written as `gaussian` and `forest`.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.ensemble import IsolationForest

COLUMNS, ROWS = 24, 14


def velocities(points: np.ndarray, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m, 2) own sizes a second, and the row of `points` that each ends at."""
    same = points[1:, 0] == points[:-1, 0]
    step = np.maximum(seconds[1:] - seconds[:-1], 1e-3)
    scaled = points[:, 1:3] * (16 / 9, 1.0)
    speed = (scaled[1:] - scaled[:-1]) / step[:, None] / np.maximum(points[1:, 3:4], 1e-3)
    return speed[same], np.flatnonzero(same) + 1


def cells(points: np.ndarray) -> np.ndarray:
    column = np.clip((points[:, 1] * COLUMNS).astype(int), 0, COLUMNS - 1)
    return np.clip((points[:, 2] * ROWS).astype(int), 0, ROWS - 1) * COLUMNS + column


def gaussian(train: tuple, test: tuple) -> dict[int, float]:
    """Mean of the three largest squared Mahalanobis distances of a track's steps, a Gaussian for each cell."""
    speed, at = velocities(*train)
    cell = cells(train[0])[at]
    overall, spread = speed.mean(axis=0), np.cov(speed.T)
    means = np.repeat(overall[None], COLUMNS * ROWS, axis=0)
    inverse = np.repeat(np.linalg.inv(spread)[None], COLUMNS * ROWS, axis=0)
    for number in np.unique(cell):
        here = speed[cell == number]
        if len(here) >= 10:
            means[number] = here.mean(axis=0)
            inverse[number] = np.linalg.inv(np.cov(here.T) + 0.01 * np.eye(2))
    speed, at = velocities(*test)
    where = cells(test[0])[at]
    away = speed - means[where]
    distance = np.einsum("ni,nij,nj->n", away, inverse[where], away)
    tracks = test[0][at, 0].astype(int)
    return {track: float(np.sort(distance[tracks == track])[-3:].mean()) for track in np.unique(tracks)}


def features(points: np.ndarray, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A row for each track: where it begins and ends, its length in time, its mean and greatest speed, the hour."""
    rows, names = [], []
    for track in np.unique(points[:, 0]):
        mask = points[:, 0] == track
        one, at = points[mask], seconds[mask]
        speed = np.hypot(*velocities(one, at)[0].T) if len(one) > 1 else np.zeros(1)
        hour = at[0] / 3600
        rows.append((*one[0, 1:3], *one[-1, 1:3], *one[:, 1:3].mean(axis=0), at[-1] - at[0], speed.mean(), speed.max(),
                     np.sin(hour / 24 * 2 * np.pi), np.cos(hour / 24 * 2 * np.pi)))  # fmt: skip
        names.append(int(track))
    return np.asarray(rows), np.asarray(names)


def main() -> None:
    file = np.load(sys.argv[1])
    train, test = (file["train"], file["train_t"]), (file["test"], file["test_t"])
    plain = gaussian(train, test)
    known, _ = features(*train)
    asked, names = features(*test)
    forest = IsolationForest(n_estimators=200, random_state=0).fit(known)
    odd = dict(zip(names.tolist(), (-forest.score_samples(asked)).tolist(), strict=True))
    np.savez(
        sys.argv[2], names=names, gaussian=[plain.get(n, 0.0) for n in names.tolist()], forest=[odd[n] for n in names]
    )


if __name__ == "__main__":
    main()
