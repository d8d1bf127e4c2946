"""An approval on its way to another site: the second person's identity, signed by their agency, and what they agreed
to, signed by the key of their own login session. It travels behind the pass, as `identity.payload.signature` too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from veedor.model.approval import APPROVAL_LASTS, Approval
from veedor.wire.keys import SigningKey
from veedor.wire.passes import Identity, PassRefused, Signed, identity_of, parts_of, text_of, understood
from veedor.wire.passes import one_str as _str
from veedor.wire.passes import one_time as _time

_SORT, _IDENTITY = b"veedor-approval-1\n", b"veedor-identity-1\n"
LIFE = APPROVAL_LASTS


@dataclass(frozen=True, slots=True)
class ApprovalDocument:
    """What is signed. `session`: the login of the second person."""

    id: str
    agency: str
    person: str
    session: str
    for_person: str
    right: str
    camera: str
    purpose: str
    case: str | None
    span: tuple[datetime, datetime] | None
    issued_at: datetime
    expires_at: datetime


def encode_approval(identity_text: str, one: ApprovalDocument, session_key: SigningKey) -> str:
    return f"{identity_text}.{text_of(_SORT, one, session_key)}"


def split_pass(text: str) -> tuple[str, str | None]:
    """The pass, and the approval behind it."""
    words = text.split(".")
    return (".".join(words[:4]), ".".join(words[4:])) if len(words) == 8 else (text, None)


def decode_approval(text: str) -> tuple[Identity, Signed, ApprovalDocument, Signed]:
    """What it says; nothing is proved. Raises PassRefused ("approval-malformed")."""
    words = text.split(".")
    try:
        if len(words) != 4:
            raise ValueError("parts")
        who, what = parts_of(_IDENTITY, words[0], words[1]), parts_of(_SORT, words[2], words[3])
        return identity_of(who.fields), who, _document(what.fields), what
    except (KeyError, TypeError, ValueError, OverflowError, PassRefused) as problem:
        raise PassRefused(reason="approval-malformed") from problem


def read_approval(text: str) -> Approval:
    """As `access/` asks it. Whoever reads it from elsewhere has to prove it first. Raises PassRefused."""
    identity, _, told, _ = decode_approval(text)
    return approval_of(identity, told, text)


def approval_of(identity: Identity, told: ApprovalDocument, text: str) -> Approval:
    return Approval(
        by=told.person,
        by_name=identity.name,
        for_person=told.for_person,
        right=told.right,
        camera_id=told.camera,
        purpose=told.purpose,
        case_number=told.case,
        span=told.span,
        expires_at=told.expires_at,
        text=text,
    )


def _document(told: dict[str, Any]) -> ApprovalDocument:
    understood(told, ApprovalDocument)
    span = told["span"]
    if span is not None and (not isinstance(span, list) or len(span) != 2):
        raise ValueError("span")
    return ApprovalDocument(
        **{name: _str(told[name]) for name in ("id", "agency", "person", "session", "for_person", "right", "camera")},
        purpose=_str(told["purpose"]),
        case=None if told["case"] is None else _str(told["case"]),
        span=None if span is None else (_time(span[0]), _time(span[1])),
        issued_at=_time(told["issued_at"]),
        expires_at=_time(told["expires_at"]),
    )
