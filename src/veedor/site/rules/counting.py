"""How many went over a line, by class and direction, period by period."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from veedor.kit.messages import Message, Param
from veedor.model.detection import VEHICLES, ObjectClass, class_named
from veedor.model.event import Event, Severity
from veedor.site.rules.crossings import Crossings, Direction, LineParams
from veedor.site.rules.rule import Finding, Rule, Setting, duration_params, ended
from veedor.site.rules.schema import Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_KEPT = 200
_GROUPS = {"people": frozenset({ObjectClass.PERSON}), "vehicles": VEHICLES}


class CountingParams(LineParams):
    severity: Severity = Severity.INFO
    period_s: Annotated[Seconds, Field(ge=10, le=86_400)] = 900.0


@dataclass(frozen=True, slots=True)
class Counted:
    """One finished period. `crossings`: (class, direction) -> how many."""

    since: datetime
    until: datetime
    crossings: tuple[tuple[tuple[str, Direction], int], ...]


class Counting(Rule[CountingParams]):
    """Crossings of a line, each belonging to a track as in `tripwire`, told once a period as one event (`info`: no
    alert) with the numbers by class and direction. Periods begin on the clock, in the site's time (every quarter of an
    hour at :00, :15 ...); the first and the last may be shorter. A period in which nobody crossed has no event. Outside
    the schedule nothing is counted. Who is lost on one side and found on the other under a new number is not counted.
    """

    kind: ClassVar[str] = "counting"
    standing: ClassVar[Standing] = Standing.MEASURED
    Params = CountingParams

    def __init__(self, params: CountingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._crossings = Crossings(params, setting)
        self._period: int | None = None
        self._first: Moment | None = None
        self._last: Moment | None = None
        self._current: Counter[tuple[str, Direction]] = Counter()
        self.counts: Counter[tuple[str, Direction]] = Counter()  # since start
        self.periods: deque[Counted] = deque(maxlen=_KEPT)

    def take_over(self, before: Rule[CountingParams]) -> None:
        if isinstance(before, Counting):
            self.counts, self.periods = before.counts, before.periods

    def step(self, view: View) -> list[Event]:
        now = view.moment
        local = now.captured_at.astimezone(self.setting.time_zone)
        offset_s = (local.utcoffset() or local - local).total_seconds()
        period = int((now.captured_at.timestamp() + offset_s) // self.params.period_s)
        events: list[Event] = []
        if period != self._period:
            events = self._finish(now)
            self._period, self._first = period, now
        for track_id, direction in self._crossings.step(view):
            if self.scheduled(now):
                label = ObjectClass.of(self.setting.trails[track_id].object_class).label
                self._current[label, direction] += 1
                self.counts[label, direction] += 1
        self._last = now
        return events

    def close(self) -> list[Event]:
        self._crossings.clear()
        return self._finish(self._last) if self._last is not None else []

    def _finish(self, now: Moment) -> list[Event]:
        """The event of the period that is over, where somebody crossed."""
        crossings, first = self._current, self._first
        self._current = Counter()
        if first is None or not crossings:
            return []
        self.periods.append(Counted(first.captured_at, now.captured_at, tuple(sorted(crossings.items()))))
        wire = self._crossings.wire
        told = {"place": wire.name, **duration_params(now.at_s - first.at_s), **_numbers(crossings)}
        found = Finding(first, (), Message("rules-counting", told), wire.name, (wire.start, wire.end))
        return [ended(self.event(found, now), now)]


def _numbers(crossings: Counter[tuple[str, Direction]]) -> dict[str, Param]:
    """What the sentence says, by groups; and each class by itself, for programs (`car_left_to_right`)."""
    told: dict[str, Param] = {}
    for way in ("left_to_right", "right_to_left"):
        for group in (*_GROUPS, "others"):
            told[f"{group}_{way}"] = "0"
    sums: Counter[str] = Counter()
    for (label, way), count in crossings.items():
        number = class_named(label)
        group = next((name for name, members in _GROUPS.items() if number in members), "others")
        sums[f"{group}_{way}"] += count
        told[f"{label}_{way}"] = str(count)
    return {**told, **{key: str(count) for key, count in sums.items()}}
