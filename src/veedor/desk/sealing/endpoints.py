"""Routes of seals: a supervisor hides a colleague and a case from other agencies for a while, and opens it again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import ErrorOut, Id, In, Out, UtcTime, room_router
from veedor.desk.sealing import repository
from veedor.desk.sealing.errors import SealNotHere
from veedor.desk.sealing.keeper import NewSeal
from veedor.desk.sealing.tables import SealRow

router = room_router("sealing")

Text = Annotated[str, Field(min_length=1, max_length=200)]
ReadSeals = Annotated[Permit, Depends(Need(Action.SEAL_READ, "seal", owner=own))]
MakeSeal = Annotated[Permit, Depends(Need(Action.SEAL_MAKE, "seal", owner=own))]
OpenSeal = Annotated[Permit, Depends(Need(Action.SEAL_OPEN, "seal", id_from="seal_id", owner=own))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "It is about yourself, it is sealed already, or it is over"}
}


class SealStanding(StrEnum):
    ACTIVE = "active"
    OPENED = "opened"  # by a supervisor
    EXPIRED = "expired"  # its time is over


class SealIn(In):
    person: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="User name of a colleague")
    case_number: Text
    days: Annotated[int, Field(ge=1, le=90)] = 30
    reason: Text = Field(description="Stays with this agency")


class SealOut(Out):
    """A seal of one's own agency, with what it hides from others."""

    id: str
    name: str = Field(description="What others see in place of the person and of the case")
    person: str
    case_number: str
    reason: str
    made_by: str
    made_at: UtcTime
    until: UtcTime
    state: SealStanding
    opened_at: UtcTime | None = Field(description="null: it has not been opened")
    opened_by: str | None = Field(description="null: its time was over")


@router.get("/api/seals")
def list_seals(permit: ReadSeals) -> list[SealOut]:
    """Of one's agency, the newest first."""
    with permit.ports.database.reading() as session:
        return [_out(permit, row) for row in repository.seals_of(session, permit.principal.agency_id)]


@router.post("/api/seals", status_code=201, responses=_CONFLICT)
def make_seal(permit: MakeSeal, body: SealIn) -> SealOut:
    """From the next request on, owners of other agencies see commitments in place of that person and case."""
    sealing = permit.ports.sealing
    if sealing is None or not permit.config.is_hub:
        raise SealNotHere(name=permit.principal.agency_id)
    row = sealing.make(permit.principal, NewSeal(body.person, body.case_number, body.days, body.reason))
    permit.note(seal=row.id, until=row.until)
    return _out(permit, row)


@router.post("/api/seals/{seal_id}/open", responses=_CONFLICT)
def open_seal(permit: OpenSeal, seal_id: Id) -> SealOut:
    """Reveal person and case to whoever saw the commitments. There is no way back."""
    if permit.ports.sealing is None:
        raise SealNotHere(name=permit.principal.agency_id)
    permit.ports.sealing.open(permit.principal, seal_id)
    with permit.ports.database.reading() as session:
        return _out(permit, repository.get_seal(session, permit.principal.agency_id, seal_id))


def _out(permit: Permit, row: SealRow) -> SealOut:
    held = repository.held_of(permit.ports.secrets, row)
    state = SealStanding.ACTIVE
    if row.opened_by is not None:
        state = SealStanding.OPENED
    elif row.opened_at is not None or row.until <= permit.ports.clock.now():
        state = SealStanding.EXPIRED
    return SealOut(
        id=row.id,
        name=repository.seal_of_row(row).name,
        person=held.person,
        case_number=held.case_number,
        reason=held.reason,
        made_by=row.made_by_name,
        made_at=row.made_at,
        until=row.until,
        state=state,
        opened_at=row.opened_at,
        opened_by=row.opened_by_name,
    )
