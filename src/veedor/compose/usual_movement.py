"""The site's side of the port through which a desk on the same machine sees what is usual."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound
from veedor.site.normality.baseline import Baseline
from veedor.site.normality.counts import hour_of_week
from veedor.site.normality.flow import arrows, week
from veedor.site.normality.grid import HOURS, Group
from veedor.site.normality.store import BaselineStore
from veedor.wire.usual import BaselineVersion, UsualFlow

_SHOWN = {"people": Group.PEOPLE, "vehicles": Group.VEHICLES}


class LocalUsualMovement:
    """wire.ports.UsualMovement."""

    def __init__(self, store: BaselineStore, clock: Clock, time_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._time_zone = ZoneInfo(time_zone)

    def show(self, camera_id: str, hour: int | None) -> UsualFlow:
        shown = hour_of_week(self._clock.now(), self._time_zone) if hour is None else hour % HOURS
        numbers = self._store.versions(camera_id)
        if not numbers:
            return UsualFlow((), shown, {}, {})
        baseline = self._store.load(camera_id, numbers[-1])
        abouts = [*self._store.about(camera_id)[:-1], baseline.about]
        versions = [
            BaselineVersion(one.version, one.until, one.made_at, one.days, one.tracks, one.drift, one.since)
            for one in reversed(abouts)
        ]
        return UsualFlow(versions, shown, _flows(baseline, shown), _week(baseline))

    def roll_back(self, camera_id: str, version: int) -> None:
        try:
            self._store.roll_back(camera_id, version, self._clock.now())
        except KeyError as problem:
            raise NotFound(kind="baseline", name=str(version)) from problem


def _flows(baseline: Baseline, hour: int) -> dict[str, list[tuple[float, float, int, float]]]:
    usual = baseline.usual(hour)
    return {
        name: [(one.x, one.y, one.way, round(one.weight, 3)) for one in arrows(usual, group)]
        for name, group in _SHOWN.items()
    }


def _week(baseline: Baseline) -> dict[str, list[float]]:
    expected = week(baseline.counts)
    return {name: [round(float(one), 2) for one in expected[:, group]] for name, group in _SHOWN.items()}
