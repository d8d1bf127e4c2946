"""Acts: what people do, append-only. The state of an alert or incident is a pure fold over its acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SubjectKind(StrEnum):
    ALERT = "alert"
    INCIDENT = "incident"
    EVIDENCE = "evidence"


class ActKind(StrEnum):
    # alert
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    ESCALATE = "escalate"
    # incident
    OPEN = "open"
    ADD_ALERT = "add_alert"
    NOTE = "note"
    CHECK = "check"  # a checklist step done or undone
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"
    # evidence
    REQUEST_LOCK = "request_lock"
    HOLD = "hold"  # the site confirmed the lock
    LOCK_FAILED = "lock_failed"
    EXPORT = "export"
    RELEASE_LOCK = "release_lock"


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to which thing, when and why. `at` is aware UTC."""

    id: str
    subject_kind: SubjectKind
    subject_id: str
    kind: ActKind
    actor_id: str
    agency_id: str
    at: datetime
    reason: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
