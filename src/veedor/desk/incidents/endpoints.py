"""Routes of incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from veedor.access.actions import Action
from veedor.desk.acts.cursor import read_cursor, write_cursor
from veedor.desk.incidents import repository
from veedor.desk.incidents.catalogue import TYPES, step_name, type_name
from veedor.desk.incidents.schemas import (
    AgencyIn,
    AssignIn,
    CheckIn,
    CloseIn,
    IncidentDetailOut,
    IncidentPageOut,
    NoteIn,
    OpenIn,
    ReopenIn,
    StepOut,
    TypeOut,
    incident_detail_out,
    incident_out,
)
from veedor.desk.incidents.service import IncidentService, NewIncident
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, aware
from veedor.model.incident import IncidentStatus

router = APIRouter(tags=["incidents"])

ReadList = Annotated[
    Permit, Depends(Need(Action.INCIDENT_READ, "incident", owner=own, detail=("status", "type", "since", "cursor")))
]
ReadOne = Annotated[Permit, Depends(Need(Action.INCIDENT_READ, "incident", id_from="incident_id", owner=own))]
ReadTypes = Annotated[Permit, Depends(Need(Action.INCIDENT_READ, "incident", owner=own))]
Open = Annotated[Permit, Depends(Need(Action.INCIDENT_HANDLE, "incident", owner=own))]
Handle = Annotated[Permit, Depends(Need(Action.INCIDENT_HANDLE, "incident", id_from="incident_id", owner=own))]


@router.get("/api/incidents")
def list_incidents(
    permit: ReadList,
    status: IncidentStatus | None = None,
    type: Annotated[str | None, Query(max_length=64)] = None,
    since: datetime | None = None,
    text: Annotated[
        str | None, Query(max_length=100, description="In the type, the place or the summary; or the number")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> IncidentPageOut:
    """Incidents, newest first."""
    query = repository.IncidentQuery(
        status=status.value if status else None,
        type=type,
        since=aware(since, "since") if since else None,
        text=text or None,
        before=read_cursor(cursor),
        limit=limit + 1,
    )
    with permit.ports.database.reading() as session:
        rows = repository.list_incidents(session, permit.principal.agency_id, query)
    more, rows = len(rows) > limit, rows[:limit]
    after = write_cursor(rows[-1].opened_at, rows[-1].id) if more else None
    return IncidentPageOut(incidents=[incident_out(row, permit.lang) for row in rows], next=after)


@router.get("/api/incident-types")
def incident_types(
    permit: Annotated[Permit, Depends(Need(Action.INCIDENT_READ, "incident", owner=own))],
) -> list[TypeOut]:
    """The catalogue of types, each with its checklist."""
    return [
        TypeOut(
            type=type_,
            name=type_name(type_, permit.lang),
            steps=[
                StepOut(step=step, name=step_name(step, permit.lang), done=False, by=None, at=None) for step in steps
            ],
        )
        for type_, steps in TYPES.items()
    ]


@router.post("/api/incidents", status_code=201)
def open_incident(permit: Open, body: OpenIn) -> IncidentDetailOut:
    """Open one by hand: from a telephone call, the radio, a patrol."""
    new = NewIncident(body.type, body.origin, body.place, body.summary, body.caller)
    return _detail(permit, IncidentService(permit.ports).open(permit.principal, new))


@router.get("/api/incidents/{incident_id}")
def show_incident(permit: ReadOne, incident_id: Id) -> IncidentDetailOut:
    """One incident, by id or number, with its timeline."""
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/notes")
def note(permit: Handle, incident_id: Id, body: NoteIn) -> IncidentDetailOut:
    """Write something down; also on a closed incident."""
    IncidentService(permit.ports).note(permit.principal, incident_id, body.text)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/checklist")
def check(permit: Handle, incident_id: Id, body: CheckIn) -> IncidentDetailOut:
    """Tick or untick a step."""
    IncidentService(permit.ports).check(permit.principal, incident_id, body.step, done=body.done)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/assign")
def assign(permit: Handle, incident_id: Id, body: AssignIn) -> IncidentDetailOut:
    """Give it to a unit or person."""
    IncidentService(permit.ports).assign(permit.principal, incident_id, body.assignee, body.expected_version)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/close")
def close(permit: Handle, incident_id: Id, body: CloseIn) -> IncidentDetailOut:
    """It is over; say how it ended."""
    service = IncidentService(permit.ports)
    service.close(permit.principal, incident_id, body.disposition, body.note, body.expected_version)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/reopen")
def reopen(permit: Handle, incident_id: Id, body: ReopenIn) -> IncidentDetailOut:
    """It was not over; say why."""
    IncidentService(permit.ports).reopen(permit.principal, incident_id, body.reason, body.expected_version)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/agencies")
def invite(permit: Handle, incident_id: Id, body: AgencyIn) -> IncidentDetailOut:
    """Invite another agency to work on it. It sees the incident; of cameras, what its own rights allow."""
    IncidentService(permit.ports).invite(permit.principal, incident_id, body.agency_id, body.note)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/accept")
def accept(permit: Handle, incident_id: Id) -> IncidentDetailOut:
    """Follow an invitation to one's own agency."""
    IncidentService(permit.ports).accept(permit.principal, incident_id)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/hand-over")
def hand_over(permit: Handle, incident_id: Id, body: AgencyIn) -> IncidentDetailOut:
    """Offer it to another agency; it changes hands when that agency takes it over."""
    IncidentService(permit.ports).hand_over(permit.principal, incident_id, body.agency_id, body.note)
    return _detail(permit, incident_id)


@router.post("/api/incidents/{incident_id}/take-over")
def take_over(permit: Handle, incident_id: Id) -> IncidentDetailOut:
    """Take what was offered to one's own agency: it owns the incident, which gets a number of its own."""
    IncidentService(permit.ports).take_over(permit.principal, incident_id)
    return _detail(permit, incident_id)


def _detail(permit: Permit, incident_id: str) -> IncidentDetailOut:
    return incident_detail_out(IncidentService(permit.ports).view(permit.principal, incident_id), permit.lang)
