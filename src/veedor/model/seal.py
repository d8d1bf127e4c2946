"""Sealing: for a while the owner of a camera sees commitments in place of the person who looks and of their case.

A commitment is the HMAC-SHA256 (RFC 2104) of a value under a secret of 32 random bytes that the investigating agency
holds, one for each sealing. Without the secret it tells nothing, not even to somebody who tries every name. With it
(the opening) anybody can compute it again, and nobody can find another value or secret that gives the same.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from veedor.kit.hashing import canonical_json
from veedor.model.grant import iso_time

SEAL_LONGEST = timedelta(days=90)
SEALED = "sealed:"
"""How the name of a sealed person begins; no name of an account can, nor can the id of one."""

_CONTEXT = "veedor-seal-1"
_ID = re.compile(r"[0-9a-f]{32}")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Seal:
    """What others see of a sealing: the same for all looks under it. `person`, `case`: commitments, 64 hex digits."""

    id: str  # 32 hex digits, random: it tells no time, and nobody can guess it
    until: datetime
    person: str
    case: str

    @property
    def name(self) -> str:
        """What stands where person and case would stand."""
        return f"{SEALED}{self.id}"

    def plain(self) -> dict[str, str]:
        """As JSON, to send and to keep."""
        return {"id": self.id, "until": iso_time(self.until), "person": self.person, "case": self.case}


@dataclass(frozen=True, slots=True)
class Opening:
    """What ends a sealing: who it was, on which case, and the secret that proves it. `secret`: 64 hex digits."""

    agency: str
    seal_id: str
    secret: str
    person_id: str
    person: str  # user name
    case_number: str
    at: datetime

    def seal(self, until: datetime) -> Seal:
        """The commitments that follow. Raises ValueError for what is no secret."""
        who = {"id": self.person_id, "name": self.person}
        person = _commit(self.secret, {"agency": self.agency, "seal": self.seal_id, "person": who})
        case = _commit(self.secret, {"agency": self.agency, "seal": self.seal_id, "case": self.case_number})
        return Seal(self.seal_id, until, person, case)

    def fits(self, seal: Seal, agency: str) -> bool:
        """Whether it opens exactly this sealing of that agency."""
        try:
            found = self.seal(seal.until)
        except ValueError:
            return False
        same = hmac.compare_digest(found.person, seal.person) and hmac.compare_digest(found.case, seal.case)
        return same and (self.agency, self.seal_id) == (agency, seal.id)


def new_opening(agency: str, person_id: str, person: str, case_number: str, at: datetime) -> Opening:
    """A sealing as it begins, with a secret of its own: kept by the agency until it is opened."""
    return Opening(agency, secrets.token_hex(16), secrets.token_hex(32), person_id, person, case_number, at)


def seal_of(told: Mapping[str, Any]) -> Seal:
    """The inverse of `Seal.plain`. Raises KeyError, TypeError, ValueError."""
    until = datetime.fromisoformat(told["until"])
    if until.tzinfo is None or iso_time(until) != told["until"]:
        raise ValueError("until")
    if not _ID.fullmatch(told["id"]) or not _HEX.fullmatch(told["person"]) or not _HEX.fullmatch(told["case"]):
        raise ValueError("seal")
    return Seal(told["id"], until.astimezone(UTC), told["person"], told["case"])


def case_key(case_number: str) -> str:
    """What of a case number counts when a sealed one is looked for: letters and digits. Who writes it with another
    dash or space must not name it to everybody."""
    return "".join(one for one in case_number.casefold() if one.isalnum())


def _commit(secret: str, value: dict[str, Any]) -> str:
    if not _HEX.fullmatch(secret):  # HMAC fills a shorter key with zeros: two secrets could then give one commitment
        raise ValueError("secret")
    text = canonical_json({"context": _CONTEXT, **value})
    return hmac.new(bytes.fromhex(secret), text, hashlib.sha256).hexdigest()
