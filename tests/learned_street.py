"""A camera that has learned: on Mondays at eight in the morning, cars to the right on one lane, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from veedor.model.detection import ObjectClass
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import empty
from veedor.site.normality.store import BaselineStore

MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # midnight in Lima
EIGHT = 8  # hour of the week
LANE_Y = 0.6
CARS = 40
_LIMA = ZoneInfo("America/Lima")


def learn(store: BaselineStore, camera_id: str, weeks: int = 2) -> None:
    """A version of the baseline for each week."""
    baseline = empty(MONDAY)
    for week in range(weeks):
        begin = MONDAY + timedelta(weeks=week)
        until = begin + timedelta(days=7)
        baseline = baseline.after([_car(camera_id, begin, number) for number in range(CARS)], until, _LIMA, until)
        store.keep(camera_id, baseline)


def _car(camera_id: str, day: datetime, number: int) -> ArchivedTrack:
    start = day + timedelta(hours=EIGHT, seconds=60 * number)
    at = np.linspace(0, 9, 10)
    x, foot = 0.05 + 0.1 * at, np.full(10, LANE_Y)
    path = np.column_stack((at, x - 0.03, foot - 0.1, x + 0.03, foot)).astype(np.float32)
    return ArchivedTrack(camera_id, number, ObjectClass.CAR, start, start + timedelta(seconds=9), path)
