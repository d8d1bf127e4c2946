"""Acts: what people do, append-only. The state of an alert, incident or lock is a pure fold over its acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from veedor.kit.hashing import canonical_json


class SubjectKind(StrEnum):
    ALERT = "alert"
    INCIDENT = "incident"
    EVIDENCE = "evidence"


class ActKind(StrEnum):
    # alert
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    ESCALATE = "escalate"
    CLAIM = "claim"  # somebody looks into it now; ends by itself, see model/alert.py
    RELEASE = "release"  # of a claim
    # incident
    OPEN = "open"
    ADD_ALERT = "add_alert"
    NOTE = "note"
    CHECK = "check"  # a checklist step done or undone
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"
    INVITE = "invite"  # another agency
    ACCEPT = "accept"  # an agency follows an invitation
    HAND_OVER = "hand_over"  # the owner offers the incident to another agency
    TAKE_OVER = "take_over"  # which takes it, and owns it from then on
    # evidence
    REQUEST_LOCK = "request_lock"
    HOLD = "hold"  # the site confirmed the lock
    LOCK_FAILED = "lock_failed"
    EXPORT = "export"
    RECEIVED = "received"  # footage of another site has come whole, for a package
    RELEASE_LOCK = "release_lock"  # a person gave the span back to retention
    RELEASED = "released"  # the site confirmed the release


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to which thing, when and why. `at` is aware UTC.

    `actor_name` is how the person was called then; the id is what counts. A site that confirms a lock acts as itself.
    """

    id: str
    subject_kind: SubjectKind
    subject_id: str
    kind: ActKind
    actor_id: str
    agency_id: str
    at: datetime
    reason: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor_name: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601 with offset."""
        return {
            "id": self.id,
            "subject_kind": self.subject_kind.value,
            "subject_id": self.subject_id,
            "kind": self.kind.value,
            "actor_id": self.actor_id,
            "actor_name": self.actor_name,
            "agency_id": self.agency_id,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "payload": dict(self.payload),
        }


def in_order(acts: Iterable[Act]) -> list[Act]:
    """Each act once, by time and then id: the order in which every fold reads them.

    The same act may arrive many times and from many places. Should two acts claim one id (a faulty or hostile
    sender), the one whose canonical JSON is the smaller counts, so that the choice is the same everywhere.
    """
    once: dict[str, Act] = {}
    for act in acts:
        known = once.get(act.id)
        if known is None or (known != act and _content(act) < _content(known)):
            once[act.id] = act
    return sorted(once.values(), key=lambda act: (act.at, act.id))


def _content(act: Act) -> bytes:
    return canonical_json(act.to_json())
