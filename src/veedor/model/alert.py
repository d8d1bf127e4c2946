"""Alerts: events that need a human. What happened to one is a fold over its acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from veedor.model.act import Act, ActKind, in_order
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


class DismissReason(StrEnum):
    """Why an alert needed nobody. The first three say that it was false: the system's fault, not the street's."""

    NOTHING_THERE = "nothing_there"
    WEATHER_OR_LIGHT = "weather_or_light"
    ANIMAL = "animal"
    NORMAL_ACTIVITY = "normal_activity"
    ALREADY_ATTENDED = "already_attended"
    TEST = "test"
    OTHER = "other"  # needs words

    @property
    def is_false_alert(self) -> bool:
        return self in _FALSE

    @property
    def is_verdict(self) -> bool:
        """Whether it says something of the rule: that it was wrong, or told what nobody needs to know. A test, what was
        attended already and what only words explain say nothing of it."""
        return self in _VERDICTS


# A claim without activity ends by itself: nobody can hold an alert by going home.
CLAIM_LASTS = timedelta(minutes=5)

_FALSE = frozenset({DismissReason.NOTHING_THERE, DismissReason.WEATHER_OR_LIGHT, DismissReason.ANIMAL})
_VERDICTS = _FALSE | {DismissReason.NORMAL_ACTIVITY}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as raised; it never changes. `id` is the event's id, so that raising twice raises once."""

    id: str
    agency_id: str
    event: Event
    severity: Severity
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Who looks into an alert. `since` is when they began, `until` when it ends unless they do something."""

    by: str
    by_name: str | None
    since: datetime
    until: datetime

    def holds_at(self, now: datetime) -> bool:
        return now < self.until


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where an alert stands, folded from its acts. `conflicts` holds acts that came after another had settled it."""

    status: AlertStatus = AlertStatus.NEW
    handled_by: str | None = None  # who brought it to `status`
    handled_by_name: str | None = None  # as called then
    handled_at: datetime | None = None
    reason: str | None = None  # as given with the act that brought it to `status`
    dismiss_reason: DismissReason | None = None
    incident_id: str | None = None
    version: int = 0  # number of distinct acts, conflicts included: for optimistic locking
    conflicts: tuple[Act, ...] = field(default=())
    claim: Claim | None = None  # the last one; ask `claimed_at` whether it still holds

    def claimed_at(self, now: datetime) -> Claim | None:
        """The claim that holds at `now`."""
        return self.claim if self.claim is not None and self.claim.holds_at(now) else None


def fold_alert(acts: Iterable[Act]) -> AlertState:
    """The state after `acts`, whatever order they come in and however often: see `act.in_order`.

    Acknowledging twice is a conflict (the first keeps the alert), so is any act after dismissal other than an
    escalation by someone who knows better; a dismissed alert can be escalated, an escalated one not dismissed.
    A claim lasts CLAIM_LASTS from the last time its holder claimed, and ends where an act settles something. Claiming
    what somebody else holds is a conflict, unless the act says `over`: its author knew.
    Acts of kinds that are not an alert's change nothing but the version.
    """
    state = AlertState()
    for act in in_order(acts):
        state = replace(_step(state, act), version=state.version + 1)
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
_CLAIMS = frozenset({ActKind.CLAIM, ActKind.RELEASE})
_OPEN = frozenset({AlertStatus.NEW, AlertStatus.ACKNOWLEDGED})


def alert_allows(state: AlertState, kind: ActKind) -> bool:
    """Whether an act of `kind` done now would settle something, not conflict."""
    if kind in _CLAIMS:
        return state.status in _OPEN
    wanted = _TO_STATUS.get(kind)
    return wanted is not None and wanted in _ALLOWED[state.status]


def _step(state: AlertState, act: Act) -> AlertState:
    if act.kind in _CLAIMS:
        return _claim_step(state, act)
    wanted = _TO_STATUS.get(act.kind)
    if wanted is None:
        return state
    if wanted not in _ALLOWED[state.status]:
        return replace(state, conflicts=(*state.conflicts, act))
    incident = act.payload.get("incident_id") if wanted is AlertStatus.ESCALATED else None
    return replace(
        state,
        status=wanted,
        handled_by=act.actor_id,
        handled_by_name=act.actor_name,
        handled_at=act.at,
        reason=act.reason,
        dismiss_reason=_dismiss_reason(act) if wanted is AlertStatus.DISMISSED else None,
        incident_id=str(incident) if incident else None,
        claim=None,
    )


def _claim_step(state: AlertState, act: Act) -> AlertState:
    held = state.claimed_at(act.at)
    mine = held is not None and held.by == act.actor_id
    if act.kind is ActKind.RELEASE:
        return replace(state, claim=None) if mine else state  # what has ended by itself needs no giving back
    if state.status not in _OPEN or (held is not None and not mine and not act.payload.get("over")):
        return replace(state, conflicts=(*state.conflicts, act))
    since = held.since if held is not None and mine else act.at
    return replace(state, claim=Claim(act.actor_id, act.actor_name, since, act.at + CLAIM_LASTS))


def _dismiss_reason(act: Act) -> DismissReason:
    """The reason from the list; one that this version does not know counts as OTHER, never as an error."""
    try:
        return DismissReason(str(act.payload.get("reason_code")))
    except ValueError:
        return DismissReason.OTHER
