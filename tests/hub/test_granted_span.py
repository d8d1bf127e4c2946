"""A request that its owner granted, for one span of footage: what may be looked at through a hub, and what not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import old_footage
from desk.desks import serving
from hub.far import Afar
from numbered import FPS, number_of_jpeg, numbers, write_numbered
from stored_footage import START
from veedor.access.actions import Action
from veedor.desk.app import create_app
from veedor.desk.evidence.service import packages_folder
from veedor.hub.relay.footage import RelayFootage, SegmentCopies
from veedor.kit.clock import SystemClock
from veedor.kit.errors import Forbidden
from veedor.kit.sqlite import open_database
from veedor.member.errors import BadArguments
from veedor.model.camera import StreamRole
from veedor.model.grant import CameraSelection, Selecting
from veedor.site.record.footage import FootageStore
from veedor.site.record.layout import INDEX_NAME
from veedor.site.record.schema import MIGRATIONS
from veedor.wire.calls import Op
from veedor.wire.ports import PlayWish

SPAN = (START + timedelta(seconds=2), START + timedelta(seconds=8))


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Callable[[Action], RelayFootage]]:
    """The footage of the owner's camera, for somebody with a grant for `SPAN` alone."""
    afar = Afar(tmp_path)
    afar.agree(span=SPAN)
    who = afar.log_in()
    copies = SegmentCopies(tmp_path / "copies")
    yield lambda action: RelayFootage(afar.remote(who, action), copies)
    afar.stop()


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(Forbidden) as refusal:
        ask()
    return str(refusal.value.params["reason"])


def test_up_to_when_there_is_footage(look: Callable[[Action], RelayFootage]) -> None:
    footage = look(Action.FOOTAGE_LIST)
    assert footage.recorded_until("plaza", within=SPAN) is not None
    later = (SPAN[0], SPAN[1] + timedelta(seconds=1))
    assert refused(lambda: footage.recorded_until("plaza", within=later)) == "span"
    assert refused(lambda: footage.recorded_until("plaza")) == "span"


def test_a_still_of_a_moment_inside(look: Callable[[Action], RelayFootage]) -> None:
    footage = look(Action.FOOTAGE_PLAY)
    assert footage.still("plaza", SPAN[0] + timedelta(seconds=3))
    assert refused(lambda: footage.still("plaza", SPAN[1] + timedelta(seconds=1))) == "span"
    assert refused(lambda: footage.still("plaza", SPAN[0] - timedelta(seconds=1))) == "span"


# -- with a real store at the site: twelve seconds of files of four, a keyframe each second, pictures with numbers

ODD = (START + timedelta(seconds=1.5), START + timedelta(seconds=9.5))
INSIDE = [round(second * FPS) % 100 for second in [index / FPS for index in range(38, 238)]]


@pytest.fixture
def afar(tmp_path: Path) -> Iterator[Afar]:
    made = Afar(tmp_path)
    root = tmp_path / "store"
    root.mkdir()
    open_database(root / INDEX_NAME, MIGRATIONS).close()
    reel = old_footage.reel(write_numbered(tmp_path / "clip.mp4"))
    old_footage.store(root, "plaza", reel, START, START + timedelta(seconds=12))
    store = FootageStore(root, SystemClock())
    made.site.ports = replace(made.site.ports, footage=store)
    made.restart_site()
    made.clock.advance(60)
    yield made
    store.close()
    made.stop()


@contextmanager
def petra_at(afar: Afar) -> Iterator[httpx.Client]:
    """A supervisor of the other agency at the hub, as a browser has it."""
    who = afar.log_in()
    headers = {"authorization": f"Bearer {afar.tokens[who.user_id]}", "x-veedor-purpose": "Robo"}
    headers["x-veedor-case"] = "2026-118"
    with (
        serving(create_app(afar.hub.ports)) as url,
        httpx.Client(base_url=url, headers=headers, timeout=30) as client,
    ):
        yield client


def named(span: tuple[datetime, datetime]) -> dict[str, str]:
    return {"start": span[0].isoformat(), "end": span[1].isoformat()}


def test_nothing_outside_the_span_is_played(afar: Afar) -> None:
    afar.agree(span=ODD)
    with petra_at(afar) as petra:
        answer = petra.get("/api/cameras/plaza/play.mp4", params=named(ODD))
        told = json.loads(answer.headers["x-veedor-play"])
        assert numbers(answer.content) == INSIDE[12:], "from the first keyframe of the span to its last picture"
        assert datetime.fromisoformat(told["at"]) == START + timedelta(seconds=2)
        assert datetime.fromisoformat(told["until"]) == ODD[1]
        fast = petra.get("/api/cameras/plaza/play.mp4", params={**named(ODD), "keyframes": "true"})
        assert numbers(fast.content) == [50, 75, 0, 25, 50, 75, 0, 25]
        assert numbers(petra.get("/api/cameras/plaza/clip.mp4", params=named(ODD)).content) == INSIDE[12:]
        # A piece from the middle begins at the keyframe before it, which is in the span too.
        piece = (START + timedelta(seconds=4.5), START + timedelta(seconds=9.5))
        assert numbers(petra.get("/api/cameras/plaza/play.mp4", params=named(piece)).content)[0] == 0
        for at, wanted in ((ODD[1], INSIDE[-1]), (ODD[0] + timedelta(seconds=0.03), INSIDE[0])):
            still = petra.get("/api/cameras/plaza/still.jpg", params={"at": at.isoformat()})
            assert number_of_jpeg(still.content) == wanted
        assert petra.get("/api/cameras/plaza/still.jpg", params={"at": ODD[0].isoformat()}).status_code == 404
        beyond = (ODD[0], ODD[1] + timedelta(microseconds=1))
        refused = petra.get("/api/cameras/plaza/play.mp4", params=named(beyond))
        assert refused.status_code == 403


def test_without_a_span_in_the_grant_it_is_played_from_keyframe_to_keyframe(afar: Afar) -> None:
    """A convenio for whatever was recorded: a wider grant goes before a narrow one."""
    afar.agree(span=ODD)
    afar.agree(id="g-wide")
    with petra_at(afar) as petra:
        answer = petra.get("/api/cameras/plaza/play.mp4", params=named(ODD))
    assert numbers(answer.content) == [
        round(second * FPS) % 100 for second in [index / FPS for index in range(25, 250)]
    ]


def test_a_hub_in_wrong_hands_gets_no_more(afar: Afar) -> None:
    """It asks the site itself, with a wish of its own, and for files that reach over the ends."""
    afar.agree(span=ODD)
    who = afar.log_in()
    footage = RelayFootage(afar.remote(who, Action.FOOTAGE_PLAY), SegmentCopies(afar.folder / "copies"))
    anything = PlayWish(within=(START, START + timedelta(seconds=12)))
    assert numbers(b"".join(footage.play("plaza", *ODD, anything).chunks)) == INSIDE[12:]
    lists = RelayFootage(afar.remote(who, Action.FOOTAGE_LIST), SegmentCopies(afar.folder / "more"))
    found = lists.segments("plaza", *ODD, StreamRole.MAIN)
    assert len(found) == 3
    remote = afar.remote(who, Action.EVIDENCE_EXPORT)
    got = []
    for one in found:
        local = one.id % 2**40
        try:
            got.append(b"".join(remote.open("plaza", Op.FOOTAGE_SEGMENT_FILE, span=ODD, segment_id=local)))
        except BadArguments:
            continue
    assert [numbers(one) for one in got] == [list(range(100))], "the one file that lies in the span whole"


def test_evidence_is_of_files_that_lie_in_the_span(afar: Afar) -> None:
    afar.agree(span=ODD)
    petra = afar.log_in()
    incident = afar.incident(petra)
    afar.lock(petra, incident, start_s=1.5, end_s=9.5)
    worker = afar.worker()
    worker.ask_once()
    package_id = afar.service(petra, Action.EVIDENCE_EXPORT).export(petra, incident, "oficio 12")
    worker.build_once()
    folder = packages_folder(afar.hub.ports.data_directory) / package_id
    videos = {path.name: numbers(path.read_bytes()) for path in folder.rglob("*.mp4")}
    stills = [number_of_jpeg(path.read_bytes()) for path in folder.rglob("*.jpg")]
    assert len(videos) == 2
    assert all(shown == list(range(100)) for shown in videos.values()), "the original and its working copy"
    assert len(stills) == 3
    assert all(number in INSIDE for number in stills)


def test_the_timeline_tells_what_lies_in_the_span(afar: Afar) -> None:
    afar.agree(span=ODD, cameras=CameraSelection(Selecting.LIST, ids=frozenset({"plaza"})))
    day = {"start": (START - timedelta(hours=8)).isoformat(), "end": (START + timedelta(hours=8)).isoformat()}
    with petra_at(afar) as petra:
        assert petra.get("/api/cameras/plaza/timeline", params=day).status_code == 403
        (told,) = petra.get("/api/timelines", params={**day, "camera": ["plaza", "parque"]}).json()
        assert told["camera_id"] == "plaza"
        (one,) = told["spans"]
        assert [datetime.fromisoformat(one[name]) for name in ("started_at", "ended_at")] == list(ODD)
        assert datetime.fromisoformat(told["recorded_until"]) == ODD[1]
        before = {"start": day["start"], "end": START.isoformat(), "camera": "plaza"}
        assert petra.get("/api/timelines", params=before).json() == []
        # Two grants that overlap are one line; what only one of them names is asked for under that one.
        later = (START + timedelta(seconds=8), START + timedelta(seconds=11))
        afar.agree(id="g-later", span=later)
        (told,) = petra.get("/api/timelines", params={**day, "camera": "plaza"}).json()
        bounds = [datetime.fromisoformat(one[name]) for one in told["spans"] for name in ("started_at", "ended_at")]
        assert bounds == [ODD[0], ODD[1], ODD[1], later[1]]
    asked = [entry for entry in afar.audited("footage.list") if entry.allowed]
    assert {entry.resource_id for entry in asked} == {"plaza"}
