"""Two agencies at one desk: drafts, signatures, requests, emergencies, and what they open and close."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from desk.desks import serving
from desk.two_agencies import MUNI, PNP, ROBBERY, Two, make
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.scope_clause import only


def drain(socket: ClientConnection) -> None:
    """Read to the end; TimeoutError where nothing comes and nothing ends."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=5)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    desk = make(tmp_path, None, MUNI, PNP)
    people: dict[str, httpx.Client] = {}
    with serving(desk.app) as desk.url:
        yield Two(desk, people)
        for client in people.values():
            client.close()
    desk.ports.database.close()


def test_a_grant_opens_a_camera_once_both_have_signed(two: Two) -> None:
    assert two.looks(two.pablo) == 403
    grant_id = two.draft()
    assert two.looks(two.pablo) == 403
    queued = two.petra.get("/api/grant-queue").json()
    assert [(one["id"], one["given"]) for one in queued] == [(grant_id, False)]
    two.mario.post(f"/api/grants/{grant_id}/sign")
    assert two.looks(two.pablo) == 403
    signed = two.petra.post(f"/api/grants/{grant_id}/sign").json()
    assert (signed["state"], [one["id"] for one in signed["signed_by"]]) == ("active", [MUNI, PNP])
    assert (signed["owner"]["name"], signed["rights"]) == ("Muni", ["live", "playback"])
    assert two.petra.get("/api/grant-queue").json() == []

    assert two.looks(two.pablo) == 200
    assert two.looks(two.pablo, camera_id="puente") == 403
    assert two.looks(two.pablo, {}) == 403
    assert two.looks(two.pablo, {"x-veedor-purpose": "curiosidad"}) == 403
    assert two.looks(two.sara) == 403
    refused = two.pablo.get("/api/cameras/plaza/snapshot.jpg")
    assert "purpose" in refused.json()["message"]


def test_the_audit_of_a_foreign_look_names_the_grant(two: Two) -> None:
    grant_id = two.agree()
    two.looks(two.pablo)
    two.looks(two.pablo, {})
    two.looks(two.omar)
    rows = two.desk.audit.entries(AuditQuery(action="live.watch"))
    told = [(one.username, one.allowed, one.reason, detail_of(one).get("grant"), one.case_number) for one in rows]
    assert told == [
        ("omar", True, "Robo", None, "2026-118"),
        ("pablo", False, "purpose", grant_id, None),
        ("pablo", True, "Robo", grant_id, "2026-118"),
    ]
    acts = two.desk.audit.entries(AuditQuery(resource_id=grant_id))
    assert [(one.username, one.action) for one in acts] == [("petra", "grant.sign"), ("mario", "grant.sign")]


def test_a_revocation_ends_an_open_stream(two: Two) -> None:
    grant_id = two.agree()
    token = two.desk.token("pablo")
    url = two.desk.url.replace("http", "ws") + "/api/cameras/plaza/live"
    headers = {"authorization": f"Bearer {token}", **ROBBERY}
    clock = two.desk.ports.clock
    with connect(url, additional_headers=headers) as socket:
        socket.recv(timeout=5)
        answer = two.mario.post(f"/api/grants/{grant_id}/revoke", json={"reason": "Mal uso"})
        assert answer.json()["state"] == "revoked"
        began_s = clock.monotonic()
        drain(socket)
        assert clock.monotonic() - began_s < 2
    with pytest.raises(InvalidStatus):
        connect(url, additional_headers=headers)
    assert two.mario.post(f"/api/grants/{grant_id}/sign").status_code == 409
    assert two.petra.post(f"/api/grants/{grant_id}/revoke", json={"reason": "x"}).status_code == 409


def test_a_grant_by_tag_follows_the_tags_at_once(two: Two) -> None:
    two.agree(cameras={"kind": "tag", "tag": "Mercado"})
    assert two.looks(two.pablo) == 403
    _tag(two, "plaza", ["mercado", "Centro"])
    assert two.looks(two.pablo) == 200
    assert two.looks(two.pablo, camera_id="puente") == 403
    assert [one["id"] for one in two.pablo.get("/api/cameras", headers=ROBBERY).json()] == ["plaza"]
    token, clock = two.desk.token("pablo"), two.desk.ports.clock
    url = two.desk.url.replace("http", "ws") + "/api/cameras/plaza/live"
    with connect(url, additional_headers={"authorization": f"Bearer {token}", **ROBBERY}) as socket:
        socket.recv(timeout=5)
        _tag(two, "plaza", ["centro"])
        began_s = clock.monotonic()
        drain(socket)
        assert clock.monotonic() - began_s < 2
    assert two.looks(two.pablo) == 403


def _tag(two: Two, camera_id: str, tags: list[str]) -> None:
    """As the console does: an administrator saves the camera whole."""
    there = two.adela.get(f"/api/cameras/{camera_id}").json()
    body = {name: there[name] for name in ("name", "kind", "streams", "username", "revision")}
    answer = two.adela.put(f"/api/cameras/{camera_id}", json={**body, "tags": tags})
    assert answer.status_code == 200, answer.text
    assert answer.json()["tags"] == sorted(one.lower() for one in tags)
    kept = two.adela.put(f"/api/cameras/{camera_id}", json={**body, "revision": answer.json()["revision"]})
    assert kept.json()["tags"] == answer.json()["tags"], "an older console that knows no tags keeps them"


def test_a_stream_without_a_revocation_goes_on(two: Two) -> None:
    """What the test above proves nothing without: the purpose of the first request still counts later."""
    two.agree()
    token = two.desk.token("pablo")
    url = two.desk.url.replace("http", "ws") + "/api/cameras/plaza/live"
    clock = two.desk.ports.clock
    with connect(url, additional_headers={"authorization": f"Bearer {token}", **ROBBERY}) as socket:
        began_s = clock.monotonic()
        while clock.monotonic() - began_s < 2.5:
            assert socket.recv(timeout=2)


def test_open_pages_of_both_hear_of_it(two: Two) -> None:
    grant_id = two.agree()
    two.petra.post(f"/api/grants/{grant_id}/revoke", json={"reason": "Ya no hace falta"})
    told = [("grant.changed", what) for what in ("drafted", "signed", "signed", "revoked")]
    assert two.news(MUNI) == told
    assert two.news(PNP) == told
    assert two.news("other") == []


def test_ones_agency_signs_only_for_itself(two: Two) -> None:
    grant_id = two.draft()
    assert two.mario.post(f"/api/grants/{grant_id}/sign").status_code == 200
    assert two.adela.post(f"/api/grants/{grant_id}/sign").status_code == 409
    assert two.omar.post(f"/api/grants/{grant_id}/sign").status_code == 403
    for answer in (
        two.sara.get(f"/api/grants/{grant_id}"),
        two.sara.post(f"/api/grants/{grant_id}/sign"),
        two.sara.post(f"/api/grants/{grant_id}/revoke", json={"reason": "x"}),
    ):
        assert answer.status_code == 404
    assert two.sara.get("/api/grants").json() == []
    assert [one["given"] for one in two.omar.get("/api/grants").json()] == [True]
    assert two.omar.get("/api/grants?given=false").json() == []
    assert two.omar.get("/api/grants?state=active").json() == []


def test_a_request_is_granted_once_for_its_span(two: Two) -> None:
    body = {
        "owner": MUNI,
        "camera": "plaza",
        "start": "2026-03-01T12:00:00Z",
        "end": "2026-03-01T12:00:10Z",
        "case_number": "2026-118",
        "purpose": "Robo",
        "note": "Asalto en el jirón Puno",
    }
    asked = two.pablo.post("/api/grant-requests", json=body).json()
    assert (asked["kind"], asked["state"], asked["awaits_own_signature"]) == ("request", "signed_by_one", False)
    (queued,) = two.mario.get("/api/grant-queue").json()
    assert queued["id"] == asked["id"]
    granted = {"start": body["start"], "end": body["end"]}
    wider = {**granted, "end": "2026-03-01T12:00:11Z"}
    url = "/api/cameras/plaza/clip.mp4"
    assert two.pablo.get(url, params=granted, headers=ROBBERY).status_code == 403
    assert two.mario.post(f"/api/grants/{asked['id']}/sign").json()["state"] == "active"
    assert two.pablo.get(url, params=granted, headers=ROBBERY).status_code == 200
    assert two.pablo.get(url, params=wider, headers=ROBBERY).status_code == 403
    assert two.pablo.get(url, params=granted, headers={**ROBBERY, "x-veedor-case": "2026-1"}).status_code == 403
    # A file is asked for by its number: that a span stands beside it says nothing of what is in it.
    for number in (1, 2):
        file = f"/api/cameras/plaza/segments/{number}/file"
        assert two.pablo.get(file, params=granted, headers=ROBBERY).status_code == 403
        assert two.mario.get(file).status_code == 200
    # One span for the check and another for the handler: neither.
    twice = [("start", "2026-03-01T11:00:00Z"), *granted.items()]
    assert two.pablo.get(url, params=twice, headers=ROBBERY).status_code == 403
    assert two.looks(two.pablo) == 403
    assert two.mario.post(f"/api/grants/{asked['id']}/sign").status_code == 409


def test_nobody_asks_a_hub_for_a_camera_that_is_not_there(two: Two) -> None:
    """It would wait for an owner who has none such; at a site it may be another site's."""
    span = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:00:10Z"}
    request = {"owner": MUNI, "camera": "plasa", **span, "case_number": "1", "purpose": "Robo"}
    emergency = {"owner": MUNI, "cameras": ["plaza", "plasa"], "reason": "Toma de rehenes"}
    assert two.pablo.post("/api/grant-requests", json=request).status_code == 201
    two.desk.app.state.ports = replace(two.desk.ports, config=replace(two.desk.ports.config, keeps_agencies=True))
    for path, body in (("/api/grant-requests", request), ("/api/emergency-access", emergency)):
        refused = two.pablo.post(path, json=body)
        assert (refused.status_code, refused.json()["error"]) == (400, "error-grants-bad")
    assert two.pablo.post("/api/emergency-access", json={**emergency, "cameras": ["plaza"]}).status_code == 201


def test_a_request_is_refused_with_a_reason(two: Two) -> None:
    body = {
        "owner": MUNI,
        "camera": "plaza",
        "start": "2026-03-01T12:00:00Z",
        "end": "2026-03-01T13:00:00Z",
        "case_number": "1",
        "purpose": "Robo",
    }
    asked = two.pablo.post("/api/grant-requests", json=body).json()
    assert two.mario.post(f"/api/grants/{asked['id']}/revoke", json={"reason": " "}).status_code == 400
    answer = two.mario.post(f"/api/grants/{asked['id']}/revoke", json={"reason": "Falta el oficio"}).json()
    assert (answer["state"], answer["refused"]) == ("revoked", True)
    (seen,) = two.pablo.get("/api/grants").json()
    assert (seen["refused"], seen["statements"][-1]["reason"]) == (True, "Falta el oficio")
    assert two.pablo.post("/api/grant-requests", json={**body, "owner": PNP}).status_code == 400
    assert two.pablo.post("/api/grant-requests", json={**body, "owner": "other"}).status_code == 400
    assert two.pablo.post("/api/grant-requests", json={**body, "end": body["start"]}).status_code == 400


def test_an_emergency_is_loud_and_reviewed(two: Two) -> None:
    body = {"owner": MUNI, "cameras": ["plaza"], "reason": "Toma de rehenes"}
    emergency = {"x-veedor-purpose": "emergency"}
    assert two.looks(two.pablo, emergency) == 403
    assert two.pablo.post("/api/emergency-access", json={**body, "reason": "  "}).status_code == 400
    taken = two.pablo.post("/api/emergency-access", json=body).json()
    assert (taken["state"], taken["awaits_review"]) == ("active", True)
    lasts = datetime.fromisoformat(taken["expires_at"]) - datetime.fromisoformat(taken["starts_at"])
    assert lasts == timedelta(minutes=60)
    assert two.looks(two.pablo, emergency) == 200
    assert two.looks(two.pablo) == 403
    assert two.looks(two.pablo, emergency, "puente") == 403
    assert two.news(MUNI) == [("grant.emergency", "emergency")]
    assert two.desk.app.state.feed.after(0, only(MUNI))[0].payload["note"] == "Toma de rehenes"

    assert [one["id"] for one in two.mario.get("/api/grant-queue").json()] == [taken["id"]]
    assert two.petra.get("/api/grant-queue").json() == []
    url = f"/api/grants/{taken['id']}"
    assert two.petra.post(f"{url}/review", json={"reason": "Todo bien"}).status_code == 409
    assert two.mario.post(f"{url}/sign").status_code == 409
    assert two.mario.post(f"{url}/review", json={"reason": "Conforme"}).json()["awaits_review"] is False
    assert two.mario.get("/api/grant-queue").json() == []
    assert two.looks(two.pablo, emergency) == 200
    assert two.mario.post(f"{url}/revoke", json={"reason": "Terminó"}).status_code == 200
    assert two.looks(two.pablo, emergency) == 403


def test_two_persons(two: Two) -> None:
    two.agree(conditions={"two_person": True})
    assert two.looks(two.pablo) == 403
    for other, status in (("petra", 200), ("pablo", 403), ("mario", 403)):
        assert two.looks(two.pablo, {**ROBBERY, "x-veedor-approver": two.desk.token(other)}) == status, other
    assert two.looks(two.pablo, {**ROBBERY, "x-veedor-approver": "0" * 43}) == 403
    (newest,) = two.desk.audit.entries(AuditQuery(action="live.watch", allowed=True))
    assert len(detail_of(newest)["approved_by"]) == 36


@pytest.mark.parametrize(
    "change",
    [
        {"grantee": MUNI},
        {"owner": "other"},
        {"grantee": "nobody"},
        {"cameras": {"kind": "area", "area": {"type": "Point", "coordinates": [0, 0]}}},
        {"hours": {"time_zone": "Mars/Olympus", "windows": []}},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"starts_at": "2026-01-01T00:00:00"},
    ],
)
def test_bad_drafts(two: Two, change: dict[str, Any]) -> None:
    body = {
        "owner": MUNI,
        "grantee": PNP,
        "cameras": {"kind": "all"},
        "rights": ["live"],
        "purposes": ["Robo"],
        "starts_at": "2026-01-01T00:00:00Z",
        "expires_at": "2027-01-01T00:00:00Z",
    }
    assert two.mario.post("/api/grants", json={**body, **change}).status_code == 400
    for unknown in ({"rights": ["telepathy"]}, {"conditions": {"moon": True}}, {"limit": 1}, {"rights": []}):
        assert two.mario.post("/api/grants", json={**body, **unknown}).status_code == 422
    assert two.mario.get("/api/grants").json() == []


def test_without_its_key_nothing_is_signed(tmp_path: Path) -> None:
    desk = make(tmp_path, None, PNP)
    with serving(desk.app) as desk.url, desk.client("mario") as mario, desk.client("pablo") as pablo:
        two = Two(desk, {"mario": mario, "pablo": pablo})
        answer = mario.post(f"/api/grants/{two.draft()}/sign")
        assert (answer.status_code, answer.json()["error"]) == (403, "error-grants-no-key")
        told = {one["id"]: one["signs_here"] for one in mario.get("/api/agencies").json()}
        assert told == {MUNI: False, PNP: True, "other": False}
    desk.ports.database.close()
