"""Several people come from several sides to one who is not moving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from veedor.kit.messages import Param
from veedor.model.event import Severity
from veedor.site.rules.pairs import feet_apart
from veedor.site.rules.rule import MAX_OVERLAYS, Setting
from veedor.site.rules.schema import Classes, Enabled, Ratio, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_STOOD = 1.0  # body heights: who goes further in the time walks, and is not the one approached


class GroupConvergingParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 0.6
    absence_s: Seconds = 3.0
    people: Annotated[int, Field(strict=True, ge=2, le=20)] = 3
    within_s: Annotated[Seconds, Field(gt=0, le=14)] = 5.0
    within_bodies: Ratio = 1.5
    from_bodies: Ratio = 3.0
    spread_deg: Annotated[float, Field(strict=True, ge=0, le=300)] = 120.0


class GroupConverging(TrackRule[GroupConvergingParams]):
    """At least `people` who were more than `from_bodies` body heights away from somebody within the last `within_s` are
    within `within_bodies` of that one now, having come from directions that span `spread_deg` or more, while the one
    went less than a body height. Friends who gather, and players round a ball, look the same."""

    kind: ClassVar[str] = "group_converging"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = GroupConvergingParams

    def __init__(self, params: GroupConvergingParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._others: dict[int, tuple[int, ...]] = {}

    def who(self, subject: int) -> tuple[int, ...]:
        return (subject, *self._others[subject])[:MAX_OVERLAYS]

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"count": str(len(self._others[subject])), "within": f"{self.params.within_s:g}"}

    def found(self, view: View) -> Mapping[int, Moment | None]:
        self._others = {}
        if len(self.rows(view)) <= self.params.people:
            return {}
        rows = np.asarray(self.rows(view), np.intp)
        reach = self.params.within_bodies * np.maximum(view.body, 1e-6)
        if int((feet_apart(view) <= reach[:, None]).sum(axis=1).max()) < self.params.people:
            return {}  # nobody has so many about, the own feet and who is not asked for counted in
        now_s, trails, scale = view.moment.at_s, self.setting.trails, (view.aspect, 1.0)
        past = [trails[one].back(now_s, self.params.within_s) for one in view.ids[rows].tolist()]
        then = np.asarray([point[1:] if point else (np.nan, np.nan) for point in past]) * scale
        feet, bodies = view.foot[rows] * scale, np.maximum(view.body[rows], 1e-6)
        stood = np.hypot(*(feet - then).T) <= _STOOD * bodies
        for target in np.flatnonzero(stood).tolist():
            near = np.hypot(*(feet - feet[target]).T) <= self.params.within_bodies * bodies[target]
            were_far = np.hypot(*(then - feet[target]).T) >= self.params.from_bodies * bodies[target]
            came = np.flatnonzero(near & were_far)
            if len(came) >= self.params.people and _spread(then[came] - feet[target]) >= self.params.spread_deg:
                self._others[int(view.ids[rows[target]])] = tuple(view.ids[rows[came]].tolist())
        return dict.fromkeys(self._others)


def _spread(ways: NDArray[np.float64]) -> float:
    """Degrees of the smallest arc that holds all directions `ways` (k, 2)."""
    angles = np.sort(np.degrees(np.arctan2(ways[:, 1], ways[:, 0])))
    gaps = np.diff(np.concatenate((angles, angles[:1] + 360.0)))
    return 360.0 - float(gaps.max())
