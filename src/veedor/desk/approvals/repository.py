"""Asking for, giving, refusing and finding approvals."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.approvals.errors import ApprovalTooLate, OwnApproval
from veedor.desk.approvals.tables import ApprovalRow
from veedor.desk.context import DeskPorts
from veedor.kit.errors import NotFound
from veedor.model.approval import APPROVAL_LASTS, Approval
from veedor.wire.approvals import ApprovalDocument

_SHOWN = timedelta(hours=12)


def approval_of(ports: DeskPorts, who: Principal, approval_id: str | None) -> Approval | None:
    """What a colleague agreed to for this person, while looks may still begin on it; else None."""
    if approval_id is None:
        return None
    with ports.database.reading() as session:
        row = session.get(ApprovalRow, approval_id)
    if row is None or row.agency_id != who.agency_id or row.asked_by != who.user_id:
        return None
    is_given = row.given_at is not None and row.given_by not in (None, who.user_id) and row.refused_at is None
    if not is_given or good_until(row) <= ports.clock.now():
        return None
    return Approval(
        by=str(row.given_by),
        by_name=row.given_by_name or "",
        for_person=row.asked_by,
        right=row.right,
        camera_id=row.camera_id,
        purpose=row.purpose,
        case_number=row.case_number,
        span=span_of(row),
        expires_at=good_until(row),
        text=row.text,
    )


def good_until(row: ApprovalRow) -> datetime:
    """Until when a colleague may agree, or, once one has, looks may begin."""
    return (row.given_at or row.asked_at) + APPROVAL_LASTS


def span_of(row: ApprovalRow) -> tuple[datetime, datetime] | None:
    return (row.started_at, row.ended_at) if row.started_at and row.ended_at else None


def approvals_of(session: Session, agency_id: str, now: datetime) -> list[ApprovalRow]:
    """Of the agency's people in the last hours, the newest first."""
    query = sa.select(ApprovalRow).where(ApprovalRow.agency_id == agency_id, ApprovalRow.asked_at > now - _SHOWN)
    return list(session.scalars(query.order_by(ApprovalRow.id.desc()).limit(200)))


def get_approval(session: Session, agency_id: str, approval_id: str) -> ApprovalRow:
    """Raises NotFound, for another agency's too."""
    row = session.get(ApprovalRow, approval_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound(kind="approval", name=approval_id)
    return row


def give(ports: DeskPorts, who: Principal, approval_id: str) -> None:
    """A colleague agrees to what stands there, with their own session.

    Raises NotFound, OwnApproval, ApprovalTooLate.
    """
    now = ports.clock.now()
    with ports.database.reading() as session:
        asked = get_approval(session, who.agency_id, approval_id)
    if asked.asked_by == who.user_id:
        raise OwnApproval
    text = ports.vouching.sign_approval(who, _document(asked, who, now)) if ports.vouching is not None else None
    with ports.database.session() as session:
        row = get_approval(session, who.agency_id, approval_id)
        if row.given_at is not None or row.refused_at is not None or good_until(row) <= now:
            raise ApprovalTooLate
        row.given_by, row.given_by_name, row.given_at, row.text = who.user_id, who.username[:200], now, text


def refuse(ports: DeskPorts, who: Principal, approval_id: str) -> None:
    """A colleague says no, or who asked takes it back; also after it was given, for looks that have not begun.

    Raises NotFound, ApprovalTooLate.
    """
    now = ports.clock.now()
    with ports.database.session() as session:
        row = get_approval(session, who.agency_id, approval_id)
        if row.refused_at is not None or good_until(row) <= now:
            raise ApprovalTooLate
        row.refused_by, row.refused_by_name, row.refused_at = who.user_id, who.username[:200], now


def _document(row: ApprovalRow, who: Principal, now: datetime) -> ApprovalDocument:
    return ApprovalDocument(
        id=row.id,
        agency=row.agency_id,
        person=who.user_id,
        session=who.session_id or "",
        for_person=row.asked_by,
        right=row.right,
        camera=row.camera_id,
        purpose=row.purpose,
        case=row.case_number,
        span=span_of(row),
        issued_at=now,
        expires_at=now + APPROVAL_LASTS,
    )
