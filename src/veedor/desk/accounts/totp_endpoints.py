"""Routes of the second factor: one's own, and an administrator's help for somebody who lost the phone."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.accounts import service, totp
from veedor.desk.accounts.login import confirm_password
from veedor.desk.accounts.schemas import Password
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, In, Out, room_router

router = room_router("accounts")

Self = Annotated[Permit, Depends(Need(Action.SELF, "totp", owner=own))]
EditUser = Annotated[Permit, Depends(Need(Action.USER_EDIT, "user", id_from="user_id", owner=own))]
Code = Annotated[str, Field(min_length=6, max_length=10, examples=["492 039"])]


class PasswordOnlyIn(In):
    password: Password


class CodeIn(In):
    code: Code


class TotpOut(Out):
    """Shown once. It is not in force until a code has confirmed it."""

    secret: str = Field(description="Base32, to be typed where a picture cannot be read")
    uri: str
    qr: list[str] = Field(description="The URI as a QR code: rows of 0 and 1")


@router.post("/api/me/totp")
def begin_totp(body: PasswordOnlyIn, permit: Self) -> TotpOut:
    """A new second factor for me."""
    confirm_password(permit.ports, permit.principal, body.password)
    with permit.ports.database.session() as session:
        row = service.user(session, permit.principal.agency_id, permit.principal.user_id)
        secret = totp.begin(session, row, permit.ports.secrets)
    uri = totp.uri(secret, permit.principal.username, permit.config.site_name)
    return TotpOut(secret=secret, uri=uri, qr=totp.picture(uri))


@router.post("/api/me/totp/confirm", status_code=204)
def confirm_totp(body: CodeIn, permit: Self) -> None:
    """Put it in force with a code that the phone shows; my other sessions end."""
    principal = permit.principal
    with permit.ports.database.session() as session:
        row = service.user(session, principal.agency_id, principal.user_id)
        totp.confirm(session, permit.ports.clock, row, body.code, permit.ports.secrets)
        permit.sessions.revoke(session, principal.agency_id, principal.user_id, keep=principal.session_id)


@router.post("/api/me/totp/remove", status_code=204)
def remove_totp(body: PasswordOnlyIn, permit: Self) -> None:
    """Log in without a code from now on."""
    confirm_password(permit.ports, permit.principal, body.password)
    with permit.ports.database.session() as session:
        totp.remove(session, service.user(session, permit.principal.agency_id, permit.principal.user_id))


@router.delete("/api/users/{user_id}/totp", status_code=204)
def remove_totp_of(user_id: Id, permit: EditUser) -> None:
    """Take the second factor off a person who lost it; all their sessions end."""
    with permit.ports.database.session() as session:
        row = service.user(session, permit.principal.agency_id, user_id)
        totp.remove(session, row)
        permit.sessions.revoke(session, row.agency_id, row.id)
