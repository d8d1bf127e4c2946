"""Two that move come together, one of them stops at once, and they stay where they met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.model.detection import VEHICLES
from veedor.model.event import Severity
from veedor.site.rules.pairs import box_gaps, pair_key, pair_of
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.speed_log import SpeedLog
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_TOUCH = 0.1  # of the smaller one's size
_SLOW = 0.4  # own sizes a second
_FORGET_S = 10.0
_UNKNOWN = 0


class CollisionParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("vehicle", "person")
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 3.0
    from_speed: Ratio = 1.0


class Collision(TrackRule[CollisionParams]):
    """The boxes of two tracks touch, at least one of them a vehicle that went at `from_speed` of its own sizes a second
    and stops within about a second (as in `sudden_stop`), and both stay slow and touching for `dwell_s`.

    In the picture two boxes touch when one stands behind the other: a hard stop close to a standing car looks the same.
    One who is thrown off, or drives on, is not found."""

    kind: ClassVar[str] = "collision"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    by_track: ClassVar[bool] = False
    Params = CollisionParams

    def __init__(self, params: CollisionParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._log = SpeedLog()
        self._met: dict[int, tuple[Moment, float]] = {}  # pair -> since when, and when last so

    def renamed(self, old: int, new: int) -> None:
        self._log.rename(old, new)

    def who(self, subject: int) -> tuple[int, ...]:
        return pair_of(subject)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        rows = self.rows(view)
        speeds = self._log.update(view, self.setting.trails, rows)
        result: dict[int, Moment | None] = {}
        stopped = {one for one in speeds if self._log.braked(one, now.at_s, speeds[one], self.params.from_speed)}
        if not stopped and not self._met:
            return result
        gaps = box_gaps(view, rows)
        touching = np.argwhere(np.triu(gaps <= _TOUCH * np.minimum.outer(view.size[rows], view.size[rows]), 1))
        for first, second in touching.tolist():
            one, two = int(view.ids[rows[first]]), int(view.ids[rows[second]])
            if one not in speeds or two not in speeds:
                continue
            key = pair_key(one, two)
            if key in self._met:
                if max(speeds[one], speeds[two]) <= _SLOW:
                    self._met[key] = (self._met[key][0], now.at_s)
                    result[key] = self._met[key][0]
                continue
            for row, track_id, other in ((first, one, two), (second, two, one)):
                drives = int(view.classes[rows[row]]) in VEHICLES or int(view.classes[rows[row]]) == _UNKNOWN
                slow = speeds[other] <= _SLOW or self._log.braked(other, now.at_s, speeds[other], _SLOW)
                if drives and slow and track_id in stopped:
                    self._met[key] = (now, now.at_s)
                    result[key] = now
        self._met = {k: v for k, v in self._met.items() if now.at_s - v[1] <= _FORGET_S}
        return result
