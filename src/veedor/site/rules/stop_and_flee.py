"""A vehicle stops beside somebody on foot and drives off fast."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from veedor.kit.messages import Message
from veedor.model.detection import CLASS_NUMBERS, VEHICLES, ObjectClass
from veedor.model.event import Event, Severity
from veedor.site.rules.pairs import box_gaps
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, ended, place_params
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds, ZoneRuleParams
from veedor.site.rules.speed_log import SpeedLog
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_VEHICLE = np.isin(np.arange(CLASS_NUMBERS), list(VEHICLES))
_PERSON = int(ObjectClass.PERSON)
_STANDS = 0.15  # own sizes a second
_GOES = 0.4
_BEFORE_S = 0.5  # the person was there so long before the vehicle stopped: who gets out of it was not


class StopAndFleeParams(ZoneRuleParams):
    enabled: Enabled = False
    classes: Classes | None = ("car", "truck", "motorcycle")
    severity: Severity = Severity.HIGH
    stood_s: Seconds = 1.0
    stood_most_s: Seconds = 60.0
    leaves_within_s: Seconds = 2.5
    leaves_at: Ratio = 2.0
    beside_bodies: Ratio = 0.6


class _Stop:
    """A vehicle that stands: since when, until when, beside whom for how long."""

    def __init__(self) -> None:
        self.since: Moment | None = None
        self.last: Moment | None = None
        self.person: int | None = None
        self.beside_s = 0.0


class StopAndFlee(Rule[StopAndFleeParams]):
    """A vehicle stands for `stood_s` to `stood_most_s`, within `beside_bodies` body heights of a person who was there
    before it stopped, and within `leaves_within_s` of moving again goes at `leaves_at` of its own sizes a second (about
    18 km/h for a car from the side: hard acceleration).

    It does not see what happened between them. A driver who asks the way and leaves in a hurry looks the same; a
    robbery after which the vehicle leaves slowly is not found."""

    kind: ClassVar[str] = "stop_and_flee"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = StopAndFleeParams

    def __init__(self, params: StopAndFleeParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        drives = choice(params)
        self._drives = replace(drives, table=drives.table & _VEHICLE)
        self._log = SpeedLog()
        self._stops: PerTrack[_Stop] = PerTrack(_Stop)
        self._last_s = float("-inf")

    def step(self, view: View) -> list[Event]:
        for new, old in self.setting.trails.heirs.items():
            self._log.rename(old, new)
            self._stops.rename(old, new)
        drives = view.rows_of(self._drives)
        speeds = self._log.update(view, self.setting.trails, drives)
        if not speeds:
            self._stops.prune(view.moment.at_s)
            return []
        people = np.flatnonzero(view.classes == _PERSON)
        gaps = box_gaps(view, range(len(view))) if len(people) else np.zeros((0, 0))
        inside = view.inside(self._zone, self.params.anchor)
        events: list[Event] = []
        for row in drives:
            track_id = int(view.ids[row])
            if track_id in speeds:
                stop = self._stops.at(track_id, view.moment.at_s)
                near = gaps[row][people] <= self.params.beside_bodies * view.height[people] if len(people) else people
                beside = people[near] if len(people) else people
                events += self._follow(stop, (track_id, speeds[track_id]), beside if inside[row] else beside[:0], view)
        self._stops.prune(view.moment.at_s)
        return events

    def close(self) -> list[Event]:
        return []

    def _follow(self, stop: _Stop, moving: tuple[int, float], beside: NDArray[np.intp], view: View) -> list[Event]:
        """Take in one moment of a vehicle: its number and speed, and the rows of the people beside it."""
        (track_id, speed), now = moving, view.moment
        if speed <= _STANDS:
            if stop.since is None or (stop.last and now.at_s - stop.last.at_s > self.params.leaves_within_s):
                stop.since, stop.person, stop.beside_s = now, None, 0.0
            step_s = now.at_s - stop.last.at_s if stop.last and stop.last.at_s >= stop.since.at_s else 0.0
            stop.last = now
            was_there = [row for row in beside.tolist() if self._was_there(int(view.ids[row]), stop.since)]
            if was_there:
                stop.person, stop.beside_s = int(view.ids[was_there[0]]), stop.beside_s + min(step_s, 1.0)
            return []
        if stop.since is None or stop.last is None or speed < _GOES:
            return []
        if now.at_s - stop.last.at_s > self.params.leaves_within_s:
            stop.since = None
            return []
        if speed < self.params.leaves_at:
            return []
        since, stop.since = stop.since, None
        stood_s = stop.last.at_s - since.at_s
        if stop.person is None or not self.params.stood_s <= stood_s + 1e-6 <= self.params.stood_most_s:
            return []
        return self._told((track_id, stop.person), since, stood_s, view) if stop.beside_s >= _BEFORE_S else []

    def _was_there(self, person: int, since: Moment) -> bool:
        trails = self.setting.trails
        return person in trails and since.at_s - trails[person].born.at_s >= _BEFORE_S

    def _told(self, who: tuple[int, int], since: Moment, stood_s: float, view: View) -> list[Event]:
        now = view.moment
        if not self.scheduled(now) or now.at_s - self._last_s < self.params.cooldown_s - 1e-6:
            return []
        self._last_s = now.at_s
        trails = self.setting.trails
        word = class_word({trails[who[0]].object_class})
        told = {"class": word, **duration_params(stood_s), **place_params(self._zone.name)}
        tracks = tuple(one for one in who if one in trails)
        found = Finding(since, tracks, Message("rules-stop-and-flee", told), self._zone.name, self._zone.ring)
        return [ended(self.event(found, now), now)]
