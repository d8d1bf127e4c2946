"""Two people who were together part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class Parting(TrackRule[PartingParams]):
    """Two people who were within `within_bodies` of their height for `together_s` are more than `apart_bodies` apart:
    from when they were last close. Both must be in sight; who walks out of the picture does not part."""

    kind: ClassVar[str] = "parting"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    by_track: ClassVar[bool] = False
    Params = PartingParams

    def __init__(self, params: PartingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._pairs: dict[int, _Pair] = {}

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
            if since is not None:
                result[key] = since
        self._pairs = {key: pair for key, pair in self._pairs.items() if now.at_s - pair.seen_s <= FORGET_S}
        return result

    def _follow(self, pair: _Pair, distance: float, now: Moment) -> Moment | None:
        """Since when the two part, for a moment after they are apart."""
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
        pair.apart = pair.apart or now
        if now.at_s - pair.apart.at_s <= _TELLS_S + self.params.dwell_s:
            return pair.close
        pair.close = pair.apart = None
        return None
