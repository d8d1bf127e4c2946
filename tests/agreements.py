"""Grants, statements and keys for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from veedor.kit.errors import NotFound
from veedor.model.covering import Look
from veedor.model.grant import CameraSelection, Grant, GrantKind, Right, Selecting, SharedCamera
from veedor.model.statement import Statement, StatementKind
from veedor.wire.keys import AgencyKey

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in Lima
OWNER, GRANTEE = "muni", "pnp"
KEYS = {one: AgencyKey.generate() for one in (OWNER, GRANTEE, "other")}
PUBLIC = {name: key.public_hex for name, key in KEYS.items()}
CAMERA = SharedCamera("plaza", OWNER, -12.05, -77.03, frozenset({"centro"}))


class Signer:
    """The keys of some agencies, as a desk has them."""

    def __init__(self, *agencies: str) -> None:
        self._agencies = agencies

    def signs_for(self, agency_id: str) -> bool:
        return agency_id in self._agencies

    def sign(self, agency_id: str, data: bytes) -> bytes:
        if agency_id not in self._agencies:
            raise NotFound(kind="key", name=agency_id)
        return KEYS[agency_id].sign(data)


def grant(**changes: Any) -> Grant:
    """Ten days of live pictures and playback of every camera of the owner, for robberies."""
    one = Grant(
        id="g1",
        owner=OWNER,
        grantee=GRANTEE,
        kind=GrantKind.CONVENIO,
        cameras=CameraSelection(Selecting.ALL),
        rights=frozenset({Right.LIVE.value, Right.PLAYBACK.value}),
        purposes=frozenset({"Robo"}),
        starts_at=T0 - timedelta(days=1),
        expires_at=T0 + timedelta(days=9),
    )
    return replace(one, **changes)


def said(about: Grant, agency: str, kind: StatementKind = StatementKind.SIGN, **changes: Any) -> Statement:
    """Signed with the agency's key."""
    one = Statement(about.id, about.sha256, kind, agency, "u1", "ana", T0 - timedelta(hours=1), "porque sí")
    one = replace(one, **changes)
    return one.signed(KEYS[agency].sign(one.signed_bytes()))


def both(about: Grant) -> tuple[Statement, ...]:
    return said(about, OWNER), said(about, GRANTEE)


def look(**changes: Any) -> Look:
    one = Look(
        camera=CAMERA,
        rights=frozenset({Right.LIVE}),
        at=T0,
        person_id="u7",
        purpose="robo",
        case_number="2026-118",
    )
    return replace(one, **changes)
