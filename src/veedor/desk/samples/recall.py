"""What the answers say: how many stretches that called for an alert had none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.context import DeskPorts
from veedor.desk.samples.frame import Span, Stratum, alerted_stretches
from veedor.desk.samples.repository import days_drawn, samples_since, true_alerts, within_days
from veedor.desk.samples.tables import SampleDayRow, SampleRow
from veedor.kit.sampling import Drawn, Estimate, estimate, ratio_interval
from veedor.kit.sampling import Stratum as SampledStratum


@dataclass(frozen=True, slots=True)
class Recall:
    """Of some cameras, or of one stratum of them. `alerted`: stretches with an alert that was true. `recall`, with its
    low and high: of the stretches that called for an alert, how many had one; None where there is nothing to tell."""

    drawn: int
    unsure: int
    missed: Estimate
    alerted: int
    recall: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class RecallReport:
    all: Recall
    by_stratum: dict[Stratum, Recall]
    by_camera: dict[tuple[str, str], Recall]  # by id and name


def report(session: Session, scope: Scope, ports: DeskPorts, days: float) -> RecallReport:
    """Over the days drawn in the last `days` days."""
    now = ports.clock.now()
    first = (now - timedelta(days=days)).astimezone(ZoneInfo(ports.config.time_zone)).date()
    drawn_days = days_drawn(session, scope, first)
    rows = samples_since(session, scope, first)
    since = min((one.started_at for one in drawn_days), default=now)
    alerts = true_alerts(session, scope, since, now)
    names = {row.camera_id: row.camera_name for row in rows}
    stretch_s = ports.config.samples.stretch_s

    def alerted(cameras: set[str]) -> int:
        counts = 0
        for camera in cameras:
            own = [day for day in drawn_days if day.camera_id == camera]
            spans: list[Span] = within_days(alerts.get(camera, []), own)
            counts += alerted_stretches(spans, stretch_s)
        return counts

    cameras = {day.camera_id for day in drawn_days}
    return RecallReport(
        all=_recall(drawn_days, rows, tuple(Stratum), alerted(cameras)),
        by_stratum={one: _recall(drawn_days, rows, (one,), 0) for one in Stratum},
        by_camera={
            (camera, names[camera]): _recall(
                [day for day in drawn_days if day.camera_id == camera],
                [row for row in rows if row.camera_id == camera],
                tuple(Stratum),
                alerted({camera}),
            )
            for camera in sorted(cameras & names.keys(), key=lambda one: names[one])
        },
    )


def _recall(days: Sequence[SampleDayRow], rows: Sequence[SampleRow], strata: Sequence[Stratum], alerted: int) -> Recall:
    of_strata = [row for row in rows if row.stratum in [one.value for one in strata]]
    parts = [_stratum(days, of_strata, stratum) for stratum in strata]
    missed = estimate(parts)
    is_told = bool(missed.seen)
    recall = ratio_interval(alerted, (missed.total, missed.low, missed.high)) if is_told else None
    unsure = sum(row.answer == "unsure" for row in of_strata)
    return Recall(len(of_strata), unsure, missed, alerted, recall)


def _stratum(days: Sequence[SampleDayRow], rows: Sequence[SampleRow], stratum: Stratum) -> SampledStratum:
    """Who cannot tell has said nothing: such stretches are taken to be as the others."""
    size = sum(int(day.frame.get(stratum.value, {}).get("stretches", 0)) for day in days)
    of_it = [row for row in rows if row.stratum == stratum.value]
    seen = [Drawn(row.probability, row.answer == "yes") for row in of_it if row.answer in ("yes", "no")]
    return SampledStratum(size, len(of_it), seen)
