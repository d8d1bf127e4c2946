"""What rules would have found: a run over archived tracks, by the very code that runs live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Normality
from veedor.site.rules.archived import Pace, Replay
from veedor.site.rules.composition import CompositionParams
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.export import last_states
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.schema import RuleParams
from veedor.site.rules.trails import Trails
from veedor.site.rules.view import View

# What a replay cannot know: the archive does not hold what they read. Nor does it hold where a camera was steered.
NOT_KEPT = frozenset({"camera_offline", "camera_clock"})
# Kinds whose events are complete at a moment at which nobody need be there: they are asked at the full pace.
_TOLD_ALONE = frozenset({"sequence", "together", "absence", "object_removed"})
_IDLE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Backtest:
    """Events in order of completion; crossings per tripwire rule as (class, direction) -> count."""

    events: tuple[Event, ...]
    crossings: dict[str, dict[tuple[str, str], int]]


def backtest(  # noqa: PLR0913
    rules: RuleSet,
    tracks: Sequence[ArchivedTrack],
    span: tuple[datetime, datetime],
    *,
    camera_id: str,
    time_zone: str = "UTC",
    pace: Pace = Pace(),
    ground: Ground | None = None,
    normality: Normality | None = None,
) -> Backtest:
    """Run `rules` over the archived `tracks` of one camera within `span` (start, end), a short one.

    Rules about the camera itself (offline, tampered) find nothing here: this does not read what they read.
    """
    trails = Trails()
    engine = RuleEngine(rules, camera_id, time_zone, ground=ground, normality=normality, trails=trails)
    events: list[Event] = []
    for view in Replay(camera_id, span[0], pace).until(tracks, span[1]):
        trails.update(view)
        events += engine.look(view)
    events += engine.close()
    return Backtest(tuple(last_states(events)), engine.crossings())


class Twin:
    """Two sets of rules over the same observations: what is the same in both runs once."""

    def __init__(
        self,
        new: RuleSet,
        old: RuleSet,
        camera_id: str,
        time_zone: str,
        *,
        ground: Ground | None = None,
        normality: Normality | None = None,
    ) -> None:
        self._rules = (new, old)
        self._trails = Trails()
        self._same = unchanged(new, old)
        changed = _with_heard(old, self._same)
        self._new, self._old = (
            RuleEngine(_runnable(one), camera_id, time_zone, ground=ground, normality=normality, trails=self._trails)
            for one in (new, changed)
        )

    def look(self, view: View) -> tuple[list[Event], list[Event]]:
        """The events of this moment: by the new rules, by the old ones."""
        self._trails.update(view)
        return self._told(self._new.look(view), self._old.look(view))

    def close(self) -> tuple[list[Event], list[Event]]:
        return self._told(self._new.close(), self._old.close())

    @property
    def idle_every_s(self) -> float:
        """How often these rules must be asked where there is no track: see `Pace`."""
        kinds = {one.kind for rules in self._rules for one in rules.rules if one.enabled}
        return 0.0 if kinds & _TOLD_ALONE else _IDLE_EVERY_S

    def resting(self) -> list[str]:
        """The new rules that rest since the camera is not calibrated."""
        return self._new.resting()

    def _told(self, new: list[Event], old: list[Event]) -> tuple[list[Event], list[Event]]:
        same = [one for one in new if one.rule in self._same]
        return new, [*same, *(one for one in old if one.rule not in self._same)]


def unchanged(new: RuleSet, old: RuleSet) -> frozenset[str]:
    """Names of the rules that say the same in both sets: parameters, place, and what they hear."""
    olds = {one.name: one for one in old.rules}
    same = {one.name for one in new.rules if one == olds.get(one.name) and _place(new, one) == _place(old, one)}
    while missing := {one.name for one in new.rules if one.name in same and not _heard(one) <= same}:
        same -= missing
    return frozenset(same)


def not_rerun(rules: RuleSet) -> list[str]:
    """Names of the rules that are on and that no archive can run again, with those that hear them."""
    lost = _lost(rules)
    return [one.name for one in rules.rules if one.enabled and one.name in lost]


def _lost(rules: RuleSet) -> set[str]:
    lost = {one.name for one in rules.rules if one.kind in NOT_KEPT or getattr(one, "preset", None) is not None}
    while more := {one.name for one in rules.rules if one.name not in lost and _heard(one) & lost}:
        lost |= more
    return lost


def _runnable(rules: RuleSet) -> RuleSet:
    lost = _lost(rules)
    return replace(rules, rules=tuple(one for one in rules.rules if one.name not in lost))


def _with_heard(rules: RuleSet, without: Iterable[str]) -> RuleSet:
    """The rules that are not in `without`, and those that they hear."""
    left_out = set(without)
    by_name = {one.name: one for one in rules.rules}
    wanted = {name for name in by_name if name not in left_out}
    while more := {name for one in wanted for name in _heard(by_name[one]) if name in by_name} - wanted:
        wanted |= more
    return replace(rules, rules=tuple(one for one in rules.rules if one.name in wanted))


def _heard(rule: RuleParams) -> set[str]:
    if not isinstance(rule, CompositionParams):
        return set()
    return {name for names in rule.refers().values() for name in names}


def _place(rules: RuleSet, rule: RuleParams) -> object:
    zone, wire = getattr(rule, "zone", None), getattr(rule, "tripwire", None)
    return (
        rules.zones[zone].ring if zone else None,
        (rules.wires[wire].start, rules.wires[wire].end) if wire else None,
    )
