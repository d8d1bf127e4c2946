"""Archived paths as moments, so that rules run over them as they do live: at the pace of the analysis, boxes
interpolated along the stored paths."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import ArchivedTrack, Tracks
from veedor.site.rules.view import Columns, Moment, View

SEEN_WITHIN_S = 2.5  # the archive keeps a point at least each 2 s of what it sees: a longer step is an absence
IDLE_AFTER_S = 10.0  # so long without a track
USUAL_ASPECT = 16 / 9
_EPS_S = 1e-6
_NO_PICTURE = (0, 0)  # pixels

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pace:
    """`fps`: pictures a second, as live. `aspect`: width by height of the picture. `idle_every_s`: where there has been
    no track for a while, one picture in so many seconds."""

    fps: float = 5.0
    aspect: float = USUAL_ASPECT
    idle_every_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SceneAt:
    """The scene's facts since a moment; `at_s`: seconds after the start of the replay."""

    at_s: float
    facts: SceneFacts


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Boxes by tick. `tick`: (n,) ascending; `box`: (n, 4), 0..1; `track_id`, `kind`: (n,)."""

    tick: Ints
    box: NDArray[np.float64]
    track_id: Ints
    kind: NDArray[np.int32]


class Replay:
    """One camera from `start` on, stretch by stretch: `until` in the order of time, each with the tracks of its
    stretch. How it is cut into stretches changes nothing."""

    def __init__(self, camera_id: str, start: datetime, pace: Pace = Pace(), scene: Sequence[SceneAt] = ()) -> None:
        self._camera_id = camera_id
        self._start = start
        self._fps = pace.fps
        self._idle_ticks = max(1, round(pace.idle_every_s * pace.fps))
        self._aspect = pace.aspect
        self._next = 0  # the first tick that was not told yet
        self._filled = 0  # the last tick with a track
        self._scene = _Scene(scene)

    def until(self, tracks: Sequence[ArchivedTrack], end: datetime) -> Iterator[View]:
        """The moments up to `end` (not included). `tracks`: all that overlap the stretch and half a second about it, or
        their pieces in it."""
        low, self._next = self._next, self._tick_at(end)
        high = self._next
        if high <= low:
            return
        rows = _rows(tracks, self._start, self._fps, (low, high))
        columns = Columns(rows.box, rows.track_id, rows.kind, self._aspect, is_many=True)
        bounds = np.searchsorted(rows.tick, np.arange(low, high + 1))
        firsts = bounds.tolist()
        for offset in self._worth_telling(np.diff(bounds) > 0, low).tolist():
            moment = self._moment(low + offset)
            yield View.part(columns, firsts[offset], firsts[offset + 1], moment, self._scene.at(moment.at_s))

    def pause(self, end: datetime) -> Iterator[View]:
        """Nobody looked until `end`: one moment that says so, then nothing."""
        low, self._next = self._next, self._tick_at(end)
        if self._next > low:
            now = self._moment(low)
            told = (now.at_s, now.captured_at, now.frame, *_NO_PICTURE)
            yield View(Observation(self._camera_id, *told, Tracks.empty(), connected=False))

    def _moment(self, tick: int) -> Moment:
        at_s = tick / self._fps
        return Moment(at_s, self._start + timedelta(seconds=at_s), tick + 1)

    def _tick_at(self, at: datetime) -> int:
        return max(self._next, math.ceil((at - self._start).total_seconds() * self._fps - _EPS_S))

    def _worth_telling(self, filled: NDArray[np.bool_], low: int) -> Ints:
        """Which ticks from `low` on: those with a track, those soon after one, and some of the others."""
        ticks = np.arange(low, low + len(filled))
        last = np.maximum.accumulate(np.where(filled, ticks, self._filled))
        self._filled = int(last[-1])
        soon = ticks - last <= IDLE_AFTER_S * self._fps
        return np.flatnonzero(filled | soon | (ticks % self._idle_ticks == 0))


class _Scene:
    """The scene's facts at ascending moments: what was said last holds; a picture that stands still goes on to."""

    def __init__(self, changes: Sequence[SceneAt]) -> None:
        self._changes = sorted(changes, key=lambda one: one.at_s)
        self._following = 0

    def at(self, at_s: float) -> SceneFacts | None:
        while self._following < len(self._changes) and self._changes[self._following].at_s <= at_s:
            self._following += 1
        if self._following == 0:
            return None
        last = self._changes[self._following - 1]
        if last.facts.frozen_s <= 1.0:
            return last.facts
        return replace(last.facts, frozen_s=last.facts.frozen_s + at_s - last.at_s)


def _rows(tracks: Sequence[ArchivedTrack], start: datetime, fps: float, span: tuple[int, int]) -> _Rows:
    """The boxes of `tracks` at the ticks of `span`. A track is there from the tick nearest to its first sight to the
    one nearest to its last, so that it is seen as often as it was live."""
    some = [one for one in tracks if len(one.path)]
    if not some:
        return _Rows(np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, np.int32))
    began_s = np.asarray([(one.started_at - start).total_seconds() for one in some])
    points = np.asarray([len(one.path) for one in some], np.int64)
    path = np.concatenate([one.path for one in some]).astype(np.float64)
    ends = np.cumsum(points)
    firsts = ends - points
    at_s = path[:, 0] + np.repeat(began_s, points)
    low = np.clip(np.rint(at_s[firsts] * fps).astype(np.int64), *span)
    high = np.clip(np.rint(at_s[ends - 1] * fps).astype(np.int64) + 1, *span)
    count = np.maximum(high - low, 0)
    owner = np.repeat(np.arange(len(some)), count)
    tick = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    now_s = np.clip(tick / fps, at_s[firsts][owner], at_s[ends - 1][owner])
    # Times of all paths, one path far behind the other, so that one search finds each row's place in its own path.
    apart_s = float(at_s.max() - at_s.min()) + 1.0
    along = at_s - at_s.min() + np.repeat(np.arange(len(some)), points) * apart_s
    after = np.searchsorted(along, now_s - at_s.min() + owner * apart_s)
    after = np.clip(after, np.minimum(firsts + 1, ends - 1)[owner], (ends - 1)[owner])
    before = np.maximum(after - 1, firsts[owner])
    step_s = at_s[after] - at_s[before]
    share = np.clip((now_s - at_s[before]) / np.maximum(step_s, _EPS_S), 0.0, 1.0)
    box = path[before, 1:] + share[:, None] * (path[after, 1:] - path[before, 1:])
    tick_s = 0.5 / fps
    seen = (step_s <= SEEN_WITHIN_S) | (share * step_s <= tick_s) | ((1 - share) * step_s <= tick_s)
    ids = np.asarray([one.track_id for one in some], np.int64)
    kinds = np.asarray([one.object_class for one in some], np.int32)
    order = np.flatnonzero(seen)
    order = order[np.lexsort((owner[order], ids[owner[order]], tick[order]))]
    tick, track_id = tick[order], ids[owner[order]]
    is_first = np.ones(len(order), np.bool_)  # one track is in one place, whatever two pieces say
    is_first[1:] = (tick[1:] != tick[:-1]) | (track_id[1:] != track_id[:-1])
    order = order[is_first]
    return _Rows(tick[is_first], box[order], track_id[is_first], kinds[owner[order]])
