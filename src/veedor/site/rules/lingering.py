"""Somebody stops on the way and stays about one spot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.model.event import Severity
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View


class LingeringParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.LOW
    dwell_s: Seconds = 5.0
    reach_bodies: Ratio = 1.0


class _Spot:
    def __init__(self) -> None:
        self.place: tuple[float, float] | None = None
        self.since: Moment | None = None


class Lingering(TrackRule[LingeringParams]):
    """A person who stays within `reach_bodies` of the own height of one spot for `dwell_s`, wherever in the zone that
    is. Loitering asks how long somebody is in a zone, walking or not; this asks who has stopped: before a shop window,
    a machine, a door. Steps on the spot do not end it. It cannot know why: waiting looks the same."""

    kind: ClassVar[str] = "lingering"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = LingeringParams

    def __init__(self, params: LingeringParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._spots: PerTrack[_Spot] = PerTrack(_Spot)

    def renamed(self, old: int, new: int) -> None:
        self._spots.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        result: dict[int, Moment | None] = {}
        for index in self.rows(view):
            track_id = int(view.ids[index])
            spot = self._spots.at(track_id, now.at_s)
            x, y = float(view.foot[index, 0]) * view.aspect, float(view.foot[index, 1])
            reach = self.params.reach_bodies * float(view.body[index])
            if spot.place is None or np.hypot(x - spot.place[0], y - spot.place[1]) > reach:
                spot.place, spot.since = (x, y), now
            result[track_id] = spot.since
        self._spots.prune(now.at_s)
        return result
