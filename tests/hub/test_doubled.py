"""Two machines with one site's identity: the hub finds out, and each tells its own people until a new key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from agreements import OWNER, PUBLIC, T0
from desk.desks import Desk, make_desk, serving
from hub.test_after_restore import site_row
from veedor.access.principal import Role
from veedor.desk.agencies.repository import save
from veedor.desk.app import create_app
from veedor.desk.inward.inward import Position
from veedor.desk.sites.tables import SiteRow
from veedor.hub.attendance import Attendance
from veedor.hub.joining import service
from veedor.hub.relay.directory import HubCameras
from veedor.hub.roster import HubRoster
from veedor.hub.witness import HubWitness
from veedor.kit.clock import SimulatedClock
from veedor.link.keys import new_seed, public_of
from veedor.member.files import MemberFiles
from veedor.member.lease import Lease
from veedor.member.member import Member
from veedor.member.watch import HubWatch
from veedor.model.agency import Agency, AgencyKind
from veedor.wire.calls import Op
from veedor.wire.joining import JoinAnswer, JoinRequest
from veedor.wire.keys import SigningKey
from veedor.wire.passcheck import HighWater
from veedor.wire.version import PROTOCOL

SITE = "muni-site"
HUB_KEY = SigningKey.generate()


class Machine:
    """A site's desk and its roster, which asks the hub as over a link."""

    def __init__(self, folder: Path, hub: Hub) -> None:
        folder.mkdir()
        self.desk: Desk = make_desk(folder, hub.clock)
        ports = self.desk.ports
        joined = JoinAnswer(SITE, "Sede", OWNER, OWNER, "hub", "Lima", HUB_KEY.public_hex, "tls://hub:7422", "", None)
        water, lease = HighWater(folder / "time", hub.clock), Lease(folder / "lease")
        member = Member(MemberFiles(folder / "keys"), joined, folder, ports, [], water, lease, hub.clock)
        self.roster = member.roster
        self.roster._ask = hub.asked
        watch = HubWatch(joined.hub_name)
        watch.follow(member)
        self.desk.ports = replace(ports, hub=watch.state)
        self.desk.add_user("omar", Role.OPERATOR)

    def problems(self, lang: str = "en") -> list[tuple[str, str | None]]:
        """As its page shows them: each with what to do."""
        with serving(create_app(self.desk.ports)) as self.desk.url:
            headers = {"authorization": f"Bearer {self.desk.token('omar')}", "accept-language": lang}
            told = httpx.get(f"{self.desk.url}/api/health", headers=headers).json()
        assert told["problems"] == [one["text"] for one in told["advice"]]
        return [(one["text"], one["hint"]) for one in told["advice"]]


class Hub:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.clock = SimulatedClock(T0)
        self.ports = make_desk(folder, self.clock).ports
        with self.ports.database.session() as session:
            save(session, Agency(OWNER, OWNER, AgencyKind.OTHER, public_key=PUBLIC[OWNER]), T0)
            session.add(site_row(SITE, OWNER, T0, 1))
        cameras, witness = HubCameras(self.ports.database, self.clock), HubWitness(self.ports, HUB_KEY)
        attendance = Attendance(self.ports)
        self._roster = HubRoster(self.ports, cameras, lambda _site: Position("", 0), witness, HUB_KEY, attendance)

    def asked(self, op: Op, args: dict[str, Any]) -> dict[str, Any]:
        assert op is Op.HUB_SYNC
        return self._roster.answer(SITE, args)

    def rekey(self) -> None:
        with self.ports.database.session() as session:
            _, secret = service.invite(session, self.clock, OWNER, "Sede", site_id=SITE)
        with self.ports.database.session() as session:
            request = JoinRequest(secret, PROTOCOL, "1", OWNER, public_of(new_seed()), None)
            service.join(session, self.clock, request)

    @property
    def is_doubled(self) -> bool:
        with self.ports.database.reading() as session:
            return bool(session.get_one(SiteRow, SITE).is_doubled)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "hub")
    yield made
    made.ports.database.close()


def test_both_machines_tell_their_own_people_until_a_new_key(hub: Hub, tmp_path: Path) -> None:
    first, copy = Machine(tmp_path / "first", hub), Machine(tmp_path / "copy", hub)
    quiet = first.problems()
    for machine in (first, copy):  # a machine that was replaced looks like this too: nothing is known yet
        machine.roster.run_once()
    assert (hub.is_doubled, first.problems()) == (False, quiet)
    first.roster.run_once()
    copy.roster.run_once()
    assert hub.is_doubled
    for machine in (first, copy):
        (text, hint), *rest = machine.problems()
        assert "Another machine uses this site's identity" in text
        assert hint is not None
        assert f"veedor hub rekey {SITE}" in hint
        assert rest == quiet
    assert "Otra máquina usa la identidad de este sitio" in first.problems("es")[0][0]
    hub.rekey()
    first.roster.run_once()
    assert (hub.is_doubled, first.problems()) == (False, quiet)
    for machine in (first, copy):
        machine.desk.ports.database.close()
