"""A hub's roster and machines of sites that ask it, as over a link: desks, members and their answers are real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

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
from veedor.hub.roster import HubRoster, Sources
from veedor.hub.standing import Standings
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
        (folder / "veedor.yaml").write_text(
            f"site: Sede\nagency: {OWNER}\nagency_id: {OWNER}\ndata: .\nsecret_key: ../{folder.name}-keys/site.key\n"
        )
        self.files = MemberFiles.beside(folder.parent / f"{folder.name}-keys" / "site.key")
        self.folder = folder
        member = Member(self.files, joined, folder, ports, [], water, lease, hub.clock)
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
        self.desk = make_desk(folder, self.clock, is_hub=True, keeps_agencies=True)
        self.ports = self.desk.ports
        with self.ports.database.session() as session:
            save(session, Agency(OWNER, OWNER, AgencyKind.OTHER, public_key=PUBLIC[OWNER]), T0)
            session.add(site_row(SITE, OWNER, T0, 1))
        cameras, witness = HubCameras(self.ports.database, self.clock), HubWitness(self.ports, HUB_KEY)
        attendance = Attendance(self.ports)
        standings = Standings(HUB_KEY, self.clock)
        sources = Sources(lambda _site: Position("", 0), witness, attendance, standings)
        self._roster = HubRoster(self.ports, cameras, HUB_KEY, sources)

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
