"""What a request across a boundary carries: who asks (identity, signed by their agency) and for what (pass, signed by
the key of their login session). `passcheck.py` looks at both.

As text: identity `payload.signature`, pass `identity.payload.signature`, each part base64url of canonical JSON or of
64 bytes. One value has one text: whoever changes a byte has another text, and it is refused. No field names an
algorithm; the sort of document is signed with it.

A newer version may add fields, and an older reader ignores them. One that narrows what is allowed also stands in the
list `crit` (as in RFC 7515, 4.1.11), and a reader that does not know it refuses the document.

A sealed person (`model/seal.py`) has an identity of their own, that the agency signed as well: it names the seal in
place of the person, with a login and a key that no other document of theirs has. A reader that knows no seals refuses
it, since `crit` names the field.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from veedor.kit.errors import AccessError
from veedor.kit.hashing import canonical_json
from veedor.model.grant import iso_time
from veedor.model.seal import Seal, seal_of
from veedor.wire.keys import SigningKey

PASS_LIFE = timedelta(seconds=60)
IDENTITY_LIFE = timedelta(hours=12)
MAX_LENGTH = 16_384  # characters of a whole pass
_IDENTITY, _PASS = b"veedor-identity-1\n", b"veedor-pass-1\n"
_LATER = frozenset({"seal"})
"""Fields that the first version did not have: left out where there is nothing to say, and `crit` where there is."""


class PassRefused(AccessError):
    """params: reason (a code, see `PassCheck`)"""

    key = "error-pass-refused"

    @property
    def will_pass(self) -> bool:
        """Whether another pass may be taken in a while, with nobody doing anything: the site has just started, say."""
        return self.params.get("reason") in ("restart", "crowded", "replay", "expired", "future")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, as their agency vouches for them: with the public key of the session they logged in with."""

    agency: str
    person: str
    name: str
    roles: tuple[str, ...]
    session: str
    session_key: str  # 64 hex digits
    issued_at: datetime
    expires_at: datetime
    seal: Seal | None = None  # `person` and `name` are then the seal's


@dataclass(frozen=True, slots=True)
class Pass:
    """One request of one person. `site`: the only place where it counts; `span`: of the footage that is asked for;
    `seal`: id of the seal that stands in place of person and case."""

    id: str
    agency: str
    person: str
    session: str
    site: str
    action: str
    cameras: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    purpose: str | None = None
    case: str | None = None
    grant: str | None = None
    span: tuple[datetime, datetime] | None = None
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A document apart from its text: `signed` is what the signature is over."""

    fields: dict[str, Any]
    signed: bytes
    signature: bytes


def encode_identity(identity: Identity, agency_key: SigningKey) -> str:
    """The identity as its agency signs it."""
    return text_of(_IDENTITY, identity, agency_key)


def encode_pass(identity_text: str, one: Pass, session_key: SigningKey) -> str:
    """The pass with the identity beside it."""
    return f"{identity_text}.{text_of(_PASS, one, session_key)}"


def decode_pass(text: str) -> tuple[Identity, Signed, Pass, Signed]:
    """What the text says; nothing is proved yet. Raises PassRefused ("malformed")."""
    parts = text.split(".") if isinstance(text, str) and len(text) <= MAX_LENGTH else []
    if len(parts) != 4:
        raise PassRefused(reason="malformed")
    who, what = parts_of(_IDENTITY, parts[0], parts[1]), parts_of(_PASS, parts[2], parts[3])
    try:
        return identity_of(who.fields), who, pass_of(what.fields), what
    except (KeyError, TypeError, ValueError, OverflowError) as problem:
        raise PassRefused(reason="malformed") from problem


def decode_identity(text: str) -> Identity:
    """What an identity's text says; nothing is proved. Raises PassRefused ("malformed")."""
    parts = text.split(".") if len(text) <= MAX_LENGTH else []
    if len(parts) != 2:
        raise PassRefused(reason="malformed")
    try:
        return identity_of(parts_of(_IDENTITY, parts[0], parts[1]).fields)
    except (KeyError, TypeError, ValueError, OverflowError) as problem:
        raise PassRefused(reason="malformed") from problem


def identity_of(told: dict[str, Any]) -> Identity:
    """Raises KeyError, TypeError, ValueError where it is not an identity."""
    understood(told, Identity)
    return Identity(
        agency=one_str(told["agency"]),
        person=one_str(told["person"]),
        name=one_str(told["name"]),
        roles=_strings(told["roles"]),
        session=one_str(told["session"]),
        session_key=one_str(told["session_key"]),
        issued_at=one_time(told["issued_at"]),
        expires_at=one_time(told["expires_at"]),
        seal=None if told.get("seal") is None else seal_of(told["seal"]),
    )


def pass_of(told: dict[str, Any]) -> Pass:
    """Raises KeyError, TypeError, ValueError where it is not a pass."""
    understood(told, Pass)
    span = told["span"]
    if span is not None and (not isinstance(span, list) or len(span) != 2):
        raise ValueError("span")
    return Pass(
        id=one_str(told["id"]),
        agency=one_str(told["agency"]),
        person=one_str(told["person"]),
        session=one_str(told["session"]),
        site=one_str(told["site"]),
        action=one_str(told["action"]),
        cameras=_strings(told["cameras"]),
        issued_at=one_time(told["issued_at"]),
        expires_at=one_time(told["expires_at"]),
        purpose=None if told["purpose"] is None else one_str(told["purpose"]),
        case=None if told["case"] is None else one_str(told["case"]),
        grant=None if told["grant"] is None else one_str(told["grant"]),
        span=None if span is None else (one_time(span[0]), one_time(span[1])),
        seal=None if told.get("seal") is None else one_str(told["seal"]),
    )


def text_of(sort: bytes, document: Any, key: SigningKey) -> str:
    """A signed document (a dataclass of plain values) as text."""
    told = {one.name: _plain(getattr(document, one.name)) for one in fields(document)}
    told = {name: value for name, value in told.items() if value is not None or name not in _LATER}
    crit = sorted(_LATER & set(told))
    payload = canonical_json({**told, "crit": crit} if crit else told)
    return f"{_to_base64(payload)}.{_to_base64(key.sign(sort + payload))}"


def parts_of(sort: bytes, payload_text: str, signature_text: str) -> Signed:
    """The inverse. Raises PassRefused ("malformed")."""
    payload, signature = _from_base64(payload_text), _from_base64(signature_text)
    try:
        told = json.loads(payload)
        canonical = isinstance(told, dict) and canonical_json(told) == payload
    except (ValueError, RecursionError) as problem:
        raise PassRefused(reason="malformed") from problem
    if not canonical or len(signature) != 64:
        raise PassRefused(reason="malformed")
    return Signed(told, sort + payload, signature)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_time(value)
    if isinstance(value, Seal):
        return value.plain()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    """Only the one text that the bytes have: no spaces, no padding, no loose bits at the end."""
    try:
        data = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as problem:
        raise PassRefused(reason="malformed") from problem
    if _to_base64(data) != text:
        raise PassRefused(reason="malformed")
    return data


def understood(told: dict[str, Any], kind: type) -> None:
    """KeyError unless all fields of `kind` are there, and nothing that must be understood is unknown."""
    known = {one.name for one in fields(kind)}
    if not known - _LATER <= set(told):
        raise KeyError("fields")
    if not set(_strings(told.get("crit", []))) <= known:
        raise KeyError("crit")


def one_str(told: Any) -> str:
    """Raises TypeError."""
    if not isinstance(told, str) or not told or len(told) > 500:
        raise TypeError("text")
    return told


def _strings(told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or len(told) > 1000:
        raise TypeError("list")
    return tuple(one_str(one) for one in told)


def one_time(told: Any) -> datetime:
    """Raises TypeError, ValueError."""
    value = datetime.fromisoformat(one_str(told))
    if value.tzinfo is None or iso_time(value) != told:
        raise ValueError("time")
    return value.astimezone(UTC)
