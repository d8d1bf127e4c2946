"""The tree of agencies as a hub signed it: a hub that was restored takes back from its sites what it said itself.

Nobody but the hub can sign one, so a site can neither add an agency nor give one another key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json
from veedor.wire.keys import SigningKey, signature_holds

ROSTER_CONTEXT = "veedor-roster-1"


class BadRoster(VeedorError):
    """What came is no signed roster. params: problem"""

    key = "error-wire-bad-roster"
    http_status = 400


@dataclass(frozen=True, slots=True)
class SignedRoster:
    """`agencies`: as `wire.sync.agency_to_json` writes them. `signature`: hex."""

    at: datetime
    agencies: Sequence[dict[str, Any]]
    signature: str = ""

    def signed_bytes(self) -> bytes:
        told = {"at": self.at.astimezone(UTC).isoformat(), "agencies": list(self.agencies), "context": ROSTER_CONTEXT}
        return canonical_json(told)

    def signed_by(self, public_hex: str) -> bool:
        try:
            return signature_holds(public_hex, bytes.fromhex(self.signature), self.signed_bytes())
        except ValueError:
            return False

    def signed(self, key: SigningKey) -> SignedRoster:
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def to_json(self) -> dict[str, Any]:
        at = self.at.astimezone(UTC).isoformat()
        return {"at": at, "agencies": list(self.agencies), "signature": self.signature}

    @staticmethod
    def from_json(told: Any) -> SignedRoster:
        """Raises BadRoster."""
        try:
            at = datetime.fromisoformat(str(told["at"]))
            if at.tzinfo is None:
                raise ValueError("time")
            agencies = [dict(one) for one in told["agencies"]]
            return SignedRoster(at, agencies, str(told["signature"])[:128])
        except (KeyError, TypeError, ValueError) as problem:
            raise BadRoster(problem=repr(problem)[:200]) from problem
