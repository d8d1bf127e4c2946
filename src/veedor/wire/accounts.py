"""People of one agency, told to its other sites: each as a record that the agency's key signed.

The hub carries records and can read them; it can neither make one nor change one, since it has no such key. What it can
do is to hold them back. So the site with the key also signs, every hour, a list of everybody with the revision that
counts: who logs in elsewhere needs a list that is not older than 30 days, and of which nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.wire.keys import SigningKey, signature_holds

RECORD_CONTEXT = "veedor-account-1"
LIST_CONTEXT = "veedor-account-list-1"
ACCOUNTS_HOLD = timedelta(days=30)
LIST_EVERY = timedelta(hours=1)
MOST_RECORDS = 200  # in one question, and in one answer

Order = tuple[int, bool, datetime]


class BadAccount(VeedorError):
    """What came is not a record or list of accounts. params: problem"""

    key = "error-wire-bad-account"
    http_status = 400


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A person as the site with the agency's key knows them. `home`, `home_name`: that site. `revision`: from 1, one
    more with each change. `password_hash`: Argon2id, PHC. `code_at_home`: a second factor is asked for, and its secret
    never leaves that site. `at`: when it was signed. `signature`: hex."""

    person: str
    agency: str
    home: str
    home_name: str
    revision: int
    username: str
    full_name: str
    roles: tuple[str, ...]
    language: str | None
    password_hash: str
    disabled: bool
    code_at_home: bool
    at: datetime
    signature: str = ""

    @property
    def order(self) -> Order:
        """The higher counts. Of two with one revision, which only a restored site can sign, who is out stays out."""
        return (self.revision, self.disabled, self.at)

    @property
    def content(self) -> dict[str, Any]:
        """What a change of the account changes."""
        told = self.to_json()
        return {name: told[name] for name in _CONTENT}

    def signed_bytes(self) -> bytes:
        return _signed_bytes(self.to_json(), RECORD_CONTEXT)

    def signed_by(self, public_hex: str) -> bool:
        return _signed_by(public_hex, self.signature, self.signed_bytes())

    def signed(self, key: SigningKey) -> AccountRecord:
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def mark(self) -> str:
        """The same at both ends when both have the same record."""
        return sha256_bytes(canonical_json(self.to_json()))[:16]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "roles": list(self.roles), "at": _iso(self.at)}

    @staticmethod
    def from_json(told: Any) -> AccountRecord:
        """Raises BadAccount for anything but exactly a record: what is not understood is not believed."""
        try:
            values = dict(told)
            values["roles"] = tuple(_text(one) for one in values["roles"])
            values["at"] = _time(values["at"])
            found = AccountRecord(**values)
            for name in ("person", "agency", "home", "username", "password_hash", "signature"):
                _text(getattr(found, name))
            if found.language is not None:
                _text(found.language)
            if not isinstance(found.full_name, str) or not isinstance(found.home_name, str):
                raise TypeError("name")
            if type(found.revision) is not int or found.revision < 1:
                raise ValueError("revision")
            if type(found.disabled) is not bool or type(found.code_at_home) is not bool:
                raise TypeError("bool")
        except (KeyError, TypeError, ValueError) as problem:
            raise BadAccount(problem=repr(problem)[:200]) from problem
        return found


_CONTENT = (
    "username",
    "full_name",
    "roles",
    "language",
    "password_hash",
    "disabled",
    "code_at_home",
)


@dataclass(frozen=True, slots=True)
class AccountList:
    """Everybody whom the agency has told of, with the revision that counts, as of `at`."""

    agency: str
    home: str
    at: datetime
    revisions: Mapping[str, int]
    signature: str = ""

    def signed_bytes(self) -> bytes:
        return _signed_bytes(self.to_json(), LIST_CONTEXT)

    def signed_by(self, public_hex: str) -> bool:
        return _signed_by(public_hex, self.signature, self.signed_bytes())

    def signed(self, key: SigningKey) -> AccountList:
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def is_met_by(self, revisions: Mapping[str, int]) -> bool:
        """Whether nothing of it is missing in what somebody has."""
        return all(revisions.get(person, 0) >= revision for person, revision in self.revisions.items())

    def to_json(self) -> dict[str, Any]:
        return {
            "agency": self.agency,
            "home": self.home,
            "at": _iso(self.at),
            "revisions": dict(self.revisions),
            "signature": self.signature,
        }

    @staticmethod
    def from_json(told: Any) -> AccountList:
        """Raises BadAccount."""
        try:
            revisions = {_text(person): int(revision) for person, revision in dict(told["revisions"]).items()}
            agency, home, signature = (_text(told[name]) for name in ("agency", "home", "signature"))
            return AccountList(agency, home, _time(told["at"]), revisions, signature)
        except (KeyError, TypeError, ValueError) as problem:
            raise BadAccount(problem=repr(problem)[:200]) from problem


def marks(records: Iterable[AccountRecord], listed: AccountList | None) -> dict[str, str]:
    """Of each person a mark of their record; under the empty name, when the list was signed."""
    return {**{one.person: one.mark() for one in records}, "": _iso(listed.at) if listed else ""}


def digest(marked: Mapping[str, str]) -> str:
    return sha256_bytes(canonical_json(dict(marked)))[:16]


def missing(records: Iterable[AccountRecord], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Records of which the other side has another mark, or none: so many as go at once."""
    found = [one.to_json() for one in records if known.get(one.person) != one.mark()]
    return found[:MOST_RECORDS]


def _signed_bytes(told: dict[str, Any], context: str) -> bytes:
    return canonical_json({**{name: value for name, value in told.items() if name != "signature"}, "context": context})


def _signed_by(public_hex: str, signature: str, data: bytes) -> bool:
    try:
        return signature_holds(public_hex, bytes.fromhex(signature), data)
    except ValueError:
        return False


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(told: Any) -> datetime:
    at = datetime.fromisoformat(_text(told))
    if at.tzinfo is None:
        raise ValueError("time")
    return at


def _text(told: Any) -> str:
    if not isinstance(told, str) or not told or len(told) > 300:
        raise TypeError("text")
    return told
