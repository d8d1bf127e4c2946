"""Somebody runs where people walk."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from veedor.kit.messages import Param
from veedor.site.rules.ground import BODY_M
from veedor.site.rules.movement import metres_per_s, movement
from veedor.site.rules.per_track import PerTrack, middle
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_EVERY_S = 0.2
_OVER_S = 1.0  # a speed is measured over so long
_EDGE = 0.02  # share of the picture: boxes are cut off a little before its border


class RunningParams(HoldParams):
    uses_ground = True

    enabled: Enabled = False
    classes: Classes | None = ("person",)
    dwell_s: Seconds = 1.0
    bodies_per_s: Ratio = 1.6


class Running(TrackRule[RunningParams]):
    """A person who covers `bodies_per_s` of the own height a second or more (over a second), for `dwell_s`. People walk
    at 0.7 to 0.9 (1.2 to 1.5 m/s over 1.7 m) and run from about 1.5 (2.5 m/s). Where the camera is calibrated the way
    is taken on the ground, at 1.7 m a body, so that running towards the camera counts too; elsewhere it is taken in the
    picture: running towards or away from the camera is missed, and who is seen so steeply from above that the box is
    wider than tall is not measured, since the body's height is not in the picture. Who comes in or goes out at the
    border is not measured until the whole box has been seen for a second: a box that grows looks fast, and a cut one
    small."""

    kind: ClassVar[str] = "running"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = RunningParams

    def __init__(self, params: RunningParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._speeds: dict[int, float] = {}
        # of each look: s, body height, whether the box is taller than wide
        self._bodies: PerTrack[deque[tuple[float, float, bool]]] = PerTrack(partial(deque, maxlen=6))

    def renamed(self, old: int, new: int) -> None:
        self._bodies.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        moved = movement(view, self.setting.trails, _OVER_S)
        body = self._body(view)
        known = moved.known & (body > 0) & self.inside(view)
        if not known.any():
            self._speeds = {}
            return {}
        if self.setting.ground is not None:
            speed, error = metres_per_s(view, moved, self.setting.ground)
            bodies = np.where(error <= 0.5 * speed, speed / BODY_M, 0.0)
        else:
            bodies = moved.speed / np.maximum(body, 1e-6)
        fast = known & (np.nan_to_num(bodies) >= self.params.bodies_per_s)
        self._speeds = dict(zip(view.ids[fast].tolist(), bodies[fast].tolist(), strict=True))
        return dict.fromkeys(self._speeds)

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"speed": f"{self._speeds[subject]:.1f}", "limit": f"{self.params.bodies_per_s:g}"}

    def _body(self, view: View) -> NDArray[np.float64]:
        """(n,) body heights over the second of the way; 0 for boxes that were not whole for all of it and, where no
        ground says how fast they go, for those that are not taller than wide."""
        now_s, tall = view.moment.at_s, (view.height >= view.body).tolist()
        result = np.zeros(len(view))
        listed, first, _ = view.listed()
        for row, body in enumerate(view.body.tolist()):
            seen, box = self._bodies.at(listed.ids[first + row], now_s), listed.boxes[first + row]
            if min(box) <= _EDGE or max(box) >= 1 - _EDGE:
                seen.clear()
                continue
            if not seen or now_s - seen[-1][0] >= _EVERY_S - 1e-6:
                seen.append((now_s, body, tall[row]))
            upright = self.setting.ground is not None or 2 * sum(one[2] for one in seen) > len(seen)
            if upright and now_s - seen[0][0] >= 0.8 * _OVER_S - 1e-6:
                result[row] = middle([one[1] for one in seen])
        self._bodies.prune(now_s)
        return result
