"""Routes of grants. Each person sees and signs for their own agency alone, at whichever desk they are."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import Depends, Query

from veedor.access.actions import Action
from veedor.desk.agencies.repository import agencies
from veedor.desk.grants import repository
from veedor.desk.grants.errors import BadGrant
from veedor.desk.grants.repository import Told
from veedor.desk.grants.schemas import EmergencyIn, GrantIn, GrantOut, ReasonIn, RequestIn, grant_out
from veedor.desk.grants.service import Agreements, Asked
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import ErrorOut, Id, room_router, span
from veedor.desk.sealing.repository import require_unnamed
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id
from veedor.model.statement import GrantState, awaits_review

router = room_router("grants")

ReadGrants = Annotated[Permit, Depends(Need(Action.GRANT_READ, "grant", owner=own))]
ReadGrant = Annotated[Permit, Depends(Need(Action.GRANT_READ, "grant", id_from="grant_id", owner=own))]
DraftGrant = Annotated[Permit, Depends(Need(Action.GRANT_EDIT, "grant", owner=own))]
SignGrant = Annotated[Permit, Depends(Need(Action.GRANT_SIGN, "grant", id_from="grant_id", owner=own))]
AskFor = Annotated[Permit, Depends(Need(Action.GRANT_REQUEST, "grant", owner=own))]
TakeNow = Annotated[Permit, Depends(Need(Action.GRANT_EMERGENCY, "grant", owner=own))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "The grant's state does not allow it"}
}


@router.get("/api/grants")
def list_grants(
    permit: ReadGrants,
    given: Annotated[bool | None, Query(description="true: by one's agency; false: to it")] = None,
    state: Annotated[list[GrantState], Query(max_length=10)] = [],  # noqa: B006
) -> list[GrantOut]:
    """Grants that one's agency gave and received, newest first."""
    found = _all(permit)
    return [one for one in found if (given is None or one.given is given) and (not state or one.state in state)]


@router.get("/api/grant-queue")
def queue(permit: ReadGrants) -> list[GrantOut]:
    """What waits for one's agency: requests and drafts to sign or refuse, emergencies to review."""
    return [one for one in _all(permit) if one.awaits_own_signature or (one.awaits_review and one.given)]


@router.get("/api/grants/{grant_id}")
def show_grant(permit: ReadGrant, grant_id: Id) -> GrantOut:
    """One grant of one's agency."""
    with permit.ports.database.reading() as session:
        found = repository.grant_with_statements(session, permit.principal.agency_id, grant_id)
    return _out(permit, found)


@router.post("/api/grants", status_code=201)
def draft_grant(permit: DraftGrant, body: GrantIn) -> GrantOut:
    """Draft a convenio. It gives nothing until both agencies have signed it."""
    grant = body.grant(new_id(permit.ports.clock.now()))
    if permit.principal.agency_id not in (grant.owner, grant.grantee):
        raise BadGrant(field="owner")
    case = grant.conditions.get("case_number")
    require_unnamed(permit.ports, permit.principal.agency_id, grant.note, case if isinstance(case, str) else None)
    permit.note(id=grant.id, terms=grant.sha256, owner=grant.owner, grantee=grant.grantee)
    return _out(permit, Agreements(permit.ports).draft(grant))


@router.post("/api/grants/{grant_id}/sign", responses=_CONFLICT)
def sign_grant(permit: SignGrant, grant_id: Id) -> GrantOut:
    """Sign for one's agency: a convenio, or a request that stands in the queue."""
    return _out(permit, Agreements(permit.ports).sign(permit.principal, grant_id))


@router.post("/api/grants/{grant_id}/revoke", responses=_CONFLICT)
def revoke_grant(permit: SignGrant, grant_id: Id, body: ReasonIn) -> GrantOut:
    """End a grant for good, or refuse a request. Who watches under it sees nothing more."""
    require_unnamed(permit.ports, permit.principal.agency_id, body.reason)
    permit.note(reason=body.reason)
    return _out(permit, Agreements(permit.ports).revoke(permit.principal, grant_id, body.reason))


@router.post("/api/grants/{grant_id}/review", responses=_CONFLICT)
def review_grant(permit: SignGrant, grant_id: Id, body: ReasonIn) -> GrantOut:
    """The owner has looked at an emergency; `reason` says what they found."""
    permit.note(reason=body.reason)
    return _out(permit, Agreements(permit.ports).review(permit.principal, grant_id, body.reason))


@router.post("/api/grant-requests", status_code=201)
def request_footage(permit: AskFor, body: RequestIn) -> GrantOut:
    """Ask another agency for a span of one camera."""
    first, last = span(body.start, body.end, permit.config.list_max_h)
    _check_owner(permit, body.owner, [body.camera])
    require_unnamed(permit.ports, permit.principal.agency_id, body.case_number, body.purpose, body.note)
    permit.note(owner=body.owner, camera=body.camera, start=first, end=last, case=body.case_number)
    asked = Asked(body.owner, body.camera, (first, last), body.case_number, body.purpose, body.note)
    return _out(permit, Agreements(permit.ports).request(permit.principal, asked))


@router.post("/api/emergency-access", status_code=201)
def take_emergency_access(permit: TakeNow, body: EmergencyIn) -> GrantOut:
    """An hour of live, playback and alerts, at once, for the purpose "emergency". The owner is told and reviews it.
    That earlier ones still wait for that stops nobody; `waiting` says how many, to both."""
    _check_owner(permit, body.owner, body.cameras)
    require_unnamed(permit.ports, permit.principal.agency_id, body.reason)
    with permit.ports.database.reading() as session:
        earlier = repository.waiting_between(session, body.owner, permit.principal.agency_id)
    permit.note(owner=body.owner, cameras=body.cameras, reason=body.reason, unreviewed=earlier)
    service = Agreements(permit.ports)
    return _out(permit, service.emergency(permit.principal, body.owner, list(body.cameras), body.reason))


def _check_owner(permit: Permit, owner: str, camera_ids: list[str]) -> None:
    """BadGrant where it is one's own, or this desk knows that a camera is somebody else's, or nobody's."""
    if owner == permit.principal.agency_id:
        raise BadGrant(field="owner")
    for camera_id in camera_ids:
        try:
            whose = permit.ports.cameras.camera(camera_id).agency_id
        except NotFound as problem:
            if permit.config.keeps_agencies:  # a hub knows every camera: nobody could grant or review this one
                raise BadGrant(field="cameras") from problem
            continue  # a camera of another site: its own site will know
        if whose != owner:
            raise BadGrant(field="cameras")


def _all(permit: Permit) -> list[GrantOut]:
    with permit.ports.database.reading() as session:
        found = repository.grants_of(session, permit.principal.agency_id)
        names = {one.id: one.name for one in agencies(session)}
    now = permit.ports.clock.now()
    waiting = Counter((one.owner, one.grantee) for one, statements in found if awaits_review(one, statements))
    return [
        grant_out(one, names, permit.principal.agency_id, now, waiting[one[0].owner, one[0].grantee]) for one in found
    ]


def _out(permit: Permit, told: Told) -> GrantOut:
    with permit.ports.database.reading() as session:
        names = {one.id: one.name for one in agencies(session)}
        waiting = repository.waiting_between(session, told[0].owner, told[0].grantee)
    return grant_out(told, names, permit.principal.agency_id, permit.ports.clock.now(), waiting)
