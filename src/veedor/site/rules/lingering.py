"""Somebody stops on the way and stays about one spot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from veedor.model.event import Severity
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_TOLERANCE_S = 1.0  # a box may be elsewhere for so long


class LingeringParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.LOW
    dwell_s: Seconds = 5.0
    reach_bodies: Ratio = 0.5


@dataclass(slots=True)
class _Spot:
    """Where somebody is about (picture heights), since when; while they are away from it, where else they are."""

    place: tuple[float, float]
    since: Moment
    away: Moment | None = None
    other: tuple[float, float] | None = None
    other_since: Moment | None = None

    def follow(self, point: tuple[float, float], reach: float, now: Moment) -> bool:
        """Whether they are within `reach` of the spot, which is another one after a second away."""
        if math.dist(point, self.place) <= reach:
            self.away = self.other = None
            return True
        self.away = self.away or now
        if self.other is None or math.dist(point, self.other) > reach:
            self.other, self.other_since = point, now
        if now.at_s - self.away.at_s < _TOLERANCE_S - 1e-6:
            return False
        self.place, self.since = self.other, self.other_since or now
        self.away = self.other = None
        return True


class Lingering(TrackRule[LingeringParams]):
    """A person who stays within `reach_bodies` of the own height of one spot for `dwell_s`, wherever in the zone that
    is. Loitering asks how long somebody is in a zone, walking or not; this asks who has stopped: before a shop window,
    a machine, a door. A step on the spot does not end it, nor does a second in which the box is elsewhere (somebody
    walks in front). It cannot know why: waiting looks the same."""

    kind: ClassVar[str] = "lingering"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = LingeringParams

    def __init__(self, params: LingeringParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._spots: PerTrack[list[_Spot]] = PerTrack(list)  # none before the first look, then one

    def renamed(self, old: int, new: int) -> None:
        self._spots.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        result: dict[int, Moment | None] = {}
        for index in self.rows(view):
            track_id = int(view.ids[index])
            spots = self._spots.at(track_id, now.at_s)
            point = (float(view.foot[index, 0]) * view.aspect, float(view.foot[index, 1]))
            if not spots:
                spots.append(_Spot(point, now))
            if spots[0].follow(point, self.params.reach_bodies * float(view.body[index]), now):
                result[track_id] = spots[0].since
        self._spots.prune(now.at_s)
        return result
