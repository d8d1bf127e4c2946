"""Routes of agencies. Everybody sees the tree; an administrator changes their own agency, and at a desk that keeps the
tree (a hub's) every one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.agencies import repository
from veedor.desk.agencies.keys import keys_of, withdraw
from veedor.desk.grants.errors import NotYourAgency, UnknownAgency
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, In, Out, UtcTime, room_router
from veedor.model.agency import Agency, AgencyKind
from veedor.wire.keys import key_fingerprint

router = room_router("agencies")

ReadAgencies = Annotated[Permit, Depends(Need(Action.AGENCY_READ, "agency", owner=own))]
ReadAgency = Annotated[Permit, Depends(Need(Action.AGENCY_READ, "agency", id_from="agency_id", owner=own))]
EditAgency = Annotated[Permit, Depends(Need(Action.AGENCY_EDIT, "agency", id_from="agency_id"))]


class AgencyKeyOut(Out):
    public_key: str = Field(description="Ed25519, hex")
    fingerprint: str = Field(description="As two people compare it over the telephone")
    until: UtcTime | None = Field(description="When another was pinned here in its place; null: it is not a former one")

    @staticmethod
    def of(public_key: str, until: datetime | None = None) -> AgencyKeyOut:
        return AgencyKeyOut(public_key=public_key, fingerprint=key_fingerprint(public_key), until=until)


class AgencyKeysOut(Out):
    agency_id: str
    name: str
    pinned: AgencyKeyOut | None = Field(description="What is believed; null: none is known yet")
    offered: list[AgencyKeyOut] = Field(description="What others say is the agency's key: it counts for nothing yet")
    former: list[AgencyKeyOut]


class AgencyIn(In):
    """`public_key` left out: the known one stays. Another one than the known needs `repin`."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: AgencyKind = AgencyKind.OTHER
    parent_id: Id | None = None
    area: dict[str, Any] | None = Field(None, description="Jurisdiction: GeoJSON Polygon or MultiPolygon")
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    repin: bool = Field(False, description="The new key was compared with the agency, by another way than this")


class AgencyOut(Out):
    id: str
    name: str
    kind: AgencyKind
    parent_id: str | None
    area: dict[str, Any] | None
    public_key: str | None = Field(description="Ed25519, hex; null: not known yet")
    hosted: bool
    own: bool = Field(description="The agency of the person who asks")
    editable: bool
    signs_here: bool = Field(description="Its key is at this desk: its grants can be signed here")


@router.get("/api/agencies")
def list_agencies(permit: ReadAgencies) -> list[AgencyOut]:
    """Every agency that this desk knows, by name."""
    with permit.ports.database.reading() as session:
        return [_out(permit, one) for one in repository.agencies(session)]


@router.get("/api/agencies/{agency_id}/keys")
def show_keys(permit: ReadAgency, agency_id: Id) -> AgencyKeysOut:
    """The agency's keys as this desk knows them, to be compared by another way than this."""
    with permit.ports.database.reading() as session:
        found = keys_of(session, agency_id)
    return AgencyKeysOut(
        agency_id=found.agency_id,
        name=found.name,
        pinned=AgencyKeyOut.of(found.pinned) if found.pinned else None,
        offered=[AgencyKeyOut.of(one) for one in found.offered],
        former=[AgencyKeyOut.of(one, until) for one, until in found.former],
    )


@router.put("/api/agencies/{agency_id}")
def save_agency(permit: EditAgency, agency_id: Id, body: AgencyIn) -> AgencyOut:
    """Change one's own agency; at a desk that keeps the tree, add or change any."""
    if not _editable(permit, agency_id):
        raise NotYourAgency(name=agency_id)
    permit.note(name=body.name, parent=body.parent_id, public_key=body.public_key, repin=body.repin)
    with permit.ports.database.session() as session:
        known = {one.id: one for one in repository.agencies(session)}
        before = known.get(agency_id)
        parent = before.parent_id if before else None
        if body.parent_id not in (None, parent, *known):  # a mistyped one would never stand above it
            raise UnknownAgency(name=str(body.parent_id))
        wanted = Agency(
            agency_id,
            body.name.strip(),
            body.kind,
            body.parent_id,
            body.area,
            body.public_key,
            before.hosted if before else False,
        )
        if repository.save(session, wanted, permit.ports.clock.now(), repin=body.repin):
            permit.feed.publish(session, "agency.changed", {"id": agency_id}, permit.ports.agency_id)
        if body.repin:
            withdraw(session, agency_id)
        return _out(permit, repository.agency(session, agency_id))


def _editable(permit: Permit, agency_id: str) -> bool:
    return permit.config.keeps_agencies or agency_id == permit.ports.agency_id


def _out(permit: Permit, one: Agency) -> AgencyOut:
    signer = permit.ports.signer
    return AgencyOut(
        id=one.id,
        name=one.name,
        kind=one.kind,
        parent_id=one.parent_id,
        area=dict(one.area) if one.area is not None else None,
        public_key=one.public_key,
        hosted=one.hosted,
        own=one.id == permit.principal.agency_id,
        editable=permit.principal.agency_id == permit.ports.agency_id
        and _editable(permit, one.id)
        and permit.may(Action.AGENCY_EDIT),
        signs_here=signer is not None and signer.signs_for(one.id),
    )
