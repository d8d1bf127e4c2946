"""What may be one vehicle passes the same place again and again."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, ended, place_params
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_SAME_PLACE = 0.15  # picture heights between two points of entry, or of leaving
_SAME_SIZE = 1.35
_MOST_PASSES = 1000
_LEAST_STAY_S = 0.4


class VehicleCirclingParams(ZoneRuleParams):
    enabled: Enabled = False
    classes: Classes | None = ("car", "truck", "motorcycle")
    times: Annotated[int, Field(strict=True, ge=2, le=20)] = 3
    span_s: Annotated[Seconds, Field(gt=0)] = 1800.0
    apart_s: Seconds = 20.0
    regular: Ratio = 1.6
    quiet_below: Annotated[int, Field(strict=True, ge=1, le=500)] = 8


@dataclass(slots=True)
class _Visit:
    """A track in the zone: first and last sight of its centre (picture heights), and the sizes that it had."""

    first: tuple[float, float]
    last: tuple[float, float]
    size: float
    number: int
    began: Moment
    seen: Moment


class _Slot:
    def __init__(self) -> None:
        self.visit: _Visit | None = None


class VehicleCircling(Rule[VehicleCirclingParams]):
    """`times` passes through the zone within `span_s`, of the same class, that come in and leave at the same places,
    with boxes of one size (within a third), at least `apart_s` and regularly apart (the longest pause is at most
    `regular` times the shortest): as one vehicle does that goes round the block. Beyond three, each further pass that
    is asked for lets one other vehicle come between.

    It cannot know that it is one vehicle: nothing is stored of how vehicles look. So it speaks only in quiet streets,
    where fewer than `quiet_below` vehicles of the class and size passed in the span the same way; a bus line, a patrol
    and chance look the same. A person looks at the passes and decides."""

    kind: ClassVar[str] = "vehicle_circling"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = VehicleCirclingParams

    def __init__(self, params: VehicleCirclingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._inside: PerTrack[_Slot] = PerTrack(_Slot)
        self._passes: deque[_Visit] = deque(maxlen=_MOST_PASSES)

    def step(self, view: View) -> list[Event]:
        now = view.moment
        for new, old in self.setting.trails.heirs.items():
            self._inside.rename(old, new)
        listed, first, _ = view.listed()
        for place in [first + row for row in view.rows_of(self._choice)]:
            slot = self._inside.at(listed.ids[place], now.at_s)
            x, y = listed.spot[place]
            size, number = listed.size[place], listed.classes[place]
            if slot.visit is None:
                slot.visit = _Visit((x, y), (x, y), size, number, now, now)
            slot.visit.last, slot.visit.seen, slot.visit.number = (x, y), now, number
            slot.visit.size = max(slot.visit.size, size)
        return self._over(now)

    def close(self) -> list[Event]:
        self._passes.clear()
        return []

    def _over(self, now: Moment) -> list[Event]:
        """Passes that are over now, and what they complete."""
        while self._passes and now.at_s - self._passes[0].began.at_s > self.params.span_s:
            self._passes.popleft()
        events: list[Event] = []
        for track_id, slot in self._inside.items():
            visit = slot.visit
            if visit is None or now.at_s - visit.seen.at_s <= self.params.absence_s + 1e-6:
                continue
            self._inside.drop(track_id)
            if visit.seen.at_s - visit.began.at_s >= _LEAST_STAY_S:
                events += self._passed(track_id, visit, now)
        return events

    def _passed(self, track_id: int, visit: _Visit, now: Moment) -> list[Event]:
        self._passes.append(visit)
        of_class = [one for one in self._passes if one.number == visit.number]
        same_way = [one for one in of_class if _alike(one, visit)]
        # Only those that could be taken for it make a pattern by chance: not who goes another way.
        if len(same_way) >= self.params.quiet_below or not self.scheduled(now):
            return []
        alike = self._chain(same_way)
        if alike is None:
            return []
        for one in alike[:-1]:
            self._passes.remove(one)  # the next event needs new passes; this one may be the first of them
        lasted = duration_params(visit.seen.at_s - alike[0].began.at_s)
        word = class_word({visit.number})
        told = {"class": word, "count": str(len(alike)), **lasted, **place_params(self._zone.name)}
        message = Message("rules-vehicle-circling", told)
        tracks = (track_id,) if track_id in self.setting.trails else ()
        return [ended(self.event(Finding(visit.began, tracks, message, self._zone.name, self._zone.ring), now), now)]

    def _chain(self, passes: list[_Visit]) -> list[_Visit] | None:
        """`times` of `passes` that follow each other regularly, up to the last; None: there are none. Who asks for more
        than three passes lets others, one for each pass more, come between: few of them make a pattern by chance."""
        times = self.params.times
        before = passes[-(times - 1 + max(times - 3, 0)) - 1 : -1]
        for some in itertools.combinations(reversed(before), times - 1):  # the latest first
            chain = [*reversed(some), passes[-1]]
            pauses = [later.began.at_s - earlier.seen.at_s for earlier, later in itertools.pairwise(chain)]
            if min(pauses) >= self.params.apart_s and max(pauses) <= self.params.regular * max(min(pauses), 1e-6):
                return chain
        return None


def _alike(one: _Visit, two: _Visit) -> bool:
    """Whether two passes may be of one vehicle: same way, about the same size."""
    size = max(one.size, two.size) <= _SAME_SIZE * max(min(one.size, two.size), 1e-6)
    ends = ((one.first, two.first), (one.last, two.last))
    return size and all(np.hypot(a[0] - b[0], a[1] - b[1]) <= _SAME_PLACE for a, b in ends)
