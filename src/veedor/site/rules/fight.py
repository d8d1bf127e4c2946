"""Two people close together move to and fro against each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.kit.messages import Param
from veedor.model.event import Severity
from veedor.site.rules.pairs import near_pairs, pair_of
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_EVERY_S = 0.2
_OVER_S = 1.6
_NET = 0.6  # of the relative path: more means that they pass each other, or part
_ALONG = 0.5  # body heights a second: a pair that gets on faster walks, and its boxes sway against each other
_TREMBLE = 0.03  # body heights: a smaller step in 0.2 s is the detector's


_Place = tuple[float, float, float, float, float]  # s; relative place in body heights; place of both in picture heights


class FightParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 0.6
    absence_s: Seconds = 1.5
    within_bodies: Ratio = 0.8
    bodies_per_s: Ratio = 0.7


class Fight(TrackRule[FightParams]):
    """Two people whose feet stay within `within_bodies` of their height and whose relative place goes a way of
    `bodies_per_s` body heights a second, over 1.6 s, most of it to and fro (the net change is less than 60 % of the
    way), while both together get on by less than half a body height a second. Two who walk, stand or pass each other do
    not; dancing, play, sport and a rough greeting do. A brawl in which the detector sees one box for two people is not
    found, nor is one of people who run along."""

    kind: ClassVar[str] = "fight"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    by_track: ClassVar[bool] = False
    Params = FightParams

    def __init__(self, params: FightParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._ways: dict[int, deque[_Place]] = {}
        self._rates: dict[int, float] = {}

    def who(self, subject: int) -> tuple[int, ...]:
        return pair_of(subject)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now_s = view.moment.at_s
        rows = self.rows(view)
        self._rates = {}
        for key, one, two, _ in near_pairs(view, rows, self.params.within_bodies):
            body = max(float(view.body[one] + view.body[two]) / 2, 1e-6)
            way = self._ways.setdefault(key, deque(maxlen=16))
            if not way or now_s - way[-1][0] >= _EVERY_S - 1e-6:
                feet = view.foot[[one, two]] * (view.aspect, 1.0)
                way.append((now_s, *((feet[1] - feet[0]) / body).tolist(), *feet.mean(axis=0).tolist()))
            rate = _to_and_fro(way, now_s, body)
            if rate >= self.params.bodies_per_s:
                self._rates[key] = rate
        self._ways = {key: way for key, way in self._ways.items() if now_s - way[-1][0] <= 1.0}
        return dict.fromkeys(self._rates)

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"speed": f"{self._rates.get(subject, 0.0):.1f}", "limit": f"{self.params.bodies_per_s:g}"}


def _to_and_fro(way: deque[_Place], now_s: float, body: float) -> float:
    """Length of the relative way over the last seconds, per second; 0 where it is too short, or leads somewhere, or
    where the two go along together."""
    points = np.asarray([one for one in way if now_s - one[0] <= _OVER_S + 1e-6])
    if len(points) < 4 or points[-1, 0] - points[0, 0] < 0.7 * _OVER_S:
        return 0.0
    seconds = float(points[-1, 0] - points[0, 0])
    steps = np.hypot(*np.diff(points[:, 1:3], axis=0).T)
    length = float(steps[steps > _TREMBLE].sum())
    net = float(np.hypot(*(points[-1, 1:3] - points[0, 1:3])))
    along = float(np.hypot(*(points[-1, 3:] - points[0, 3:]))) / body
    return length / seconds if net <= _NET * length and along <= _ALONG * seconds else 0.0
