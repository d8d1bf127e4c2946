"""What agencies said of a grant, signed, and the state that follows: a pure fold, whatever the order of arrival.

A statement is about the hash of the terms, so nobody can sign one thing and find another below the signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.grant import EMERGENCY_LASTS, Grant, GrantKind, iso_time

STATEMENT_CONTEXT = (
    "veedor-grant-statement-1"  # signed with the rest, so that no other document of an agency can pass for one
)


class StatementKind(StrEnum):
    SIGN = "sign"
    REVOKE = "revoke"  # of a request that was never granted: it is refused, or withdrawn
    REVIEW = "review"  # the owner has looked at an emergency


class GrantState(StrEnum):
    DRAFT = "draft"
    SIGNED_BY_ONE = "signed_by_one"
    SCHEDULED = "scheduled"  # signed by both, its time has not come
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Statement:
    """One agency's word on one grant, by a person. `signature`: 128 hex digits, by the agency's key."""

    grant_id: str
    terms_sha256: str
    kind: StatementKind
    agency: str
    by_id: str
    by_name: str
    at: datetime
    reason: str = ""
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return canonical_json({"context": STATEMENT_CONTEXT, **self.plain(), "signature": None})

    def plain(self) -> dict[str, Any]:
        """As JSON, to store and to send."""
        return {
            "grant_id": self.grant_id,
            "terms_sha256": self.terms_sha256,
            "kind": self.kind.value,
            "agency": self.agency,
            "by_id": self.by_id,
            "by_name": self.by_name,
            "at": iso_time(self.at),
            "reason": self.reason,
            "signature": self.signature,
        }

    @property
    def id(self) -> str:
        """The same statement has the same id, wherever it came from."""
        return sha256_bytes(self.signed_bytes())

    def signed(self, signature: bytes) -> Statement:
        return replace(self, signature=signature.hex())


def is_genuine(statement: Statement, public_key: str | None) -> bool:
    """Whether the agency's key (hex) signed exactly this."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key or ""))
        key.verify(bytes.fromhex(statement.signature), statement.signed_bytes())
    except (InvalidSignature, ValueError):
        return False
    return True


def genuine(statements: Iterable[Statement], public_keys: Mapping[str, str | None]) -> tuple[Statement, ...]:
    """Those that the key of their agency signed; the others as if they had never been."""
    return tuple(one for one in statements if is_genuine(one, public_keys.get(one.agency)))


def signers(grant: Grant, statements: Iterable[Statement]) -> set[str]:
    """Which of the two agencies signed these terms."""
    return {one.agency for one in _of(grant, statements) if one.kind is StatementKind.SIGN}


def revocation(grant: Grant, statements: Iterable[Statement]) -> Statement | None:
    """The first revocation by either agency. It counts whatever terms it names: revoking must never fail."""
    found = [
        one
        for one in statements
        if one.kind is StatementKind.REVOKE and one.grant_id == grant.id and one.agency in (grant.owner, grant.grantee)
    ]
    return min(found, key=lambda one: (one.at, one.id), default=None)


def ends_at(grant: Grant, statements: Iterable[Statement]) -> datetime:
    """When it ends by itself. An emergency lasts at most an hour from its start and from its first signature."""
    if grant.kind is not GrantKind.EMERGENCY:
        return grant.expires_at
    signed = [one.at for one in _of(grant, statements) if one.kind is StatementKind.SIGN]
    return min([grant.expires_at, *(_plus(at, EMERGENCY_LASTS) for at in (grant.starts_at, *signed))])


def state_of(grant: Grant, statements: Iterable[Statement], now: datetime) -> GrantState:
    """Where the grant stands at `now`. The caller has sorted out what is not genuine."""
    told = tuple(statements)
    signed = signers(grant, told)
    needed = {grant.grantee} if grant.kind is GrantKind.EMERGENCY else {grant.owner, grant.grantee}
    if revocation(grant, told) is not None:
        return GrantState.REVOKED
    if now >= ends_at(grant, told):
        return GrantState.EXPIRED
    if not needed <= signed:
        return GrantState.SIGNED_BY_ONE if signed else GrantState.DRAFT
    return GrantState.ACTIVE if now >= grant.starts_at else GrantState.SCHEDULED


def awaits_review(grant: Grant, statements: Iterable[Statement]) -> bool:
    """Whether it is an emergency that was taken and that its owner has not looked at; its end changes nothing."""
    told = _of(grant, statements)
    if grant.kind is not GrantKind.EMERGENCY or grant.grantee not in signers(grant, told):
        return False
    return not any(one.kind is StatementKind.REVIEW and one.agency == grant.owner for one in told)


def _of(grant: Grant, statements: Iterable[Statement]) -> tuple[Statement, ...]:
    digest = grant.sha256
    return tuple(
        one
        for one in statements
        if one.grant_id == grant.id and one.terms_sha256 == digest and one.agency in (grant.owner, grant.grantee)
    )


def _plus(at: datetime, duration: timedelta) -> datetime:
    """`at` + duration, or the end of time."""
    try:
        return at + duration
    except OverflowError:
        return datetime.max.replace(tzinfo=at.tzinfo)
