"""What people's dispositions say of each rule, per camera.

True: escalated, or acknowledged and not dismissed an hour later. Not: dismissed for a reason that is about the rule
(`DismissReason.is_verdict`). An alert that nobody handled means nothing. A burst counts once, as true where any alert
of it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.review.bounds import Tally
from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.scope_clause import within
from veedor.model.alert import AlertStatus, DismissReason
from veedor.model.event import Severity

SETTLES_AFTER = timedelta(hours=1)
"""Who acknowledges an alert is still looking; who has not dismissed it by then did not think it false."""

_VERDICTS = [reason.value for reason in DismissReason if reason.is_verdict]


@dataclass(frozen=True, slots=True)
class RuleTally:
    """One rule on one camera. `reasons`: alerts dismissed for each reason, those that count as no verdict too."""

    camera_id: str
    camera_name: str
    rule: str
    severity: Severity  # of its newest alert
    tally: Tally
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """Which alerts: raised from `since` on, or since a rule's counting began anew. None means any."""

    since: datetime
    now: datetime
    camera_id: str | None = None
    rule: str | None = None

    @staticmethod
    def of_days(now: datetime, days: float, camera_id: str | None = None, rule: str | None = None) -> Window:
        return Window(now - timedelta(days=days), now, camera_id, rule)


def tallies(session: Session, scope: Scope, window: Window) -> dict[tuple[str, str], RuleTally]:
    """By camera and rule; rules without an alert in the window are not there."""
    counted = _counted(scope, window)
    newest = session.execute(
        counted.add_columns(
            AlertRow.severity, sa.func.max(AlertRow.camera_name), sa.func.max(AlertRow.raised_at)
        ).group_by(AlertRow.camera_id, AlertRow.rule, AlertRow.severity)
    ).all()
    seen: dict[tuple[str, str], tuple[datetime, str, str]] = {}
    for camera_id, rule, severity, name, raised_at in newest:
        seen[camera_id, rule] = max(
            seen.get((camera_id, rule), (raised_at, severity, name)), (raised_at, severity, name)
        )
    reasons = _reasons(session, counted)
    return {
        key: RuleTally(key[0], seen[key][2], key[1], Severity(seen[key][1]), tally, reasons.get(key, {}))
        for key, tally in _tallied(session, counted, window.now).items()
    }


def _counted(scope: Scope, window: Window) -> sa.Select[Any]:
    columns: list[Any] = [AlertRow.camera_id, AlertRow.rule]
    query: sa.Select[Any] = (
        sa.select(*columns)
        .outerjoin(
            RuleReviewRow,
            sa.and_(RuleReviewRow.camera_id == AlertRow.camera_id, RuleReviewRow.rule == AlertRow.rule),
        )
        .where(
            within(scope, AlertRow.agency_id, AlertRow.camera_id),
            AlertRow.raised_at >= window.since,
            sa.or_(RuleReviewRow.counted_from.is_(None), AlertRow.raised_at > RuleReviewRow.counted_from),
        )
    )
    if window.camera_id is not None:
        query = query.where(AlertRow.camera_id == window.camera_id)
    if window.rule is not None:
        query = query.where(AlertRow.rule == window.rule)
    return query


def _tallied(session: Session, counted: sa.Select[Any], now: datetime) -> dict[tuple[str, str], Tally]:
    is_true = sa.or_(
        AlertRow.status == AlertStatus.ESCALATED.value,
        sa.and_(AlertRow.status == AlertStatus.ACKNOWLEDGED.value, AlertRow.raised_at < now - SETTLES_AFTER),
    )
    is_judged = sa.or_(is_true, AlertRow.dismiss_reason.in_(_VERDICTS))
    bursts = (
        counted.add_columns(
            sa.func.count().label("alerts"),
            sa.func.max(sa.case((is_true, 1), else_=0)).label("is_true"),
            sa.func.max(sa.case((is_judged, 1), else_=0)).label("is_judged"),
        )
        .group_by(AlertRow.camera_id, AlertRow.rule, AlertRow.group_id)
        .subquery()
    )
    sums = sa.select(
        bursts.c.camera_id,
        bursts.c.rule,
        sa.func.sum(bursts.c.alerts),
        sa.func.sum(bursts.c.is_true),
        sa.func.sum(bursts.c.is_judged),
    ).group_by(bursts.c.camera_id, bursts.c.rule)
    return {(row[0], row[1]): Tally(int(row[2]), int(row[3]), int(row[4])) for row in session.execute(sums)}


def _reasons(session: Session, counted: sa.Select[Any]) -> dict[tuple[str, str], dict[str, int]]:
    query = (
        counted.add_columns(AlertRow.dismiss_reason, sa.func.count())
        .where(AlertRow.dismiss_reason.is_not(None))
        .group_by(AlertRow.camera_id, AlertRow.rule, AlertRow.dismiss_reason)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for camera_id, rule, reason, count in session.execute(query):
        found.setdefault((camera_id, rule), {})[reason] = int(count)
    return found
