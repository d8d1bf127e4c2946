"""Routes of the second person: one asks, a colleague looks at what for, and agrees or says no with a login of their
own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import Field
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.desk.approvals import repository
from veedor.desk.approvals.errors import ApprovalNeedsPurpose, ApprovalNeedsSpan
from veedor.desk.approvals.tables import ApprovalRow
from veedor.desk.errors import SpanEmpty
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, In, Out, UtcTime, aware, room_router
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id
from veedor.model.approval import WITH_SPAN
from veedor.model.grant import Right

router = room_router("approvals")

Ask = Annotated[Permit, Depends(Need(Action.GRANT_REQUEST, "approval", owner=own))]
Give = Annotated[Permit, Depends(Need(Action.GRANT_REQUEST, "approval", id_from="approval_id", owner=own))]


class ApprovalIn(In):
    """What one wants to see. Purpose and case number are those that the request states, and later ones must."""

    right: Right
    camera: Id
    start: datetime | None = Field(None, description="Of the footage, where it is about footage")
    end: datetime | None = None


class ApprovalOut(Out):
    """What a colleague is asked to agree to."""

    id: str
    asked_by: str
    asked_by_me: bool
    asked_at: UtcTime
    right: Right
    camera_id: str
    camera_name: str
    owner_agency_id: str
    purpose: str
    case_number: str | None
    start: UtcTime | None
    end: UtcTime | None
    given_by: str | None = Field(description="The colleague who agreed")
    refused_by: str | None = Field(description="The colleague who said no, or who asked and took it back")
    good_until: UtcTime = Field(description="Until when a colleague may agree or, once one has, looks may begin")
    waits: bool = Field(description="Neither agreed to nor refused, and not yet over")
    good: bool = Field(description="Agreed to, and not yet over: send its id as `X-Veedor-Approval`")


@router.post("/api/approvals", status_code=201)
def ask_colleague(permit: Ask, body: ApprovalIn) -> ApprovalOut:
    """Ask colleagues to agree to a look at another agency's camera, where its grant asks for two persons."""
    who, ports = permit.principal, permit.ports
    if who.purpose is None:
        raise ApprovalNeedsPurpose
    start, end = (aware(one, name) if one else None for one, name in ((body.start, "start"), (body.end, "end")))
    if body.right in WITH_SPAN and not (start and end):
        raise ApprovalNeedsSpan
    if start and end and start >= end:
        raise SpanEmpty
    camera = ports.cameras.camera(body.camera)
    if not ports.access.scope(who, Action.CAMERA_LIST).covers(camera.agency_id, camera.id):
        raise NotFound(kind="camera", name=body.camera)
    now = ports.clock.now()
    row = ApprovalRow(
        id=new_id(now),
        agency_id=who.agency_id,
        asked_by=who.user_id,
        asked_by_name=who.username[:200],
        asked_at=now,
        right=body.right.value,
        camera_id=camera.id,
        camera_name=camera.name[:200],
        owner_agency_id=camera.agency_id,
        purpose=who.purpose,
        case_number=who.case_number,
        started_at=start if end else None,
        ended_at=end if start else None,
    )
    with ports.database.session() as session:
        session.add(row)
        session.flush()
        _tell(permit, session, row.id, "asked")
    return _out(permit, row.id)


@router.get("/api/approvals")
def list_approvals(permit: Ask) -> list[ApprovalOut]:
    """Of the agency's people in the last twelve hours, the newest first."""
    with permit.ports.database.reading() as session:
        rows = repository.approvals_of(session, permit.principal.agency_id, permit.ports.clock.now())
        return [_of(permit, row) for row in rows]


@router.post("/api/approvals/{approval_id}/approve")
def approve(permit: Give, approval_id: Id) -> ApprovalOut:
    """Agree to it, as a colleague of the one who asks. It is in the audit under both names, here and at the owner."""
    repository.give(permit.ports, permit.principal, approval_id)
    with permit.ports.database.session() as session:
        _tell(permit, session, approval_id, "given")
    return _out(permit, approval_id)


@router.post("/api/approvals/{approval_id}/refuse")
def refuse(permit: Give, approval_id: Id) -> ApprovalOut:
    """Say no to it, as a colleague; or take it back, as who asked. One that was given counts no more for looks that
    have not begun here; what was signed for other sites ends with its ten minutes."""
    repository.refuse(permit.ports, permit.principal, approval_id)
    with permit.ports.database.session() as session:
        _tell(permit, session, approval_id, "refused")
    return _out(permit, approval_id)


def _tell(permit: Permit, session: Session, approval_id: str, what: str) -> None:
    told = {"id": approval_id, "by": permit.principal.username}
    permit.feed.publish(session, f"approval.{what}", told, permit.principal.agency_id)


def _out(permit: Permit, approval_id: str) -> ApprovalOut:
    with permit.ports.database.reading() as session:
        return _of(permit, repository.get_approval(session, permit.principal.agency_id, approval_id))


def _of(permit: Permit, row: ApprovalRow) -> ApprovalOut:
    until = repository.good_until(row)
    is_now = until > permit.ports.clock.now() and row.refused_at is None
    return ApprovalOut(
        id=row.id,
        asked_by=row.asked_by_name,
        asked_by_me=row.asked_by == permit.principal.user_id,
        asked_at=row.asked_at,
        right=Right(row.right),
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        owner_agency_id=row.owner_agency_id,
        purpose=row.purpose,
        case_number=row.case_number,
        start=row.started_at,
        end=row.ended_at,
        given_by=row.given_by_name,
        refused_by=row.refused_by_name,
        good_until=until,
        waits=is_now and row.given_at is None,
        good=is_now and row.given_at is not None,
    )
