"""Somebody goes against the direction that was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from veedor.model.event import Severity
from veedor.site.rules.movement import movement
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Name, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View


class WrongWayParams(HoldParams):
    needs = "tripwire"

    tripwire: Name
    allowed: Literal["left_to_right", "right_to_left"] = "left_to_right"
    classes: Classes | None = ("vehicle",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 1.5
    within_deg: Annotated[float, Field(strict=True, gt=0, le=90)] = 60.0
    least_speed: Ratio = 0.3


class WrongWay(TrackRule[WrongWayParams]):
    """A track whose heading over the last second is within `within_deg` of the direction opposite to the allowed one,
    at `least_speed` of its own sizes a second or more, for `dwell_s`. A line is drawn across the way; the allowed
    direction is over it, at right angles in the picture. It holds in `zone` (in the whole picture without one): where a
    road bends, draw the zone around its straight part."""

    kind: ClassVar[str] = "wrong_way"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = WrongWayParams

    def __init__(self, params: WrongWayParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._wire = setting.wires[params.tripwire]
        self._least_cos = float(np.cos(np.radians(params.within_deg)))

    def found(self, view: View) -> Mapping[int, Moment | None]:
        moved = movement(view, self.setting.trails)
        ax, ay = self._wire.start[0] * view.aspect, self._wire.start[1]
        along = (self._wire.end[0] * view.aspect - ax, self._wire.end[1] - ay)
        against = np.asarray((along[1], -along[0])) / np.hypot(*along)  # from right to left, y down
        if self.params.allowed == "right_to_left":
            against = -against
        fast = moved.known & (moved.speed >= self.params.least_speed * view.size) & (moved.speed > 0)
        wrong = fast & (moved.velocity @ against >= self._least_cos * moved.speed)
        return dict.fromkeys(view.ids[wrong & self.inside(view)].tolist())
