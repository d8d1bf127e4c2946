"""Queries over alerts. Each takes the scope of what it may see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.acts.repository import acts_of, version_of
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.bulk import is_postgres
from veedor.desk.scope_clause import within
from veedor.kit.errors import NotFound
from veedor.model.act import SubjectKind
from veedor.model.alert import AlertState, AlertStatus, ClipState, DismissReason, fold_alert


@dataclass(frozen=True, slots=True)
class AlertQuery:
    """Which alerts; empty or None means any. `before`: raised_at and id of the last one that the reader has."""

    statuses: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    camera_id: str | None = None
    rule: str | None = None
    incident_id: str | None = None
    group_id: str | None = None
    ids: tuple[str, ...] = ()
    in_review: bool | None = None
    text: str | None = None  # in the name of the camera, the rule, the kind or the zone
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """How one rule on one camera did: the false-alert rate is false / handled."""

    camera_id: str
    camera_name: str
    rule: str
    raised: int
    handled: int  # dismissed or escalated
    dismissed: int
    false: int
    escalated: int

    @property
    def false_rate(self) -> float | None:
        """0..1; None while nothing has been handled."""
        return self.false / self.handled if self.handled else None


def get_alert(session: Session, scope: Scope, alert_id: str) -> AlertRow:
    """Raises NotFound, for an alert outside the scope too."""
    row = session.get(AlertRow, alert_id)
    if row is None or not scope.covers(row.agency_id, row.camera_id):
        raise NotFound(kind="alert", name=alert_id)
    return row


def list_alerts(session: Session, scope: Scope, query: AlertQuery) -> list[AlertRow]:
    """Newest first, at most `query.limit`."""
    wanted = sa.select(AlertRow).where(within(scope, AlertRow.agency_id, AlertRow.camera_id))
    if query.statuses:
        wanted = wanted.where(AlertRow.status.in_(query.statuses))
    if query.severities:
        wanted = wanted.where(AlertRow.severity.in_(query.severities))
    if query.ids:
        wanted = wanted.where(AlertRow.id.in_(query.ids))
    if query.text:
        wanted = wanted.where(
            sa.or_(
                *(
                    column.icontains(query.text, autoescape=True)
                    for column in (
                        AlertRow.camera_name,
                        AlertRow.rule,
                        AlertRow.kind,
                        AlertRow.event["zone"].as_string(),
                    )
                )
            )
        )
    for column, value in (
        (AlertRow.in_review, query.in_review),
        (AlertRow.camera_id, query.camera_id),
        (AlertRow.rule, query.rule),
        (AlertRow.incident_id, query.incident_id),
        (AlertRow.group_id, query.group_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if query.since is not None:
        wanted = wanted.where(AlertRow.raised_at >= query.since)
    if query.until is not None:
        wanted = wanted.where(AlertRow.raised_at < query.until)
    if query.before is not None:
        at, alert_id = query.before
        wanted = wanted.where(
            sa.or_(AlertRow.raised_at < at, sa.and_(AlertRow.raised_at == at, AlertRow.id < alert_id))
        )
    return list(session.scalars(wanted.order_by(AlertRow.raised_at.desc(), AlertRow.id.desc()).limit(query.limit)))


def group_of(session: Session, camera_id: str, rule: str, raised_at: datetime, within: timedelta) -> str | None:
    """The burst that a new alert of this camera and rule joins: that of the newest one, if recent enough."""
    query = (
        sa.select(AlertRow.group_id)
        .where(
            AlertRow.camera_id == camera_id,
            AlertRow.rule == rule,
            AlertRow.raised_at > raised_at - within,
            AlertRow.raised_at <= raised_at,
        )
        .order_by(AlertRow.raised_at.desc())
        .limit(1)
    )
    return session.scalar(query)


@dataclass(frozen=True, slots=True)
class Raised:
    """A new alert, as far as its burst is concerned."""

    alert_id: str
    camera_id: str
    rule: str
    raised_at: datetime


def groups_of(session: Session, raised: Sequence[Raised], within: timedelta) -> dict[str, str]:
    """`group_of` for each, by the alert's id; those that begin a burst of their own are missing."""
    if not raised:
        return {}
    if not is_postgres(session):
        found = {one.alert_id: group_of(session, one.camera_id, one.rule, one.raised_at, within) for one in raised}
        return {alert_id: group for alert_id, group in found.items() if group is not None}
    query = sa.text(
        "SELECT new.id, burst.group_id FROM json_to_recordset(CAST(:asked AS json))"
        " AS new(id text, camera_id text, rule text, since timestamptz, until timestamptz)"
        " CROSS JOIN LATERAL (SELECT group_id FROM alerts WHERE camera_id = new.camera_id AND rule = new.rule"
        " AND raised_at > new.since AND raised_at <= new.until ORDER BY raised_at DESC LIMIT 1) AS burst"
    )
    asked = [
        {
            "id": one.alert_id,
            "camera_id": one.camera_id,
            "rule": one.rule,
            "since": (one.raised_at - within).isoformat(),
            "until": one.raised_at.isoformat(),
        }
        for one in raised
    ]
    return {row.id: row.group_id for row in session.execute(query, {"asked": json.dumps(asked)})}


def group_sizes(session: Session, groups: Iterable[str]) -> dict[str, int]:
    """How many alerts each burst has."""
    wanted = set(groups)
    query = sa.select(AlertRow.group_id, sa.func.count()).where(AlertRow.group_id.in_(wanted))
    rows = session.execute(query.group_by(AlertRow.group_id))
    return {row[0]: row[1] for row in rows}


def pending_clips(session: Session, limit: int = 100) -> list[AlertRow]:
    """Alerts whose clip is outstanding, the oldest first."""
    query = sa.select(AlertRow).where(AlertRow.clip_state == ClipState.PENDING.value)
    return list(session.scalars(query.order_by(AlertRow.raised_at).limit(limit)))


def with_old_media(session: Session, before: datetime, limit: int = 100) -> list[AlertRow]:
    """Alerts raised before that time which have a picture or a clip and became no incident."""
    query = sa.select(AlertRow).where(
        AlertRow.raised_at < before,
        AlertRow.incident_id.is_(None),
        sa.or_(AlertRow.has_snapshot.is_(True), AlertRow.clip_state == ClipState.READY.value),
    )
    return list(session.scalars(query.order_by(AlertRow.raised_at).limit(limit)))


@dataclass(frozen=True, slots=True)
class StatsQuery:
    """Which alerts are counted; None means any."""

    since: datetime | None = None
    camera_id: str | None = None
    rule: str | None = None

    def conditions(self, scope: Scope) -> list[sa.ColumnElement[bool]]:
        found = [within(scope, AlertRow.agency_id, AlertRow.camera_id)]
        if self.since is not None:
            found.append(AlertRow.raised_at >= self.since)
        if self.camera_id is not None:
            found.append(AlertRow.camera_id == self.camera_id)
        if self.rule is not None:
            found.append(AlertRow.rule == self.rule)
        return found


def rule_counts(session: Session, scope: Scope, which: StatsQuery) -> list[RuleCounts]:
    """Per camera and rule, the most false alerts first."""
    false = [reason.value for reason in DismissReason if reason.is_false_alert]
    handled = [AlertStatus.DISMISSED.value, AlertStatus.ESCALATED.value]
    query = sa.select(
        AlertRow.camera_id,
        sa.func.max(AlertRow.camera_name),
        AlertRow.rule,
        sa.func.count(),
        sa.func.sum(sa.case((AlertRow.status.in_(handled), 1), else_=0)),
        sa.func.sum(sa.case((AlertRow.status == AlertStatus.DISMISSED.value, 1), else_=0)),
        sa.func.sum(sa.case((AlertRow.dismiss_reason.in_(false), 1), else_=0)),
        sa.func.sum(sa.case((AlertRow.status == AlertStatus.ESCALATED.value, 1), else_=0)),
    ).where(*which.conditions(scope))
    rows = session.execute(query.group_by(AlertRow.camera_id, AlertRow.rule))
    counts = [RuleCounts(*row[:3], *(int(value) for value in row[3:])) for row in rows]
    return sorted(counts, key=lambda one: (-one.false, one.camera_name, one.rule))


def latencies_s(session: Session, scope: Scope, which: StatsQuery) -> list[float]:
    """Seconds from the frame that completed each event to the alert at the desk, ascending."""
    query = sa.select(AlertRow.raised_at, AlertRow.completed_at).where(*which.conditions(scope))
    return sorted((raised - completed).total_seconds() for raised, completed in session.execute(query))


def project(session: Session, row: AlertRow) -> AlertState:
    """Bring the folded columns up to date with the acts, in the caller's transaction."""
    state = fold_alert(acts_of(session, SubjectKind.ALERT, row.id))
    row.status = state.status.value
    row.dismiss_reason = state.dismiss_reason.value if state.dismiss_reason else None
    row.incident_id = state.incident_id
    row.version = version_of(session, SubjectKind.ALERT, row.id)
    session.flush()
    return state
