"""Incidents in requests and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, field_validator

from veedor.desk.acts.schemas import ActOut, Text, Version
from veedor.desk.incidents.catalogue import TYPES, step_name, steps_of, type_name
from veedor.desk.incidents.service import IncidentView
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.schemas import In, UtcTime
from veedor.model.incident import AgencyPart, Disposition, IncidentOrigin, IncidentStatus


class OpenIn(In):
    """An incident opened by hand."""

    type: Annotated[str, Field(max_length=64)]
    origin: IncidentOrigin = IncidentOrigin.PHONE
    place: Annotated[str, Field(max_length=500)] | None = None
    summary: Text | None = None
    caller: Annotated[str, Field(max_length=200)] | None = Field(None, description="Who called, if they said")

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in TYPES:
            raise ValueError(f"one of {', '.join(TYPES)}")
        return value


class NoteIn(In):
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class CheckIn(In):
    step: Annotated[str, Field(max_length=64)]
    done: bool = True


class AssignIn(In):
    assignee: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(description="None: nobody")
    expected_version: Version = None


class CloseIn(In):
    disposition: Disposition = Field(description="`other` needs a note")
    note: Text | None = None
    expected_version: Version = None


class AgencyIn(In):
    """Which agency, and why."""

    agency_id: Annotated[str, Field(max_length=64)]
    note: Text | None = None


class ReopenIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    expected_version: Version = None


class StepOut(BaseModel):
    """A step of the checklist."""

    step: str
    name: str
    done: bool
    by: str | None
    at: UtcTime | None


class TypeOut(BaseModel):
    type: str
    name: str
    steps: list[StepOut]


class IncidentOut(BaseModel):
    """One incident of a list."""

    id: str
    agency_id: str = Field(description="Of its owner")
    number: int
    type: str
    type_name: str
    status: IncidentStatus
    place: str | None
    summary: str | None
    assignee: str | None
    opened_at: UtcTime
    closed_at: UtcTime | None
    version: int


class JoinedAlertOut(BaseModel):
    id: str
    camera_id: str
    camera_name: str
    rule: str
    raised_at: UtcTime


class LockOut(BaseModel):
    """A span of footage kept for this incident."""

    id: str
    camera_id: str
    camera_name: str
    start: UtcTime
    end: UtcTime
    status: str


class PartOut(BaseModel):
    agency_id: str
    part: AgencyPart


class IncidentDetailOut(IncidentOut):
    """One incident with all that happened, in order: acts on it, on its alerts and on its locks."""

    agencies: list[PartOut] = Field(description="Other agencies that work on it, or are asked to")
    origin: IncidentOrigin
    opened_by: str | None
    disposition: Disposition | None
    checklist: list[StepOut]
    alerts: list[JoinedAlertOut]
    evidence: list[LockOut]
    timeline: list[ActOut]
    conflicting_acts: list[ActOut]


class IncidentPageOut(BaseModel):
    incidents: list[IncidentOut]
    next: str | None = Field(description="Cursor of the next page; none: this was the last")


def incident_out(row: IncidentRow, lang: str) -> IncidentOut:
    return IncidentOut(
        id=row.id,
        agency_id=row.agency_id,
        number=row.number,
        type=row.type,
        type_name=type_name(row.type, lang),
        status=IncidentStatus(row.status),
        place=row.place,
        summary=row.summary,
        assignee=row.assignee,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        version=row.version,
    )


def incident_detail_out(view: IncidentView, lang: str) -> IncidentDetailOut:
    names = {act.actor_id: act.actor_name or act.actor_id for act in view.timeline}
    state = view.state
    steps = [
        StepOut(
            step=step,
            name=step_name(step, lang),
            done=bool(checked and checked.done),
            by=names.get(checked.by, checked.by) if checked else None,
            at=checked.at if checked else None,
        )
        for step in steps_of(view.row.type)
        for checked in [state.checklist.get(step)]
    ]
    return IncidentDetailOut(
        **incident_out(view.row, lang).model_dump(),
        agencies=[PartOut(agency_id=key, part=part) for key, part in sorted(state.agencies.items())],
        origin=state.origin,
        opened_by=names.get(state.opened_by or "", state.opened_by),
        disposition=state.disposition,
        checklist=steps,
        alerts=[
            JoinedAlertOut(
                id=alert.id,
                camera_id=alert.camera_id,
                camera_name=alert.camera_name,
                rule=alert.rule,
                raised_at=alert.raised_at,
            )
            for alert in view.alerts
        ],
        evidence=[
            LockOut(
                id=item.id,
                camera_id=item.camera_id,
                camera_name=item.camera_name,
                start=item.started_at,
                end=item.ended_at,
                status=item.status,
            )
            for item in view.evidence
        ],
        timeline=[ActOut.of(act) for act in view.timeline],
        conflicting_acts=[ActOut.of(act) for act in state.conflicts],
    )
