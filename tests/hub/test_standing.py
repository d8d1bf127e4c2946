"""Who belongs to a hub, remembered by its sites and beside its keys for the day on which it is restored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import OWNER, PUBLIC, T0
from desk.desks import Desk, make_desk
from hub.test_after_restore import site_row
from veedor.access.actions import Action
from veedor.desk.agencies.repository import save
from veedor.desk.audit.restores import note_own
from veedor.desk.inward.inward import Position
from veedor.desk.sites.tables import SiteRow
from veedor.hub.attendance import Attendance
from veedor.hub.joining import service
from veedor.hub.relay.directory import HubCameras
from veedor.hub.roster import HubRoster, Sources
from veedor.hub.standing import FILE, SETTLED, Standings, take_back
from veedor.hub.witness import HubWitness
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Forbidden
from veedor.member.kept_roster import KeptRoster
from veedor.model.agency import Agency, AgencyKind
from veedor.wire.keys import SigningKey
from veedor.wire.roster import BadRoster

SITES = ("a", "b", "c")


@dataclass
class Hub:
    desk: Desk
    clock: SimulatedClock
    key: SigningKey
    folder: Path
    changes: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        ports = self.desk.ports
        self.standings = Standings(self.key, self.clock, self.folder)
        take_back(ports, self.standings)
        cameras, witness = HubCameras(ports.database, self.clock), HubWitness(ports, self.key)
        sources = Sources(
            lambda _site: Position("", 0), witness, Attendance(ports), self.standings, sites_changed=self._changed
        )
        self.roster = HubRoster(ports, cameras, self.key, sources)

    def _changed(self) -> None:
        self.changes += 1

    def hears(self, site: str, kept: KeptRoster) -> None:
        """One turn of `hub.sync`, some time after what was changed."""
        with self.desk.ports.database.reading() as session:
            self.standings.told(session)
        self.clock.advance(SETTLED.total_seconds())
        knows = {"grants": {}, "roster": kept.known(), "sites": kept.known_sites()}
        question = {"boot": "b", "version": "1", "knows": knows, "roster": kept.question(), "sites": kept.sites()}
        kept.heard(json.loads(json.dumps(self.roster.answer(site, json.loads(json.dumps(question))))))

    def changes_all(self) -> None:
        """One is revoked, one has another key, one joins."""
        self.clock.advance(60)
        with self.desk.ports.database.session() as session:
            service.revoke(session, self.clock, "b")
            row = session.get_one(SiteRow, "c")
            row.link_key, row.changed_at = "c-new", self.clock.now()
            session.add(site_row("d", OWNER, self.clock.now(), 4))

    def forgets(self) -> None:
        """As a restore of what was before `changes_all`."""
        with self.desk.ports.database.session() as session:
            session.get_one(SiteRow, "b").revoked_at = session.get_one(SiteRow, "b").changed_at = None
            row = session.get_one(SiteRow, "c")
            row.link_key, row.changed_at = "c", None
            session.delete(session.get_one(SiteRow, "d"))
            told = {"backup_made_at": T0.isoformat(), "restored_at": self.clock.now().isoformat(), "by": "os:ana"}
            note_own(session, self.clock, ("hub", self.desk.ports.agency_id), 0, {**told, "manifest_sha256": "ab" * 32})

    def knows_all(self) -> bool:
        with self.desk.ports.database.reading() as session:
            rows = {row.id: row for row in service.sites(session)}
        return "d" in rows and rows["b"].revoked_at is not None and rows["c"].link_key == "c-new"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    clock = SimulatedClock(T0)
    (tmp_path / "desk").mkdir()
    (tmp_path / "keys").mkdir()
    desk = make_desk(tmp_path / "desk", clock)
    with desk.ports.database.session() as session:
        save(session, Agency(OWNER, OWNER, AgencyKind.OTHER, public_key=PUBLIC[OWNER]), clock.now())
        for number, name in enumerate(SITES, 1):
            session.add(site_row(name, OWNER, clock.now(), number))
    yield Hub(desk, clock, SigningKey.generate(), tmp_path / "keys")
    desk.ports.database.close()


@pytest.fixture
def kept(hub: Hub, tmp_path: Path) -> Iterator[KeptRoster]:
    """What site `a` keeps."""
    (tmp_path / "site").mkdir()
    site = make_desk(tmp_path / "site", hub.clock)
    yield KeptRoster(site.ports.database, hub.key.public_hex)
    site.ports.database.close()


def test_a_site_gives_back_what_the_hub_forgot(hub: Hub, kept: KeptRoster) -> None:
    hub.hears("a", kept)
    hub.changes_all()
    hub.hears("a", kept)
    (hub.folder / FILE).unlink()  # another machine
    hub.forgets()
    hub.start()
    assert not hub.knows_all()
    assert hub.changes == 0
    hub.hears("a", kept)  # is asked for it
    assert not hub.knows_all()
    hub.hears("a", kept)
    assert hub.knows_all()
    assert hub.changes == 1  # the link follows: who was revoked is cut off
    with pytest.raises(Forbidden):
        hub.hears("b", kept)
    with hub.desk.ports.database.reading() as session:
        assert session.get_one(SiteRow, "d").doubted_at is not None  # its agency's grants are not confirmed yet
    entries = [one for one in hub.desk.audit.after(0) if one.action == Action.SITE_EDIT.value]
    assert {one.resource_id for one in entries} >= {"b", "c", "d"}
    hub.hears("a", kept)
    assert hub.changes == 1


def test_what_lies_beside_the_keys_is_enough(hub: Hub, kept: KeptRoster) -> None:
    hub.changes_all()
    hub.hears("a", kept)
    hub.forgets()
    hub.start()
    assert hub.knows_all()


def test_what_came_after_the_restore_is_not_undone(hub: Hub, kept: KeptRoster) -> None:
    hub.changes_all()
    hub.hears("a", kept)
    (hub.folder / FILE).unlink()
    hub.forgets()
    hub.start()
    hub.clock.advance(60)
    with hub.desk.ports.database.session() as session:
        row = session.get_one(SiteRow, "c")
        row.link_key, row.changed_at = "c-newest", hub.clock.now()
        service.revoke(session, hub.clock, "b")
    at = hub.clock.now()
    for _ in range(2):
        hub.hears("a", kept)
    with hub.desk.ports.database.reading() as session:
        assert session.get_one(SiteRow, "c").link_key == "c-newest"
        revoked_at = session.get_one(SiteRow, "b").revoked_at
    assert revoked_at == at


def test_a_list_that_still_changes_is_not_told(hub: Hub) -> None:
    with hub.desk.ports.database.session() as session:
        at = hub.standings.told(session)["at"]
        assert hub.standings.news(session, None) is None
        hub.clock.advance(SETTLED.total_seconds())
        told = hub.standings.news(session, None)
        assert told is not None
        assert told["at"] == at
        assert hub.standings.news(session, at) is None
        service.revoke(session, hub.clock, "b")
        session.flush()
        assert hub.standings.news(session, at) is None
        hub.clock.advance(SETTLED.total_seconds())
        assert hub.standings.news(session, at) is not None


def test_nobody_but_the_hub_can_let_a_site_in_or_out(hub: Hub) -> None:
    with hub.desk.ports.database.session() as session:
        told: dict[str, Any] = json.loads(json.dumps(hub.standings.told(session)))
        later = (hub.clock.now() + timedelta(hours=1)).isoformat()
        told["sites"][1] |= {"is_revoked": True, "changed_at": later}
        with pytest.raises(BadRoster):
            hub.standings.take(session, told)
        assert session.get_one(SiteRow, "b").revoked_at is None


def test_another_site_in_the_place_of_a_forgotten_one_stays(hub: Hub, kept: KeptRoster) -> None:
    """The number of `d` was given away again before the first site spoke."""
    hub.changes_all()
    hub.hears("a", kept)
    (hub.folder / FILE).unlink()
    hub.forgets()
    hub.start()
    with hub.desk.ports.database.session() as session:
        session.add(site_row("e", OWNER, hub.clock.now(), 4))
    for _ in range(2):
        hub.hears("a", kept)
    with hub.desk.ports.database.reading() as session:
        assert {row.id for row in service.sites(session)} == {"a", "b", "c", "e"}
        assert session.get_one(SiteRow, "b").revoked_at is not None


def test_a_file_that_cannot_be_read_stops_nothing(hub: Hub, kept: KeptRoster) -> None:
    (hub.folder / FILE).write_text("{")
    hub.start()
    hub.hears("a", kept)
    assert json.loads((hub.folder / FILE).read_text())["signature"]
