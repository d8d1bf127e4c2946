"""A search that goes to many sites: real archives behind real gates with real passes; between them a plain call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.desks import Desk, make_desk
from desk.fakes import FakeSite, camera
from hub.minting import AGENCY, minted
from made_up_tracks import DAY, NOON, passes
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.accounts.service import ensure_agency
from veedor.desk.audit.entry import detail_of
from veedor.desk.database import Database, database_url
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.hub.relay.directory import HubCameras
from veedor.hub.relay.remote import Remote, Wanted
from veedor.hub.search.federated import FederatedSearch
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Forbidden, Unavailable
from veedor.member.errors import PassForSomethingElse
from veedor.member.gate import Gate
from veedor.model.track_query import SiteAnswer, TrackQuery
from veedor.site.archive.archive import TrackArchive
from veedor.wire.calls import Op
from veedor.wire.directory import camera_to_json
from veedor.wire.passcheck import HighWater, PassCheck

EAST = ((0.1, 0.5), (0.9, 0.5))
ANA = Principal("u1", "ana", "muni", frozenset({Role.OPERATOR}), session_id="s1", purpose="Robo")
QUERY = TrackQuery(NOON - DAY, NOON + DAY, ("a1", "a2", "b1", "c1"))


@dataclass
class Head:
    head: dict[str, Any]

    def close(self) -> None: ...


class Federation:
    """A hub's directory, and sites a (two cameras), b and c (one each) with a track a camera."""

    def __init__(self, folder: Path) -> None:
        self.clock = SimulatedClock(NOON + timedelta(hours=2))
        self.database = Database(database_url(folder))
        self.database.migrate()
        self.sites: dict[str, Desk] = {}
        self.archives: list[TrackArchive] = []
        self.gates: dict[str, Gate] = {}
        self.hang = threading.Event()
        self.hangs: set[str] = set()
        self.calls: list[tuple[str, tuple[str, ...]]] = []
        with self.database.session() as session:
            ensure_agency(session, self.clock, "muni", "Municipalidad")
            for number, (name, cameras) in enumerate({"a": ("a1", "a2"), "b": ("b1",), "c": ("c1",)}.items(), 1):
                session.add(self._site(name, number))
                session.flush()
                for one in cameras:
                    sent = camera_to_json(camera(one))
                    session.add(SiteCameraRow(id=one, site_id=name, agency_id="muni", name=one, sent=sent))
                self._start(folder / name, name, cameras, number)
        self.cameras = HubCameras(self.database, self.clock)
        self.clock.advance(60)  # a site takes no passes from before it ran

    def _site(self, name: str, number: int) -> SiteRow:
        return SiteRow(
            id=name,
            number=number,
            agency_id="muni",
            name=f"Sede {name.upper()}",
            link_key=name * 40,
            joined_at=self.clock.now(),
            version="1",
            boots=[],
            is_doubled=False,
            health={},
        )

    def _start(self, folder: Path, name: str, cameras: tuple[str, ...], number: int) -> None:
        folder.mkdir()
        desk = self.sites[name] = make_desk(folder, self.clock)
        archive = TrackArchive(folder / "archive", self.clock)
        self.archives.append(archive)
        for order, one in enumerate(cameras):
            desk.cameras.save(camera(one))
            passes(archive, number * 10 + order, EAST, camera=one, at_s=number * 100 + order * 50)
        assert isinstance(desk.ports.site, FakeSite)
        desk.ports.site.archive = archive
        pinned = {"muni": AGENCY.public_hex}
        self.gates[name] = Gate(desk.ports, PassCheck(name, pinned.get, HighWater(folder / "time", self.clock)))

    def stop(self) -> None:
        self.hang.set()
        for archive in self.archives:
            archive.stop()
        for desk in self.sites.values():
            desk.ports.database.close()
        self.database.close()

    def ask(self, site_id: str, op: Op, args: dict[str, Any], pass_text: str, timeout_s: float) -> Head:
        self.calls.append((site_id, tuple(args["cameras"])))
        if site_id in self.hangs:
            self.hang.wait()
            raise Unavailable(name=site_id, problem="silent")
        head, _ = self.gates[site_id].answer(op.value, args, pass_text)
        return Head(head)

    def mint(self, principal: Principal, wanted: Wanted) -> str:
        return minted(principal, wanted, self.clock.now())

    def remote(self, principal: Principal = ANA) -> Remote:
        return Remote(self.cameras, self.ask, self.mint, principal, Action.TRACK_READ)  # type: ignore[arg-type]

    def search(self, query: TrackQuery = QUERY, **more: Any) -> dict[str, SiteAnswer]:
        searched = FederatedSearch(self.remote(), self.database, self.clock, more.pop("wait_s", 30.0))
        return {one.site_id: one for one in searched.search(query, **more)}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Federation]:
    made = Federation(tmp_path)
    yield made
    made.stop()


def ids(answer: SiteAnswer) -> list[int]:
    assert answer.page is not None, answer.problem
    return [one.track_id for one in answer.page.tracks]


def test_each_site_is_asked_once_about_its_own_cameras(hub: Federation) -> None:
    found = hub.search()
    assert {site: ids(one) for site, one in found.items()} == {"a": [11, 10], "b": [20], "c": [30]}
    assert sorted(hub.calls) == [("a", ("a1", "a2")), ("b", ("b1",)), ("c", ("c1",))]
    assert found["a"].site == "Sede A"


def test_a_site_without_a_camera_in_the_query_is_not_asked(hub: Federation) -> None:
    assert set(hub.search(replace(QUERY, cameras=("b1", "ghost")))) == {"b"}
    assert hub.calls == [("b", ("b1",))]


def test_the_site_audits_one_look_that_names_all_cameras(hub: Federation) -> None:
    hub.search()
    (entry,) = [one for one in hub.sites["a"].audit.after(0) if one.action == "track.read"]
    assert (entry.allowed, entry.user_id, entry.resource_id) == (True, "u1", None)
    assert detail_of(entry)["cameras"] == ["a1", "a2"]
    assert "dwell_s" in detail_of(entry)["query"]


def test_a_site_that_hangs_is_given_up_and_named_while_others_have_answered(hub: Federation) -> None:
    hub.hangs = {"b"}
    searched = FederatedSearch(hub.remote(), hub.database, hub.clock, 0.5)
    order = [(one.site_id, one.page is not None) for one in searched.search(QUERY)]
    assert sorted(order[:2]) == [("a", True), ("c", True)]
    assert order[2] == ("b", False)


def test_a_refusal_is_an_answer_with_its_reason(hub: Federation) -> None:
    with hub.sites["c"].ports.database.session() as session:
        ensure_agency(session, hub.clock, "other", "Otra")
    hub.sites["c"].cameras.save(camera("c1", "other"))  # the hub does not know yet
    found = hub.search()
    assert found["c"].page is None
    assert isinstance(found["c"].problem, Forbidden)
    assert ids(found["a"]) == [11, 10]


def test_pages_go_to_those_sites_alone_that_have_more(hub: Federation) -> None:
    first = hub.search(replace(QUERY, limit=1))
    cursors = {site: one.page.cursor for site, one in first.items() if one.page and one.page.cursor}
    hub.calls.clear()
    second = hub.search(replace(QUERY, limit=1), cursors={"a": cursors["a"]})
    assert {site: ids(one) for site, one in second.items()} == {"a": [10]}
    assert [site for site, _ in hub.calls] == ["a"]


def asked(hub: Federation, args: dict[str, Any], **changes: Any) -> None:
    where = hub.cameras.site_of("a1")
    wanted = Wanted(where, Action.TRACK_READ, ("a1",), (NOON - DAY, NOON + DAY))
    text = hub.mint(ANA, replace(wanted, **changes))
    span = {"start": (NOON - DAY).isoformat(), "end": (NOON + DAY).isoformat()}
    hub.gates["a"].answer(Op.SEARCH_TRACKS.value, {"query": {}, **span, **args}, text)


def test_a_pass_for_one_camera_opens_no_other(hub: Federation) -> None:
    asked(hub, {"cameras": ["a1"]})
    with pytest.raises(PassForSomethingElse):
        asked(hub, {"cameras": ["a1", "a2"]})
    with pytest.raises(PassForSomethingElse):
        asked(hub, {"cameras": ["a1"]}, action=Action.LIVE_WATCH)
    with pytest.raises(PassForSomethingElse):
        asked(hub, {"cameras": ["a1"]}, span=(NOON, NOON + DAY))
    refusals = [one for one in hub.sites["a"].audit.after(0) if not one.allowed]
    assert [one.reason for one in refusals] == ["pass:camera", "pass:action", "pass:span"]


def test_the_query_cannot_name_what_the_pass_does_not(hub: Federation) -> None:
    where = hub.cameras.site_of("a1")
    text = hub.mint(ANA, Wanted(where, Action.TRACK_READ, ("a1",), (NOON - DAY, NOON + DAY)))
    args = {
        "cameras": ["a1"],
        "camera_id": "a2",
        "query": {"cameras": ["a2"], "start": "2020-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"},
        "start": (NOON - DAY).isoformat(),
        "end": (NOON + DAY).isoformat(),
    }
    head, _ = hub.gates["a"].answer(Op.SEARCH_TRACKS.value, args, text)
    assert [one["camera_id"] for one in head["value"]["tracks"]] == ["a1"]
