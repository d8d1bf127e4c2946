"""Setting up over the API: passwords go in and never out, addresses are checked, changes are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.desks import Desk, running
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor.desk.scope_clause import only

SECRET = "c0ntra-secreta"
STREAM = {"role": "main", "url": "rtsp://10.0.0.9/main"}
CAMERA = {"name": "Mercado", "kind": "rtsp", "streams": [STREAM], "username": "admin", "password": SECRET}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with running(folder) as one:
        one.add_user("ada", Role.ADMINISTRATOR)
        one.add_user("sara", Role.SUPERVISOR)
        yield one


@pytest.fixture
def ada(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client("ada") as client:
        yield client


def test_a_look_takes_the_password_and_tells_it_to_nobody(desk: Desk, ada: httpx.Client) -> None:
    body = {"kind": "rtsp", "stream": STREAM, "username": "admin", "password": SECRET}
    answer = ada.post("/api/setup/look", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["picture"]
    assert SECRET not in answer.text
    details = [one.detail for one in desk.audit.entries(AuditQuery(limit=100))]
    assert any("10.0.0.9" in one for one in details)
    assert not any(SECRET in one or "/main" in one for one in details)


@pytest.mark.parametrize(
    "stream",
    [
        {"role": "main", "url": "file:///etc/passwd"},
        {"role": "main", "url": f"rtsp://admin:{SECRET}@10.0.0.9/main"},
        {"role": "main", "url": "http://10.0.0.9/mjpeg"},
    ],
)
def test_what_could_not_be_saved_is_not_looked_at(ada: httpx.Client, stream: dict[str, str]) -> None:
    answer = ada.post("/api/setup/look", json={"kind": "rtsp", "stream": stream})
    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert ada.post("/api/setup/look", json={"kind": "file", "stream": stream}).status_code == 422


def test_channels_of_one_device_are_added_together_and_told(desk: Desk, ada: httpx.Client) -> None:
    before = desk.app.state.feed.bounds()[1]
    cameras = [{**CAMERA, "name": f"Canal {number}", "channel": number, "revision": 7} for number in (1, 2)]
    answer = ada.post("/api/setup/cameras", json={"cameras": cameras, "device": True})
    assert answer.status_code == 201, answer.text
    one, other = answer.json()
    assert one["device_id"] == other["device_id"] is not None
    assert one["id"] != other["id"]
    assert (one["channel"], other["channel"]) == (1, 2)
    assert SECRET not in answer.text
    assert desk.cameras.passwords[one["id"]] == SECRET
    (news,) = desk.app.state.feed.after(before, only(desk.ports.agency_id))
    assert (news.kind, news.payload["camera_ids"]) == ("camera.changed", [one["id"], other["id"]])


def test_rules_of_a_camera_that_is_not_there(ada: httpx.Client) -> None:
    assert ada.get("/api/cameras/ghost/rules").status_code == 404
    body = {"text": "rules: []", "version": ""}
    assert ada.put("/api/cameras/ghost/rules", json=body).status_code == 404


def test_rules_are_saved_and_told(desk: Desk) -> None:
    with desk.client("sara") as sara:
        before = desk.app.state.feed.bounds()[1]
        answer = sara.put("/api/cameras/plaza/rules", json={"text": "rules: []", "version": ""})
        assert answer.status_code == 200, answer.text
        assert sara.get("/api/cameras/plaza/rules").json()["text"] == "rules: []"
        (news,) = desk.app.state.feed.after(before, only(desk.ports.agency_id))
        assert news.payload == {"camera_ids": ["plaza"], "by": "sara"}


def test_cameras_with_rules_of_their_own_are_listed(desk: Desk) -> None:
    with desk.client("sara") as sara:
        desk.ports.rules.write("plaza", "", "")  # the fake's way to have written none
        assert "plaza" not in sara.get("/api/rules/written").json()
        desk.ports.rules.write("plaza", "rules: []", "")
        assert "plaza" in sara.get("/api/rules/written").json()


def test_the_demo_is_added_once_and_told(desk: Desk, ada: httpx.Client) -> None:
    answer = ada.post("/api/setup/demo")
    assert answer.status_code == 200, answer.text
    assert [one["name"] for one in answer.json()] == ["Demo: Avenida"]
    told = [one for one in desk.audit.entries(AuditQuery(limit=20)) if one.action == "camera.edit"]
    assert any("demo" in one.detail for one in told)
    assert ada.post("/api/setup/demo").json() == []
    assert [one["name"] for one in ada.get("/api/cameras").json()].count("Demo: Avenida") == 1
