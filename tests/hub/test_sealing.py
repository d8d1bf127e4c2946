"""Case and officer sealed across sites: the owner has neither in any byte, until it is opened and proves who it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desks import serving
from hub.far import OWNER, SITE, TAKER, Afar
from stored_footage import START
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.app import create_app
from veedor.desk.audit.looks import LookQuery, looks
from veedor.desk.evidence.given import all_given
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.incidents.service import IncidentService
from veedor.desk.outward.outward import Outward
from veedor.desk.sealing.errors import SealedCase, SealedJoint
from veedor.desk.sealing.repository import sealed
from veedor.desk.sites.tables import SiteRow
from veedor.hub.identities import Identities
from veedor.hub.relay.remote import Wanted
from veedor.kit.errors import Forbidden, Unavailable
from veedor.member.sealing import SiteSeals
from veedor.wire.calls import Op
from veedor.wire.passes import decode_pass

CASE, OFFICER = "CASO-77319", "quispe"
SPAN = (START, START + timedelta(seconds=10))
QUERY = {"start": SPAN[0].isoformat(), "end": SPAN[1].isoformat()}


@dataclass
class Stand:
    """Quispe, of the police, looks at the municipality's camera; petra is the supervisor."""

    afar: Afar
    url: str
    officer: Principal
    petra: Principal

    def client(self, who: Principal, case: str | None = CASE) -> httpx.Client:
        headers = {"x-veedor-purpose": "Robo", "accept-language": "en"}
        headers["authorization"] = f"Bearer {self.afar.tokens[who.user_id]}"
        return httpx.Client(
            base_url=self.url, headers={**headers, **({"x-veedor-case": case} if case else {})}, timeout=20
        )

    def seal(self, **changes: Any) -> dict[str, Any]:
        body = {"person": OFFICER, "case_number": CASE, "days": 30, "reason": "Orden fiscal", **changes}
        with self.client(self.petra, None) as petra:
            made = petra.post("/api/seals", json=body)
        assert made.status_code == 201, made.text
        return dict(made.json())

    def look(self, who: Principal | None = None, case: str | None = CASE) -> httpx.Response:
        with self.client(who or self.officer, case) as client:
            return client.get("/api/cameras/plaza/segments", params=QUERY)

    def sync(self) -> None:
        """Two exchanges of what `hub.sync` says of seals."""
        site = SiteSeals(self.afar.site.ports, None)
        with self.afar.hub.ports.database.reading() as session:
            row = session.get_one(SiteRow, SITE)
        for _ in range(2):
            site.heard(self.afar.identities.seals.answer(row, site.question()))

    def at_the_owner(self, *texts: str) -> list[str]:
        """Which of the texts stand in any file of the owner's site: its database, and the log of that."""
        files = [one for one in (self.afar.folder / "site").rglob("*") if one.is_file()]
        assert any(one.suffix in (".db", ".sqlite") or "wal" in one.name for one in files)
        octets = b"".join(one.read_bytes() for one in files)
        return [text for text in texts if text.encode() in octets]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    afar = Afar(tmp_path)
    afar.agree()
    with serving(create_app(afar.hub.ports)) as url:
        yield Stand(afar, url, afar.log_in(OFFICER, role=Role.SUPERVISOR), afar.log_in("petra"))
    afar.stop()


def test_neither_name_nor_case_reaches_the_owner_until_it_is_opened(stand: Stand) -> None:
    afar, officer = stand.afar, replace(stand.officer, case_number=CASE)
    incident = afar.incident(replace(stand.officer, case_number=None))
    seal = stand.seal()
    assert stand.look().status_code == 200, stand.look().text
    with stand.client(stand.officer) as client:
        body = {"camera": "plaza", "reason": "pedido de quispe por CASO-77319", **QUERY}
        asked = client.post(f"/api/incidents/{incident}/evidence", json=body)
        assert asked.status_code == 202, asked.text
        afar.worker().ask_once()
        ordered = client.post(f"/api/incidents/{incident}/exports", json={"reason": "CASO-77319 de quispe"})
        assert ordered.status_code < 300, ordered.text
    afar.worker().build_once()

    secrets = (OFFICER, CASE, officer.user_id, officer.session_id or "", seal["reason"])
    assert stand.at_the_owner(seal["name"]) == [seal["name"]]
    assert stand.at_the_owner(*secrets) == []
    entries = [row for row in afar.audited("footage.list") if row.allowed]
    assert {(row.username, row.user_id, row.case_number, row.user_agency_id, row.purpose) for row in entries} == {
        (seal["name"], seal["name"], seal["name"], TAKER, "Robo")
    }
    with afar.site.ports.database.reading() as session:
        given = [(row.kind, row.person_name, row.case_number) for row in all_given(session)]
    assert given == [(kind, seal["name"], seal["name"]) for kind in ("received", "taken", "locked")]
    # Nor does the hub tell: what it would send down, or show to people of the owner's agency.
    told = repr(Outward(afar.hub.ports.database).of_agency(OWNER, (0, "")))
    assert seal["name"] in told
    assert not any(text in told for text in secrets), told

    stand.sync()
    assert stand.at_the_owner(*secrets) == []
    with stand.client(stand.petra, None) as petra:
        opened = petra.post(f"/api/seals/{seal['id']}/open")
        assert (opened.status_code, opened.json()["state"]) == (200, "opened"), opened.text
    stand.sync()
    verdict = _verified(stand)
    (shown,) = verdict["sealed"]
    assert (shown["seal"]["state"], shown["seal"]["person"], shown["seal"]["case_number"]) == ("opened", OFFICER, CASE)
    assert shown["entries"] >= len(entries)
    assert verdict["intact"]
    assert stand.look().status_code == 200
    assert afar.audited("footage.list")[0].username == OFFICER, "from now on under their own name"


def _verified(stand: Stand) -> dict[str, Any]:
    """What the owner's auditor sees at their own desk."""
    desk = stand.afar.site
    desk.add_user("ana", Role.AUDITOR)
    with serving(create_app(desk.ports)) as desk.url, desk.client("ana") as ana:
        rows = ana.get("/api/audit/looks", params={"limit": 1000}).json()["looks"]
        assert {row["seal"]["person"] for row in rows if row["seal"]} == {OFFICER}
        return dict(ana.get("/api/audit/verify").json())


def test_two_looks_are_of_the_same_sealed_person(stand: Stand) -> None:
    """So that odd habits still show."""
    first = stand.seal()
    stand.look()
    again = stand.afar.log_in_again(stand.officer.user_id)
    assert stand.look(replace(again)).status_code == 200
    (name,) = {row.username for row in stand.afar.audited("footage.list")}
    assert name == first["name"]
    with stand.client(stand.petra, None) as petra:
        petra.post(f"/api/seals/{first['id']}/open")
    second = stand.seal()
    stand.look()
    assert stand.afar.audited("footage.list")[0].username == second["name"] != name


def test_the_login_of_a_sealed_person_leads_to_no_other(stand: Stand) -> None:
    afar = stand.afar
    wanted = Wanted(afar.cameras.site_of("plaza"), Action.FOOTAGE_LIST, ("plaza",))
    plain = decode_pass(afar.identities.mint(replace(stand.officer, case_number=None), wanted))
    stand.seal()
    hidden = decode_pass(afar.identities.mint(replace(stand.officer, case_number="caso 77319"), wanted))
    assert hidden[0].seal is not None
    assert {plain[0].session, plain[0].session_key}.isdisjoint({hidden[0].session, hidden[0].session_key})
    assert hidden[2].case is None


def test_it_opens_by_itself_when_its_time_is_over(stand: Stand) -> None:
    stand.seal(days=1)
    assert stand.look().status_code == 200
    stand.afar.clock.advance(86_400 + 1)
    stand.sync()
    (shown,) = _verified(stand)["sealed"]
    assert (shown["seal"]["state"], shown["seal"]["person"]) == ("opened", OFFICER)


def test_what_is_refused_under_a_seal(stand: Stand) -> None:
    stand.seal()
    other = stand.afar.log_in("mario", role=Role.OPERATOR)
    refused = stand.look(other)
    assert (refused.status_code, refused.json()["reason"]) == (403, "sealed_other")
    assert not any(row.username == "mario" for row in stand.afar.audited("footage.list")), "the owner was not asked"
    with stand.client(stand.officer) as officer:
        opened = officer.post("/api/incidents", json={"type": "robbery", "origin": "phone"})
        assert (opened.status_code, opened.json()["reason"]) == (403, "sealed")
        approval = {"right": "playback", "camera": "plaza", **QUERY}
        assert officer.post("/api/approvals", json=approval).json()["reason"] == "sealed"
        body = {"owner": OWNER, "camera": "plaza", "case_number": "2026-1", "purpose": "Robo", **QUERY}
        assert officer.post("/api/grant-requests", json=body).json()["reason"] == "sealed"
    with stand.client(stand.officer, None) as officer:
        named = officer.post("/api/grant-requests", json={**body, "case_number": "Caso 77319"})
        assert (named.status_code, named.json()["error"]) == (403, "error-sealing-case")
        own = officer.post("/api/seals", json={"person": OFFICER, "case_number": "X-1", "reason": "x"})
        assert (own.status_code, own.json()["error"]) == (409, "error-sealing-own")
    approved = replace(stand.officer, case_number=CASE, approved_by="u7")
    with pytest.raises(Forbidden) as problem:
        stand.afar.remote(approved, Action.FOOTAGE_LIST).ask("plaza", Op.FOOTAGE_SEGMENTS, span=SPAN, role=None)
    assert problem.value.params["reason"] == "sealed_approval"


def test_sealed_evidence_and_incidents_of_several_agencies_exclude_each_other(stand: Stand) -> None:
    afar = stand.afar
    stand.seal()
    hidden = sealed(afar.hub.ports, replace(stand.officer, case_number=CASE))
    assert hidden.is_sealed
    bare = replace(stand.officer, case_number=None)
    shared, alone = afar.incident(bare), afar.incident(bare)
    service = IncidentService(afar.hub.ports)
    service.invite(bare, shared, OWNER, None)
    with pytest.raises(SealedJoint):
        afar.lock(hidden, shared)
    afar.lock(hidden, alone)
    with pytest.raises(SealedJoint):
        service.invite(bare, alone, OWNER, None)
    with pytest.raises(SealedCase):
        service.hand_over(bare, shared, OWNER, "Ver CASO-77319")
    afar.clock.advance(31 * 86_400)
    service.invite(bare, alone, OWNER, None)


def test_why_a_sealed_lock_waits_names_nobody(stand: Stand) -> None:
    """The owner's people see it at the hub."""
    afar = stand.afar
    stand.seal()
    hidden = sealed(afar.hub.ports, replace(stand.officer, case_number=CASE))
    lock = afar.lock(hidden, afar.incident(replace(stand.officer, case_number=None)))
    with afar.hub.ports.database.session() as session:
        afar.sessions.revoke(session, TAKER, stand.officer.user_id)
    afar.worker().ask_once()
    with afar.hub.ports.database.reading() as session:
        problem = repr(session.get_one(EvidenceRow, lock).problem)
    assert "sealed:" in problem
    assert OFFICER not in problem


def test_the_hubs_own_audit_has_no_name_beside_a_sealed_case(stand: Stand) -> None:
    """Its auditors, and those of the camera's owner, read it there."""
    seal = stand.seal()
    stand.look()
    stand.afar.log_in("mario", role=Role.OPERATOR)
    with stand.afar.hub.ports.database.reading() as session:
        found = list(looks(session, "hub", LookQuery(OWNER), 100, is_hub=False))
    sealed_looks = [one for one in found if one.case_number]
    assert {(one.username, one.case_number) for one in sealed_looks} == {(seal["name"], seal["name"])}
    assert not any(CASE in repr(one) for one in found)


def test_without_the_agencys_key_there_is_no_look_rather_than_an_open_one(stand: Stand) -> None:
    """The agency's site does not answer: nothing is sent under the name instead."""
    stand.seal()
    afar = stand.afar
    asked: list[str] = []

    def ask(site_id: str, *_: object) -> Any:
        asked.append(site_id)
        raise Unavailable(name=site_id, problem="no link")

    lost = Identities(afar.hub.ports, ask, lambda _: None)  # type: ignore[arg-type]
    wanted = Wanted(afar.cameras.site_of("plaza"), Action.FOOTAGE_LIST, ("plaza",))
    with pytest.raises(Unavailable):
        lost.mint(replace(stand.officer, case_number=CASE), wanted)
    assert asked == []
