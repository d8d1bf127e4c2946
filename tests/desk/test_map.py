"""Placement, calibration, districts and tiles over the API."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk.desks import Desk, running
from veedor.access.principal import Role
from veedor.desk.context import DeskConfig
from veedor.desk.map.districts import MAX_POINTS, checked
from veedor.desk.map.errors import BadDistricts
from veedor.desk.scope_clause import only
from veedor.desk.security import content_security_policy

LIMA = {"latitude_deg": -12.0464, "longitude_deg": -77.0428}
# A square of 20 m, seen as a trapezium.
PAIRS = [
    {"x": 0.1, "y": 0.9, "latitude_deg": -12.0464, "longitude_deg": -77.0428},
    {"x": 0.9, "y": 0.9, "latitude_deg": -12.0464, "longitude_deg": -77.042616},
    {"x": 0.7, "y": 0.3, "latitude_deg": -12.046219, "longitude_deg": -77.042616},
    {"x": 0.3, "y": 0.3, "latitude_deg": -12.046219, "longitude_deg": -77.0428},
]


def kinds(desk: Desk) -> list[str]:
    return [item.kind for item in desk.app.state.feed.after(0, only("muni"))]


def revision(desk: Desk) -> int:
    return desk.ports.cameras.camera("plaza").revision


def test_placement_changes_nothing_else_and_is_told(desk: Desk) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    before = desk.ports.cameras.camera("plaza")
    with desk.client("ada") as client:
        body = {"placement": {**LIMA, "direction_deg": 90, "field_of_view_deg": 60}, "revision": before.revision}
        answer = client.patch("/api/cameras/plaza/placement", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["placement"]["direction_deg"] == 90
        stored = desk.ports.cameras.camera("plaza")
        assert replace(stored, placement=None, revision=0) == replace(before, placement=None, revision=0)
        assert kinds(desk) == ["camera.changed"]
        gone = client.patch("/api/cameras/plaza/placement", json={"placement": None, "revision": stored.revision})
        assert gone.json()["placement"] is None
    desk.add_user("auri", Role.AUDITOR)
    with desk.client("auri") as client:
        assert "-12.0464" in client.get("/api/audit?action=camera.edit").text


def test_who_saw_an_older_camera_is_told_so(desk: Desk) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    with desk.client("ada") as client:
        body = {"placement": LIMA, "revision": revision(desk) + 7}
        answer = client.patch("/api/cameras/plaza/placement", json=body)
        assert answer.status_code == 409
        assert answer.json()["error"] == "error-desk-camera-changed"
        assert client.put("/api/cameras/plaza/calibration", json={"pairs": PAIRS, "revision": 99}).status_code == 409
        for wrong in ({**LIMA, "latitude_deg": 91}, {**LIMA, "direction_deg": 360}, {**LIMA, "field_of_view_deg": 0}):
            body = {"placement": wrong, "revision": revision(desk)}
            assert client.patch("/api/cameras/plaza/placement", json=body).status_code == 422


def test_calibration_is_checked_stored_and_forgotten(desk: Desk) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    with desk.client("ada") as client:
        body: dict[str, Any] = {"pairs": PAIRS, "revision": revision(desk)}
        tried = client.post("/api/cameras/plaza/calibration", json=body).json()
        assert tried["calibration"]["rms_m"] < 0.01
        assert desk.ports.cameras.camera("plaza").calibration is None
        saved = client.put("/api/cameras/plaza/calibration", json=body)
        assert saved.status_code == 200, saved.text
        calibration = saved.json()["camera"]["calibration"]
        assert len(calibration["matrix"]) == 9
        assert calibration["pairs"] == PAIRS
        assert not calibration["stale"]
        # Whoever saves the whole camera keeps it.
        camera = saved.json()["camera"]
        whole = {
            "name": "Plaza Mayor",
            "kind": "rtsp",
            "streams": [{"role": one["role"], "url": one["url"]} for one in camera["streams"]],
            "username": camera["username"],
            "revision": camera["revision"],
        }
        kept = client.put("/api/cameras/plaza", json=whole)
        assert kept.status_code == 200, kept.text
        assert kept.json()["calibration"]["matrix"] == calibration["matrix"]
        gone = client.delete(f"/api/cameras/plaza/calibration?revision={kept.json()['revision']}")
        assert gone.json()["calibration"] is None


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (PAIRS[:3], "at least four"),
        ([{**PAIRS[0], "x": n / 4, "y": n / 4, "latitude_deg": -12 - n / 1e4} for n in range(4)], "one line"),
        ([*PAIRS[:3], {**PAIRS[3], "latitude_deg": 40.0}], "kilometres"),
        ([PAIRS[0], PAIRS[1], {**PAIRS[3], "x": 0.7}, {**PAIRS[2], "x": 0.3}], "contradict"),
    ],
)
def test_pairs_that_fix_nothing(desk: Desk, pairs: list[dict[str, float]], said: str) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    with desk.client("ada") as client:
        answer = client.post("/api/cameras/plaza/calibration", json={"pairs": pairs, "revision": 0})
        assert answer.status_code == 400
        assert said in answer.json()["message"]
        assert answer.json()["hint"]


def districts(*names: str, **changes: Any) -> dict[str, Any]:
    ring = [[-77.05, -12.05], [-77.03, -12.05], [-77.03, -12.03], [-77.05, -12.05]]
    geometry = {"type": "Polygon", "coordinates": [ring], **changes}
    features = [
        {"type": "Feature", "properties": {"Nombre": one, "secret": "x"}, "geometry": geometry} for one in names
    ]
    return {"type": "FeatureCollection", "features": features}


def test_districts_are_kept_without_what_nobody_needs(desk: Desk) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    desk.add_user("olga", Role.OPERATOR)
    with desk.client("ada") as client:
        sent = districts("Cercado", "<b>Surco</b>\u0007")
        answer = client.put("/api/map/districts", content=json.dumps(sent))
        assert answer.json() == {"districts": 2}
        assert kinds(desk) == ["map.changed"]
    with desk.client("olga") as client:
        mark = client.get("/api/map").json()["districts"]
        assert mark
        shown = client.get("/api/map/districts")
        assert shown.headers["content-type"] == "application/geo+json"
        assert [one["properties"] for one in shown.json()["features"]] == [
            {"name": "Cercado"},
            {"name": "<b>Surco</b>"},
        ]
    with desk.client("ada") as client:
        assert client.delete("/api/map/districts").status_code == 204
        assert client.get("/api/map").json()["districts"] is None
        assert client.delete("/api/map/districts").status_code == 404


NAN = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[NaN]]]}}]}'
)


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (b"\xff\xfe", "not-json"),
        (b"[" * 200_000, "not-json"),
        (NAN.encode(), "not-json"),
        (b"[]", "no-collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "empty"),
        (json.dumps(districts(*"a" * 2001)).encode(), "too-many"),
        (json.dumps(districts("a", type="Point", coordinates=[0, 0])).encode(), "no-polygon"),
        (json.dumps(districts("a", coordinates="x")).encode(), "no-polygon"),
        (json.dumps(districts("a", coordinates=[[[0, 0], [1, 1], [0, 0]]])).encode(), "no-polygon"),
        (json.dumps(districts("a", coordinates=[[[0, 0], [1, 0], [1, 1], [2, 2]]])).encode(), "not-closed"),
        (json.dumps(districts("a", coordinates=[[[0, 0], [1, 0], [True, 1], [0, 0]]])).encode(), "no-number"),
        (json.dumps(districts("a", coordinates=[[[278e3, 8e6]] * 4])).encode(), "not-wgs84"),
        (json.dumps(districts("a", coordinates=[[[10**400, 0]] * 4])).encode(), "not-wgs84"),
        (json.dumps(districts("a", coordinates=[[[0, 0]] * (MAX_POINTS + 1)])).encode(), "too-many"),
    ],
)
def test_a_hostile_file_of_districts(sent: bytes, detail: str) -> None:
    with pytest.raises(BadDistricts) as refused:
        checked(sent)
    assert refused.value.params["detail"] == f"map-districts-{detail}"
    assert refused.value.render("es")
    assert refused.value.hint("en")


def test_a_file_of_districts_that_is_too_large(desk: Desk) -> None:
    desk.add_user("ada", Role.ADMINISTRATOR)
    with desk.client("ada") as client:
        assert client.put("/api/map/districts", content=b" " * 1_000_001).status_code == 413


def test_tiles_come_from_the_file_in_parts_or_from_the_one_server_that_is_configured(tmp_path: Path) -> None:
    file = tmp_path / "lima.pmtiles"
    file.write_bytes(b"PMTiles" + bytes(100))
    address = "https://tiles.muni.gob.pe:8443/osm/{z}/{x}/{y}.png"
    config: dict[str, object] = {"map_pmtiles": file, "map_tiles": address, "map_attribution": "© Muni"}
    with running(tmp_path, **config) as desk:
        desk.add_user("olga", Role.OPERATOR)
        with desk.client("olga") as client:
            told = client.get("/api/map")
            assert told.json()["pmtiles"]
            assert told.json()["tiles"] == {"url": address, "attribution": "© Muni", "max_zoom": 19}
            part = client.get("/api/map/tiles.pmtiles", headers={"range": "bytes=0-6"})
            assert (part.status_code, part.content) == (206, b"PMTiles")
            policy = told.headers["content-security-policy"]
            assert "img-src 'self' blob: data: https://tiles.muni.gob.pe:8443;" in policy
            assert "connect-src 'self' https://tiles.muni.gob.pe:8443" in policy
        with desk.client() as stranger:
            assert stranger.get("/api/map/tiles.pmtiles").status_code == 401


def test_without_a_tile_server_a_page_may_ask_nobody_else() -> None:
    policy = content_security_policy(DeskConfig())
    assert "http" not in policy
    assert "unsafe" not in policy
