"""Rules about events of other rules of the same camera: what they hear, and when two events belong together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from veedor.kit.messages import Message, Param
from veedor.model.event import Event
from veedor.site.rules.rule import Finding, Rule, Setting, duration_params, ended
from veedor.site.rules.schema import Names, RuleParams, Seconds, Share
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_MOST_HEARD = 200  # events of one rule that are remembered at a time
_EPS_S = 1e-6


def _two_or_more(value: tuple[str, ...]) -> tuple[str, ...]:
    if not 2 <= len(value) <= 5:
        raise PydanticCustomError("rules-problem-steps", "2 to 5 rules")
    return value


Steps = Annotated[Names, AfterValidator(_two_or_more)]


class CompositionParams(RuleParams):
    """What all compositions have."""

    within_s: Annotated[Seconds, Field(gt=0, le=86_400)] = 30.0
    same: Literal["anything", "place", "track"] = "anything"
    near: Share = 0.0

    def refers(self) -> dict[str, tuple[str, ...]]:
        """Key -> the names of other rules in it."""
        return {}


class StepsParams(CompositionParams):
    """What compositions of several rules have."""

    steps: Steps
    without: Names | None = None

    def refers(self) -> dict[str, tuple[str, ...]]:
        return {"steps": self.steps, "without": self.without or ()}


@dataclass(slots=True)
class Heard:
    """An event of another rule, in its last state; when it began, and when it was told (that is, complete); where its
    first track stood (picture heights); `used`: it has been part of an event."""

    event: Event
    since: Moment
    told_s: float
    spot: tuple[float, float] | None
    used: bool = False

    def until_s(self, now_s: float) -> float:
        return now_s if self.event.end_s is None else self.event.end_s


C = TypeVar("C", bound=CompositionParams)


class Composition(Rule[C], Generic[C]):
    """Hears the events of the rules that it names, and makes events of them. It knows no more than they say, in the
    order in which they say it: so it gives the same live and over the archive."""

    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    hears: ClassVar[bool] = True

    def __init__(self, params: C, setting: Setting) -> None:
        super().__init__(params, setting)
        self._names = frozenset(name for names in params.refers().values() for name in names)
        self._heard: dict[str, list[Heard]] = {name: [] for name in self._names}
        self._new: list[Heard] = []
        self._last_s = float("-inf")

    def hear(self, events: Sequence[Event], view: View) -> None:
        """Take in what the other rules said at this moment."""
        for event in events:
            if event.rule not in self._names:
                continue
            known = next((one for one in self._heard[event.rule] if one.event.id == event.id), None)
            if known is not None:
                known.event = event
                continue
            since = Moment(event.start_s, event.started_at, event.start_frame)
            heard = Heard(event, since, view.moment.at_s, _spot(event, view.aspect))
            self._heard[event.rule] = [*self._heard[event.rule][1 - _MOST_HEARD :], heard]
            self._new.append(heard)

    def step(self, view: View) -> list[Event]:
        new, self._new = self._new, []
        events = self.composed(new, view)
        for name, heard in self._heard.items():
            if heard:
                self._heard[name] = [one for one in heard if not self._over(one, view.moment.at_s)]
        return events

    def close(self) -> list[Event]:
        for heard in self._heard.values():
            heard.clear()
        self._new = []
        return []

    @abstractmethod
    def composed(self, new: Sequence[Heard], view: View) -> list[Event]:
        """The events of this moment, in which `new` was heard."""

    def alike(self, one: Heard, two: Heard) -> bool:
        """Whether two events are of the same place or track, and near, as far as is asked."""
        same = {
            "anything": True,
            "place": one.event.zone == two.event.zone,
            "track": bool(set(one.event.track_ids) & set(two.event.track_ids)),
        }
        if not same[self.params.same]:
            return False
        if self.params.near <= 0:
            return True
        if one.spot is None or two.spot is None:
            return False
        across, down = one.spot[0] - two.spot[0], one.spot[1] - two.spot[1]
        return across * across + down * down <= self.params.near * self.params.near

    def gap_s(self, one: Heard, two: Heard, now_s: float) -> float:
        """Seconds from when the earlier one was last seen to hold to when the later one was told; 0 while it holds."""
        first, second = sorted((one, two), key=lambda heard: heard.told_s)
        return max(0.0, second.told_s - first.until_s(now_s))

    def unless(self, names: Sequence[str], parts: Sequence[Heard], now_s: float) -> bool:
        """Whether an event of a rule in `names` held, or was told, between the first and the last of `parts`."""
        start_s = min(one.told_s for one in parts)
        end_s = max(one.told_s for one in parts)
        return any(
            heard.told_s <= end_s + _EPS_S and heard.until_s(now_s) >= start_s - _EPS_S and self.alike(heard, parts[-1])
            for name in names
            for heard in self._heard[name]
        )

    def told(self, parts: Sequence[Heard], now: Moment, said: dict[str, Param]) -> list[Event]:
        """The event of `parts`, in the order of time; they are used up."""
        if not self.scheduled(now) or now.at_s - self._last_s < self.params.cooldown_s - _EPS_S:
            return []
        self._last_s = now.at_s
        for one in parts:
            one.used = True
        places = {one.event.zone for one in parts}
        tracks = tuple(dict.fromkeys(track_id for one in parts for track_id in one.event.track_ids))
        lasted = duration_params(now.at_s - parts[0].since.at_s)
        message = Message(f"rules-{self.kind}", {**lasted, **said})
        place = places.pop() if len(places) == 1 else None
        found = Finding(parts[0].since, tracks, message, place, parts[-1].event.zone_norm)
        return [ended(self.event(found, now), now)]

    def _over(self, heard: Heard, now_s: float) -> bool:
        span_s = self.params.within_s * max(1, len(self._names)) + self.params.debounce_s
        return heard.event.end_s is not None and now_s - heard.event.end_s > span_s + _EPS_S


def _spot(event: Event, aspect: float) -> tuple[float, float] | None:
    if not event.overlays:
        return None
    x1, _, x2, y2 = event.overlays[0].box_norm
    return (x1 + x2) / 2 * aspect, y2


def in_order(rules: Sequence[RuleParams]) -> list[RuleParams]:
    """`rules` so that each comes after those that it hears; else as they are written."""
    waiting = [one for one in rules if isinstance(one, CompositionParams)]
    done = [one for one in rules if not isinstance(one, CompositionParams)]
    while waiting:
        names = {one.name for one in waiting}
        ready = [one for one in waiting if not names & _named(one)]
        done += ready or waiting
        waiting = [one for one in waiting if ready and one not in ready]
    return done


def circular(rules: Sequence[RuleParams]) -> set[str]:
    """Names of the compositions that hear themselves, by way of others or at once."""
    waiting = [one for one in rules if isinstance(one, CompositionParams)]
    while ready := [one for one in waiting if not {other.name for other in waiting} & _named(one)]:
        waiting = [one for one in waiting if one not in ready]
    return {one.name for one in waiting}


def _named(rule: CompositionParams) -> set[str]:
    return {name for names in rule.refers().values() for name in names}
