"""A vehicle stops much faster than one does in traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Ratio, Seconds
from veedor.site.rules.speed_log import SpeedLog
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_GOES_ON = 0.3  # own sizes a second: no longer stopped


class SuddenStopParams(HoldParams):
    classes: Classes | None = ("vehicle",)
    dwell_s: Seconds = 2.0
    from_speed: Ratio = 1.0


class _Stop:
    def __init__(self) -> None:
        self.since: Moment | None = None


class SuddenStop(TrackRule[SuddenStopParams]):
    """A vehicle that went at `from_speed` of its own sizes a second or more (mean of 2.5 to 1.5 seconds ago), and at
    nearly as much a second ago, goes at less than 15 % of that now, and stands for `dwell_s`: it stopped in less than
    two seconds. One size a second is some 10 km/h for a car seen from the side. Braking for a light takes longer. A
    vehicle that goes behind something, so that its box shrinks and halts at the edge, can look so."""

    kind: ClassVar[str] = "sudden_stop"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = SuddenStopParams

    def __init__(self, params: SuddenStopParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._log = SpeedLog()
        self._stops: PerTrack[_Stop] = PerTrack(_Stop)

    def renamed(self, old: int, new: int) -> None:
        self._log.rename(old, new)
        self._stops.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        result: dict[int, Moment | None] = {}
        rows = [row for row in self.rows(view) if view.whole[row]]
        for track_id, speed in self._log.update(view, self.setting.trails, rows).items():
            stop = self._stops.at(track_id, now.at_s)
            if stop.since is not None and speed > _GOES_ON:
                stop.since = None
            elif stop.since is None and self._log.braked(track_id, now.at_s, speed, self.params.from_speed):
                stop.since = now
            if stop.since is not None:
                result[track_id] = stop.since
        self._stops.prune(now.at_s)
        return result
