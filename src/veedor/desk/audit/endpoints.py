"""Routes for auditors: what was done, by whom, and whether the record of it is whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field, StringConstraints

from veedor.access.actions import Action
from veedor.desk.audit.entry import detail_of, erased_of
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.desk.audit.restores import explaining
from veedor.desk.audit.tables import AuditRow, RestoreRow
from veedor.desk.audit.walk import SEAL, Break
from veedor.desk.audit.witness import Contradiction, contradicting
from veedor.desk.need import Need, Permit
from veedor.desk.schemas import Out, UtcTime, aware, room_router
from veedor.desk.sealing.reveal import Reveal
from veedor.desk.sealing.schemas import SealShownOut, reveal
from veedor.wire.heads import MOST_HEADS

router = room_router("audit")

_FILTERS = ("before", "start", "end", "username", "action", "resource_kind", "resource_id", "allowed")
Head = Annotated[str, StringConstraints(pattern="^[1-9][0-9]{0,17}:[0-9a-f]{64}$")]
ReadAudit = Annotated[Permit, Depends(Need(Action.AUDIT_READ, "audit", detail=_FILTERS))]


class AuditFilter(BaseModel):
    """Which entries; what is left out means any."""

    before: int | None = Field(None, ge=1, description="Only sequences below: to page backward")
    start: datetime | None = None
    end: datetime | None = None
    username: str | None = Field(None, max_length=64)
    action: Action | None = None
    resource_kind: str | None = Field(None, max_length=64)
    resource_id: str | None = Field(None, max_length=200)
    allowed: bool | None = None
    limit: int = Field(100, ge=1, le=1000)


class AuditEntryOut(Out):
    sequence: int
    at: UtcTime
    user_id: str | None
    username: str
    user_agency_id: str | None = Field(description="Of the person: not the owner of what was looked at")
    session_id: str | None
    address: str | None
    purpose: str | None
    case_number: str | None
    action: str
    resource_kind: str
    resource_id: str | None
    resource_agency_id: str
    allowed: bool
    reason: str | None
    detail: dict[str, Any]
    erased: list[str] = Field(description="Personal values that were here and are lawfully gone")
    seal: SealShownOut | None = Field(description="null: the person was not sealed")
    form: int = Field(description="1: the hash covers all values; 2: it covers commitments to the personal ones")
    previous_hash: str
    hash: str

    @staticmethod
    def of(row: AuditRow, seals: Reveal) -> AuditEntryOut:
        names = AuditEntryOut.model_fields.keys() - {"detail", "erased", "seal"}
        detail = detail_of(row)
        return AuditEntryOut(
            detail=detail,
            erased=erased_of(row),
            seal=SealShownOut.of(seals.of(detail, row.user_agency_id)),
            **{name: getattr(row, name) for name in names},
        )


class RestoreOut(Out):
    """A machine was put back from a backup. It says how entries came to be missing there; whether that is so, those who
    did it must answer."""

    place: str = Field(description="A site's id, or hub; empty: this desk, which has joined no hub")
    restored_at: UtcTime
    backup_made_at: UtcTime
    by: str = Field(description="Who did it, at the machine")
    lost_from: int = Field(description="The first entry that the backup did not have")
    lost_to: int | None = Field(description="The last one that others hold; null: none is known to be lost")

    @staticmethod
    def of(row: RestoreRow) -> RestoreOut:
        return RestoreOut(
            place=row.place,
            restored_at=row.restored_at,
            backup_made_at=row.backup_made_at,
            by=row.by,
            lost_from=row.sequence + 1,
            lost_to=row.lost_to,
        )


class ContradictionOut(Out):
    """Something that does not fit in what this desk holds of another chain, or others of its own."""

    place: str = Field(description="A site's id, or hub")
    sequence: int
    flaw: str = Field(description="Of a head: signature, fork, rollback; of an entry: gap, break, hash, fork, head")
    received_at: UtcTime
    restore: RestoreOut | None = Field(description="The restore that says how it came; null: none does")

    @staticmethod
    def of(one: Contradiction) -> ContradictionOut:
        return ContradictionOut(
            place=one.place,
            sequence=one.sequence,
            flaw=one.flaw,
            received_at=one.received_at,
            restore=RestoreOut.of(one.restore) if one.restore else None,
        )


class ErasedOut(Out):
    """Personal values that were erased lawfully; the chain is whole without them."""

    sequence: int = Field(description="Of the entry that says so")
    at: UtcTime
    values: int
    entries: int


class SealedLooksOut(Out):
    """Entries of one sealed person in the chain."""

    seal: SealShownOut
    entries: int


class AuditVerdictOut(Out):
    intact: bool
    entries: int = Field(description="How many fit, from the first")
    head_sequence: int
    head_hash: str = Field(description="Note it where the machine's owner cannot reach: a cut-off end shows only so")
    broken_at: int | None = Field(description="The first sequence that does not fit")
    problem: Break | None = Field(description="How it breaks there")
    expected: str | None = Field(description="The hash (of missing: the number) that should be there")
    found: str | None = Field(description="The one that is there; null: none")
    compared: int = Field(description="How many heads kept elsewhere were looked for")
    erased: list[ErasedOut]
    sealed: list[SealedLooksOut] = Field(description="By seal; one whose opening does not fit is a mismatch")
    contradictions: list[ContradictionOut] = Field(description="In what is kept of other chains, newest first")
    restores: list[RestoreOut] = Field(description="Of this desk and of others whose heads it keeps, newest first")


@router.get("/api/audit")
def list_audit(wanted: Annotated[AuditFilter, Query()], permit: ReadAudit) -> list[AuditEntryOut]:
    """Entries, newest first."""
    query = AuditQuery(
        before=wanted.before,
        start=aware(wanted.start, "start") if wanted.start else None,
        end=aware(wanted.end, "end") if wanted.end else None,
        username=wanted.username.lower() if wanted.username else None,
        action=wanted.action.value if wanted.action else None,
        resource_kind=wanted.resource_kind,
        resource_id=wanted.resource_id,
        allowed=wanted.allowed,
        limit=wanted.limit,
    )
    rows = _log(permit).entries(query)
    with permit.ports.database.reading() as session:
        seals = reveal(permit, session)
        return [AuditEntryOut.of(row, seals) for row in rows]


@router.get("/api/audit/verify")
def verify_audit(
    permit: ReadAudit,
    sequence: Annotated[int | None, Query(ge=1, description="Of a head noted earlier")] = None,
    hash: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="Of a head noted earlier")] = None,
    head: Annotated[list[Head] | None, Query(max_length=MOST_HEADS, description="Heads kept elsewhere")] = None,
) -> AuditVerdictOut:
    """Walk the whole chain, and say where and how it breaks."""
    noted = [(sequence, hash)] if sequence is not None and hash is not None else []
    for one in head or []:
        number, _, digest = one.partition(":")
        noted.append((int(number), digest))
    verdict = _log(permit).verify(*noted)
    with permit.ports.database.reading() as session:
        contradictions = [ContradictionOut.of(one) for one in contradicting(session)]
        restores = [RestoreOut.of(row) for row in explaining(session)]
        seals = reveal(permit, session)
        shown = [(SealShownOut.of(seals.of({SEAL: one.told}, one.agency_id)), one) for one in verdict.sealed]
    return AuditVerdictOut(
        intact=verdict.intact,
        entries=verdict.entries,
        head_sequence=verdict.head_sequence,
        head_hash=verdict.head_hash,
        broken_at=verdict.broken_at,
        problem=verdict.problem,
        expected=verdict.expected,
        found=verdict.found,
        compared=verdict.compared,
        erased=[ErasedOut.model_validate(one, from_attributes=True) for one in verdict.erased],
        sealed=[SealedLooksOut(seal=seal, entries=one.entries) for seal, one in shown if seal is not None],
        contradictions=contradictions,
        restores=restores,
    )


def _log(permit: Permit) -> ChainedAuditLog:
    """A reader of this desk's chain: reading needs no state but the database's."""
    return ChainedAuditLog(permit.ports.database, permit.ports.clock, permit.ports.agency_id)
