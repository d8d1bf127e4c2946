"""A street whose usual movement has been learned: cars to the right on one lane, to the left on the other, by day."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from veedor.model.detection import ObjectClass
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Baseline, Normality, empty

LIMA = ZoneInfo("America/Lima")
FIRST = datetime(2026, 2, 25, 5, 0, tzinfo=UTC)  # midnight in Lima, five days before the scenes of these tests
NEAR, FAR = 0.6, 0.5  # the y of the lane to the left, and of the one to the right
SIZE = 0.1


def drive(
    start: datetime,
    x: tuple[float, float],
    y: tuple[float, float],
    seconds: float,
    object_class: ObjectClass = ObjectClass.CAR,
    rng: np.random.Generator | None = None,
) -> ArchivedTrack:
    """A track straight from one point to another; with `rng`, its boxes tremble as a detector's do."""
    at = np.linspace(0.0, seconds, max(2, int(seconds) + 1))
    share = at / seconds
    shaken = rng.normal(0, 0.003, (2, len(at))) if rng is not None else np.zeros((2, len(at)))
    foot_x = x[0] + (x[1] - x[0]) * share + shaken[0]
    foot_y = y[0] + (y[1] - y[0]) * share + shaken[1]
    width = SIZE / (16 / 9)
    path = np.column_stack((at, foot_x - width / 2, foot_y - SIZE, foot_x + width / 2, foot_y)).astype(np.float32)
    number = int(start.timestamp() * 1000) % 2**31
    return ArchivedTrack("c1", number, object_class, start, start + timedelta(seconds=seconds), path)


def day(number: int, cars: int = 120, *, one_way: bool = False) -> list[ArchivedTrack]:
    """The cars of one day, from 6:00 to 22:00. `one_way`: both lanes go to the right."""
    rng = np.random.default_rng(number)
    found = []
    for at_s in np.sort(rng.uniform(6 * 3600, 22 * 3600, cars)):
        start, seconds = FIRST + timedelta(days=number, seconds=float(at_s)), float(rng.uniform(7, 11))
        lane, shift = (FAR, NEAR)[int(rng.integers(2))], float(rng.normal(0, 0.01))
        x = (0.02, 0.98) if lane == FAR or one_way else (0.98, 0.02)
        found.append(drive(start, x, (lane + shift, lane + shift), seconds, rng=rng))
    return found


def learned(days: Sequence[list[ArchivedTrack]]) -> Baseline:
    baseline = empty(FIRST)
    for number, tracks in enumerate(days, 1):
        until = FIRST + timedelta(days=number)
        baseline = baseline.after(tracks, until, LIMA, until)
    return baseline


@cache
def street_baseline() -> Baseline:
    """Five days of it."""
    return learned([day(number) for number in range(5)])


@cache
def street() -> Normality:
    """The same as a rule has it, from a file."""
    path = Path(tempfile.mkdtemp(prefix="veedor-street-")) / "1.npz"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    street_baseline().save(path)
    found = Normality(LIMA)
    found.put(street_baseline(), partial(Baseline.load, path))
    return found
