"""From how surprising a track is to how often one like it comes: what an operator can set a limit for."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from veedor.site.normality.grid import Aspect

KEPT_DAYS = 14
KEPT_SCORES = 64  # the highest of each day
LEAST_SCALE = 0.5  # nats: surprises of a true model fall off with 1, means of three of them about so
LEAST_SURPRISE = 3.0  # nats: what one in twenty does is not rare, however even a camera's other days were
LEAST_SCORES = 30  # fewer in all days say nothing


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """The highest scores of a day's tracks, each judged by the baseline of the day before. `tracks`: how many there
    were; `top`: for each Aspect its scores, highest first, at most KEPT_SCORES."""

    tracks: int
    top: tuple[NDArray[np.float32], ...]

    @staticmethod
    def of(scores: Sequence[Mapping[Aspect, float]]) -> Day:
        """`scores`: of each track what it scored, in each aspect that it could be judged in."""
        top = []
        for aspect in Aspect:
            values = np.asarray([one[aspect] for one in scores if aspect in one], np.float32)
            top.append(np.sort(values)[::-1][:KEPT_SCORES])
        return Day(len(scores), tuple(top))


@dataclass(slots=True)
class Rarity:
    """The last KEPT_DAYS days. `per_day` says how many tracks a day score at least so much in an aspect."""

    days: deque[Day] = field(default_factory=lambda: deque(maxlen=KEPT_DAYS))
    _tails: dict[Aspect, tuple[NDArray[np.float32], float] | None] = field(default_factory=dict)

    def add(self, day: Day) -> None:
        self.days.append(day)
        self._tails.clear()

    def per_day(self, aspect: Aspect, score: float) -> float | None:
        """Expected tracks a day; None where too little has been seen.

        Counted, and beyond the highest score that there was carried on as an exponential tail with the mean excess of
        the higher half (peaks over a threshold: Pickands, 1975, with shape 0)."""
        if aspect not in self._tails:
            self._tails[aspect] = self._tail(aspect)
        tail = self._tails[aspect]
        if tail is None:
            return None
        scores, scale = tail
        if score < LEAST_SURPRISE:
            return float(sum(day.tracks for day in self.days)) / len(self.days)
        above = len(scores) - int(np.searchsorted(scores, score, side="left"))
        if above > 0:
            return above / len(self.days)
        return float(np.exp(-(score - float(scores[-1])) / scale)) / len(self.days)

    def excess(self, aspect: Aspect, score: float) -> float | None:
        """How far a score is above the least of those that were kept, in the tail's own scale; None as `per_day`."""
        if self.per_day(aspect, score) is None:
            return None
        tail = self._tails[aspect]
        return None if tail is None else (score - max(float(tail[0][0]), LEAST_SURPRISE)) / tail[1]

    def _tail(self, aspect: Aspect) -> tuple[NDArray[np.float32], float] | None:
        pooled = (
            np.sort(np.concatenate([day.top[aspect] for day in self.days])) if self.days else np.zeros(0, np.float32)
        )
        if len(pooled) < LEAST_SCORES:
            return None
        upper = pooled[len(pooled) // 2 :]
        return pooled, max(float(np.mean(upper - upper[0])), LEAST_SCALE)
