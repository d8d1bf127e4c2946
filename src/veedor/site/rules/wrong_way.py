"""Somebody goes against the direction that was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from veedor.kit.messages import Param
from veedor.model.event import Severity
from veedor.site.normality.grid import cell_of, group_of
from veedor.site.rules.movement import Movement, movement
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
    learned: Annotated[bool, Field(strict=True)] = False
    least_tracks: Annotated[int, Field(strict=True, ge=5, le=10_000)] = 30

    @property
    def uses_learned(self) -> bool:
        return self.learned


class WrongWay(TrackRule[WrongWayParams]):
    """A track whose heading over the last second is within `within_deg` of the direction opposite to the allowed one,
    at `least_speed` of its own sizes a second or more, for `dwell_s`. A line is drawn across the way; the allowed
    direction is over it, at right angles in the picture. It holds in `zone` (in the whole picture without one): where a
    road bends, draw the zone around its straight part.

    With `learned` the allowed direction at each place is the one that tracks of the same sort (people, vehicles) took
    there in that hour of the week, that hour of other days, or any hour, whichever first has `least_tracks`; it counts
    where these agree (mean resultant length of at least 0.7: about nine of ten go one way). Elsewhere the drawn
    direction holds."""

    kind: ClassVar[str] = "wrong_way"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = WrongWayParams

    def __init__(self, params: WrongWayParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._wire = setting.wires[params.tripwire]
        self._tracks: dict[int, int] = {}  # by track that goes against what was learned: from how many that was
        self._least_cos = float(np.cos(np.radians(params.within_deg)))

    def found(self, view: View) -> Mapping[int, Moment | None]:
        if not self.rows(view):
            self._tracks = {}
            return {}
        moved = movement(view, self.setting.trails)
        ax, ay = self._wire.start[0] * view.aspect, self._wire.start[1]
        along = (self._wire.end[0] * view.aspect - ax, self._wire.end[1] - ay)
        against = np.asarray((along[1], -along[0])) / np.hypot(*along)  # from right to left, y down
        if self.params.allowed == "right_to_left":
            against = -against
        fast = (
            moved.known & (moved.speed >= self.params.least_speed * view.size) & (moved.speed > 0) & self.inside(view)
        )
        wrong = fast & (moved.velocity @ against >= self._least_cos * moved.speed)
        self._tracks = {}
        if self.params.learned:
            self._ask_learned(view, moved, fast, wrong)
        return dict.fromkeys(view.ids[wrong].tolist())

    def _ask_learned(self, view: View, moved: Movement, fast: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> None:
        """Put into `wrong` what the learned direction says of the rows of `fast`, where it is known."""
        normality = self.setting.normality
        known = normality.at(view.moment.captured_at) if normality is not None else None
        if known is None:
            return
        for row in np.flatnonzero(fast).tolist():
            x, y = view.foot[row].tolist()
            flow = known.usual.flow_at(group_of(int(view.classes[row])), cell_of(x, y), self.params.least_tracks)
            if flow is None:
                continue
            against = -np.asarray(flow.direction)
            wrong[row] = bool(moved.velocity[row] @ against >= self._least_cos * moved.speed[row])
            if wrong[row]:
                self._tracks[int(view.ids[row])] = flow.tracks

    def sentence(self, subject: int) -> str:
        return "rules-wrong-way-learned" if subject in self._tracks else super().sentence(subject)

    def numbers(self, subject: int) -> Mapping[str, Param]:
        return {"tracks": str(self._tracks[subject])} if subject in self._tracks else {}
