"""Alerts in requests and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from veedor.desk.acts.schemas import ActIn, ActOut, Text, Version
from veedor.desk.alerts.clips import ClipConfig, clip_span
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.incidents.catalogue import TYPES
from veedor.desk.schemas import In, UtcTime
from veedor.kit.messages import Message
from veedor.model.act import Act
from veedor.model.alert import AlertState, AlertStatus, Claim, ClipState, DismissReason
from veedor.model.event import Event, Severity
from veedor.wire.messages import event_from_json


class AlertActIn(ActIn):
    over_claim: bool = Field(False, description="Act although somebody else has claimed it (refused otherwise: 409)")


class ClaimIn(In):
    expected_version: Version = None
    over_claim: bool = Field(False, description="Take it over from somebody else who has claimed it")


class DismissIn(AlertActIn):
    reason: DismissReason = Field(description="`other` needs a note")


class EscalateIn(AlertActIn):
    """Into an existing incident, or into a new one."""

    incident: Annotated[str, Field(max_length=64)] | None = Field(None, description="Id or number; none: a new one")
    type: Annotated[str, Field(max_length=64)] = "other"
    note: Text | None = None

    @model_validator(mode="after")
    def _known_type(self) -> EscalateIn:
        if self.type not in TYPES:
            raise ValueError(f"type: one of {', '.join(TYPES)}")
        return self


class ClipOut(BaseModel):
    state: ClipState
    problem: str | None = Field(description="Why there is no clip, for people")


class ClaimOut(BaseModel):
    """Somebody looks into it."""

    by: str
    by_id: str
    since: UtcTime
    until: UtcTime = Field(description="It ends by itself then, unless they do something")


class AlertOut(BaseModel):
    """One alert of a list."""

    id: str
    camera_id: str
    camera_name: str
    rule: str
    kind: str
    zone: str | None
    severity: Severity
    status: AlertStatus
    explanation: str = Field(description="One sentence, in the reader's language")
    explanation_key: str
    raised_at: UtcTime
    started_at: UtcTime
    completed_at: UtcTime
    ended_at: UtcTime | None = Field(description="None: it goes on")
    latency_s: float = Field(description="From the frame that completed the event to the alert at the desk")
    group_id: str = Field(description="First alert of a burst of the same camera and rule")
    group_size: int
    has_snapshot: bool
    in_review: bool = Field(False, description="Its rule was in review: it is in the review list, not in the queue")
    clip: ClipOut
    handled_by: str | None
    handled_at: UtcTime | None
    dismiss_reason: DismissReason | None
    incident_id: str | None
    claim: ClaimOut | None = Field(description="Who looks into it now")
    conflicts: int = Field(description="Acts that came after another had settled the alert")
    version: int = Field(description="To be sent back as `expected_version` with an act")


class AlertDetailOut(AlertOut):
    """One alert with all that is known of it."""

    clip_ends_at: UtcTime = Field(description="The clip's last moment: count back from there to know what is when")
    explanation_params: dict[str, Any]
    track_ids: list[int]
    zone_norm: list[tuple[float, float]]
    overlays: list[dict[str, Any]]
    acts: list[ActOut]
    conflicting_acts: list[ActOut]


class AlertPageOut(BaseModel):
    alerts: list[AlertOut]
    next: str | None = Field(description="Cursor of the next page; none: this was the last")


class RuleStatsOut(BaseModel):
    """How one rule on one camera did."""

    camera_id: str
    camera_name: str
    rule: str
    raised: int
    handled: int
    dismissed: int
    false: int
    escalated: int
    false_rate: float | None = Field(description="false / handled; none while nothing has been handled")


class AlertStatsOut(BaseModel):
    rules: list[RuleStatsOut]
    alerts: int
    latency_p50_s: float | None
    latency_p95_s: float | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when: claims end with time."""

    lang: str
    now: datetime


def alert_out(row: AlertRow, state: AlertState, group_size: int, reader: Reader) -> AlertOut:
    """A row and its folded state."""
    return AlertOut(**_fields(row, event_from_json(row.event), state, group_size, reader))


def alert_detail_out(
    row: AlertRow, state: AlertState, acts: list[Act], group_size: int, reader: Reader
) -> AlertDetailOut:
    event = event_from_json(row.event)
    return AlertDetailOut(
        **_fields(row, event, state, group_size, reader),
        clip_ends_at=clip_span(event, ClipConfig())[1],
        explanation_params=dict(event.explanation.params),
        track_ids=list(event.track_ids),
        zone_norm=list(event.zone_norm),
        overlays=row.event["overlays"],
        acts=[ActOut.of(act) for act in acts],
        conflicting_acts=[ActOut.of(act) for act in state.conflicts],
    )


def _claim_out(claim: Claim | None) -> ClaimOut | None:
    if claim is None:
        return None
    return ClaimOut(by=claim.by_name or claim.by, by_id=claim.by, since=claim.since, until=claim.until)


def _fields(row: AlertRow, event: Event, state: AlertState, group_size: int, reader: Reader) -> dict[str, Any]:
    lang = reader.lang
    problem = Message.from_json(row.clip_problem) if row.clip_problem else None
    return {
        "id": row.id,
        "camera_id": row.camera_id,
        "camera_name": row.camera_name,
        "rule": row.rule,
        "kind": row.kind,
        "zone": event.zone,
        "severity": Severity(row.severity),
        "status": state.status,
        "explanation": sentence(event.explanation, lang),
        "explanation_key": event.explanation.key,
        "raised_at": row.raised_at,
        "started_at": event.started_at,
        "completed_at": event.completed_at,
        "ended_at": row.ended_at,
        "latency_s": round((row.raised_at - row.completed_at).total_seconds(), 3),
        "group_id": row.group_id,
        "group_size": group_size,
        "has_snapshot": row.has_snapshot,
        "in_review": row.in_review,
        "clip": ClipOut(state=ClipState(row.clip_state), problem=sentence(problem, lang) if problem else None),
        "handled_by": state.handled_by_name or state.handled_by,
        "handled_at": state.handled_at,
        "dismiss_reason": state.dismiss_reason,
        "incident_id": state.incident_id,
        "claim": _claim_out(state.claimed_at(reader.now)),
        "conflicts": len(state.conflicts),
        "version": row.version,
    }


def sentence(message: Message, lang: str) -> str:
    """The message in `lang`; the bare key where another version's catalogue had it and ours does not."""
    try:
        return message.render(lang)
    except (KeyError, LookupError):
        return message.key
