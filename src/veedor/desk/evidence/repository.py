"""Queries over locks and packages, within a caller's session."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.acts.repository import acts_of, append, version_of
from veedor.desk.audit.tables import AuditRow
from veedor.desk.evidence.tables import EvidenceRow, PackageRow, SigningKeyRow
from veedor.kit.errors import NotFound
from veedor.model.act import Act, SubjectKind
from veedor.model.evidence import (
    EvidenceItem,
    EvidenceState,
    EvidenceStatus,
    PackageState,
    evidence_allows,
    fold_evidence,
)

OUTSTANDING = (EvidenceStatus.REQUESTED, EvidenceStatus.FAILED, EvidenceStatus.RELEASING)


def get_evidence(session: Session, scope: Scope, evidence_id: str, mine: frozenset[str] = frozenset()) -> EvidenceRow:
    """Raises NotFound, for a lock outside the scope too. `mine`: locks that count whatever the scope says."""
    row = session.get(EvidenceRow, evidence_id)
    if row is None or not (row.id in mine or scope.covers(row.agency_id, row.camera_id)):
        raise NotFound(kind="evidence", name=evidence_id)
    return row


def evidence_of(session: Session, incident_id: str) -> list[EvidenceRow]:
    """The locks of an incident, the oldest first."""
    query = sa.select(EvidenceRow).where(EvidenceRow.incident_id == incident_id)
    return list(session.scalars(query.order_by(EvidenceRow.id)))


def outstanding(session: Session) -> list[EvidenceRow]:
    """Locks on which the site's word is awaited."""
    query = sa.select(EvidenceRow).where(EvidenceRow.status.in_([status.value for status in OUTSTANDING]))
    return list(session.scalars(query.order_by(EvidenceRow.id)))


def state_of(session: Session, evidence_id: str) -> EvidenceState:
    return fold_evidence(acts_of(session, SubjectKind.EVIDENCE, evidence_id))


def act_on(session: Session, row: EvidenceRow, act: Act, version: int | None = None) -> EvidenceState | None:
    """Append an act that the state allows; None, and nothing is stored, where it does not. Raises StaleVersion."""
    if version is None and not evidence_allows(state_of(session, row.id), act):
        return None
    append(session, act, row.agency_id, version)
    return project(session, row)


def project(session: Session, row: EvidenceRow) -> EvidenceState:
    """Bring the folded columns up to date with the acts, in the caller's transaction."""
    state = state_of(session, row.id)
    row.status = state.status.value
    row.version = version_of(session, SubjectKind.EVIDENCE, row.id)
    session.flush()
    return state


def get_package(session: Session, agency_id: str, package_id: str) -> PackageRow:
    """Raises NotFound, for another agency's too."""
    row = session.get(PackageRow, package_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound(kind="package", name=package_id)
    return row


def packages_of(session: Session, incident_id: str) -> list[PackageRow]:
    """The exports of an incident, the newest first."""
    query = sa.select(PackageRow).where(PackageRow.incident_id == incident_id)
    return list(session.scalars(query.order_by(PackageRow.id.desc())))


def packages_in(session: Session, states: Iterable[PackageState]) -> list[PackageRow]:
    """Packages in one of `states`, the oldest first."""
    query = sa.select(PackageRow).where(PackageRow.state.in_([state.value for state in states]))
    return list(session.scalars(query.order_by(PackageRow.id)))


def newest_key(session: Session, agency_id: str) -> SigningKeyRow:
    """Raises NotFound where this desk has not signed anything yet."""
    query = sa.select(SigningKeyRow).where(SigningKeyRow.agency_id == agency_id)
    row = session.scalar(query.order_by(SigningKeyRow.first_used_at.desc()).limit(1))
    if row is None:
        raise NotFound(kind="key", name="evidence")
    return row


def audit_head(session: Session, agency_id: str) -> dict[str, object] | None:
    """The last entry of the audit chain: a package that names it bears witness to all that came before."""
    query = sa.select(AuditRow).where(AuditRow.agency_id == agency_id).order_by(AuditRow.sequence.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else {"agency_id": agency_id, "sequence": row.sequence, "hash": row.hash}


def item_of(row: EvidenceRow) -> EvidenceItem:
    return EvidenceItem(
        id=row.id,
        incident_id=row.incident_id,
        agency_id=row.agency_id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
