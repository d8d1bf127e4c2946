"""What crosses about sealings: an opening, signed with the key of the agency that sealed, and in `hub.sync` the list of
what each side lacks (as state: told twice it is the same).

A site's question has `seals`: `seals` (ids of the newest that its agency's key made), `records` (those that the hub
asked for), `unopened` (ids that passes brought here and of which no fitting opening has come), `openings` (that the hub
asked for). The answer: `records_wanted`, `openings_wanted`, `openings`. Who does not know an id, 128 random bits that
only passes carry, hears nothing of its opening.

| in a record | is |
|---|---|
| `seal` | what others see: id, until, commitments |
| `person_id`, `person`, `case_number`, `reason` | what the hub must know to put it into passes |
| `made_by_id`, `made_by`, `made_at` | the supervisor |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.grant import iso_time
from veedor.model.seal import Opening, Seal, seal_of
from veedor.wire.keys import signature_holds

OPENING_CONTEXT = "veedor-seal-opening-1"
MOST_SEALS = 200  # of each list, in one exchange


class BadSeal(VeedorError):
    """What came is no sealing, and no opening of one. params: problem"""

    key = "error-wire-bad-seal"
    http_status = 400


@dataclass(frozen=True, slots=True)
class SignedOpening:
    """`signature`: 128 hex digits, by the agency's key."""

    opening: Opening
    signature: str = ""

    def signed_bytes(self) -> bytes:
        told = {name: value for name, value in self.to_json().items() if name != "signature"}
        return canonical_json({**told, "context": OPENING_CONTEXT})

    def signed(self, sign: Callable[[bytes], bytes]) -> SignedOpening:
        return replace(self, signature=sign(self.signed_bytes()).hex())

    def signed_by(self, public_hex: str | None) -> bool:
        try:
            return bool(public_hex) and signature_holds(
                str(public_hex), bytes.fromhex(self.signature), self.signed_bytes()
            )
        except ValueError:
            return False

    @property
    def digest(self) -> str:
        return sha256_bytes(self.signed_bytes())

    def to_json(self) -> dict[str, Any]:
        one = self.opening
        return {
            "agency": one.agency,
            "seal_id": one.seal_id,
            "secret": one.secret,
            "person_id": one.person_id,
            "person": one.person,
            "case_number": one.case_number,
            "at": iso_time(one.at),
            "signature": self.signature,
        }

    @staticmethod
    def from_json(told: Any) -> SignedOpening:
        """Raises BadSeal."""
        try:
            texts = {name: _text(told[name]) for name in _TEXTS}
            return SignedOpening(Opening(**texts, at=_time(told["at"])), _text(told["signature"]))
        except (KeyError, TypeError, ValueError) as problem:
            raise BadSeal(problem=repr(problem)[:200]) from problem


_TEXTS = ("agency", "seal_id", "secret", "person_id", "person", "case_number")


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A sealing as the agency that made it knows it, but for its secret."""

    seal: Seal
    person_id: str
    person: str
    case_number: str
    reason: str
    made_by_id: str
    made_by: str
    made_at: datetime

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in _RECORD}
        return {**told, "seal": self.seal.plain(), "made_at": iso_time(self.made_at)}

    @staticmethod
    def from_json(told: Any) -> SealRecord:
        """Raises BadSeal."""
        try:
            texts = {name: _text(told[name]) for name in _RECORD}
            return SealRecord(seal_of(told["seal"]), **texts, made_at=_time(told["made_at"]))
        except (KeyError, TypeError, ValueError) as problem:
            raise BadSeal(problem=repr(problem)[:200]) from problem


_RECORD = ("person_id", "person", "case_number", "reason", "made_by_id", "made_by")


def ids(told: Any) -> list[str]:
    """A list of ids as it came: what is none is passed over."""
    found: Sequence[Any] = told if isinstance(told, list) else []
    return [one for one in found[:MOST_SEALS] if isinstance(one, str) and len(one) <= 64]


def _text(told: Any) -> str:
    if not isinstance(told, str) or len(told) > 500:
        raise TypeError("text")
    return told


def _time(told: Any) -> datetime:
    at = datetime.fromisoformat(_text(told))
    if at.tzinfo is None:
        raise ValueError("time")
    return at.astimezone(UTC)
