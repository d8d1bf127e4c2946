"""Routes of playback and bookmarks: over a fake site, and over real segments in a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import old_footage
from clips import write_clip
from desk.cases import cases
from desk.desks import Desk, make_desk, serving
from desk.fakes import START as FAKE_START
from desk.fakes import FakeFootage, camera
from stored_footage import START
from veedor.access.principal import Role
from veedor.desk.app import create_app
from veedor.desk.audit.log import AuditQuery
from veedor.desk.playback.errors import CopyBusy
from veedor.desk.playback.gate import CopyGate
from veedor.desk.scope_clause import only
from veedor.kit.clock import SystemClock
from veedor.kit.sqlite import open_database
from veedor.model.event import Severity
from veedor.site.record.footage import FootageStore
from veedor.site.record.layout import INDEX_NAME
from veedor.site.record.schema import MIGRATIONS

SPAN = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:00:20Z"}


@pytest.fixture
def sara(desk: Desk) -> httpx.Client:
    desk.add_user("sara", Role.SUPERVISOR)
    return desk.client("sara")


@pytest.fixture
def olga(desk: Desk) -> httpx.Client:
    desk.add_user("olga", Role.OPERATOR)
    return desk.client("olga")


def fake(desk: Desk) -> FakeFootage:
    footage = desk.ports.footage
    assert isinstance(footage, FakeFootage)
    return footage


def test_timeline(olga: httpx.Client) -> None:
    told = olga.get("/api/cameras/plaza/timeline", params=SPAN).json()
    assert told["role"] == "main"
    assert [(one["started_at"], one["codec"]) for one in told["spans"]] == [("2026-03-01T12:00:00.000Z", "h264")]
    assert [(one["reason"], one["ended_at"], one["count"]) for one in told["gaps"]] == [("lost", None, 1)]
    too_long = {"start": "2026-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}
    answer = olga.get("/api/cameras/plaza/timeline", params=too_long)
    assert (answer.status_code, answer.json()["error"]) == (400, "error-desk-span-too-long")


def test_timelines_of_several_cameras_are_one_answer_and_audited(
    olga: httpx.Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = fake(desk).recorded_until
    within = []

    def told_until(one: str, **told: Any) -> Any:
        within.append([at.isoformat().replace("+00:00", "Z") for at in told["within"]])
        return until(one) if one == "plaza" else None

    monkeypatch.setattr(fake(desk), "recorded_until", told_until)
    told = olga.get("/api/timelines", params={**SPAN, "camera": ["plaza", "ghost", "plaza"]}).json()
    assert [one["camera_id"] for one in told] == ["plaza"]
    assert within == [list(SPAN.values())] * 2  # a site from afar decides on the span that is asked about
    assert told[0] == olga.get("/api/cameras/plaza/timeline", params=SPAN).json()
    entry = desk.audit.entries(AuditQuery(action="footage.list", limit=2))[1]
    assert json.loads(entry.detail)["camera"] == "plaza,ghost,plaza"


def test_play_tells_what_it_is_and_is_audited(olga: httpx.Client, desk: Desk) -> None:
    answer = olga.get("/api/cameras/plaza/play.mp4", params={**SPAN, "prefer": "sub"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("video/mp4; codecs=")
    told = json.loads(answer.headers["x-veedor-play"])
    assert told == {
        "at": "2026-03-01T12:00:00.000000Z",
        "until": "2026-03-01T12:00:20.000000Z",
        "role": "sub",
        "codec": "h264",
        "substitute": False,
        "copy": False,
    }
    entry = desk.audit.entries(AuditQuery(action="footage.play", limit=1))[0]
    assert (entry.username, entry.resource_id, json.loads(entry.detail)["prefer"]) == ("olga", "plaza", "sub")
    nothing = {"start": "2026-03-05T12:00:00Z", "end": "2026-03-05T12:00:20Z"}
    assert olga.get("/api/cameras/plaza/play.mp4", params=nothing).status_code == 404
    hour = {"start": SPAN["start"], "end": "2026-03-01T13:00:00Z"}
    assert olga.get("/api/cameras/plaza/play.mp4", params=hour).json()["error"] == "error-desk-span-too-long"


def test_one_working_copy_at_a_time(olga: httpx.Client, sara: httpx.Client, desk: Desk) -> None:
    fake(desk).codec = "hevc"
    assert olga.get("/api/cameras/plaza/play.mp4", params=SPAN).status_code == 200
    assert olga.get("/api/cameras/plaza/play.mp4", params=SPAN).status_code == 200  # the same viewer goes on
    refused = sara.get("/api/cameras/plaza/play.mp4", params=SPAN)
    assert (refused.status_code, refused.json()["error"]) == (503, "error-playback-copy-busy")
    assert "olga" in refused.json()["message"]


class Hand(SystemClock):
    """A clock that is moved by hand."""

    at_s = 100.0

    def monotonic(self) -> float:
        return self.at_s


def test_the_turn_for_a_copy_is_lost_by_looking_away() -> None:
    clock = Hand()
    gate = CopyGate(clock)
    with gate.turn("one", "plaza", "olga"), pytest.raises(CopyBusy), gate.turn("two", "plaza", "sara"):
        pass
    with pytest.raises(CopyBusy), gate.turn("one", "grau", "olga"):  # another camera is another copy
        pass
    clock.at_s += 13
    with gate.turn("two", "plaza", "sara"):
        pass
    with pytest.raises(CopyBusy), gate.turn("one", "plaza", "olga"):
        pass


def test_bookmarks_are_made_seen_and_removed(olga: httpx.Client, sara: httpx.Client, desk: Desk) -> None:
    desk.add_user("oscar", Role.OPERATOR)
    oscar = desk.client("oscar")
    words = "Moto <b>roja</b>"
    made = olga.post("/api/bookmarks", json={"camera": "plaza", "at": "2026-03-01T07:00:05-05:00", "text": words})
    assert made.status_code == 201
    assert (made.json()["text"], made.json()["by"], made.json()["at"]) == (words, "olga", "2026-03-01T12:00:05.000Z")
    listed = oscar.get("/api/bookmarks", params={**SPAN, "camera": "plaza"}).json()
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert oscar.get("/api/bookmarks", params={**SPAN, "camera": "grau"}).json() == []
    assert oscar.delete(f"/api/bookmarks/{made.json()['id']}").status_code == 403  # not his
    assert sara.delete(f"/api/bookmarks/{made.json()['id']}").status_code == 204  # a supervisor
    assert olga.delete(f"/api/bookmarks/{made.json()['id']}").status_code == 404
    own = olga.post("/api/bookmarks", json={"camera": "plaza", "at": SPAN["start"], "text": "x"}).json()
    assert olga.delete(f"/api/bookmarks/{own['id']}").status_code == 204
    items = desk.app.state.feed.after(0, only("muni"))
    assert [(one.kind, one.payload["what"]) for one in items if one.kind == "bookmark.changed"] == [
        ("bookmark.changed", "made"),
        ("bookmark.changed", "removed"),
        ("bookmark.changed", "made"),
        ("bookmark.changed", "removed"),
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"text": ""}, 422), ({"text": "x" * 501}, 422), ({"at": "2026-03-01T07:00:05"}, 400), ({"more": 1}, 422)],
)
def test_bad_bookmarks(olga: httpx.Client, change: dict[str, Any], status: int) -> None:
    body = {"camera": "plaza", "at": SPAN["start"], "text": "x"}
    assert olga.post("/api/bookmarks", json={**body, **change}).status_code == status


def test_marks_are_events_and_alerts_once(tmp_path: Path) -> None:
    with cases(tmp_path, work=False) as one:
        first = one.raise_alert(camera_id="cam-1")
        second = one.raise_alert(camera_id="cam-1", started_at=START + timedelta(seconds=5), severity=Severity.CRITICAL)
        one.raise_alert(camera_id="cam-2")
        span = {"start": START.isoformat(), "end": (START + timedelta(minutes=1)).isoformat(), "camera": "cam-1"}
        told = one.ana.get("/api/marks", params=span).json()
        alerts = [mark for mark in told["marks"] if mark["is_alert"]]
        assert [mark["id"] for mark in alerts] == [first, second]
        assert len({mark["id"] for mark in told["marks"]}) == len(told["marks"])
        one.raise_alert(camera_id="cam-1", started_at=START + timedelta(seconds=4.5))
        coarse = one.ana.get("/api/marks", params={**span, "resolution_s": 3600}).json()["marks"]
        assert [mark["count"] for mark in coarse if mark["is_alert"]] == [2, 1]  # by severity
        query = {"camera": "cam-1", "at": (START + timedelta(seconds=4.6)).isoformat()}
        assert one.ana.get("/api/marks/next", params=query).json()["id"] == second
        back = one.ana.get("/api/marks/next", params={**query, "backwards": True}).json()
        assert back["at"] == "2026-03-01T15:00:04.500Z"
        late = {"camera": "cam-1", "at": "2027-01-01T00:00:00Z"}
        assert one.ana.get("/api/marks/next", params=late).json() is None


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[httpx.Client, Path]]:
    """An operator of a desk over a real store."""
    root = tmp_path / "recordings"
    root.mkdir()
    open_database(root / INDEX_NAME, MIGRATIONS).close()
    bare = make_desk(tmp_path)
    store = FootageStore(root, SystemClock())
    ports = replace(bare.ports, footage=store)
    desk = Desk(ports, create_app(ports), bare.audit, bare.live, bare.cameras, bare.ptz)
    desk.cameras.save(camera("grau"))
    desk.add_user("olga", Role.OPERATOR)
    with serving(desk.app) as desk.url:
        yield desk.client("olga"), root
    store.close()
    ports.database.close()


def test_real_footage_is_played_and_copied(stored: tuple[httpx.Client, Path]) -> None:
    olga, root = stored
    h264 = old_footage.reel(write_clip(root / "a.mp4", seconds=4))
    hevc = old_footage.reel(write_clip(root / "b.mp4", seconds=4, codec="hevc"))
    old_footage.store(root, "plaza", h264, FAKE_START, FAKE_START + timedelta(seconds=8))
    old_footage.store(root, "grau", hevc, FAKE_START, FAKE_START + timedelta(seconds=8))
    played = olga.get("/api/cameras/plaza/play.mp4", params=SPAN)
    assert played.content[4:8] == b"ftyp"
    assert json.loads(played.headers["x-veedor-play"])["until"] == "2026-03-01T12:00:08.000000Z"
    copy = olga.get("/api/cameras/grau/play.mp4", params=SPAN)
    assert json.loads(copy.headers["x-veedor-play"])["copy"] is True
    assert (copy.content[4:8], b"avc1" in copy.content, b"hvc1" in copy.content) == (b"ftyp", True, False)
    whole = olga.get("/api/cameras/grau/play.mp4", params={**SPAN, "hevc": True})
    assert json.loads(whole.headers["x-veedor-play"])["copy"] is False
    assert b"hvc1" in whole.content
