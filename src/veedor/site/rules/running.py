"""Somebody runs where people walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.kit.messages import Param
from veedor.site.rules.ground import BODY_M
from veedor.site.rules.movement import metres_per_s, movement
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View


class RunningParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    dwell_s: Seconds = 1.0
    bodies_per_s: Ratio = 1.6


class Running(TrackRule[RunningParams]):
    """A person who covers `bodies_per_s` of the own height a second or more (over a second), for `dwell_s`. People walk
    at 0.7 to 0.9 (1.2 to 1.5 m/s over 1.7 m) and run from about 1.5 (2.5 m/s). Where the camera is calibrated the way
    is taken on the ground, at 1.7 m a body, so that running towards the camera counts too; elsewhere it is taken in the
    picture, and running towards or away from the camera is missed. Boxes cut off by the border are not measured."""

    kind: ClassVar[str] = "running"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = RunningParams

    def __init__(self, params: RunningParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._speeds: dict[int, float] = {}

    def found(self, view: View) -> Mapping[int, Moment | None]:
        moved = movement(view, self.setting.trails)
        if self.setting.ground is not None:
            speed, error = metres_per_s(view, moved, self.setting.ground)
            bodies = np.where(error <= 0.5 * speed, speed / BODY_M, 0.0)
        else:
            bodies = moved.speed / np.maximum(view.body, 1e-6)
        fast = moved.known & view.whole & (np.nan_to_num(bodies) >= self.params.bodies_per_s) & self.inside(view)
        self._speeds = dict(zip(view.ids[fast].tolist(), bodies[fast].tolist(), strict=True))
        return dict.fromkeys(self._speeds)

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"speed": f"{self._speeds[subject]:.1f}", "limit": f"{self.params.bodies_per_s:g}"}
