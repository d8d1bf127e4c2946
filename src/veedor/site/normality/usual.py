"""What is usual in one hour of the week, ready to be looked up: surprises, in nats, of all that can be seen.

A surprise is -log of the probability of what was seen, or of something at least as extreme, given what was counted in
that hour, backed off to that hour of any day, to all hours, and at last to knowing nothing (a chain of Dirichlet
priors: each level is worth `BACKOFF` observations to the next). So a new camera finds nothing surprising, and an hour
that has been seen twice leans on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.site.normality.counts import GROUPS, Counts
from veedor.site.normality.grid import CELLS, COLUMNS, HEADINGS, HOURS, ROWS, WAYS

BACKOFF = 10.0
BACKOFF_HOURS = 2.0
KNOWING_NOTHING = 3.0  # observations that the even spread over all outcomes is worth
LEAST_SURPRISE = 1e-6

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Flow:
    """Which way one goes at a place. `direction`: unit vector in picture heights, y down; `agreement`: mean resultant
    length, 0..1 (K. Mardia and P. Jupp, "Directional Statistics", 2000): 1 where all go exactly so; `tracks`: how many
    have told, the older ones for less."""

    direction: tuple[float, float]
    agreement: float
    tracks: int


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """Surprises in one hour of the week. `place`: (3, c) of coming by; `hour`: (3,) of being there at all; `way`: (3,
    c, 9); `speed`: (3, c, 14) of so slow or fast a step; `stay`: (3, c, 12) of so long a stay.
    `per_hour`: (3,) tracks expected; `middle_speed`: (3, c) the bin of the median speed. `flow`: (3, 3, c, 3) by
    level (this hour, that hour of any day, any hour): the sum of the headings, x and y, and how many there were."""

    hour_of_week: int
    place: Floats
    hour: Floats
    way: Floats
    speed: Floats
    stay: Floats
    per_hour: Floats
    middle_speed: NDArray[np.int64]
    flow: Floats

    @staticmethod
    def of(counts: Counts, hour: int) -> Usual:
        """Raises ValueError for an hour that no week has."""
        if not 0 <= hour < HOURS:
            raise ValueError(hour)
        levels = (np.arange(HOURS), np.arange(hour % 24, HOURS, 24), np.asarray([hour]))
        sums = [
            {name: getattr(counts, name)[which].sum(axis=0) for name in counts.names()} for which in levels
        ]  # from all hours down to this one
        place = np.full((GROUPS, CELLS), 1 / CELLS)
        for prior, level in zip((KNOWING_NOTHING, BACKOFF, BACKOFF), sums, strict=True):
            came = np.minimum(_blurred(level["cells"]), level["tracks"][:, None])
            place = (came + prior * place) / (level["tracks"][:, None] + prior)
        rate = tracks_expected(counts, hour)
        there = 1 - np.exp(-rate)
        ways = _chain([_turned(level["ways"]) for level in sums])
        speeds = _chain([_neighbours(level["speeds"]) for level in sums])
        stays = _chain([level["stays"] for level in sums])
        lower, upper = np.cumsum(speeds, axis=-1), np.cumsum(speeds[..., ::-1], axis=-1)[..., ::-1]
        longer = np.cumsum(stays[..., ::-1], axis=-1)[..., ::-1]
        return Usual(
            hour,
            _surprise(place),
            _surprise(there),
            _surprise(ways * WAYS / 3),  # of a spread over three ways nothing is surprising
            _surprise(2 * np.minimum(lower, upper)),
            _surprise(longer),
            rate.astype(np.float32),
            np.argmax(lower >= 0.5, axis=-1),
            np.stack([_headings(level["ways"]) for level in reversed(sums)]),
        )

    def flow_at(self, group: int, cell: int, least_tracks: float, least_agreement: float = 0.7) -> Flow | None:
        """The usual way at a place, by the narrowest level that has `least_tracks`; None where too few have come by,
        or they go all ways."""
        for level in self.flow:
            x, y, count = level[group, cell].tolist()
            if count < least_tracks:
                continue
            length = float(np.hypot(x, y))
            if length < least_agreement * count:
                return None
            return Flow((x / length, y / length), length / count, round(count))
        return None

    def share_of_way(self, group: int, cell: int, way: int) -> float:
        """How many of those who come by go so, 0..1."""
        return float(min(1.0, np.exp(-self.way[group, cell, way]) * 3 / WAYS))


def _headings(ways: NDArray[np.float32]) -> Floats:
    """(3, c, 3): the sum of the headings of those who went somewhere, and how many."""
    angles = 2 * np.pi * np.arange(HEADINGS) / HEADINGS
    going = ways[..., :HEADINGS]
    parts = (going @ np.cos(angles), going @ np.sin(angles), going.sum(axis=-1))
    return np.stack(parts, axis=-1).astype(np.float32)


def drift(old: Counts, new: Counts) -> float:
    """How far the flows of two baselines are apart, 0..1: the Jensen-Shannon divergence (in bits) of ways and of
    where tracks come by, the mean over what both have seen (Lin, 1991)."""
    parts = []
    for name in ("ways", "cells"):
        a, b = (getattr(one, name).sum(axis=0).reshape(GROUPS, -1).astype(np.float64) for one in (old, new))
        for ours, theirs in zip(a, b, strict=True):
            if ours.sum() >= 20 and theirs.sum() >= 20:
                parts.append(_divergence(ours / ours.sum(), theirs / theirs.sum()))
    return float(np.mean(parts)) if parts else 0.0


def _divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    middle = (p + q) / 2
    halves = [float(np.sum(one[one > 0] * np.log2(one[one > 0] / middle[one > 0]))) for one in (p, q)]
    return max(0.0, sum(halves) / 2)


def tracks_expected(counts: Counts, hour: int) -> NDArray[np.float64]:
    """(3,) tracks to expect in this hour: from the hours around it on any day, over that hour of any day, to this
    one."""
    around = np.concatenate([np.arange((hour + shift) % 24, HOURS, 24) for shift in (-1, 0, 1)])
    rate = np.ones(GROUPS)
    for prior, which in ((0.5, around), (1.0, np.arange(hour % 24, HOURS, 24)), (BACKOFF_HOURS, np.asarray([hour]))):
        rate = (counts.tracks[which].sum(axis=0) + prior * rate) / (float(counts.hours[which].sum()) + prior)
    return rate


def _chain(levels: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    """(3, c, k) probabilities of the last level, each leaning on the one before."""
    outcomes = levels[0].shape[-1]
    found = np.full(levels[0].shape, 1 / outcomes)
    for prior, seen in zip((KNOWING_NOTHING, BACKOFF, BACKOFF), levels, strict=True):
        found = (seen + prior * found) / (seen.sum(axis=-1, keepdims=True) + prior)
    return found


def _blurred(cells: NDArray[np.float32]) -> NDArray[np.float64]:
    """Tracks by cell, some of them seen in the cells beside: a step of a second passes over cells."""
    grid = np.pad(cells.reshape(GROUPS, ROWS, COLUMNS).astype(np.float64), ((0, 0), (1, 1), (1, 1)), mode="edge")
    inner = grid[:, 1:-1, 1:-1]
    beside = (grid[:, :-2, 1:-1] + grid[:, 2:, 1:-1] + grid[:, 1:-1, :-2] + grid[:, 1:-1, 2:]) / 4
    return np.maximum(inner, 0.5 * beside).reshape(GROUPS, CELLS)


def _turned(ways: NDArray[np.float32]) -> NDArray[np.float32]:
    """A heading at a bin's border is in the next one too."""
    found = ways.copy()
    going = ways[..., :HEADINGS]
    found[..., :HEADINGS] = 0.7 * going + 0.15 * np.roll(going, 1, axis=-1) + 0.15 * np.roll(going, -1, axis=-1)
    return found


def _neighbours(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.concatenate((bins[..., :1], bins, bins[..., -1:]), axis=-1)
    return np.asarray(0.7 * bins + 0.15 * padded[..., :-2] + 0.15 * padded[..., 2:], np.float32)


def _surprise(probability: NDArray[np.float64]) -> Floats:
    return np.maximum(-np.log(np.clip(probability, 1e-12, 1.0)), LEAST_SURPRISE).astype(np.float32)
