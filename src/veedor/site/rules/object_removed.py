"""A thing that stood in its place was taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from veedor.kit.messages import Message
from veedor.model.detection import VEHICLES, ObjectClass
from veedor.model.event import Event
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, ended, place_params
from veedor.site.rules.schema import Classes, Seconds, Share, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.stillness import Stillness
from veedor.site.rules.trails import FORGET_S
from veedor.site.rules.view import Moment, View

_UNKNOWN, _PERSON = int(ObjectClass.UNKNOWN), int(ObjectClass.PERSON)
_BESIDE_S = 3.0  # who was beside it so shortly before may have taken it
_COVERED = 0.5


class ObjectRemovedParams(ZoneRuleParams):
    classes: Classes | None = ("object", "bag")
    stood_s: Seconds = 30.0
    absence_s: Seconds = 3.0
    beside_within: Share = 0.05


@dataclass(slots=True)
class _Thing:
    """A thing that stands: where, since when, when it was last seen there; and who was last beside it, and when."""

    box: tuple[float, float, float, float]
    since: Moment
    seen: Moment
    person: int | None = None
    beside_s: float = float("-inf")


class ObjectRemoved(Rule[ObjectRemovedParams]):
    """A bag or object that stood still for `stood_s` is not there any more for `absence_s`, nobody covers its place,
    and a person was within `beside_within` of it in the 3 seconds before it went: the event names that person's track.

    A thing that goes with nobody near is no event: it was mostly the detector that lost it. What the camera has seen
    since it was started (an exhibit, a bin) is background, and no thing: this rule guards what was put down. Tracks
    without a class are no things here."""

    kind: ClassVar[str] = "object_removed"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = ObjectRemovedParams

    def __init__(self, params: ObjectRemovedParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._stillness = Stillness()
        self._things: dict[int, _Thing] = {}
        self._last_s = float("-inf")

    def step(self, view: View) -> list[Event]:
        for new, old in self.setting.trails.heirs.items():
            self._stillness.rename(old, new)
            if old in self._things:
                self._things[new] = self._things.pop(old)
        if view.connected:
            self._note(view)
        return self._gone(view)

    def close(self) -> list[Event]:
        self._things.clear()
        return []

    def _note(self, view: View) -> None:
        """Follow what stands, and who is beside it."""
        now = view.moment
        still = self._stillness.update(view)
        listed, first, end = view.listed()
        classes = listed.classes[first:end]
        for index in view.rows_of(self._choice):
            track_id = listed.ids[first + index]
            if classes[index] in (_PERSON, _UNKNOWN) or track_id not in still:
                continue
            since = still[track_id].since
            if now.at_s - since.at_s < self.params.stood_s - 1e-6:
                continue
            x1, y1, x2, y2 = view.boxes[index].tolist()
            thing = self._things.setdefault(track_id, _Thing((x1, y1, x2, y2), since, now))
            thing.box, thing.seen = (x1, y1, x2, y2), now
        if not self._things:
            return
        for row in [place for place, number in enumerate(classes) if number == _PERSON]:
            for thing in self._things.values():
                if _gap(thing.box, view, row) <= self.params.beside_within:
                    thing.person, thing.beside_s = int(view.ids[row]), now.at_s

    def _gone(self, view: View) -> list[Event]:
        now, events = view.moment, []
        for track_id, thing in list(self._things.items()):
            missing_s = now.at_s - thing.seen.at_s
            if missing_s <= self.params.absence_s + 1e-6 or not view.connected:
                continue
            if missing_s > FORGET_S - 5.0:
                del self._things[track_id]
            elif not _covered(thing.box, view):
                del self._things[track_id]
                events += self._told(track_id, thing, now)
        return events

    def _told(self, track_id: int, thing: _Thing, now: Moment) -> list[Event]:
        by = thing.person
        taken = by is not None and -self.params.absence_s <= thing.seen.at_s - thing.beside_s <= _BESIDE_S
        cool = now.at_s - self._last_s >= self.params.cooldown_s
        if not taken or not cool or not self.scheduled(now) or track_id not in self.setting.trails:
            return []
        self._last_s = now.at_s
        word = class_word({self.setting.trails[track_id].object_class})
        stood = duration_params(thing.seen.at_s - thing.since.at_s)
        message = Message("rules-object-removed", {"class": word, **stood, **place_params(self._zone.name)})
        tracks = (track_id,) if by is None or by not in self.setting.trails else (track_id, by)
        found = Finding(thing.seen, tracks, message, self._zone.name, self._zone.ring)
        return [ended(self.event(found, now), now)]


def _gap(box: tuple[float, float, float, float], view: View, row: int) -> float:
    """Distance between a box and that of a track, picture heights; 0 where they overlap."""
    other = view.boxes[row]
    across = max(box[0] - float(other[2]), float(other[0]) - box[2], 0.0) * view.aspect
    return float(np.hypot(across, max(box[1] - float(other[3]), float(other[1]) - box[3], 0.0)))


def _covered(box: tuple[float, float, float, float], view: View) -> bool:
    """Whether a person or a vehicle hides most of the place."""
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1e-9)
    for index, number in enumerate(view.classes.tolist()):
        if number not in (_PERSON, _UNKNOWN) and number not in VEHICLES:
            continue
        low, high = np.maximum(box[:2], view.boxes[index, :2]), np.minimum(box[2:], view.boxes[index, 2:])
        if float(np.prod(np.clip(high - low, 0, None))) >= _COVERED * area:
            return True
    return False
