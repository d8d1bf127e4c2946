"""Incidents: what people handle. Opened by escalating alerts or by hand; the state is a fold over acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from veedor.model.act import Act, ActKind, in_order

E = TypeVar("E", bound=StrEnum)

OWNERS_ACTS = frozenset({ActKind.INVITE, ActKind.HAND_OVER, ActKind.ASSIGN, ActKind.CLOSE, ActKind.REOPEN})
"""What only people of the agency that owns an incident do; those of others that accepted note, tick and join alerts."""


class IncidentStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class IncidentOrigin(StrEnum):
    ALERT = "alert"
    PHONE = "phone"
    RADIO = "radio"
    PATROL = "patrol"
    OTHER = "other"


class Disposition(StrEnum):
    """How an incident ended."""

    RESOLVED = "resolved"
    HANDED_TO_POLICE = "handed_to_police"
    HANDED_TO_EMERGENCY = "handed_to_emergency"
    NOT_FOUND = "not_found"  # nobody and nothing there when the unit came
    FALSE_REPORT = "false_report"
    DUPLICATE = "duplicate"
    OTHER = "other"


class AgencyPart(StrEnum):
    """What an agency that does not own an incident has to do with it."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    OFFERED = "offered"  # the owner offers it to them


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """A checklist step as it stands: who last set it, and when."""

    done: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentState:
    """Where an incident stands, folded from its acts.

    `opened_*` is None while the opening act has not arrived yet (a note may travel faster).
    `conflicts` holds acts that met a state which did not allow them; what people wrote in them stays readable.
    """

    status: IncidentStatus = IncidentStatus.OPEN
    type: str = "other"
    origin: IncidentOrigin = IncidentOrigin.OTHER
    place: str | None = None
    summary: str | None = None
    opened_by: str | None = None
    opened_at: datetime | None = None
    assignee: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    alert_ids: tuple[str, ...] = ()
    checklist: Mapping[str, CheckedStep] = field(default_factory=dict)
    notes: int = 0
    owner: str | None = None  # agency; None while the opening act has not arrived
    agencies: Mapping[str, AgencyPart] = field(default_factory=dict)  # the others
    version: int = 0  # number of distinct acts, conflicts included: for optimistic locking
    conflicts: tuple[Act, ...] = field(default=())


def fold_incident(acts: Iterable[Act]) -> IncidentState:
    """The state after `acts`, whatever order they come in and however often: see `act.in_order`.

    The opening is read first, whatever the clocks say. Notes always count, also on a closed incident. An alert that
    joins always joins; if the incident was closed, that is a conflict as well, for somebody to look at. Closing what is
    closed, reopening what is open, working on what is closed, assigning on a stale view (the act names the
    assignee that its author saw), and what the owner alone may do done by another agency are conflicts.
    """
    ordered = in_order(acts)
    state = IncidentState()
    for act in sorted(ordered, key=lambda act: act.kind is not ActKind.OPEN):
        state = replace(_step(state, act), version=state.version + 1)
    return state


def incident_allows(state: IncidentState, act: Act) -> bool:
    """Whether `act` done now would count, not conflict."""
    return len(_step(state, act).conflicts) == len(state.conflicts)


def _step(state: IncidentState, act: Act) -> IncidentState:  # noqa: PLR0911 (one arm per kind of act)
    conflicting = replace(state, conflicts=(*state.conflicts, act))
    is_open = state.status is IncidentStatus.OPEN
    if act.kind in OWNERS_ACTS and state.owner is not None and act.agency_id != state.owner:
        return conflicting
    match act.kind:
        case ActKind.OPEN:
            return conflicting if state.opened_at else _opened(state, act)
        case ActKind.ADD_ALERT:
            joined = str(act.payload.get("alert_id", ""))
            alerts = state.alert_ids if joined in state.alert_ids or not joined else (*state.alert_ids, joined)
            return replace(state if is_open else conflicting, alert_ids=alerts)
        case ActKind.NOTE:
            return replace(state, notes=state.notes + 1)
        case ActKind.CHECK:
            step = CheckedStep(bool(act.payload.get("done", True)), act.actor_id, act.at)
            checked = {**state.checklist, str(act.payload.get("step", "")): step}
            return replace(state, checklist=checked) if is_open else conflicting
        case ActKind.ASSIGN:
            fresh = act.payload.get("seen_assignee") == state.assignee
            return replace(state, assignee=_text(act, "assignee")) if is_open and fresh else conflicting
        case ActKind.CLOSE:
            return _closed(state, act) if is_open else conflicting
        case ActKind.INVITE | ActKind.ACCEPT | ActKind.HAND_OVER | ActKind.TAKE_OVER:
            return _shared(state, act) or conflicting
        case ActKind.REOPEN:
            if is_open:
                return conflicting
            return replace(state, status=IncidentStatus.OPEN, closed_by=None, closed_at=None, disposition=None)
        case _:
            return state


def _opened(state: IncidentState, act: Act) -> IncidentState:
    return replace(
        state,
        type=_text(act, "type") or "other",
        origin=_one_of(IncidentOrigin, act, "origin", IncidentOrigin.OTHER),
        place=_text(act, "place"),
        summary=_text(act, "summary"),
        opened_by=act.actor_id,
        opened_at=act.at,
        owner=act.agency_id,
    )


def _shared(state: IncidentState, act: Act) -> IncidentState | None:
    """Inviting, accepting, handing over, taking over; None where the state does not allow it.

    An agency that has accepted keeps its part when it is offered the incident and does not take it; the former owner
    of an incident that was taken over goes on as one that has accepted.
    """
    other, actor = _text(act, "agency_id"), act.agency_id
    part = state.agencies.get(actor)
    match act.kind:
        case ActKind.INVITE if other and other != state.owner and other not in state.agencies:
            return replace(state, agencies={**state.agencies, other: AgencyPart.INVITED})
        case ActKind.ACCEPT if part is AgencyPart.INVITED:
            return replace(state, agencies={**state.agencies, actor: AgencyPart.ACCEPTED})
        case ActKind.HAND_OVER if other and other != state.owner and actor == state.owner:
            return replace(state, agencies={**_not_offered(state), other: AgencyPart.OFFERED})
        case ActKind.TAKE_OVER if part is AgencyPart.OFFERED:
            others = {key: one for key, one in state.agencies.items() if key != actor}
            if state.owner:
                others[state.owner] = AgencyPart.ACCEPTED
            return replace(state, owner=actor, agencies=others)
        case _:
            return None


def _not_offered(state: IncidentState) -> dict[str, AgencyPart]:
    """The agencies without an earlier offer: whoever had it keeps working on the incident."""
    offered, accepted = AgencyPart.OFFERED, AgencyPart.ACCEPTED
    return {key: accepted if part is offered else part for key, part in state.agencies.items()}


def _closed(state: IncidentState, act: Act) -> IncidentState:
    return replace(
        state,
        status=IncidentStatus.CLOSED,
        closed_by=act.actor_id,
        closed_at=act.at,
        disposition=_one_of(Disposition, act, "disposition", Disposition.OTHER),
    )


def _text(act: Act, name: str) -> str | None:
    value = act.payload.get(name)
    return str(value) if value else None


def _one_of(kind: type[E], act: Act, name: str, otherwise: E) -> E:
    """A value that this version does not know is `otherwise`: a newer desk may have written it."""
    try:
        return kind(str(act.payload.get(name)))
    except ValueError:
        return otherwise
