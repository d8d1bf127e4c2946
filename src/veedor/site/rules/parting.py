"""Two people who were together part."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from veedor.model.event import Severity
from veedor.site.rules.pairs import near_pairs, pair_of
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.trails import FORGET_S
from veedor.site.rules.view import Moment, View

_TELLS_S = 0.5  # the event lasts so long after they are apart
_EVERY_S = 0.2
_KEPT = 75
_GROWS = 0.1  # body heights a second: two who walk side by side draw apart and together by less


class PartingParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.INFO
    dwell_s: Seconds = 0.2
    absence_s: Seconds = 1.0
    together_s: Seconds = 2.0
    within_bodies: Ratio = 1.0
    apart_bodies: Ratio = 2.0


@dataclass(slots=True)
class _Pair:
    seen_s: float
    together: Moment | None = None  # since when they are close
    close: Moment | None = None  # when they last were, of those who were together for long enough
    apart: Moment | None = None
    began: Moment | None = None
    way: deque[tuple[Moment, float]] = field(default_factory=lambda: deque(maxlen=_KEPT))  # body heights apart


class Parting(TrackRule[PartingParams]):
    """Two people who were within `within_bodies` of their height for `together_s` are more than `apart_bodies` apart:
    from when they began to walk apart. Who leaves a group parts once, not from each of the others. Both must be in
    sight; who walks out of the picture does not part."""

    kind: ClassVar[str] = "parting"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    by_track: ClassVar[bool] = False
    Params = PartingParams

    def __init__(self, params: PartingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._pairs: dict[int, _Pair] = {}
        self._told: dict[int, float] = {}  # pair -> when it was apart

    def who(self, subject: int) -> tuple[int, ...]:
        return pair_of(subject)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        rows = self.rows(view)
        result: dict[int, Moment | None] = {}
        for key, _, _, distance in near_pairs(view, rows, self.params.within_bodies, self._pairs):
            pair = self._pairs.setdefault(key, _Pair(now.at_s))
            pair.seen_s = now.at_s
            since = self._follow(pair, distance, now)
            if since is not None and self._first(key, pair, now):
                result[key] = since
        self._pairs = {key: pair for key, pair in self._pairs.items() if now.at_s - pair.seen_s <= FORGET_S}
        self._told = {key: apart_s for key, apart_s in self._told.items() if now.at_s - apart_s <= FORGET_S}
        return result

    def _first(self, key: int, pair: _Pair, now: Moment) -> bool:
        """Whether this is no part of another parting: of one of the two, from somebody else, since they were close."""
        close_s = pair.close.at_s if pair.close is not None else now.at_s
        if self._told.get(key, float("-inf")) > close_s:
            return True
        for other, apart_s in self._told.items():
            if other != key and close_s <= apart_s and set(pair_of(other)) & set(pair_of(key)):
                return False
        self._told[key] = now.at_s
        return True

    def _follow(self, pair: _Pair, distance: float, now: Moment) -> Moment | None:
        """Since when the two part, for a moment after they are apart."""
        if not pair.way or now.at_s - pair.way[-1][0].at_s >= _EVERY_S - 1e-6:
            pair.way.append((now, distance))
        if distance <= self.params.within_bodies:
            pair.together, pair.apart = pair.together or now, None
            if now.at_s - pair.together.at_s >= self.params.together_s - 1e-6:
                pair.close = now
            return None
        if distance <= self.params.apart_bodies:
            return None
        pair.together = None
        if pair.close is None:
            return None
        if pair.apart is None:
            pair.apart, pair.began = now, _turned(pair.way, now) or pair.close
        if now.at_s - pair.apart.at_s <= _TELLS_S + self.params.dwell_s:
            return pair.began
        pair.close = pair.apart = None
        return None


def _turned(way: deque[tuple[Moment, float]], apart: Moment) -> Moment | None:
    """When the two began to draw apart, never to stop until `apart`: the nearest that they were in the last second in
    which the distance did not grow. None if it grew as far back as is known."""
    points = [one for one in way if one[0].at_s <= apart.at_s + 1e-6]
    for last in range(len(points) - 1, -1, -1):
        until, distance = points[last]
        second = [one for one in points[: last + 1] if until.at_s - one[0].at_s <= 1.0 + 1e-6]
        if until.at_s - second[0][0].at_s >= 0.8 and distance - second[0][1] < _GROWS:
            return min(reversed(second), key=lambda one: one[1])[0]
    return None
