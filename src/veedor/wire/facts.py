"""Facts that travel between desks, as plain JSON bodies. Each may arrive many times; what it says stays the same.

| kind | body |
|---|---|
| `alert.raised` | `event`, `camera_name`, `agency_id`, `raised_at`; the picture stays at the site |
| `alert.ended` | `event_id`, `event` (as it ended), `agency_id` |
| `alert.clip` | `alert_id`, `state` (ready or failed), `agency_id`; the clip stays at the site |
| `act` | `act`, `agency_id` (whose thing was acted on), `about` (of an opening: incident or lock; else null) |
| `event` | `event` as it is now, `agency_id`; told when it begins and when it ends |
| `audit` | `entry` (every field that its hash covers), `hash`, `personal` (of form 2: field -> salt and value) |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.event import Event
from veedor.wire.messages import event_to_json


class FactKind(StrEnum):
    ALERT_RAISED = "alert.raised"
    ALERT_ENDED = "alert.ended"
    ALERT_CLIP = "alert.clip"
    ACT = "act"
    AUDIT = "audit"
    EVENT = "event"


_ACTS = frozenset(kind.value for kind in ActKind)
_SUBJECTS = frozenset(kind.value for kind in SubjectKind)


def alert_raised(event: Event, camera_name: str, agency_id: str, raised_at: datetime) -> dict[str, Any]:
    return {
        "event": event_to_json(event),
        "camera_name": camera_name,
        "agency_id": agency_id,
        "raised_at": raised_at.isoformat(),
    }


def alert_ended(event_id: str, event: Mapping[str, Any], agency_id: str) -> dict[str, Any]:
    return {"event_id": event_id, "event": dict(event), "agency_id": agency_id}


def alert_clip(alert_id: str, state: str, agency_id: str) -> dict[str, Any]:
    return {"alert_id": alert_id, "state": state, "agency_id": agency_id}


def act_done(act: Act, agency_id: str, about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"act": act_to_json(act), "agency_id": agency_id, "about": dict(about) if about else None}


def event_happened(event: Event, agency_id: str) -> dict[str, Any]:
    return {"event": event_to_json(event), "agency_id": agency_id}


def audit_written(
    entry: Mapping[str, Any], hash: str, personal: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, Any]:
    """`entry`: what its hash covers, its time as ISO 8601 in UTC. `personal`: what lies beside it, with its salts."""
    told = {"entry": dict(entry), "hash": hash}
    return told if personal is None else {**told, "personal": {name: list(one) for name, one in personal.items()}}


def act_to_json(act: Act) -> dict[str, Any]:
    return act.to_json()


def act_from_json(value: Mapping[str, Any]) -> Act | None:
    """The inverse; None for a kind of act or thing that only a newer desk knows."""
    if value["kind"] not in _ACTS or value["subject_kind"] not in _SUBJECTS:
        return None
    return Act(
        id=value["id"],
        subject_kind=SubjectKind(value["subject_kind"]),
        subject_id=value["subject_id"],
        kind=ActKind(value["kind"]),
        actor_id=value["actor_id"],
        agency_id=value["agency_id"],
        at=datetime.fromisoformat(value["at"]),
        reason=value["reason"],
        payload=value["payload"],
        actor_name=value["actor_name"],
    )
