"""A vehicle is faster than is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from veedor.kit.messages import Param
from veedor.site.rules.movement import metres_per_s, movement
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_MOST_ERROR = 0.15  # of the limit: where a trembling box alone does more, nothing is measured


class SpeedingParams(HoldParams):
    needs_ground = True

    classes: Classes | None = ("vehicle",)
    dwell_s: Seconds = 0.6
    limit_kmh: Annotated[float, Field(strict=True, gt=0, le=400)] = 50.0


class Speeding(TrackRule[SpeedingParams]):
    """A vehicle above `limit_kmh` on the ground, over a second, for `dwell_s`: only where the camera is calibrated, and
    only where the picture is fine enough: where a trembling of the box by a twentieth of its height would change the
    speed by 15 % of the limit, nothing is said. It is no evidence of a traffic offence: the calibration is a person's
    clicks, and no standard has approved it."""

    kind: ClassVar[str] = "speeding"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = SpeedingParams

    def __init__(self, params: SpeedingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._kmh: dict[int, float] = {}

    def found(self, view: View) -> Mapping[int, Moment | None]:
        if self.setting.ground is None or not self.rows(view):
            return {}
        moved = movement(view, self.setting.trails)
        speed, error = metres_per_s(view, moved, self.setting.ground)
        speed_kmh, error_kmh = 3.6 * np.nan_to_num(speed), 3.6 * np.nan_to_num(error, nan=np.inf)
        limit = self.params.limit_kmh
        over = moved.known & view.whole & (speed_kmh > limit) & (error_kmh <= _MOST_ERROR * limit) & self.inside(view)
        self._kmh = dict(zip(view.ids[over].tolist(), speed_kmh[over].tolist(), strict=True))
        return dict.fromkeys(self._kmh)

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"speed": f"{self._kmh[subject]:.0f}", "limit": f"{self.params.limit_kmh:g}"}
