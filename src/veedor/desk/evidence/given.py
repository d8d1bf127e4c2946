"""The owner's side of the custody: what this agency gave of its footage to another, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.evidence.tables import GivenRow
from veedor.model.evidence import EvidenceItem
from veedor.wire.footage_statement import Taker

LOCKED, TAKEN, RECEIVED, RELEASED = "locked", "taken", "received", "released"


@dataclass(frozen=True, slots=True)
class Given:
    """What of the footage a step is about. `statement_sha256`, `package_id`: empty for a lock."""

    segments: int
    octets: int
    grant_id: str | None = None
    package_id: str = ""
    statement_sha256: str = ""


def note_given(
    session: Session,
    kind: str,
    item: EvidenceItem,
    who: Taker,
    given: Given,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Write a step down once: asked for again, it is the same step."""
    known = sa.select(GivenRow.number).where(
        GivenRow.lock_id == item.id,
        GivenRow.kind == kind,
        GivenRow.package_id == given.package_id,
        GivenRow.statement_sha256 == given.statement_sha256,
    )
    if session.scalar(known) is not None:
        return
    session.add(
        GivenRow(
            kind=kind,
            at=at,
            lock_id=item.id,
            package_id=given.package_id,
            camera_id=item.camera_id,
            camera_name=item.camera_name[:200],
            started_at=item.started_at,
            ended_at=item.ended_at,
            agency_id=who.agency_id,
            person_id=who.person_id,
            person_name=who.name[:200],
            purpose=who.purpose,
            case_number=who.case_number,
            approved_by=who.approved_by,
            grant_id=given.grant_id,
            segments=given.segments,
            octets=given.octets,
            statement_sha256=given.statement_sha256,
            reason=reason,
        )
    )
    session.flush()


def was_taken(session: Session, item: EvidenceItem, package_id: str, statement_sha256: str) -> GivenRow | None:
    """The step in which that statement was handed out."""
    query = sa.select(GivenRow).where(
        GivenRow.lock_id == item.id,
        GivenRow.kind == TAKEN,
        GivenRow.package_id == package_id,
        GivenRow.statement_sha256 == statement_sha256,
    )
    return session.scalar(query)


def all_given(session: Session, limit: int = 1000) -> list[GivenRow]:
    """The newest first."""
    return list(session.scalars(sa.select(GivenRow).order_by(GivenRow.number.desc()).limit(limit)))


def steps_of(session: Session, lock_id: str) -> list[GivenRow]:
    """What happened with one lock, in order."""
    return list(session.scalars(sa.select(GivenRow).where(GivenRow.lock_id == lock_id).order_by(GivenRow.number)))
