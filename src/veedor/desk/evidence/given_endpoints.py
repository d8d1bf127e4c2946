"""Routes of what this agency gave of its footage to others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from veedor.access.actions import Action
from veedor.desk.evidence.given import LOCKED, RELEASED, Given, all_given, note_given, steps_of
from veedor.desk.evidence.schemas import Reason
from veedor.desk.evidence.tables import GivenRow
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, In, UtcTime
from veedor.kit.errors import NotFound
from veedor.model.evidence import EvidenceItem
from veedor.wire.footage_statement import Taker

router = APIRouter(tags=["evidence"])


class GivenOut(BaseModel):
    """A step of the custody of footage that another agency asked for."""

    number: int
    kind: str = Field(description="`locked`, `taken` (the signed list was handed out), `received`, `released`")
    at: UtcTime
    lock_id: str
    package_id: str | None
    camera_id: str
    camera_name: str
    start: UtcTime
    end: UtcTime
    agency_id: str = Field(description="Of the person")
    person: str
    purpose: str | None
    case_number: str | None
    approved_by: str | None = Field(description="The second person, where the grant asks for one")
    grant_id: str | None
    segments: int
    bytes: int
    statement_sha256: str | None = Field(description="Of the signed statement that went with the footage")
    reason: str | None


class GiveBackIn(In):
    reason: Reason


@router.get("/api/evidence-given")
def list_given(
    permit: Annotated[Permit, Depends(Need(Action.EVIDENCE_READ, "evidence", owner=own))],
) -> list[GivenOut]:
    """The owner's side of custody at this site: who locked and took footage of its cameras from afar, newest first."""
    if permit.principal.agency_id != permit.ports.agency_id:
        return []  # at a hub: nobody sees the custody of another agency's footage
    with permit.ports.database.reading() as session:
        return [_out(row) for row in all_given(session)]


@router.post("/api/evidence-given/{lock_id}/release")
def release_given(
    permit: Annotated[Permit, Depends(Need(Action.EVIDENCE_UNLOCK, "evidence", id_from="lock_id"))],
    lock_id: Id,
    body: GiveBackIn,
) -> list[GivenOut]:
    """Give a span that another agency locked here back to retention, for a reason. What was taken stays taken."""
    ports, who = permit.ports, permit.principal
    with ports.database.reading() as session:
        steps = steps_of(session, lock_id)
    first = next((one for one in steps if one.kind == LOCKED), None)
    if first is None:
        raise NotFound(kind="evidence", name=lock_id)
    ports.footage.unlock(lock_id)
    item = EvidenceItem(
        lock_id, "", ports.agency_id, first.camera_id, first.camera_name, first.started_at, first.ended_at
    )
    taker = Taker(who.agency_id, who.user_id, who.username, who.purpose, who.case_number)
    given = Given(first.segments, first.octets, first.grant_id)
    with ports.database.session() as session:
        note_given(session, RELEASED, item, taker, given, ports.clock.now(), body.reason.strip())
        return [_out(row) for row in steps_of(session, lock_id)]


def _out(row: GivenRow) -> GivenOut:
    return GivenOut(
        number=row.number,
        kind=row.kind,
        at=row.at,
        lock_id=row.lock_id,
        package_id=row.package_id or None,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        start=row.started_at,
        end=row.ended_at,
        agency_id=row.agency_id,
        person=row.person_name,
        purpose=row.purpose,
        case_number=row.case_number,
        approved_by=row.approved_by,
        grant_id=row.grant_id,
        segments=row.segments,
        bytes=row.octets,
        statement_sha256=row.statement_sha256 or None,
        reason=row.reason,
    )
