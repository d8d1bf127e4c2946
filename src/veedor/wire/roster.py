"""What a hub said of its members, signed: a hub that was restored takes back from its sites what it said itself.

`SignedRoster` is the tree of agencies, `SignedSites` which sites belong to it and with which keys. Nobody but the hub
can sign one, so a site can neither add an agency nor let another site in, or out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json
from veedor.wire.keys import SigningKey, signature_holds


class BadRoster(VeedorError):
    """What came is no signed roster. params: problem"""

    key = "error-wire-bad-roster"
    http_status = 400


@dataclass(frozen=True, slots=True)
class _Signed:
    """`rows`: JSON objects with an `id` each. `signature`: hex."""

    CONTEXT: ClassVar[str]
    FIELD: ClassVar[str]

    at: datetime
    rows: Sequence[dict[str, Any]]
    signature: str = ""

    def signed_bytes(self) -> bytes:
        told = {"at": self.at.astimezone(UTC).isoformat(), self.FIELD: list(self.rows), "context": self.CONTEXT}
        return canonical_json(told)

    def signed_by(self, public_hex: str) -> bool:
        try:
            return signature_holds(public_hex, bytes.fromhex(self.signature), self.signed_bytes())
        except ValueError:
            return False

    def signed(self, key: SigningKey) -> Self:
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def to_json(self) -> dict[str, Any]:
        at = self.at.astimezone(UTC).isoformat()
        return {"at": at, self.FIELD: list(self.rows), "signature": self.signature}

    @classmethod
    def from_json(cls, told: Any) -> Self:
        """Raises BadRoster."""
        try:
            at = datetime.fromisoformat(str(told["at"]))
            if at.tzinfo is None:
                raise ValueError("time")
            rows = [dict(one) for one in told[cls.FIELD]]
            return cls(at, rows, str(told["signature"])[:128])
        except (KeyError, TypeError, ValueError) as problem:
            raise BadRoster(problem=repr(problem)[:200]) from problem


@dataclass(frozen=True, slots=True)
class SignedRoster(_Signed):
    """`rows`: agencies, as `wire.sync.agency_to_json` writes them."""

    CONTEXT = "veedor-roster-1"
    FIELD = "agencies"


@dataclass(frozen=True, slots=True)
class SignedSites(_Signed):
    """`rows`: sites, as `Standing.to_json` writes them."""

    CONTEXT = "veedor-sites-1"
    FIELD = "sites"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site stands with its hub. `link_key`: public nkey. `changed_at`: when it joined, got another key, or was
    revoked, whichever came last."""

    id: str
    agency_id: str
    name: str
    number: int
    link_key: str
    joined_at: datetime
    changed_at: datetime
    is_revoked: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "agency_id": self.agency_id,
            "name": self.name,
            "number": self.number,
            "link_key": self.link_key,
            "joined_at": self.joined_at.astimezone(UTC).isoformat(),
            "changed_at": self.changed_at.astimezone(UTC).isoformat(),
            "is_revoked": self.is_revoked,
        }

    @staticmethod
    def from_json(told: Any) -> Standing:
        """Raises BadRoster."""
        try:
            joined_at, changed_at = (datetime.fromisoformat(str(told[one])) for one in ("joined_at", "changed_at"))
            if joined_at.tzinfo is None or changed_at.tzinfo is None:
                raise ValueError("time")
            words = [str(told[one]) for one in ("id", "agency_id", "name", "link_key")]
            site_id, agency_id, name, link_key = words
            return Standing(
                site_id, agency_id, name, int(told["number"]), link_key, joined_at, changed_at, bool(told["is_revoked"])
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise BadRoster(problem=repr(problem)[:200]) from problem
