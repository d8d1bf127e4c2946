"""The route of searches over tracks: what it finds, for whom, and what the audit has of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desks import Desk, running
from desk.fakes import FakeSite, camera
from made_up_tracks import NOON, passes
from veedor.access.principal import Role
from veedor.desk.audit.entry import detail_of
from veedor.kit.clock import SystemClock
from veedor.kit.errors import Unavailable
from veedor.model.camera import Placement
from veedor.model.detection import ObjectClass
from veedor.model.track_query import TrackPage, TrackQuery, VehicleColour
from veedor.site.archive.archive import TrackArchive

SPAN = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}
EAST = ((0.1, 0.5), (0.9, 0.5))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """With an archive: a person and a red car on `plaza`, a person on `mercado`, which another agency has."""
    archive = TrackArchive(tmp_path / "archive", SystemClock())
    passes(archive, 1, EAST, camera="plaza")
    passes(archive, 2, EAST, camera="plaza", at_s=100, kind=ObjectClass.CAR, colour=VehicleColour.RED)
    passes(archive, 3, EAST, camera="mercado", at_s=200)
    (tmp_path / "desk").mkdir()
    with running(tmp_path / "desk") as ready:
        site = ready.ports.site
        assert isinstance(site, FakeSite)
        site.archive = archive
        ready.cameras.save(camera("mercado", "another"))
        ready.add_user("ana", Role.OPERATOR)
        ready.add_user("vera", Role.VIEWER)
        yield ready
    archive.stop()


def asked(desk: Desk, **body: Any) -> list[dict[str, Any]]:
    with desk.client("ana") as client:
        answer = client.post("/api/search/tracks", json={**SPAN, **body})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def refused(desk: Desk, **body: Any) -> httpx.Response:
    with desk.client("ana") as client:
        answer = client.post("/api/search/tracks", json={**SPAN, **body})
    assert answer.status_code == 422, answer.text
    return answer


def test_a_line_for_the_site_and_one_for_the_end(desk: Desk) -> None:
    site, end = asked(desk)
    assert (site["kind"], site["site_id"], site["site"]) == ("site", "here", "Veedor")
    assert [one["track_id"] for one in site["tracks"]] == [2, 1]
    car, person = site["tracks"]
    assert (car["class"], car["colour"], car["heading_deg"]) == ("car", "red", pytest.approx(90, abs=1))
    assert person["class"] == "person"
    assert "colour" not in person
    assert end == {"kind": "end", "sites": 1, "unanswered": []}


def test_a_camera_of_another_agency_is_not_searched(desk: Desk) -> None:
    site, _ = asked(desk, cameras=["mercado", "plaza", "ghost"])
    assert {one["camera_id"] for one in site["tracks"]} == {"plaza"}
    site, _ = asked(desk, cameras=["mercado"])
    assert site["tracks"] == []


def test_what_is_asked_narrows_it(desk: Desk) -> None:
    def ids(**body: Any) -> list[int]:
        return [one["track_id"] for one in asked(desk, **body)[0]["tracks"]]

    assert ids(classes=["car"]) == [2]
    assert ids(colours=["red"]) == [2]
    assert ids(colours=["blue"]) == []
    assert ids(sectors=["w"]) == []
    assert ids(speed_hps={"least": 5}) == []
    assert ids(dwell_s={"least": 9, "most": 11}) == [2, 1]
    assert ids(zone={"ring": [[0, 0], [0.05, 0], [0.05, 0.05]]}) == []


def test_an_area_is_of_the_cameras_that_stand_in_it(desk: Desk) -> None:
    def found(west: float, **body: Any) -> set[str]:
        ring = [[west, -13], [west + 1, -13], [west + 1, -12], [west, -12], [west, -13]]
        area = {"type": "Polygon", "coordinates": [ring]}
        return {one["camera_id"] for one in asked(desk, area=area, **body)[0]["tracks"]}

    assert found(-77.5) == set()  # nobody has said where it stands
    desk.cameras.save(replace(camera("plaza"), placement=Placement(-12.05, -77.03, 0.0, 60.0)))
    assert found(-77.5) == {"plaza"}
    assert found(-76.5) == set()
    assert found(-77.5, cameras=["mercado"]) == set()
    assert "GeoJSON" in refused(desk, area={"type": "Polygon", "coordinates": [[[0, 0]]]}).json()["message"]


def test_pages_by_the_cursor_of_each_site(desk: Desk) -> None:
    first, _ = asked(desk, limit=1)
    second, _ = asked(desk, limit=1, cursors={"here": first["cursor"]})
    assert [one["track_id"] for one in (*first["tracks"], *second["tracks"])] == [2, 1]
    assert [one["kind"] for one in asked(desk, cursors={})] == ["end"]


def test_what_cannot_be_asked_is_told(desk: Desk) -> None:
    assert "colour" in refused(desk, classes=["person"], colours=["red"]).json()["message"]
    refused(desk, classes=["dragon"])
    refused(desk, colours=["mauve"])
    refused(desk, limit=100_000)
    refused(desk, zone={"ring": [[0, 0], [7, 0], [1, 1]]})
    refused(desk, cursors={"here": "../../etc"})
    refused(desk, face="anybody")


def test_a_viewer_may_not_and_the_audit_has_the_query(desk: Desk) -> None:
    with desk.client("vera") as client:
        assert client.post("/api/search/tracks", json=SPAN).status_code == 403
    asked(desk, classes=["car"], colours=["red"])
    entries = [one for one in desk.audit.after(0) if one.action == "track.read" and one.allowed]
    told = detail_of(entries[-1])
    assert told["cameras"] == ["plaza"]
    assert (told["classes"], told["colours"]) == (["car"], ["red"])
    assert told["start"] == "2026-03-02T00:00:00+00:00"


class Silent(FakeSite):
    def search(self, query: TrackQuery) -> TrackPage:
        raise Unavailable(name="Veedor", problem="the archive is damaged")


def test_a_site_that_fails_is_a_line_and_named_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.app.state.ports = replace(desk.ports, site=Silent(desk.cameras))
        desk.add_user("ana", Role.OPERATOR)
        silent, end = asked(desk)
    assert (silent["kind"], silent["site"], silent["error"]) == ("silent", "Veedor", "error-unavailable")
    assert silent["message"]
    assert end["unanswered"] == ["Veedor"]


assert NOON.date().isoformat() == SPAN["start"][:10]
