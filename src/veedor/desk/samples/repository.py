"""Rows of samples. Callers hold a session, and give the scope of what may be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.review.tally import SETTLES_AFTER
from veedor.desk.samples.frame import Span
from veedor.desk.samples.tables import SampleDayRow, SampleRow
from veedor.desk.scope_clause import within
from veedor.kit.errors import NotFound
from veedor.model.alert import AlertStatus

_LONGEST = timedelta(hours=24)  # from the beginning of an event to the moment when it is complete


def get_sample(session: Session, scope: Scope, sample_id: str) -> SampleRow:
    """Raises NotFound, for one outside the scope too."""
    row = session.get(SampleRow, sample_id)
    if row is None or not scope.covers(row.agency_id, row.camera_id):
        raise NotFound(kind="sample", name=sample_id)
    return row


def waiting(session: Session, scope: Scope, since: datetime, limit: int) -> tuple[list[SampleRow], int]:
    """Of those drawn since then that nobody has answered, the first in line, and how many there are."""
    conditions = (
        within(scope, SampleRow.agency_id, SampleRow.camera_id),
        SampleRow.answer.is_(None),
        SampleRow.drawn_at >= since,
    )
    rows = session.scalars(sa.select(SampleRow).where(*conditions).order_by(SampleRow.place_in_line).limit(limit))
    count = session.scalar(sa.select(sa.func.count()).select_from(SampleRow).where(*conditions))
    return list(rows), int(count or 0)


def days_drawn(session: Session, scope: Scope, first: date) -> list[SampleDayRow]:
    """Camera days from `first` on of which there is a draw."""
    query = sa.select(SampleDayRow).where(
        within(scope, SampleDayRow.agency_id, SampleDayRow.camera_id), SampleDayRow.day >= first
    )
    return list(session.scalars(query.order_by(SampleDayRow.camera_id, SampleDayRow.day)))


def samples_since(session: Session, scope: Scope, first: date) -> list[SampleRow]:
    query = sa.select(SampleRow).where(within(scope, SampleRow.agency_id, SampleRow.camera_id), SampleRow.day >= first)
    return list(session.scalars(query))


def alert_spans(session: Session, camera_id: str, span: Span) -> list[Span]:
    """When the camera's alerts that touch the span were going on; one whose end is not known lasts until it was
    complete."""
    query = sa.select(AlertRow.event, AlertRow.completed_at, AlertRow.ended_at).where(
        AlertRow.camera_id == camera_id,
        AlertRow.completed_at < span[1] + _LONGEST,
        sa.func.coalesce(AlertRow.ended_at, AlertRow.completed_at) >= span[0],
    )
    return [_span(event["started_at"], completed, ended) for event, completed, ended in session.execute(query)]


def true_alerts(session: Session, scope: Scope, first: datetime, now: datetime) -> dict[str, list[Span]]:
    """Alerts since then that were true, by camera, as spans."""
    is_true = sa.or_(
        AlertRow.status == AlertStatus.ESCALATED.value,
        sa.and_(AlertRow.status == AlertStatus.ACKNOWLEDGED.value, AlertRow.raised_at < now - SETTLES_AFTER),
    )
    query = sa.select(AlertRow.camera_id, AlertRow.event, AlertRow.completed_at, AlertRow.ended_at).where(
        within(scope, AlertRow.agency_id, AlertRow.camera_id), AlertRow.completed_at >= first, is_true
    )
    found: dict[str, list[Span]] = defaultdict(list)
    for camera_id, event, completed, ended in session.execute(query):
        found[camera_id].append(_span(event["started_at"], completed, ended))
    return found


def within_days(spans: Iterable[Span], days: Iterable[SampleDayRow]) -> list[Span]:
    """Those that began in one of the days."""
    bounds = [(day.started_at, day.ended_at) for day in days]
    return [span for span in spans if any(start <= span[0] < end for start, end in bounds)]


def _span(started_at: str, completed_at: datetime, ended_at: datetime | None) -> Span:
    start = datetime.fromisoformat(started_at)
    return start, max(start, ended_at or completed_at)
