"""What a site says, under its agency's key, of footage that it gives to somebody of another agency as evidence.

The text is canonical JSON, and the signature is over its exact bytes, so that anybody can check it with the agency's
public key alone: `openssl pkeyutl -verify` does. It names every segment with the SHA-256 that the recorder took.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.recording import Gap, Segment
from veedor.wire import values
from veedor.wire.keys import signature_holds

FOOTAGE_CONTEXT = "veedor-footage-1"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes the footage, as the pass proved it. `approved_by`: the second person, where the grant asks for one."""

    agency_id: str
    person_id: str
    name: str
    purpose: str | None = None
    case_number: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class FootageStatement:
    """All finished segments of [start, end), of every recorded stream, by stream and time, and the gaps among them.

    `owner`, `site`: whose camera, and where the footage is. `lock_id`: the lock that holds it. `at`: when it was said.
    `grant_id`: under which grant; None where the taker is of the owner's agency.
    """

    owner: str
    site: str
    camera_id: str
    camera_name: str
    start: datetime
    end: datetime
    lock_id: str
    package_id: str
    at: datetime
    taker: Taker
    grant_id: str | None
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]

    def text(self) -> bytes:
        """What is signed."""
        told: dict[str, Any] = values.dump(FootageStatement, self)
        return canonical_json({"context": FOOTAGE_CONTEXT, **told})


@dataclass(frozen=True, slots=True)
class SignedFootage:
    """A statement with its signature. `signature`: 64 bytes, or empty where the agency's key is at another site."""

    text: bytes
    signature: bytes = b""

    @property
    def sha256(self) -> str:
        return sha256_bytes(self.text)

    def read(self) -> FootageStatement:
        """What it says; nothing is proved. Raises BadValue."""
        try:
            told = json.loads(self.text)
            if canonical_json(told) != self.text or told.pop("context") != FOOTAGE_CONTEXT:
                raise ValueError("not a statement about footage")
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as problem:
            raise values.BadValue(kind="FootageStatement", problem=repr(problem)[:200]) from problem
        return values.load(FootageStatement, told)

    def is_signed_by(self, public_hex: str | None) -> bool:
        return bool(public_hex) and signature_holds(str(public_hex), self.signature, self.text)

    def to_json(self) -> dict[str, str]:
        return {"text": self.text.decode(), "signature": self.signature.hex()}

    @staticmethod
    def from_json(told: Any) -> SignedFootage:
        """Raises BadValue."""
        try:
            return SignedFootage(str(told["text"]).encode(), bytes.fromhex(str(told["signature"])))
        except (ValueError, KeyError, TypeError) as problem:
            raise values.BadValue(kind="SignedFootage", problem=repr(problem)[:200]) from problem
