"""A vehicle is parked for longer than is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from veedor.kit.geometry import box_iou
from veedor.kit.messages import Param
from veedor.model.event import Severity
from veedor.site.rules.rule import Setting, duration_params
from veedor.site.rules.schema import Classes, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.stillness import Stillness
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_SAME_PLACE = 0.5  # overlap of the boxes
_STANDS_S = 5.0


class ParkedVehicleParams(HoldParams):
    classes: Classes | None = ("car", "bus", "truck", "motorcycle")
    severity: Severity = Severity.LOW
    dwell_s: Seconds = 1800.0
    absence_s: Seconds = 180.0


@dataclass(slots=True)
class _Place:
    """Where a vehicle is parked: its box, since when, when it was last seen, as which track."""

    box: tuple[float, float, float, float]
    since: Moment
    seen_s: float
    track_id: int


class ParkedVehicle(TrackRule[ParkedVehicleParams]):
    """A vehicle stands in one place for `dwell_s`. Unlike `stopped_vehicle`, which follows a track for seconds or a few
    minutes, this one remembers the place: it may be hidden, and be found again under another number, for `absence_s`.
    One that drives off while another takes the very place within that time is taken for the same: nothing is stored of
    how a vehicle looks."""

    kind: ClassVar[str] = "parked_vehicle"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    by_track: ClassVar[bool] = False
    Params = ParkedVehicleParams

    def __init__(self, params: ParkedVehicleParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._stillness = Stillness()
        self._places: dict[int, _Place] = {}
        self._numbered = 0

    def renamed(self, old: int, new: int) -> None:
        self._stillness.rename(old, new)

    def who(self, subject: int) -> tuple[int, ...]:
        return (self._places[subject].track_id,)

    def numbers(self, _subject: int) -> Mapping[str, Param]:
        limit = duration_params(self.params.dwell_s)
        return {"limit": limit["amount"], "limit_unit": limit["unit"], "limit_rest": limit["rest"]}

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        still = self._stillness.update(view)
        result: dict[int, Moment | None] = {}
        for index in self.rows(view):
            track_id = int(view.ids[index])
            if track_id not in still or now.at_s - still[track_id].since.at_s < _STANDS_S:
                continue
            x1, y1, x2, y2 = view.boxes[index].tolist()
            number = self._number((x1, y1, x2, y2), track_id, still[track_id].since)
            place = self._places[number]
            place.seen_s, place.track_id = now.at_s, track_id
            result[number] = place.since
        limit_s = self.params.absence_s + 1e-6
        self._places = {key: place for key, place in self._places.items() if now.at_s - place.seen_s <= limit_s}
        return result

    def _number(self, box: tuple[float, float, float, float], track_id: int, since: Moment) -> int:
        """The number of the parked vehicle there; a new one if nobody has stood there lately."""
        for number, place in self._places.items():
            if float(box_iou(np.asarray([box]), np.asarray([place.box]))[0, 0]) >= _SAME_PLACE:
                return number
        self._numbered += 1
        self._places[self._numbered] = _Place(box, since, since.at_s, track_id)
        return self._numbered
