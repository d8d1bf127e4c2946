"""What an audit entry is, and what of it its hash covers.

An entry of form 1 is hashed with all that it says. One of form 2 is hashed without its personal values: in their place
stand commitments, each the HMAC-SHA256 of a value under a random salt of 32 bytes. Values and salts lie beside the
chain and can be erased, each by itself, and the chain stays whole. Without its salt a commitment tells nothing, not
even to somebody who tries every name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from veedor.desk.audit.tables import AuditRow
from veedor.kit.hashing import canonical_json, sha256_bytes

FORM = 2
"""What is written now. Entries of form 1 stay as they are, and are checked as they were."""

PERSONAL = ("username", "address", "purpose", "case_number", "reason", "detail")
"""What lies beside the chain. `user_id` and `session_id` stay in it: ids, which name nobody by themselves."""

_PUBLIC = (
    "agency_id",
    "sequence",
    "user_id",
    "user_agency_id",
    "session_id",
    "action",
    "resource_kind",
    "resource_id",
    "resource_agency_id",
    "allowed",
    "previous_hash",
)
_EMPTY = {"username": "", "detail": "{}"}

Salted = Mapping[str, tuple[str, str]]
"""Field -> salt (hex) and value."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A record with its place in the chain. `at` is aware UTC. `commitments`: of form 2, field -> hex."""

    agency_id: str
    sequence: int
    at: datetime
    user_id: str | None
    username: str
    user_agency_id: str | None
    session_id: str | None
    address: str | None
    purpose: str | None
    case_number: str | None
    action: str
    resource_kind: str
    resource_id: str | None
    resource_agency_id: str
    allowed: bool
    reason: str | None
    detail: str
    previous_hash: str
    form: int = 1
    commitments: Mapping[str, str] = field(default_factory=dict)

    def chained(self) -> dict[str, Any]:
        """What the hash covers, as plain JSON values: what travels and what is kept of an entry for good."""
        public = {name: getattr(self, name) for name in _PUBLIC} | {"at": self.at.astimezone(UTC).isoformat()}
        if self.form == 1:
            return public | {name: getattr(self, name) for name in PERSONAL}
        return public | {"form": self.form, "personal": dict(self.commitments)}

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of `chained`, the previous hash included."""
        return sha256_bytes(canonical_json(self.chained()))


def commitment(name: str, salt: str, value: str) -> str:
    """Hex. `salt`: 64 hex digits. Raises ValueError for another salt."""
    return hmac.new(bytes.fromhex(salt), f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()


def salted(values: Mapping[str, str | None]) -> dict[str, tuple[str, str]]:
    """A fresh salt for each value that says something."""
    return {
        name: (secrets.token_hex(32), value)
        for name, value in values.items()
        if value is not None and value != _EMPTY.get(name, "")
    }


def committed(personal: Salted) -> dict[str, str]:
    """The commitments of values with their salts."""
    return {name: commitment(name, salt, value) for name, (salt, value) in personal.items()}


def entry_of(row: AuditRow) -> AuditEntry:
    """The value that a row's hash was made of; a personal value that was erased is empty."""
    names = set(AuditEntry.__dataclass_fields__) - {"commitments"}
    return AuditEntry(**{name: getattr(row, name) for name in names}, commitments=commitments_of(row))


def commitments_of(row: AuditRow) -> dict[str, str]:
    """Empty for an entry of form 1, and where what should be there cannot be read."""
    return {name: str(one) for name, one in _object(row.personal).items()}


def personal_of(row: AuditRow) -> dict[str, tuple[str, str]]:
    """The personal values of a form 2 row that are still there, with their salts."""
    salts = _object(row.salts)
    values = {name: getattr(row, name) for name in PERSONAL}
    return {name: (str(salts[name]), value) for name, value in values.items() if name in salts and value is not None}


def erased_of(row: AuditRow) -> list[str]:
    """Fields whose value was there once and is not any more."""
    return sorted(set(commitments_of(row)) - set(personal_of(row)))


def entry_from(told: Mapping[str, Any], personal: Salted) -> AuditEntry:
    """The inverse of `chained`, with what lies beside it. Raises KeyError, TypeError or ValueError."""
    at = datetime.fromisoformat(told["at"])
    form = int(told.get("form", 1))
    if form == 1:
        return AuditEntry(**{**told, "at": at})
    if form != FORM:
        raise ValueError(f"an audit entry of form {form}")
    public = {name: told[name] for name in _PUBLIC}
    values: dict[str, Any] = {name: personal[name][1] if name in personal else _EMPTY.get(name) for name in PERSONAL}
    return AuditEntry(**public, **values, at=at, form=form, commitments=dict(told["personal"]))


def detail_of(row: AuditRow) -> dict[str, Any]:
    """A row's detail as a dict; empty where it is no longer JSON."""
    return _object(row.detail)


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
