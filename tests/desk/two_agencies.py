"""A desk of a municipality at which people of a comisaría log in too, as at a hub."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from agreements import PUBLIC, Signer
from desk.desks import Desk, make_desk
from desk.fakes import camera
from veedor.access.check import Access
from veedor.access.principal import Role
from veedor.desk.agencies import repository as agencies
from veedor.desk.app import create_app
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.scope_clause import only
from veedor.kit.clock import Clock, SystemClock

MUNI, PNP = "muni", "pnp"
PEOPLE = {
    "mario": (MUNI, Role.SUPERVISOR),
    "adela": (MUNI, Role.ADMINISTRATOR),
    "omar": (MUNI, Role.OPERATOR),
    "petra": (PNP, Role.SUPERVISOR),
    "pablo": (PNP, Role.OPERATOR),
    "sara": ("other", Role.SUPERVISOR),
}
ROBBERY = {"x-veedor-purpose": "Robo", "x-veedor-case": "2026-118"}


@dataclass
class Two:
    """A desk of the municipality at which people of the comisaría log in too, as at a hub."""

    desk: Desk
    people: dict[str, httpx.Client]

    def __getattr__(self, name: str) -> httpx.Client:
        if name not in PEOPLE:
            raise AttributeError(name)
        if name not in self.people:
            self.people[name] = self.desk.client(name)
        return self.people[name]

    def draft(self, **changes: Any) -> str:
        now = self.desk.ports.clock.now()
        body = {
            "owner": MUNI,
            "grantee": PNP,
            "cameras": {"kind": "list", "ids": ["plaza"]},
            "rights": ["live", "playback"],
            "purposes": ["Robo"],
            "starts_at": (now - timedelta(hours=1)).isoformat(),
            "expires_at": (now + timedelta(days=9)).isoformat(),
            **changes,
        }
        answer = self.mario.post("/api/grants", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "draft"
        return str(answer.json()["id"])

    def agree(self, **changes: Any) -> str:
        grant_id = self.draft(**changes)
        assert self.mario.post(f"/api/grants/{grant_id}/sign").json()["state"] == "signed_by_one"
        assert self.petra.post(f"/api/grants/{grant_id}/sign").json()["state"] == "active"
        return grant_id

    def looks(self, who: httpx.Client, headers: dict[str, str] | None = None, camera_id: str = "plaza") -> int:
        url = f"/api/cameras/{camera_id}/snapshot.jpg"
        return who.get(url, headers=ROBBERY if headers is None else headers).status_code

    def news(self, agency_id: str) -> list[tuple[str, str]]:
        items = self.desk.app.state.feed.after(0, only(agency_id))
        return [(one.kind, one.payload["what"]) for one in items if one.kind.startswith("grant.")]


def make(directory: Path, clock: Clock | None = None, *signs_for: str) -> Desk:
    bare = make_desk(directory, clock or SystemClock())
    bare.cameras.save(camera("puente"))
    book = DeskGrantBook(bare.ports.database, bare.ports.clock, bare.cameras)
    ports = replace(bare.ports, access=Access(bare.audit, book), signer=Signer(*signs_for))
    desk = Desk(ports, create_app(ports), bare.audit, bare.live, bare.cameras, bare.ptz)
    for name, (agency_id, role) in PEOPLE.items():
        desk.add_user(name, role, agency_id=agency_id)
    with ports.database.session() as session:
        for agency_id in (MUNI, PNP, "other"):
            known = agencies.agency(session, agency_id)
            agencies.save(session, replace(known, public_key=PUBLIC[agency_id]), ports.clock.now())
    return desk
