"""A grant that asks for two persons, across sites: a colleague agrees at the hub, and the owner's site proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from agreements import KEYS
from desk.desks import serving
from hub.far import TAKER, Afar
from stored_footage import START
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.app import create_app
from veedor.desk.approvals.repository import approval_of
from veedor.desk.audit.entry import detail_of
from veedor.desk.evidence.given import all_given
from veedor.hub.relay.remote import Wanted
from veedor.kit.errors import Forbidden
from veedor.wire.approvals import ApprovalDocument, encode_approval
from veedor.wire.calls import Op
from veedor.wire.keys import SessionKey
from veedor.wire.passes import Identity, PassRefused, encode_identity

SPAN = (START, START + timedelta(seconds=10))
QUERY = {"start": SPAN[0].isoformat(), "end": SPAN[1].isoformat()}
SAID = {"x-veedor-purpose": "Robo", "x-veedor-case": "2026-118"}


@dataclass
class Pair:
    """The hub, served: olga asks, petra is her colleague. The owner asks for two persons."""

    afar: Afar
    url: str
    olga: Principal
    petra: Principal

    def client(self, who: Principal) -> httpx.Client:
        headers = {**SAID, "accept-language": "en", "authorization": f"Bearer {self.afar.tokens[who.user_id]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def ask(self, who: Principal, **body: Any) -> httpx.Response:
        wanted = {"right": "playback", "camera": "plaza", **QUERY, **body}
        with self.client(who) as client:
            return client.post("/api/approvals", json=wanted)

    def give(self, who: Principal, approval_id: str) -> httpx.Response:
        with self.client(who) as client:
            return client.post(f"/api/approvals/{approval_id}/approve")

    def agreed(self, **body: Any) -> str:
        asked = self.ask(self.olga, **body)
        assert asked.status_code == 201, asked.text
        given = self.give(self.petra, asked.json()["id"])
        assert given.status_code == 200, given.text
        assert (given.json()["good"], given.json()["given_by"]) == (True, "petra")
        return str(asked.json()["id"])

    def looks(self, approval_id: str | None, camera: str = "plaza", **changes: Any) -> httpx.Response:
        """Olga asks what is recorded; the answer comes from the owner's site."""
        headers = {"x-veedor-approval": approval_id} if approval_id else {}
        with self.client(self.olga) as client:
            query = {**QUERY, **changes.pop("query", {})}
            return client.get(f"/api/cameras/{camera}/segments", params=query, headers={**headers, **changes})


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    afar = Afar(tmp_path)
    afar.agree(conditions={"two_person": True})
    app = create_app(afar.hub.ports)
    with serving(app) as url:
        yield Pair(afar, url, afar.log_in("olga", role=Role.OPERATOR), afar.log_in("petra"))
    afar.stop()


def test_a_colleague_agrees_and_the_owner_knows_both(pair: Pair) -> None:
    refused = pair.looks(None)
    assert refused.status_code == 403
    assert "second person" in refused.text
    assert refused.json()["reason"] == "condition:two_person"
    waiting = pair.ask(pair.olga)
    assert pair.looks(waiting.json()["id"]).status_code == 403, "asked is not given"
    with pair.client(pair.petra) as client:
        (shown,) = client.get("/api/approvals").json()
    assert (shown["asked_by"], shown["purpose"], shown["case_number"]) == ("olga", "Robo", "2026-118")
    assert (shown["camera_id"], shown["right"], shown["good"]) == ("plaza", "playback", False)
    approval = pair.agreed()
    seen = pair.looks(approval)
    assert seen.status_code == 200, seen.text
    assert len(seen.json()) == 5
    entry = pair.afar.audited("footage.list")[0]
    assert (entry.allowed, entry.username) == (True, "olga")
    assert detail_of(entry)["approved_by"] == pair.petra.user_id


def test_it_is_good_for_what_was_shown_and_nothing_else(pair: Pair) -> None:
    approval = pair.agreed()
    assert pair.looks(approval, camera="parque").status_code == 403
    later = {"end": (SPAN[1] + timedelta(seconds=1)).isoformat()}
    assert pair.looks(approval, query=later).status_code == 403
    assert pair.looks(approval, **{"x-veedor-case": "2026-119"}).status_code == 403
    assert pair.looks(pair.agreed(right="live", start=None, end=None)).status_code == 403
    with pair.client(pair.petra) as client:  # nor is it petra's
        answer = client.get("/api/cameras/plaza/segments", params=QUERY, headers={"x-veedor-approval": approval})
    assert answer.status_code == 403
    assert pair.looks(approval).status_code == 200


def test_who_may_not_agree(pair: Pair) -> None:
    asked = pair.ask(pair.olga).json()["id"]
    own = pair.give(pair.olga, asked)
    assert (own.status_code, own.json()["error"]) == (409, "error-approvals-own")
    stranger = pair.afar.log_in("mario", "muni")
    assert pair.give(stranger, asked).status_code == 404
    viewer = pair.afar.log_in("vera", TAKER, Role.VIEWER)
    assert pair.give(viewer, asked).status_code == 403
    pair.afar.clock.advance(601)
    assert pair.give(pair.petra, asked).status_code == 409
    assert pair.ask(pair.olga, start=None, end=None).status_code == 400


def test_a_colleague_says_no_and_who_asked_takes_it_back(pair: Pair) -> None:
    asked = pair.ask(pair.olga).json()["id"]
    with pair.client(pair.petra) as client:
        told = client.post(f"/api/approvals/{asked}/refuse").json()
    assert (told["refused_by"], told["waits"], told["good"]) == ("petra", False, False)
    assert pair.give(pair.petra, asked).status_code == 409
    assert pair.looks(asked).status_code == 403
    approval = pair.agreed()
    assert pair.looks(approval).status_code == 200
    with pair.client(pair.olga) as client:
        assert client.post(f"/api/approvals/{approval}/refuse").json()["refused_by"] == "olga"
        assert client.post(f"/api/approvals/{approval}/refuse").status_code == 409
    assert pair.looks(approval).status_code == 403


def test_after_ten_minutes_it_is_over_here_and_at_the_owner(pair: Pair) -> None:
    approval = pair.agreed()
    assert pair.looks(approval).status_code == 200
    with_it = pair.afar.hub.ports
    kept = replace(pair.olga, approval=approval_of(with_it, pair.olga, approval))
    pair.afar.clock.advance(611)  # ten seconds of skew are allowed between machines
    assert pair.looks(approval).status_code == 403
    with pytest.raises(PassRefused) as refused:  # a hub in wrong hands goes on
        asked_at_the_site(pair, kept)
    assert refused.value.params["reason"] == "approval-expired"


def test_evidence_with_two_persons_names_both_in_the_custody(pair: Pair) -> None:
    approval = pair.agreed(right="evidence")
    olga = replace(pair.olga, approval=approval_of(pair.afar.hub.ports, pair.olga, approval))
    incident = pair.afar.incident(olga)
    with pytest.raises(Forbidden):
        pair.afar.lock(pair.olga, incident)
    pair.afar.lock(olga, incident)
    pair.afar.worker().ask_once()
    with pair.afar.site.ports.database.reading() as session:
        (row,) = all_given(session)
    assert (row.kind, row.person_name, row.approved_by) == ("locked", "olga", pair.petra.user_id)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"person": "olga"}, "approval-self"),
        ({"for_person": "petra"}, "approval-self"),
        ({"agency": "other"}, "approval-agency"),
        ({"key": "forged"}, "approval-signature"),
        ({"key": "olga"}, "approval-signature"),
        ({"vouched": "other"}, "approval-identity-signature"),
        ({"life_s": 3600}, "approval-life"),
    ],
)
def test_the_owner_believes_only_two_people_with_a_key_each(pair: Pair, change: dict[str, Any], reason: str) -> None:
    """Each case is what a hub in wrong hands would write in place of a colleague's word."""
    now = pair.afar.clock.now()
    people = {"olga": pair.olga.user_id, "petra": pair.petra.user_id}
    key = SessionKey.generate()
    person = people[change.get("person", "petra")]
    agency = change.get("agency", TAKER)
    identity = Identity(agency, person, "petra", ("operator",), "s-9", key.public_hex, now, now + timedelta(hours=1))
    if change.get("key") == "olga":  # the very login that asks
        _, key, _ = pair.afar.identities._session(pair.olga.session_id or "")
        identity = replace(identity, session_key=key.public_hex)
    vouched = encode_identity(identity, KEYS[change.get("vouched", agency)])
    told = ApprovalDocument(
        id="a1",
        agency=agency,
        person=person,
        session="s-9",
        for_person=people[change.get("for_person", "olga")],
        right="playback",
        camera="plaza",
        purpose="Robo",
        case="2026-118",
        span=SPAN,
        issued_at=now,
        expires_at=now + timedelta(seconds=change.get("life_s", 600)),
    )
    signing = SessionKey.generate() if change.get("key") == "forged" else key
    text = encode_approval(vouched, told, signing)
    site = pair.afar.cameras.site_of("plaza")
    bare = pair.afar.identities.mint(pair.olga, Wanted(site, Action.FOOTAGE_LIST, ("plaza",), SPAN))
    args = {"camera_id": "plaza", **QUERY, "role": None}
    if reason is None:
        head, _ = pair.afar.gate.answer(Op.FOOTAGE_SEGMENTS.value, args, f"{bare}.{text}")
        assert len(head["value"]) == 5
        return
    with pytest.raises(PassRefused) as refused:
        pair.afar.gate.answer(Op.FOOTAGE_SEGMENTS.value, args, f"{bare}.{text}")
    assert refused.value.params["reason"] == reason


def asked_at_the_site(pair: Pair, who: Principal) -> Any:
    remote = pair.afar.remote(who, Action.FOOTAGE_LIST)
    return remote.ask("plaza", Op.FOOTAGE_SEGMENTS, span=SPAN, role=None)
