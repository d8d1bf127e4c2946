"""Runs the rules of one camera over its observations: live, offline and over the archive alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from veedor.kit.ids import new_id
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.viewpoint import Viewpoint, ViewState
from veedor.site.normality.baseline import Normality
from veedor.site.rules.composition import in_order
from veedor.site.rules.counting import Counted, Counting
from veedor.site.rules.ground import Ground
from veedor.site.rules.in_force import fresh, resting
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.rule import Rule, Setting
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.trails import Trails
from veedor.site.rules.tripwire import TripwireRule
from veedor.site.rules.view import View

_NONE: frozenset[str] = frozenset()


class RuleEngine:
    """`step` each observation in order, then `close`.

    It has no clock: what it returns follows from the observations alone, however they are cut into chunks, and it can
    be pickled between any two. Memory per track ends some seconds after the track was last seen. Rules that need metres
    rest where there is no `ground`, or a stale one: `resting` names them.
    """

    def __init__(
        self,
        rules: RuleSet,
        camera_id: str,
        time_zone: tzinfo | str = UTC,
        *,
        ids: Callable[[datetime], str] = new_id,
        ground: Ground | None = None,
        normality: Normality | None = None,
        trails: Trails | None = None,
    ) -> None:
        """`trails`: of several engines that are given the same views by `look`, updated by whoever gives them."""
        self._given = trails
        self._ground = ground if ground is not None and not ground.stale else None
        self._normality = normality
        self._rules = rules
        self._camera_id = camera_id
        self._time_zone = ZoneInfo(time_zone) if isinstance(time_zone, str) else time_zone
        self._ids = ids
        self._last_s = float("-inf")
        self._start()

    def _start(self) -> None:
        self._trails = self._given if self._given is not None else Trails()
        places = (self._rules.zones, self._rules.wires)
        setting = Setting(
            self._camera_id, self._time_zone, *places, self._trails, self._ids, self._ground, self._normality
        )
        self._paused: frozenset[str] = frozenset()
        self._running: list[Rule[Any]] = [
            KINDS[one.kind](one, setting)
            for one in in_order(self._rules.rules)
            if one.enabled and (self._ground is not None or not one.needs_ground)
        ]

    def step(self, obs: Observation) -> list[Event]:
        """Events that begin or end with `obs`: a new one without its end (a crossing has both), then, same id, with it.

        Should the observation clock go back (it must not; a source that began anew may do it), all open events end
        and the rules begin anew.
        """
        events: list[Event] = []
        if not math.isfinite(obs.at_s):
            return events
        if obs.at_s < self._last_s:
            events = self.close()
            self._start()
        self._last_s = obs.at_s
        view = View(obs)
        self._trails.update(view)
        return events + self.look(view)

    def look(self, view: View) -> list[Event]:
        """`step` for a moment that the trails have already taken in."""
        events: list[Event] = []
        rests = self._rests(view, events)
        for rule in self._running:
            if rests and rule.params.name in rests:
                continue
            if rule.hears:
                rule.hear(events, view)
            events += rule.step(view)
        return events

    def _rests(self, view: View, events: list[Event]) -> frozenset[str]:
        """Names of the rules that rest where the camera looks now. Those that begin to rest end their events, and
        forget what they have seen."""
        if view.viewpoint is None:
            rests = _NONE
        else:
            running = (rule.params for rule in self._running)
            rests = resting(running, view.viewpoint, has_ground=self._ground is not None)
        if rests != self._paused:
            for place, rule in enumerate(self._running):
                if rule.params.name in rests - self._paused:
                    events += rule.close()
                    self._running[place] = fresh(rule)
            self._paused = rests
        return rests

    def run(self, observations: Iterable[Observation]) -> Iterator[Event]:
        """`step` for each, then `close`."""
        for obs in observations:
            yield from self.step(obs)
        yield from self.close()

    def close(self) -> list[Event]:
        """End every open event at the moment when it was last seen to hold."""
        return [event for rule in self._running for event in rule.close()]

    def crossings(self) -> dict[str, dict[tuple[str, str], int]]:
        """Tripwire or counting rule -> (class, direction) -> crossings counted since the start (a
        tripwire counts whatever its schedule)."""
        counting = [rule for rule in self._running if isinstance(rule, TripwireRule | Counting)]
        return {rule.params.name: dict(rule.counts.items()) for rule in counting}

    def counts(self) -> dict[str, list[Counted]]:
        """Counting rule -> its last finished periods, oldest first."""
        return {rule.params.name: list(rule.periods) for rule in self._running if isinstance(rule, Counting)}

    def resting(self) -> list[str]:
        """Names of rules that are on and do not run, since the camera has no calibration that can be trusted."""
        return [one.name for one in self._rules.rules if one.enabled and one.needs_ground and self._ground is None]

    def bound(self) -> list[str]:
        """Names of the rules that rest while the camera looks elsewhere."""
        return self.resting_at(Viewpoint(ViewState.MOVED))

    def resting_at(self, viewpoint: Viewpoint | None) -> list[str]:
        """Names of the rules that rest while this is where the camera looks."""
        running = (rule.params for rule in self._running)
        return sorted(resting(running, viewpoint, has_ground=self._ground is not None))

    @property
    def tracks_in_memory(self) -> int:
        return len(self._trails)
