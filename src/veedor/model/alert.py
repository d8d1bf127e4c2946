"""Alerts: events that need a human. What happened to one is a fold over its acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from veedor.model.act import Act, ActKind
from veedor.model.event import Event, Severity


class AlertStatus(StrEnum):
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"


class ClipState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as raised; it never changes. `id` is the event's id, so that raising twice raises once."""

    id: str
    agency_id: str
    event: Event
    severity: Severity
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where an alert stands, folded from its acts. `conflicts` holds acts that came after another had settled it."""

    status: AlertStatus = AlertStatus.NEW
    handled_by: str | None = None
    handled_at: datetime | None = None
    reason: str | None = None
    incident_id: str | None = None
    version: int = 0  # number of acts that count: for optimistic locking
    conflicts: tuple[Act, ...] = field(default=())


def fold_alert(acts: Iterable[Act]) -> AlertState:
    """The state after `acts`, whatever order they come in: they are put in order of time, then id.

    Acknowledging twice is a conflict (the first keeps the alert), so is any act after dismissal other than an
    escalation by someone who knows better; a dismissed alert can be escalated, an escalated one not dismissed.
    """
    state = AlertState()
    for act in sorted(acts, key=lambda one: (one.at, one.id)):
        state = _step(state, act)
    return state


_TO_STATUS = {
    ActKind.ACKNOWLEDGE: AlertStatus.ACKNOWLEDGED,
    ActKind.DISMISS: AlertStatus.DISMISSED,
    ActKind.ESCALATE: AlertStatus.ESCALATED,
}
_ALLOWED = {
    AlertStatus.NEW: {AlertStatus.ACKNOWLEDGED, AlertStatus.DISMISSED, AlertStatus.ESCALATED},
    AlertStatus.ACKNOWLEDGED: {AlertStatus.DISMISSED, AlertStatus.ESCALATED},
    AlertStatus.DISMISSED: {AlertStatus.ESCALATED},
    AlertStatus.ESCALATED: set(),
}


def _step(state: AlertState, act: Act) -> AlertState:
    wanted = _TO_STATUS.get(act.kind)
    if wanted is None:
        return state
    if wanted not in _ALLOWED[state.status]:
        return AlertState(
            state.status,
            state.handled_by,
            state.handled_at,
            state.reason,
            state.incident_id,
            state.version,
            (*state.conflicts, act),
        )
    incident = act.payload.get("incident_id") if wanted is AlertStatus.ESCALATED else state.incident_id
    return AlertState(
        wanted,
        act.actor_id,
        act.at,
        act.reason or state.reason,
        str(incident) if incident else None,
        state.version + 1,
        state.conflicts,
    )
