"""Two people who came from apart stay together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from veedor.model.event import Severity
from veedor.site.rules.movement import movement
from veedor.site.rules.pairs import near_pairs, pair_of
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.trails import FORGET_S
from veedor.site.rules.view import Moment, View

_SEEN_S = 0.8


class MeetingParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.LOW
    dwell_s: Seconds = 2.0
    absence_s: Seconds = 3.0
    within_bodies: Ratio = 1.0
    apart_bodies: Ratio = 2.0


@dataclass(slots=True)
class _Pair:
    """Two who are near: whether they came from apart, and since when they are together."""

    seen_s: float
    came: bool
    since: Moment | None = None


class Meeting(TrackRule[MeetingParams]):
    """Two people who were more than `apart_bodies` of their height apart come within `within_bodies` and stay so, at
    half a body height a second or less against each other, for `dwell_s`; it ends when they are apart again. Who came
    into the picture together does not meet. Whether they know each other cannot be seen; queues and benches look so."""

    kind: ClassVar[str] = "meeting"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    by_track: ClassVar[bool] = False
    Params = MeetingParams

    def __init__(self, params: MeetingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._pairs: dict[int, _Pair] = {}

    def who(self, subject: int) -> tuple[int, ...]:
        return pair_of(subject)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        rows = self.rows(view)
        result: dict[int, Moment | None] = {}
        for key, one, two, distance in near_pairs(view, rows, self.params.apart_bodies, self._pairs):
            if distance > self.params.apart_bodies:
                del self._pairs[key]
                continue
            pair = self._pairs.get(key)
            if pair is None:
                pair = self._pairs[key] = _Pair(now.at_s, self._came(view, one) and self._came(view, two))
            pair.seen_s = now.at_s
            if pair.came and distance <= self.params.within_bodies:
                pair.since = pair.since or self._calm(view, one, two)
                if pair.since is not None:
                    result[key] = pair.since
        self._pairs = {key: pair for key, pair in self._pairs.items() if now.at_s - pair.seen_s <= FORGET_S}
        return result

    def _came(self, view: View, row: int) -> bool:
        """Whether the track has been in view, and so was apart from whom it is near now, for a moment."""
        born = self.setting.trails[int(view.ids[row])].born
        return view.moment.at_s - born.at_s >= _SEEN_S

    def _calm(self, view: View, one: int, two: int) -> Moment | None:
        """Now, if the two do not merely pass each other."""
        moved = movement(view, self.setting.trails)
        against = float(np.hypot(*(moved.velocity[one] - moved.velocity[two])))
        return view.moment if against <= 0.25 * float(view.body[one] + view.body[two]) else None
