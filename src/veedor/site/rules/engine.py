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
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.rule import Rule, Setting
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.trails import Trails
from veedor.site.rules.tripwire import TripwireRule
from veedor.site.rules.view import View


class RuleEngine:
    """`step` each observation in order, then `close`.

    It has no clock: what it returns follows from the observations alone, however they are cut into chunks, and it can
    be pickled between any two. Memory per track ends some seconds after the track was last seen.
    """

    def __init__(
        self,
        rules: RuleSet,
        camera_id: str,
        time_zone: tzinfo | str = UTC,
        *,
        ids: Callable[[datetime], str] = new_id,
    ) -> None:
        self._rules = rules
        self._camera_id = camera_id
        self._time_zone = ZoneInfo(time_zone) if isinstance(time_zone, str) else time_zone
        self._ids = ids
        self._last_s = float("-inf")
        self._start()

    def _start(self) -> None:
        self._trails = Trails()
        setting = Setting(
            self._camera_id, self._time_zone, self._rules.zones, self._rules.wires, self._trails, self._ids
        )
        self._running: list[Rule[Any]] = [KINDS[one.kind](one, setting) for one in self._rules.rules if one.enabled]

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
        for rule in self._running:
            events += rule.step(view)
        return events

    def run(self, observations: Iterable[Observation]) -> Iterator[Event]:
        """`step` for each, then `close`."""
        for obs in observations:
            yield from self.step(obs)
        yield from self.close()

    def close(self) -> list[Event]:
        """End every open event at the moment when it was last seen to hold."""
        return [event for rule in self._running for event in rule.close()]

    def crossings(self) -> dict[str, dict[tuple[str, str], int]]:
        """Tripwire rule -> (class, direction) -> crossings counted since the start, whatever the rule's schedule."""
        return {rule.params.name: dict(rule.counts.items()) for rule in self._running if isinstance(rule, TripwireRule)}

    @property
    def tracks_in_memory(self) -> int:
        return len(self._trails)
