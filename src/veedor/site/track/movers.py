"""Fast things: a track out of sights that do not overlap, and of which each alone is doubtful.

At 5 frames a second a car that crosses the picture goes its own length between two frames, so that no two boxes of it
overlap; and many a network is less sure of it than of what stands. What speaks for it is its way: three sights of one
shape, on a line, as far apart as their times are, and nothing else that they could be (initiation by logic; Bar-Shalom
and Li, Multitarget-Multisensor Tracking, 1995). For vehicles only: dancers leap too, and change places.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from veedor.site.track.config import MoverConfig


class Sight(NamedTuple):
    """A detection that no track took: number `at` of its frame, at `at_s`; centre, width and height in pixels."""

    at_s: float
    at: int
    x: float
    y: float
    width: float
    height: float
    confidence: float

    @property
    def size(self) -> float:
        return math.sqrt(self.width * self.height)


class Way(NamedTuple):
    """Three sights of one object, oldest first."""

    first: Sight
    second: Sight
    third: Sight

    @property
    def drift(self) -> tuple[float, float]:
        """How it moves, sizes per second."""
        spent_s, size = self.third.at_s - self.first.at_s, self.third.size
        return (self.third.x - self.first.x) / spent_s / size, (self.third.y - self.first.y) / spent_s / size


class Movers:
    """Remembers the sights of the last three frames that no track took."""

    def __init__(self, config: MoverConfig) -> None:
        self._config = config
        self._frames: deque[list[Sight]] = deque(maxlen=config.frames)
        self._at_s = float("-inf")

    def update(self, sights: Sequence[Sight], at_s: float) -> list[Way]:
        """The ways that end in this frame, given its `sights` that no track took; `at_s` never goes back."""
        config, frames = self._config, self._frames
        spent_s, self._at_s = at_s - self._at_s, at_s
        if spent_s < config.least_step_s:
            return []
        while frames and at_s - frames[0][0].at_s > config.memory_s:
            frames.popleft()
        if not sights or len(sights) > config.most_sights:  # of a crowd that no one follows, nothing can be told apart
            return []
        ways = self._alone([way for last in sights for way in self._ways_to(last)])
        used = {sight for way in ways for sight in way}
        if left := [sight for sight in sights if sight not in used]:
            frames.append(left)
        return ways

    def _ways_to(self, last: Sight) -> list[Way]:
        frames, least = list(self._frames), 3 * self._config.mean_confidence
        return [
            way
            for newer, group in enumerate(frames)
            for middle in group
            if self._is_step(middle, last)
            for older in frames[:newer]
            for first in older
            if self._is_step(first, middle)
            and first.confidence + middle.confidence + last.confidence >= least
            and self._is_straight(way := Way(first, middle, last))
        ]

    def _is_step(self, one: Sight, other: Sight) -> bool:
        """Whether `other` may be `one`, a moment later and elsewhere."""
        config, spent_s = self._config, other.at_s - one.at_s
        if not config.least_step_s <= spent_s <= config.longest_step_s:
            return False
        size = min(one.size, other.size)
        way = math.hypot(other.x - one.x, other.y - one.y)
        return (
            config.least_step * size <= way <= config.most_speed * size * spent_s
            and abs(math.log(other.width / one.width)) <= config.shape
            and abs(math.log(other.height / one.height)) <= config.shape
        )

    def _is_straight(self, way: Way) -> bool:
        first, second, third = way
        share = (third.at_s - second.at_s) / (second.at_s - first.at_s)
        step_x, step_y = (second.x - first.x) * share, (second.y - first.y) * share
        off = math.hypot(third.x - second.x - step_x, third.y - second.y - step_y)
        return off <= self._config.bend * math.hypot(step_x, step_y) + self._config.tremble * third.size

    @staticmethod
    def _alone(ways: list[Way]) -> list[Way]:
        """Those that share no sight with another: what could be two ways is none."""
        count: dict[Sight, int] = {}
        for way in ways:
            for sight in way:
                count[sight] = count.get(sight, 0) + 1
        return [way for way in ways if all(count[sight] == 1 for sight in way)]
