"""What was counted on one camera, by hour of the week: a few arrays of fixed size, in which the past fades.

Everything is a sum of weights: a track of today weighs 1, one of `HALF_LIFE_DAYS` ago a half. So a roadwork is
unlearned in days, and memory does not grow. A track counts once per cell, and once per cell, way and speed, however
long it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from veedor.model.track import ArchivedTrack
from veedor.site.normality.grid import CELLS, HOURS, SPEEDS, STAYS, WAYS, Group, group_of, stay_bin
from veedor.site.normality.walk import Walk, points

HALF_LIFE_DAYS = 7.0
GROUPS = len(Group)
HANDFUL = 20  # tracks: about 5 ms of work
LEAST_POINTS = 3  # shorter tracks say nothing of how one goes here

Weights = NDArray[np.float32]


def _zeros(*shape: int) -> Weights:
    return np.zeros(shape, np.float32)


@dataclass(slots=True, eq=False)
class Counts:
    """`hours`: (168,) how often each hour of the week was watched. By hour and group: `tracks` (168, 3); `cells`
    (168, 3, c) tracks that came by; `ways` (168, 3, c, 9); `speeds` (168, 3, c, 14); `stays` (168, 3, c, 12) stays
    that ended, by length."""

    hours: Weights = field(default_factory=lambda: _zeros(HOURS))
    tracks: Weights = field(default_factory=lambda: _zeros(HOURS, GROUPS))
    cells: Weights = field(default_factory=lambda: _zeros(HOURS, GROUPS, CELLS))
    ways: Weights = field(default_factory=lambda: _zeros(HOURS, GROUPS, CELLS, WAYS))
    speeds: Weights = field(default_factory=lambda: _zeros(HOURS, GROUPS, CELLS, SPEEDS))
    stays: Weights = field(default_factory=lambda: _zeros(HOURS, GROUPS, CELLS, STAYS))

    def names(self) -> tuple[str, ...]:
        return ("hours", "tracks", "cells", "ways", "speeds", "stays")

    def fade(self, days: float) -> None:
        """`days` have passed."""
        share = np.float32(0.5 ** (max(days, 0.0) / HALF_LIFE_DAYS))
        for name in self.names():
            getattr(self, name)[...] *= share

    def watched(self, hour: int, share: float = 1.0) -> None:
        """The camera was watched for `share` of an hour of the week."""
        self.hours[hour] += share

    def learn(self, track: ArchivedTrack, time_zone: tzinfo) -> None:
        """Count one finished track, under the hour in which it began."""
        if len(track.path) == 0:
            return
        along = points(track.path)
        if len(along) < LEAST_POINTS:
            return
        hour, group = hour_of_week(track.started_at, time_zone), group_of(int(track.object_class))
        self.tracks[hour, group] += 1
        cells, ways, speeds, stays = (one[hour, group] for one in (self.cells, self.ways, self.speeds, self.stays))
        walk = Walk()
        for at_s, x, y, size in along.tolist():
            step = walk.add(at_s, x, y, size)
            if step is None:
                continue
            if step.fresh:
                cells[step.cell] += 1
            if step.way is not None and step.speed is not None and not step.told:
                ways[step.cell, step.way] += 1
                speeds[step.cell, step.speed] += 1
            if step.left is not None:
                stays[step.left[0], stay_bin(step.left[1])] += 1
        ended = walk.finish()
        if ended is not None:
            stays[ended[0], stay_bin(ended[1])] += 1

    def learn_all(
        self, tracks: Iterable[ArchivedTrack], time_zone: tzinfo, pause: Callable[[], object] = lambda: None
    ) -> None:
        for number, track in enumerate(tracks):
            if number % HANDFUL == 0:
                pause()
            self.learn(track, time_zone)


def hour_of_week(at: datetime, time_zone: tzinfo) -> int:
    """0..167 in the site's time zone; Monday's first hour is 0."""
    local = at.astimezone(time_zone)
    return local.weekday() * 24 + local.hour
