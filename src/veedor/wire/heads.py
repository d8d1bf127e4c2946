"""Heads of audit chains, signed: with one of them kept elsewhere, nobody can write a chain anew unseen.

A head says: at this place, the chain's entry of this number has this hash. A site's is signed with its agency's key,
the hub's with the hub's own. It may also be about an entry that is not the last one, when somebody asks for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json
from veedor.wire.keys import SigningKey, signature_holds

HEAD_CONTEXT = "veedor-audit-head-1"
HEADS_EVERY_S = 60.0
OTHERS_EVERY_S = 600.0
MOST_HEADS = 200  # in one answer, and in one question

HUB_PLACE = "hub"


class BadHead(VeedorError):
    """What came is not a signed head. params: problem"""

    key = "error-wire-bad-head"
    http_status = 400


@dataclass(frozen=True, slots=True)
class SignedHead:
    """`place`: a site's id, or `hub`. `agency_id`: whose chain. `at`: when it was signed. `signature`: hex."""

    place: str
    agency_id: str
    sequence: int
    hash: str
    at: datetime
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is about."""
        told = {name: value for name, value in self.to_json().items() if name != "signature"}
        return canonical_json({**told, "context": HEAD_CONTEXT})

    def signed_by(self, public_hex: str) -> bool:
        try:
            return signature_holds(public_hex, bytes.fromhex(self.signature), self.signed_bytes())
        except ValueError:
            return False

    def to_json(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "agency_id": self.agency_id,
            "sequence": self.sequence,
            "hash": self.hash,
            "at": self.at.astimezone(UTC).isoformat(),
            "signature": self.signature,
        }

    @staticmethod
    def from_json(told: Any) -> SignedHead:
        """Raises BadHead."""
        try:
            sequence, hash_ = int(told["sequence"]), str(told["hash"])
            at = datetime.fromisoformat(str(told["at"]))
            if sequence < 1 or len(hash_) != 64 or at.tzinfo is None:
                raise ValueError("sequence, hash or time")
            place, agency_id = str(told["place"])[:64], str(told["agency_id"])[:64]
            return SignedHead(place, agency_id, sequence, hash_, at, str(told["signature"])[:128])
        except (KeyError, TypeError, ValueError) as problem:
            raise BadHead(problem=repr(problem)[:200]) from problem


def sign_head(key: SigningKey, head: SignedHead) -> SignedHead:
    """The head with the key's signature."""
    signature = key.sign(head.signed_bytes()).hex()
    return SignedHead(head.place, head.agency_id, head.sequence, head.hash, head.at, signature)
