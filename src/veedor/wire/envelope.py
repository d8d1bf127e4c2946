"""Messages up: what a site tells the hub, in order, once.

A message is JSON: `version`, `id`, `kind`, `site_id`, `agency_id`, `at`, `body`. What is added later is added as a new
field, in the body or beside it, and a reader ignores what it does not know. `version`: see `wire/version.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from veedor.wire import version as wire_version
from veedor.wire.errors import BadMessage
from veedor.wire.subjects import checked_id

MAX_OCTETS = 900_000  # below the server's limit of a message, with room for headers


class Kind(StrEnum):
    """The kinds that this version writes. An envelope may bear another one: it was written by a newer version."""

    EVENT = "event"
    EVENT_ENDED = "event.ended"
    ALERT = "alert"
    ACT = "act"
    HEALTH = "health"
    AUDIT = "audit"
    CAMERA = "camera"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Envelope:
    """`id`: of the outbox row, unique for ever. `kind`: see Kind. `at`: when the fact was written down, aware UTC.

    `version` is that of the writer.
    """

    id: str
    kind: str
    site_id: str
    agency_id: str
    at: datetime
    body: dict[str, Any] = field(default_factory=dict)
    version: int = wire_version.PROTOCOL

    def to_bytes(self) -> bytes:
        """Raises BadMessage where it is too large, or a name cannot stand in a subject."""
        if self.at.tzinfo is None:
            raise BadMessage(problem="at has no offset", detail="wire-naive-time")
        checked_id(self.site_id)
        value = {
            "version": self.version,
            "id": self.id,
            "kind": self.kind,
            "site_id": self.site_id,
            "agency_id": self.agency_id,
            "at": self.at.isoformat(),
            "body": self.body,
        }
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        if len(data) > MAX_OCTETS:
            raise BadMessage(problem=f"{len(data)} bytes", detail="wire-too-large")
        return data

    @staticmethod
    def from_bytes(data: bytes) -> Envelope:
        """Raises BadMessage where it is no message, OtherVersion where this version may not read it."""
        try:
            value = json.loads(data)
            version = int(value["version"])
            wire_version.require_near(version, str(value.get("site_id", "")))
            return Envelope(
                id=str(value["id"]),
                kind=str(value["kind"]),
                site_id=str(value["site_id"]),
                agency_id=str(value.get("agency_id", "")),
                at=_aware(str(value["at"])),
                body=dict(value.get("body") or {}),
                version=version,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("at has no offset")
    return at
