"""A vehicle moves in an area or on a road that is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.model.event import Severity
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Setting, choice
from veedor.site.rules.schema import Classes, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View


class ClosedAreaParams(HoldParams):
    needs = "zone"

    classes: Classes | None = ("vehicle",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 1.0
    absence_s: Seconds = 30.0


class _Way:
    """Where a track was first seen, and whether it has gone from there."""

    def __init__(self) -> None:
        self.start: tuple[float, float] | None = None
        self.moved = False


class ClosedArea(TrackRule[ClosedAreaParams]):
    """A vehicle in the zone, within the schedule, that has moved by its own size since it was first seen. What never
    moves is no event: at night a rock or a parked machine is often taken for a vehicle. For protected areas and roads
    that are closed at certain hours: give it a `schedule`. Excavators and boats need a model that knows them."""

    kind: ClassVar[str] = "closed_area"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = ClosedAreaParams

    def __init__(self, params: ClosedAreaParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._anywhere = choice(params)
        self._ways: PerTrack[_Way] = PerTrack(_Way)

    def renamed(self, old: int, new: int) -> None:
        self._ways.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now_s = view.moment.at_s
        result: dict[int, Moment | None] = {}
        rows = view.rows_of(self._anywhere)
        inside = set(self.rows(view)) if rows else set()
        listed, first, _ = view.listed()
        for index in rows:
            track_id = listed.ids[first + index]
            way = self._ways.at(track_id, now_s)
            x, y = listed.spot[first + index]
            way.start = way.start or (x, y)
            way.moved = way.moved or bool(np.hypot(x - way.start[0], y - way.start[1]) >= listed.size[first + index])
            if way.moved and index in inside:
                result[track_id] = None
        self._ways.prune(now_s)
        return result
