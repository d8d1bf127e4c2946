"""What a rule is, and what every rule needs: its place, its schedule, and a way to make events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar, Generic, TypeVar

from veedor.kit.ids import new_id
from veedor.kit.messages import LANGUAGES, Message, Param
from veedor.model.detection import VEHICLES, ObjectClass, own_class
from veedor.model.event import Event, TrackOverlay
from veedor.site.normality.baseline import Normality
from veedor.site.rules.ground import Ground
from veedor.site.rules.place import WHOLE_PICTURE, Ring, Wire, Zone
from veedor.site.rules.schema import RuleParams, TrackRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.trails import Trails
from veedor.site.rules.view import Choice, Moment, View

P = TypeVar("P", bound=RuleParams)
MAX_OVERLAYS = 12
_CLOCK_STEP_S = 2.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a rule runs. `ground`: metres, where the camera is calibrated."""

    camera_id: str
    time_zone: tzinfo
    zones: Mapping[str, Zone]
    wires: Mapping[str, Wire]
    trails: Trails
    new_id: Callable[[datetime], str] = field(default=new_id)
    ground: Ground | None = None  # only where it can be trusted
    normality: Normality | None = None  # what is usual on this camera, where that is learned

    def zone(self, name: str | None) -> Zone:
        return self.zones[name] if name else WHOLE_PICTURE


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has found: from when, who, where, and how to say it."""

    since: Moment
    track_ids: tuple[int, ...]
    explanation: Message
    place: str | None = None
    ring: Ring = ()


class Rule(ABC, Generic[P]):
    """One rule of one camera. `step` is given every moment in order; nothing else moves it."""

    kind: ClassVar[str]
    standing: ClassVar[Standing]
    Params: ClassVar[type[RuleParams]]
    hears: ClassVar[bool] = False  # whether it is told what the rules before it say

    def __init__(self, params: P, setting: Setting) -> None:
        self.params = params
        self.setting = setting

    def hear(self, events: Sequence[Event], view: View) -> None:
        """Take in what the other rules said at this moment; for rules that hear."""

    @abstractmethod
    def step(self, view: View) -> list[Event]:
        """Events that begin or end at this moment."""

    @abstractmethod
    def close(self) -> list[Event]:
        """The end of every event that is still open."""

    def take_over(self, before: Rule[P]) -> None:
        """What outlasts a rest: counts since the start, limits per day. Everything about tracks is forgotten."""

    def scheduled(self, moment: Moment) -> bool:
        """Whether the rule is on at `moment`, in the site's time zone."""
        if self.params.schedule is None:
            return True
        local = moment.captured_at.astimezone(self.setting.time_zone)
        return self.params.schedule.covers(local.weekday(), local.hour * 60 + local.minute + local.second / 60)

    def event(self, found: Finding, now: Moment) -> Event:
        """An open event that is complete `now`."""
        overlays: list[TrackOverlay] = []
        for track_id in found.track_ids[:MAX_OVERLAYS]:
            overlay = self.setting.trails.overlay(track_id)
            if overlay is not None:
                overlays.append(overlay)
        return Event(
            id=self.setting.new_id(now.captured_at),
            camera_id=self.setting.camera_id,
            rule=self.params.name,
            kind=self.kind,
            severity=self.params.severity,
            started_at=_steady(found.since.captured_at, now.captured_at, found.since.at_s - now.at_s),
            completed_at=now.captured_at,
            ended_at=None,
            explanation=_with_labels(found.explanation),
            track_ids=found.track_ids,
            zone=found.place,
            start_s=found.since.at_s,
            start_frame=found.since.frame,
            overlays=tuple(overlays),
            zone_norm=found.ring,
        )


def _with_labels(told: Message) -> Message:
    """What an own class is called in each language goes with the sentence: who reads it elsewhere does not know it."""
    own = own_class(str(told.params.get("class", "")))
    if own is None:
        return told
    labels = {f"class_{lang}": own.label(lang).capitalize() for lang in LANGUAGES}
    return Message(told.key, {**told.params, "class_own": "yes", **labels})


def ended(event: Event, at: Moment) -> Event:
    """`event`, over since `at`."""
    ended_at = _steady(at.captured_at, event.started_at, at.at_s - event.start_s)
    return replace(event, ended_at=ended_at, end_s=at.at_s, end_frame=at.frame)


def _steady(told: datetime, anchor: datetime, offset_s: float) -> datetime:
    """`told`, unless the wall clock was set in between: then `anchor` plus the seconds that really passed."""
    expected = anchor + timedelta(seconds=offset_s)
    return told if abs((told - expected).total_seconds()) <= _CLOCK_STEP_S else expected


def choice(params: TrackRuleParams, zone: Zone = WHOLE_PICTURE) -> Choice:
    """The tracks of the rule's classes that are large enough, in `zone`."""
    least = params.min_size
    return Choice(params.class_table, least.height, least.area, zone, params.anchor)


def class_word(numbers: set[int]) -> str:
    """The word for tracks of these classes: a class's label, `vehicle` for several kinds of those, else `unknown`."""
    if len(numbers) == 1:
        return ObjectClass.of(next(iter(numbers))).label
    return "vehicle" if numbers and numbers <= VEHICLES else ObjectClass.UNKNOWN.label


def place_params(place: str | None) -> dict[str, Param]:
    """Parameters of the catalogue's `rules-in-place`."""
    return {"has_place": "yes" if place else "no", "place": place or ""}


def duration_params(seconds: float) -> dict[str, Param]:
    """Parameters of the catalogue's `rules-duration`: 45 s, 4 min, 1 h 10 min."""
    whole = int(seconds + 1e-6)
    if whole < 90:
        return {"unit": "s", "amount": str(whole), "rest": "0"}
    minutes = whole // 60
    if minutes < 60:
        return {"unit": "min", "amount": str(minutes), "rest": "0"}
    return {"unit": "h", "amount": str(minutes // 60), "rest": str(minutes % 60)}
