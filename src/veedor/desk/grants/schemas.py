"""What the routes of grants read and answer: a grant as the data of a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from veedor.desk.grants.errors import BadGrant
from veedor.desk.grants.repository import Told
from veedor.desk.schemas import Id, In, Out, UtcTime, aware
from veedor.model.grant import Grant, GrantKind, Right, Selecting, iso_time
from veedor.model.grant_reading import MalformedGrant, grant_of
from veedor.model.statement import (
    GrantState,
    StatementKind,
    awaits_review,
    ends_at,
    revocation,
    signers,
    state_of,
)

Text = Annotated[str, Field(min_length=1, max_length=200)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class CamerasIn(In):
    """`list` with ids, `area` with a polygon, `tag`, or `all` of the owner's. An empty list is none."""

    kind: Selecting
    ids: Annotated[tuple[Id, ...], Field(max_length=5000)] = ()
    area: dict[str, Any] | None = Field(None, description="GeoJSON Polygon or MultiPolygon")
    tag: Annotated[str, Field(max_length=100)] = ""

    def terms(self) -> dict[str, Any]:
        part: dict[str, Any] = {}
        if self.kind is Selecting.LIST:
            part = {"ids": list(self.ids)}
        elif self.kind is Selecting.AREA:
            part = {"area": self.area}
        elif self.kind is Selecting.TAG:
            part = {"tag": self.tag}
        return {"kind": self.kind.value, **part}


class WindowIn(In):
    """Days 0 (Monday) to 6; an end at or before the start is on the next day."""

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)]
    start: Clock
    end: Clock


class HoursIn(In):
    time_zone: Text
    windows: Annotated[list[WindowIn], Field(max_length=100)]

    def terms(self) -> dict[str, Any]:
        windows = [{"days": sorted(set(one.days)), "from": one.start, "to": one.end} for one in self.windows]
        return {"time_zone": self.time_zone, "windows": windows}


class ConditionsIn(In):
    """`case_number`: true for any, or exactly this one. `two_person`: a second person approves each look."""

    case_number: bool | Text = False
    two_person: bool = False

    def terms(self) -> dict[str, Any]:
        return {name: value for name, value in self.model_dump().items() if value}


class GrantIn(In):
    """A draft of a convenio; one of the two agencies is the drafter's own."""

    owner: Id
    grantee: Id
    cameras: CamerasIn
    rights: Annotated[list[Right], Field(min_length=1, max_length=20)]
    purposes: Annotated[list[Text], Field(min_length=1, max_length=50)]
    hours: HoursIn | None = Field(None, description="null: at any hour")
    starts_at: datetime
    expires_at: datetime
    conditions: ConditionsIn = ConditionsIn()
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="Of the signed paper"
    )
    note: Annotated[str, Field(max_length=2000)] = ""

    def grant(self, grant_id: str) -> Grant:
        """Raises BadGrant."""
        terms = {
            "id": grant_id,
            "owner": self.owner,
            "grantee": self.grantee,
            "kind": GrantKind.CONVENIO.value,
            "cameras": self.cameras.terms(),
            "rights": [one.value for one in self.rights],
            "purposes": self.purposes,
            "hours": self.hours.terms() if self.hours else None,
            "starts_at": iso_time(aware(self.starts_at, "starts_at")),
            "expires_at": iso_time(aware(self.expires_at, "expires_at")),
            "span": None,
            "conditions": self.conditions.terms(),
            "document_sha256": self.document_sha256,
            "note": self.note,
        }
        try:
            return grant_of(terms)
        except MalformedGrant as problem:
            raise BadGrant(field=problem.field) from problem


class RequestIn(In):
    """Footage of one camera, for a case."""

    owner: Id
    camera: Id
    start: datetime
    end: datetime
    case_number: Text
    purpose: Text
    note: Annotated[str, Field(max_length=2000)] = ""


class EmergencyIn(In):
    owner: Id
    cameras: Annotated[list[Id], Field(min_length=1, max_length=50)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReasonIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PartyOut(Out):
    id: str
    name: str


class StatementOut(Out):
    kind: StatementKind
    agency: PartyOut
    by: str
    at: UtcTime
    reason: str


class GrantOut(Out):
    """A grant as the data of a sentence: "GRANTEE may RIGHTS CAMERAS of OWNER, HOURS, for PURPOSES, until EXPIRES"."""

    id: str
    kind: GrantKind
    state: GrantState
    owner: PartyOut
    grantee: PartyOut
    given: bool = Field(description="By the agency of the person who asks; false: received")
    cameras: dict[str, Any] = Field(description="kind, and ids, area or tag")
    rights: list[str]
    purposes: list[str]
    hours: dict[str, Any] | None
    starts_at: UtcTime
    expires_at: UtcTime = Field(description="When it ends by itself; an emergency after 60 minutes")
    span_start: UtcTime | None = Field(description="Only footage from here")
    span_end: UtcTime | None
    conditions: dict[str, Any]
    document_sha256: str | None
    note: str
    signed_by: list[PartyOut]
    awaits_own_signature: bool = Field(description="In the queue of the agency of the person who asks")
    awaits_review: bool = Field(description="An emergency that its owner has not looked at")
    waiting: int = Field(
        description="Of an emergency: how many of the grantee's at this owner wait for review, this one among them"
    )
    refused: bool = Field(description="A request that its owner did not grant")
    statements: list[StatementOut]


def grant_out(told: Told, names: Mapping[str, str], agency_id: str, now: datetime, waiting: int) -> GrantOut:
    """As `agency_id` sees it. `waiting`: see `repository.waiting_between`; it counts of emergencies alone."""
    grant, statements = told
    terms, state, signed = grant.terms(), state_of(grant, statements, now), signers(grant, statements)
    ended = revocation(grant, statements)

    def party(one: str) -> PartyOut:
        return PartyOut(id=one, name=names.get(one, one))

    is_open = state in (GrantState.DRAFT, GrantState.SIGNED_BY_ONE)
    return GrantOut(
        id=grant.id,
        kind=grant.kind,
        state=state,
        owner=party(grant.owner),
        grantee=party(grant.grantee),
        given=grant.owner == agency_id,
        cameras=terms["cameras"],
        rights=terms["rights"],
        purposes=terms["purposes"],
        hours=terms["hours"],
        starts_at=grant.starts_at,
        expires_at=ends_at(grant, statements),
        span_start=grant.span[0] if grant.span else None,
        span_end=grant.span[1] if grant.span else None,
        conditions=terms["conditions"],
        document_sha256=grant.document_sha256,
        note=grant.note,
        signed_by=[party(one) for one in sorted(signed)],
        awaits_own_signature=is_open and agency_id not in signed and grant.kind is not GrantKind.EMERGENCY,
        awaits_review=awaits_review(grant, statements),
        waiting=waiting if grant.kind is GrantKind.EMERGENCY else 0,
        refused=grant.kind is GrantKind.REQUEST
        and grant.owner not in signed
        and ended is not None
        and ended.agency == grant.owner,
        statements=[
            StatementOut(kind=one.kind, agency=party(one.agency), by=one.by_name, at=one.at, reason=one.reason)
            for one in statements
        ],
    )
