"""Routes for auditors: what this desk keeps of other audit chains, to be compared with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Query
from pydantic import Field, PlainSerializer

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.desk.audit import witness
from veedor.desk.audit.tables import WitnessedHeadRow
from veedor.desk.context import DeskPorts
from veedor.desk.need import Need, Permit
from veedor.desk.schemas import Id, Out, UtcTime, room_router
from veedor.desk.sites.tables import SiteRow
from veedor.kit.errors import NotFound

router = room_router("audit")


def site_owner(ports: DeskPorts, _principal: Principal, place: str | None) -> str:
    """The site's agency; this desk's for one that has not joined here."""
    with ports.database.reading() as session:
        return session.scalar(sa.select(SiteRow.agency_id).where(SiteRow.id == (place or ""))) or ports.agency_id


ReadAudit = Annotated[Permit, Depends(Need(Action.AUDIT_READ, "audit", detail=("place", "before")))]
ReadOfSite = Annotated[Permit, Depends(Need(Action.AUDIT_READ, "audit", id_from="place", owner=site_owner))]
Limit = Annotated[int, Query(ge=1, le=1000)]
Before = Annotated[int | None, Query(ge=1, description="Only numbers below: to page backward")]


SignedTime = Annotated[datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat(), when_used="json")]
"""A time that a signature covers: as `SignedHead` writes it, to the microsecond."""


class WitnessedHeadOut(Out):
    number: int = Field(description="In the order in which heads came here")
    place: str = Field(description="A site's id, or hub")
    agency_id: str
    sequence: int
    hash: str
    at: SignedTime = Field(description="When it was signed, by the clock there; exact, since the signature covers it")
    signature: str
    public_key: str = Field(description="That the signature was checked with when it came; empty: none was known")
    flaw: str = Field(
        description="Empty: none; signature, fork or rollback: it contradicts what is known; unproved: kept until the "
        "agency's key is known, then told once more with what was found"
    )
    received_at: UtcTime

    @staticmethod
    def of(row: WitnessedHeadRow) -> WitnessedHeadOut:
        return WitnessedHeadOut.model_validate(row, from_attributes=True)


@router.get("/api/audit/witnessed")
def witnessed(
    permit: ReadAudit,
    place: Annotated[str | None, Query(max_length=64)] = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[WitnessedHeadOut]:
    """Signed heads of other chains that this desk keeps, newest first."""
    with permit.ports.database.reading() as session:
        return [WitnessedHeadOut.of(row) for row in witness.heads(session, place, before, limit)]


@router.get("/api/audit/witness-of/{place}")
def witness_of(permit: ReadOfSite, place: Id, before: Before = None, limit: Limit = 100) -> list[WitnessedHeadOut]:
    """What this desk keeps of one site: for its own auditors, to compare with the site's chain."""
    with permit.ports.database.reading() as session:
        found = witness.heads(session, place, before, limit)
    if not found and before is None:
        raise NotFound(kind="audit-head", name=place)
    return [WitnessedHeadOut.of(row) for row in found]
