"""What a site's call costs the hub's writers, and what is kept of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agreements import OWNER, PUBLIC, T0
from desk.desks import make_desk
from hub.test_after_restore import site_row
from veedor.desk.agencies.repository import save
from veedor.desk.context import DeskPorts
from veedor.desk.inward.inward import Position
from veedor.desk.sites.tables import SiteRow
from veedor.hub.attendance import Attendance
from veedor.hub.relay.directory import HubCameras
from veedor.hub.roster import HubRoster, Sources
from veedor.hub.standing import Standings
from veedor.hub.witness import HubWitness
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Forbidden
from veedor.model.agency import Agency, AgencyKind
from veedor.wire import sync
from veedor.wire.keys import SigningKey

SITE = "muni-site"


@dataclass
class Hub:
    ports: DeskPorts
    clock: SimulatedClock
    roster: HubRoster
    attendance: Attendance

    def hears(self, **more: Any) -> dict[str, Any]:
        return self.roster.answer(SITE, {"boot": "b", "version": "1", **more})

    @property
    def row(self) -> SiteRow:
        with self.ports.database.reading() as session:
            return session.get_one(SiteRow, SITE)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    clock = SimulatedClock(T0)
    ports = make_desk(tmp_path, clock).ports
    with ports.database.session() as session:
        save(session, Agency(OWNER, OWNER, AgencyKind.OTHER, public_key=PUBLIC[OWNER]), clock.now())
        session.add(site_row(SITE, OWNER, clock.now(), 1))
    key, attendance = SigningKey.generate(), Attendance(ports)
    cameras, witness = HubCameras(ports.database, clock), HubWitness(ports, key)
    yield Hub(
        ports,
        clock,
        HubRoster(
            ports, cameras, key, Sources(lambda _site: Position("", 0), witness, attendance, Standings(key, clock))
        ),
        attendance,
    )
    ports.database.close()


@contextmanager
def somebody_writes(ports: DeskPorts) -> Iterator[None]:
    """Another thread has the turn of the writer."""
    has_it, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with ports.database.session():
            has_it.set()
            may_end.wait(60)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert has_it.wait(30)
        yield
    finally:
        may_end.set()
        thread.join()


def test_a_call_that_tells_nothing_new_waits_for_no_writer(hub: Hub) -> None:
    hub.hears()  # its first: version and run are news
    assert (hub.row.version, hub.row.boot) == ("1", "b")
    at = hub.clock.now()
    with somebody_writes(hub.ports):
        assert hub.hears(health={"cameras": 43})["now"] == at.isoformat()
    assert hub.row.seen_at is None
    hub.attendance.round()
    assert (hub.row.seen_at, hub.row.health) == (at, {"cameras": 43})


def test_the_last_call_counts_and_one_that_could_not_be_kept_is_kept_later(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.hears(health={"cameras": 1})
    with monkeypatch.context() as broken:
        broken.setattr(hub.ports.database, "session", _disk_full)
        with pytest.raises(OSError, match="full"):
            hub.attendance.round()
    hub.attendance.round()
    assert hub.row.health == {"cameras": 1}
    hub.hears(health={"cameras": 2})
    hub.clock.advance(5)
    hub.hears(health={"cameras": 3})
    hub.attendance.round()
    assert (hub.row.health, hub.row.seen_at) == ({"cameras": 3}, hub.clock.now())


def test_news_is_kept_at_once(hub: Hub) -> None:
    hub.hears()
    hub.hears(boot="c", signs=True)
    assert (hub.row.boot, hub.row.signs, hub.row.is_doubled) == ("c", True, False)
    hub.hears(boot="b")  # the run that another had followed
    assert hub.row.is_doubled


def test_a_site_that_was_revoked_is_refused_and_not_noted(hub: Hub) -> None:
    with hub.ports.database.session() as session:
        session.get_one(SiteRow, SITE).revoked_at = hub.clock.now()
    with pytest.raises(Forbidden):
        hub.hears(health={"cameras": 1})
    hub.attendance.round()
    assert hub.row.seen_at is None


def _disk_full() -> None:
    raise OSError("full")


def test_the_more_sites_the_less_often_each_of_them_asks(hub: Hub) -> None:
    assert hub.hears()["again_s"] == sync.SYNC_EVERY_S
    for number in range(69):
        hub.attendance.called(f"site-{number}", hub.clock.now(), {})
    asked_again_s = sync.again_s(hub.hears())
    assert asked_again_s == 10
    assert sync.away_after_s(70) == 3 * asked_again_s
    assert sync.again_s({}) == sync.again_s({"again_s": "soon"}) == sync.SYNC_EVERY_S  # another version of a hub
    assert sync.again_s({"again_s": 0}) == 1
    assert sync.again_s({"again_s": 1e9}) == 30
