"""Routes of footage, cameras, search and health, over a fake site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from desk.desks import Desk
from desk.fakes import JPEG
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor.desk.context import HubState
from veedor.kit.messages import Message
from veedor.model.camera import StreamState

START, END = "2026-03-01T12:00:00Z", "2026-03-01T12:00:20Z"


@pytest.fixture
def sara(desk: Desk) -> httpx.Client:
    desk.add_user("sara", Role.SUPERVISOR)
    return desk.client("sara")


@pytest.fixture
def boss(desk: Desk) -> httpx.Client:
    desk.add_user("boss", Role.ADMINISTRATOR)
    return desk.client("boss")


def test_segments_and_gaps(sara: httpx.Client) -> None:
    params = {"start": "2026-03-01T07:00:00-05:00", "end": END}
    segments = sara.get("/api/cameras/plaza/segments", params=params).json()
    assert [(one["id"], one["started_at"]) for one in segments] == [
        (1, "2026-03-01T12:00:00.000Z"),
        (2, "2026-03-01T12:00:10.000Z"),
    ]
    assert "path" not in segments[0]
    assert sara.get("/api/cameras/plaza/gaps", params=params).json()[0]["reason"] == "lost"


@pytest.mark.parametrize(
    ("start", "end", "status", "key"),
    [
        ("2026-03-01T12:00:00", END, 400, "error-desk-naive-time"),
        (END, START, 400, "error-desk-span-empty"),
        (START, START, 400, "error-desk-span-empty"),
        (START, "2026-03-01T18:00:01Z", 400, "error-desk-span-too-long"),
        ("0001-01-01T00:00:00+23:00", END, 400, "error-desk-naive-time"),
        ("yesterday", END, 422, "error-desk-request"),
        ("", END, 422, "error-desk-request"),
        ("1e400", END, 422, "error-desk-request"),
    ],
)
def test_bad_spans(sara: httpx.Client, start: str, end: str, status: int, key: str) -> None:
    answer = sara.get("/api/cameras/plaza/clip.mp4", params={"start": start, "end": end})
    assert (answer.status_code, answer.json()["error"]) == (status, key)


def test_clip_still_and_snapshot(sara: httpx.Client) -> None:
    clip = sara.get("/api/cameras/plaza/clip.mp4", params={"start": START, "end": END})
    assert (clip.content, clip.headers["content-type"]) == (b"ftypmoovmdat", "video/mp4")
    later = {"start": "2026-03-02T12:00:00Z", "end": "2026-03-02T12:01:00Z"}
    assert sara.get("/api/cameras/plaza/clip.mp4", params=later).status_code == 404
    assert sara.get("/api/cameras/plaza/still.jpg", params={"at": START}).content == JPEG
    assert sara.get("/api/cameras/plaza/still.jpg", params={"at": "2026-03-09T12:00:00Z"}).status_code == 404
    assert sara.get("/api/cameras/plaza/snapshot.jpg").headers["content-type"] == "image/jpeg"


def test_segment_file_in_ranges(sara: httpx.Client, desk: Desk) -> None:
    whole = sara.get("/api/cameras/plaza/segments/1/file")
    assert whole.content == desk.ports.footage.segment_path(1).read_bytes()
    part = sara.get("/api/cameras/plaza/segments/1/file", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    beyond = sara.get("/api/cameras/plaza/segments/1/file", headers={"range": "bytes=99999999-"})
    assert beyond.status_code == 416


def test_a_segment_is_only_given_out_as_its_own_cameras(sara: httpx.Client, desk: Desk) -> None:
    assert sara.get("/api/cameras/mercado/segments/1/file").status_code == 404
    assert sara.get("/api/cameras/plaza/segments/999/file").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/cameras/plaza/segments/..%2f..%2fetc%2fpasswd/file",
        "/api/cameras/plaza/segments/-1/file",
        "/api/cameras/plaza/segments/99999999999999999999999/file",
        "/api/cameras/..%2f..%2fdesk.db/snapshot.jpg",
        "/assets/..%2findex.html",
        "/assets/endpoints.py",
        "/assets/%2e%2e/index.html",
    ],
)
def test_no_path_out(sara: httpx.Client, path: str) -> None:
    assert sara.get(path).status_code in (404, 422)


def test_tracks_and_events(sara: httpx.Client) -> None:
    (track,) = sara.get("/api/cameras/plaza/tracks", params={"start": START, "end": END}).json()
    assert (track["class"], track["path"][0]) == ("car", [0.0, 0.1, 0.1, 0.2, 0.3])
    live = sara.get("/api/cameras/plaza/tracks/live").json()
    assert live["tracks"] == [{"track_id": 7, "class": "car", "box_norm": [0.1, 0.1, 0.2, 0.3]}]
    events = sara.get("/api/events", params={"start": START, "end": END, "camera": ["plaza"]}).json()
    assert [one["id"] for one in events["events"]] == ["e1"]
    assert events["more"] is False


def test_health_and_metrics(sara: httpx.Client) -> None:
    health = sara.get("/api/health").json()
    assert health["streams"][0]["state"] == "online"
    assert health["problems"] == ["No space left in /data"]
    metrics = sara.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    lines = metrics.text.splitlines()
    assert 'veedor_stream_online{camera_id="plaza",role="main"} 1.0' in lines
    assert 'veedor_analysis_frames_analysed{camera_id="plaza",name="Plaza \\"1\\""} 50.0' in lines
    assert "veedor_problems 1.0" in lines


def test_a_joined_site_says_how_its_hub_is(desk: Desk, sara: httpx.Client) -> None:
    assert "veedor_hub_connected" not in sara.get("/metrics").text
    why = Message("member-hub-away", {"hub": "Lima", "address": "hub.gob.pe:7422", "detail": "link-refused-key"})
    desk.app.state.ports = replace(desk.ports, hub=lambda: HubState("Lima", False, None, why))
    assert "veedor_hub_connected 0.0" in sara.get("/metrics").text.splitlines()
    told = sara.get("/api/health").json()["hub"]
    assert told["connected"] is False
    assert "veedor hub rekey" in told["problem"]


CAMERA: dict[str, Any] = {
    "name": "Mercado",
    "kind": "rtsp",
    "streams": [{"role": "main", "url": "rtsp://10.0.0.9:554/main"}],
    "username": "admin",
    "password": "cámara-secreta",
}


def test_camera_from_adding_to_removing(boss: httpx.Client, sara: httpx.Client, desk: Desk) -> None:
    added = boss.put("/api/cameras/mercado", json=CAMERA)
    assert added.status_code == 200
    assert "cámara-secreta" not in added.text
    assert desk.cameras.passwords["mercado"] == "cámara-secreta"
    assert boss.get("/api/cameras/mercado").json()["streams"][0]["url"] == "rtsp://10.0.0.9:554/main"
    seen = sara.get("/api/cameras/mercado").json()
    assert (seen["streams"][0]["url"], seen["username"]) == (None, None)  # not for those who may not edit
    assert {one["id"] for one in sara.get("/api/cameras").json()} == {"plaza", "mercado"}
    assert boss.delete("/api/cameras/mercado").status_code == 204
    assert boss.get("/api/cameras/mercado").status_code == 404
    text = "".join(str(vars(one)) for one in desk.audit.entries(AuditQuery(limit=1000)))
    assert "cámara-secreta" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "file", "streams": [{"role": "main", "url": "file:///etc/passwd"}]},
        {"streams": [{"role": "main", "url": "file:///etc/passwd"}]},
        {"streams": [{"role": "main", "url": "rtsp://admin:secret@10.0.0.9/main"}]},
        {"streams": [{"role": "main", "url": "rtsp://"}]},
        {"streams": [{"role": "main", "url": "rtsp://[::1/x"}]},
        {"streams": [{"role": "main", "url": "concat:rtsp://10.0.0.9/a|/etc/passwd"}]},
        {"streams": []},
        {"streams": [{"role": "main", "url": "rtsp://10.0.0.9/a"}] * 2},
        {"name": ""},
        {"unknown": 1},
        {"record": {"keep_days": -1}},
    ],
)
def test_bad_cameras(boss: httpx.Client, desk: Desk, change: dict[str, Any]) -> None:
    answer = boss.put("/api/cameras/mercado", json={**CAMERA, **change})
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert [one.id for one in desk.cameras.cameras()] == ["plaza"]


def test_a_stored_password_is_not_sent_to_a_new_place(boss: httpx.Client) -> None:
    assert boss.put("/api/cameras/mercado", json=CAMERA).status_code == 200
    moved = {**CAMERA, "streams": [{"role": "main", "url": "rtsp://6.6.6.6/main"}]}
    del moved["password"]
    refused = boss.put("/api/cameras/mercado", json=moved)
    assert (refused.status_code, refused.json()["error"]) == (400, "error-desk-camera-password-needed")
    renamed = {key: value for key, value in CAMERA.items() if key != "password"} | {"name": "Mercado 2"}
    assert boss.put("/api/cameras/mercado", json=renamed).status_code == 200


def test_an_old_revision_is_refused(boss: httpx.Client) -> None:
    assert boss.put("/api/cameras/mercado", json={**CAMERA, "revision": 7}).status_code == 409


def test_testing_a_camera(boss: httpx.Client, desk: Desk) -> None:
    assert boss.post("/api/cameras/plaza/test").json()["picture"] is True
    desk.cameras.state = StreamState.OFFLINE
    assert boss.post("/api/cameras/plaza/test").json()["online"] is False
    assert boss.post("/api/cameras/ghost/test").status_code == 404


def test_openapi_is_complete(sara: httpx.Client, desk: Desk) -> None:
    described = sara.get("/api/openapi.json").json()
    http = {route.path for route in desk.app.routes if hasattr(route, "methods") and route.include_in_schema}
    assert {path.replace("{path}", "{path:path}") for path in described["paths"]} == http
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            assert operation.get("tags"), f"{verb} {path} has no tag"
            assert operation.get("description"), f"{verb} {path} does not say what it does"
