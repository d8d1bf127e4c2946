"""For the federation's figures: a hub and its sites in processes of their own, and what each of them takes.

All of it is real: the hub is what `veedor hub run` starts, with its PostgreSQL and its NATS server; sites join over
HTTPS and dial in over TLS. Every process ends with this one, however it ends: a host whose pipe breaks stops, and the
servers go with their hosts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

import federation_site as site_end
from federation_hosts import Host, Late, Use, children, say, until, use_of
from federation_site import CLOCK, PURPOSE, SitePlan, Sites
from veedor.compose.hub import Hub, running_hub
from veedor.compose.hub_config import HubDeskFile, HubFile, LinkFile
from veedor.compose.postgres import EmbeddedPostgres
from veedor.desk.database import Database, database_file, database_url
from veedor.desk.inward.tables import SitePositionRow
from veedor.link.intake import Intake
from veedor.link.server import free_port
from veedor.member.files import MemberFiles
from veedor.member.joining import join

HUB_AGENCY = "region-lima"
USER = "olga"
PER_PROCESS = 10  # sites that share one


def hub_of(config: HubFile) -> Any:
    """What `veedor hub run` starts."""
    return running_hub(config, CLOCK)


def first_login(hub: Hub) -> tuple[str, str, str, str]:
    return hub.url, str(hub.ca_file), hub.administrator, hub.first_password or ""


def hold_back(hub: Hub, site_id: str) -> None:
    """The hub does not read the site's log until it is told to `go_on`."""
    _intake(hub, site_id).stop()


def go_on(hub: Hub, site_id: str) -> None:
    _intake(hub, site_id).start()


def go_on_if_held(hub: Hub, site_id: str) -> None:
    one = _intake(hub, site_id)
    if one._gone.is_set():
        one.start()


def _intake(hub: Hub, site_id: str) -> Intake:
    return next(one.intakes[site_id] for one in hub.link._accounts.values() if site_id in one.intakes)


def no_sites() -> Sites:
    return Sites()


# -- the federation


@dataclass(slots=True)
class Stage:
    folder: Path
    config: HubFile
    hub: Host
    url: str
    ca: str
    admin: httpx.Client
    user: httpx.Client
    database: Database
    dsn: str
    hosts: list[Host] = field(default_factory=list)
    host_of: dict[str, Host] = field(default_factory=dict)
    site_ids: dict[str, str] = field(default_factory=dict)
    plans: list[SitePlan] = field(default_factory=list)
    joined_s: list[float] = field(default_factory=list)

    # -- sites

    def invite(self, count: int, cameras: int, tracks: int, whole: int) -> None:
        """Make and join sites until there are `count`, of which the first `whole` get a process of their own."""
        template = self.folder / "template" / "desk.db"
        if not template.exists():
            database = Database(database_url(template.parent))
            database.migrate()
            database.close()
        for number in range(len(self.plans), count):
            agency = f"muni-{number:03d}"
            folder = self.folder / agency
            plan = SitePlan(
                agency,
                f"Serenazgo {number:03d}",
                folder,
                cameras,
                tracks,
                number < whole,
                database_file(template.parent),
            )
            folder.mkdir()
            site_end.prepare(plan)
            self.admin.put(
                f"/api/agencies/{agency}", json={"name": plan.name, "kind": "municipality"}
            ).raise_for_status()
            made = self.admin.post("/api/invitations", json={"agency_id": agency, "site_name": plan.name})
            made.raise_for_status()
            at_s = time.monotonic()
            join(MemberFiles.beside(plan.config.secret_key), agency, made.json()["token"])
            self.joined_s.append(time.monotonic() - at_s)
            self.plans.append(plan)

    def start_sites(self, count: int) -> None:
        """Start those that have joined, up to `count`, and wait until each has spoken with the hub."""
        for plan in self.plans[len(self.host_of) : count]:
            host = self._host(plan)
            self.site_ids[plan.agency] = host.do(site_end.start, plan)
            self.host_of[plan.agency] = host
        until(lambda: sum(self.ask_all(site_end.online)) >= count, "sites online", 180.0, 0.5)
        self.ask_all(site_end.settle_down)
        until(lambda: self.known_cameras() >= sum(one.cameras for one in self.plans[:count]), "cameras", 120.0, 0.5)

    def _host(self, plan: SitePlan) -> Host:
        shared = [one for one in self.plans[: len(self.host_of)] if not one.whole]
        if plan.whole or len(shared) % PER_PROCESS == 0:
            self.hosts.append(Host(f"sites-{len(self.hosts)}", no_sites))
        return self.hosts[-1]

    def ask_all(self, what: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Of every host, all at once."""
        for host in self.hosts:
            host.tell(what, *arguments)
        answers, problem = list[Any](), None
        for host in self.hosts:  # every answer is taken, whatever the first one is
            try:
                answers.append(host.answer())
            except (Late, RuntimeError) as caught:
                problem = problem or caught
        if problem is not None:
            raise problem
        return answers

    def known_cameras(self) -> int:
        return sum(one["cameras"] for one in self.admin.get("/api/sites").json()["sites"])

    def agree(self) -> None:
        """Every agency grants the hub's own agency a search in its cameras; signed by both."""
        wanted = len(self.host_of)
        until(
            lambda: all(one for told in self.ask_all(site_end.agree, HUB_AGENCY) for one in told.values()),
            "agencies known everywhere",
            120.0,
            0.5,
        )
        until(lambda: len(self.user.get("/api/grants").json()) >= wanted, "grants at the hub", 120.0, 0.5)
        for grant in self.user.get("/api/grants").json():
            if grant["awaits_own_signature"]:
                self.user.post(f"/api/grants/{grant['id']}/sign", json={}).raise_for_status()
        until(lambda: sum(self.ask_all(site_end.agreed)) >= wanted, "grants at the sites", 180.0, 0.5)

    # -- how far the hub is

    def taken(self) -> int:
        """Messages of all sites that are durable in the hub's database."""
        with self.database.reading() as session:
            return int(session.scalar(sa.select(sa.func.sum(SitePositionRow.sequence))) or 0)

    def taken_of(self, site_id: str) -> int:
        """The same of one site."""
        with self.database.reading() as session:
            row = session.get(SitePositionRow, site_id)
            return int(row.sequence) if row is not None else 0

    def calm(self) -> None:
        """After a figure that failed: nothing makes events, and the hub reads every log."""
        with contextlib.suppress(Late, RuntimeError):
            self.ask_all(site_end.end_load)
        for site_id in self.site_ids.values():
            with contextlib.suppress(Late, RuntimeError):
                self.hub.do(go_on_if_held, site_id)

    def settle(self, limit_s: float) -> float:
        """Seconds until all that happened at the sites is durable at the hub."""
        began_s = time.monotonic()
        until(lambda: sum(self.ask_all(site_end.waiting)) == 0, "the sites' own logs", limit_s, 0.2)
        wanted = sum(self.ask_all(site_end.facts))
        until(lambda: self.taken() >= wanted, "the hub's database", limit_s, 0.05)
        return time.monotonic() - began_s

    # -- what the hub takes

    def hub_pids(self) -> dict[str, list[int]]:
        below = children(self.hub.pid)
        return {"hub": [self.hub.pid], "nats": below.get("nats-server", []), "postgres": below.get("postgres", [])}

    def uses(self) -> dict[str, Use]:
        return {name: use_of(pids) for name, pids in self.hub_pids().items()}

    def leaves(self) -> int:
        """TCP connections to the hub's leaf port."""
        port = f":{self.config.link.port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(1 for row in rows if row[1].endswith(port) and row[3] == "01")

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Nobody reaches the hub: its NATS server is frozen, so every link falls silent as on a line that is cut."""
        (pid,) = self.hub_pids()["nats"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def stage() -> Iterator[Stage]:
    """A hub without sites. At the end all processes are ended and the folder is gone."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="veedor-bench-"))
        folder.chmod(0o711)  # PostgreSQL, which never runs as root, must reach its own folder in it
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        config = HubFile(
            hub="Región Lima",
            agency="Gobierno Regional de Lima",
            agency_id=HUB_AGENCY,
            data=folder / "hub" / "data",
            keys=folder / "hub" / "keys",
            desk=HubDeskFile(port=0),
            link=LinkFile(port=free_port()),
        )
        (folder / "hub").mkdir()
        (folder / "hub").chmod(0o711)
        hub = Host("hub", hub_of, config)
        stack.callback(hub.stop)
        url, ca, name, password = hub.do(first_login)
        admin = stack.enter_context(client(url, ca, name, password))
        chosen = "correct-horse-battery-staple-9"
        body = {"username": USER, "roles": ["operator", "supervisor"], "password": chosen}
        admin.post("/api/users", json=body).raise_for_status()
        user = stack.enter_context(client(url, ca, USER, chosen))
        server = EmbeddedPostgres(config.data / "postgres", CLOCK)
        if not server.attach():
            raise RuntimeError("the hub's database server cannot be reached")
        database = Database(server.url())
        stack.callback(database.close)
        made = Stage(folder, config, hub, url, ca, admin, user, database, server.url())
        stack.callback(_stop_sites, made)
        yield made


def _stop_sites(made: Stage) -> None:
    say("stopping")
    for host in made.hosts:  # all at once: each has nats-servers to wait for
        with contextlib.suppress(OSError):
            host._pipe.close()
    for host in made.hosts:
        host.stop()


@contextmanager
def client(url: str, ca: str, name: str, password: str) -> Iterator[httpx.Client]:
    """Somebody who is logged in at the hub, with a purpose."""
    headers = {"X-Veedor-Purpose": PURPOSE, "accept-language": "en"}
    tls = ssl.create_default_context(cafile=ca)
    kept = httpx.Limits(keepalive_expiry=2.0)  # sooner than the server gives a connection up
    with httpx.Client(base_url=url, verify=tls, timeout=60, headers=headers, limits=kept) as found:
        said = found.post("/api/login", json={"username": name, "password": password, "bearer": True})
        said.raise_for_status()
        found.headers["authorization"] = f"Bearer {said.json()['token']}"
        yield found
