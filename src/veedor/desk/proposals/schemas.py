"""Proposals in requests and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from veedor.desk.acts.schemas import Text
from veedor.desk.alerts.schemas import sentence
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.incidents.catalogue import TYPES
from veedor.desk.proposals.service import Found
from veedor.desk.schemas import In, Out, UtcTime
from veedor.model.event import Severity
from veedor.wire.messages import event_from_json


class AcceptProposalIn(In):
    """One incident, with all of the alerts."""

    type: Annotated[str, Field(max_length=64)] | None = Field(None, description="None: the suggested type")
    note: Text | None = Field(None, description="For the agencies that are invited")

    @field_validator("type")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in TYPES:
            raise ValueError(f"one of {', '.join(TYPES)}")
        return value


class DismissProposalIn(In):
    note: Text | None = None


class ProposedAlertOut(Out):
    id: str
    agency_id: str
    camera_id: str
    camera_name: str
    kind: str
    severity: Severity
    explanation: str = Field(description="One sentence, in the reader's language")
    completed_at: UtcTime
    incident_id: str | None = Field(description="Incident of the reader's agency that it is in already")


class ProposalOut(Out):
    """Alerts of several agencies that may be one happening."""

    id: str
    family: str = Field(description="What kind of thing: violence, crowd, traffic, object, intrusion, or a rule's kind")
    agencies: list[str]
    apart_m: float = Field(description="Largest distance between two alerts that belong together")
    apart_s: float = Field(description="From the first to the last alert")
    suggested_type: str
    incident_id: str | None = Field(description="The incident that the others would join; none: a new one")
    alerts: list[ProposedAlertOut]


def proposal_out(found: Found, lang: str) -> ProposalOut:
    one = found.proposal
    joined = {placed.id: placed.incident_id for placed in one.alerts}
    return ProposalOut(
        id=one.id,
        family=one.family,
        agencies=list(one.agencies),
        apart_m=round(one.apart_m, 1),
        apart_s=round((one.alerts[-1].at - one.alerts[0].at).total_seconds(), 3),
        suggested_type=found.suggested_type,
        incident_id=one.incident_id,
        alerts=[_alert_out(row, joined[row.id], lang) for row in found.alerts],
    )


def _alert_out(row: AlertRow, incident_id: str | None, lang: str) -> ProposedAlertOut:
    return ProposedAlertOut(
        id=row.id,
        agency_id=row.agency_id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        kind=row.kind,
        severity=Severity(row.severity),
        explanation=sentence(event_from_json(row.event).explanation, lang),
        completed_at=row.completed_at,
        incident_id=incident_id,
    )
