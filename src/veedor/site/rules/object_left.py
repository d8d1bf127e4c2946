"""A thing stands where it was left."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from veedor.kit.messages import Message
from veedor.model.detection import VEHICLES, ObjectClass
from veedor.model.event import Event, Severity
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, place_params
from veedor.site.rules.schema import Classes, Seconds, Share, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.stillness import Still, Stillness
from veedor.site.rules.trails import FORGET_S, Trail
from veedor.site.rules.view import Moment, View

_DROP_REACH = 0.35  # of the owner's size: how far from the owner's box a dropped thing can appear
_DROP_SIZE = 0.6  # a dropped thing is at most so much of its owner's area
_OWNER_AGE_S = 0.5
_BORDER = 0.01  # what begins at the border has come in, and was not dropped
_UNKNOWN, _PERSON, _OBJECT = int(ObjectClass.UNKNOWN), int(ObjectClass.PERSON), int(ObjectClass.OBJECT)
_COVERED = 0.6  # an object that is covered so far by a person or vehicle is that person or vehicle


class ObjectLeftParams(ZoneRuleParams):
    classes: Classes | None = ("object", "bag")
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 60.0
    absence_s: Seconds = 10.0
    attended_within: Share = 0.1


class ObjectLeft(Rule[ObjectLeftParams]):
    """From when the thing stood still until it is gone. It is told once it has stood for `dwell_s` and nobody is near.

    Tracks of class `object` come from the static foreground, so they need not have been seen to be dropped. A track
    without a class (an import) counts if it has never moved and began beside an older, larger track: its owner.
    """

    kind: ClassVar[str] = "object_left"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = ObjectLeftParams

    def __init__(self, params: ObjectLeftParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._stillness = Stillness()
        self._dropped: dict[int, float] = {}  # unclassed tracks that began beside an owner -> last seen, seconds
        self._episodes = Episodes.of(params, params.dwell_s)

    def step(self, view: View) -> list[Event]:
        for new, old in self.setting.trails.heirs.items():
            self._stillness.rename(old, new)
            self._episodes.rename(old, new)
            if old in self._dropped:
                self._dropped[new] = self._dropped.pop(old)
        still = self._stillness.update(view)
        left = self._left(view, still) if still else {}
        alone = {one for one in left if not self._attended(one, view)}

        def make(track_id: int, since: Moment) -> Event:
            word = class_word({self.setting.trails[track_id].object_class})
            lasted = duration_params(view.moment.at_s - since.at_s)
            message = Message("rules-object-left", {"class": word, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, (track_id,), message, self._zone.name, self._zone.ring), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update(left, view.moment, make, armed=armed, may_begin=alone)

    def close(self) -> list[Event]:
        return self._episodes.close()

    def _left(self, view: View, still: dict[int, Still]) -> dict[int, Moment | None]:
        """Things of the rule that stand in its zone -> since when."""
        self._note_dropped(view)
        found: dict[int, Moment | None] = {}
        for index in view.rows_of(self._choice):
            track_id, number = int(view.ids[index]), int(view.classes[index])
            if track_id not in still:
                continue
            if number == _UNKNOWN and not (track_id in self._dropped and still[track_id].from_birth):
                continue
            if number == _OBJECT and _covered(view, index):
                continue
            found[track_id] = still[track_id].since
        return found

    def _note_dropped(self, view: View) -> None:
        now_s = view.moment.at_s
        newborn = self.setting.trails.newborn - self.setting.trails.heirs.keys()
        for index, track_id in enumerate(view.ids.tolist()):
            unclassed = int(view.classes[index]) == _UNKNOWN
            if track_id in self._dropped or (unclassed and track_id in newborn and self._beside_owner(view, index)):
                self._dropped[track_id] = now_s
        if len(self._dropped) > len(view):
            self._dropped = {k: v for k, v in self._dropped.items() if now_s - v <= FORGET_S}

    def _beside_owner(self, view: View, index: int) -> bool:
        box = view.boxes[index]
        if box.min() <= _BORDER or box.max() >= 1 - _BORDER:
            return False
        now = view.moment
        for trail in self.setting.trails.values():
            older = now.at_s - trail.born.at_s >= _OWNER_AGE_S and now.at_s - trail.last.at_s <= 1.0
            owner = np.asarray(trail.box)
            size = float(np.prod(owner[2:] - owner[:2]))
            if older and float(view.area[index]) <= _DROP_SIZE * size:
                reach = _DROP_REACH * float(np.sqrt(size * view.aspect))
                if _box_gap(box, owner, view.aspect) <= reach:
                    return True
        return False

    def _attended(self, track_id: int, view: View) -> bool:
        """Whether somebody is within `attended_within` (picture heights) of the thing: a person, or an unclassed
        track that is no left thing itself."""
        if self.params.attended_within <= 0:
            return False
        trail: Trail = self.setting.trails[track_id]
        for index, other in enumerate(view.ids.tolist()):
            number = int(view.classes[index])
            unclassed = number == _UNKNOWN and other not in self._dropped
            if other == track_id or not (number == _PERSON or unclassed):
                continue
            if _box_gap(np.asarray(trail.box), view.boxes[index], view.aspect) < self.params.attended_within:
                return True
        return False


def _box_gap(a: NDArray[np.float64], b: NDArray[np.float64], aspect: float) -> float:
    """Distance between the nearest points of two boxes (xyxy, 0..1), in picture heights; 0 where they overlap."""
    across = max(float(a[0] - b[2]), float(b[0] - a[2]), 0.0) * aspect
    return float(np.hypot(across, max(float(a[1] - b[3]), float(b[1] - a[3]), 0.0)))


def _covered(view: View, index: int) -> bool:
    """Whether a tracked person or vehicle covers most of the box."""
    box, area = view.boxes[index], float(view.area[index])
    for other, number in enumerate(view.classes.tolist()):
        if other == index or not (number == _PERSON or number in VEHICLES):
            continue
        low = np.maximum(box[:2], view.boxes[other, :2])
        high = np.minimum(box[2:], view.boxes[other, 2:])
        if area > 0 and float(np.prod(np.clip(high - low, 0, None))) >= _COVERED * area:
            return True
    return False
