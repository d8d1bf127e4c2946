"""Passes as a hub mints them for a person of one agency, for tests whose gates are real."""

from __future__ import annotations

from datetime import datetime, timedelta

from veedor.access.principal import Principal
from veedor.hub.relay.remote import Wanted
from veedor.kit.ids import new_id
from veedor.wire.keys import AgencyKey, SessionKey
from veedor.wire.passes import Identity, Pass, encode_identity, encode_pass

AGENCY, SESSION = AgencyKey.generate(), SessionKey.generate()


def minted(principal: Principal, wanted: Wanted, now: datetime) -> str:
    """A pass of 60 seconds, signed with `SESSION`, whose identity is signed with `AGENCY`."""
    who = Identity(
        agency=principal.agency_id,
        person=principal.user_id,
        name=principal.username,
        roles=tuple(sorted(role.value for role in principal.roles)),
        session="s1",
        session_key=SESSION.public_hex,
        issued_at=now,
        expires_at=now + timedelta(hours=1),
    )
    told = Pass(
        id=new_id(now),
        agency=principal.agency_id,
        person=principal.user_id,
        session="s1",
        site=wanted.site.site_id,
        action=wanted.action.value,
        cameras=wanted.cameras,
        issued_at=now,
        expires_at=now + timedelta(seconds=60),
        purpose=principal.purpose,
        span=wanted.span,
    )
    return encode_pass(encode_identity(who, AGENCY), told, SESSION)
