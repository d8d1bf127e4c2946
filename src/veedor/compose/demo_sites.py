"""The demo of a federation: a hub and three sites (two municipalities and a comisaría), each a process of its own with
its own folder, joined as real ones are, and what the municipalities let the comisaría see.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx

from veedor.access.principal import Role
from veedor.compose.config import DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.demo import DemoCamera, DemoOptions, demo_cameras
from veedor.compose.demo_plans import HUB_AGENCY, JOINT_WITHIN_M, PLANS, Plan
from veedor.compose.demo_rules import BY_CLIP, OWN
from veedor.compose.errors import DemoPartFailed
from veedor.compose.hub_config import HubDeskFile, HubFile, JointFile, LinkFile
from veedor.compose.site_text import hub_yaml, site_yaml
from veedor.compose.stores import camera_store, rules_store
from veedor.desk.accounts import passwords, service
from veedor.desk.database import Database, database_url
from veedor.kit.clock import Clock
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.link.server import free_port
from veedor.member.files import MemberFiles
from veedor.member.joining import join
from veedor.model.camera import Camera, Placement

READY_S = 120.0
PURPOSE = "robo"
_LAST_LINES = 12


class Process:
    """One `veedor` process; what it says goes into a file."""

    def __init__(self, words: list[str], log: Path) -> None:
        self.log = log
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What is started."""
        return [sys.executable, "-m", "veedor.cli", *self._words]

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """In a session of its own. `environment`: beside this process's own."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "COLUMNS": "400", **(environment or {})},
                start_new_session=True,
            )

    @property
    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def said(self) -> str:
        """The last of what it said: its log goes with the demo's folder."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n") if self.log.is_file() else []
        return "\n".join([line for line in lines if line.strip()][-_LAST_LINES:])

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        """Ask it to stop, and do not wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """In order; by force where that takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass(frozen=True, slots=True)
class Party:
    """A site that runs, with its people's logins. At the hub they log in as `name@agency`."""

    plan: Plan
    url: str
    logins: dict[str, str]
    folder: Path
    process: Process


@dataclass(slots=True)
class FederationDemo:
    """What runs. `hub_login`: of the hub's administrator."""

    hub_url: str
    ca: Path
    hub_login: tuple[str, str]
    hub: Process
    parties: list[Party] = field(default_factory=list)
    grant_id: str | None = None


@contextmanager
def federation_demo(
    sites: int, clock: Clock, tell: Callable[[Message], None], *, port: int = 8490, analysed: int = len(PLANS)
) -> Iterator[FederationDemo]:
    """Start the hub, make and join the sites, sign the grant. All of it is deleted at the end.

    `analysed`: the first so many sites look for events; the others only record.
    """
    plans = PLANS[: max(1, min(sites, len(PLANS)))]
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="veedor-demo-"))
        folder.chmod(0o711)  # PostgreSQL, which never runs as root, must reach its own folder in it
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        options = DemoOptions(cameras=sum(plan.cameras for plan in plans))
        cameras, _server = stack.enter_context(demo_cameras(options))
        tell(Message("demo-hub-starting"))
        hub = _start_hub(folder / "hub", port, clock, stack)
        with _client(hub.hub_url, hub.ca, hub.hub_login) as admin:
            for number, plan in enumerate(plans):
                mine, cameras = cameras[: plan.cameras], cameras[plan.cameras :]
                tell(Message("demo-site-joining", {"name": plan.site}))
                hub.parties.append(
                    _start_site(folder / plan.agency_id, plan, mine, admin, clock, stack, number < analysed)
                )
            _wait(clock, lambda: _online(admin) >= len(plans), "sites")
        if len(plans) >= 3:
            tell(Message("demo-grant-signing"))
            hub.grant_id = _agree(hub, clock)
            _agree_on_alerts(hub, clock)
        for one in (hub.hub, *(party.process for party in hub.parties)):
            stack.callback(one.end)  # all at once: each takes its time
        yield hub


# -- the hub


def _start_hub(folder: Path, port: int, clock: Clock, stack: ExitStack) -> FederationDemo:
    config = HubFile(
        hub="Región Lima",
        agency="Gobierno Regional de Lima",
        agency_id=HUB_AGENCY,
        data=folder / "data",
        keys=folder / "keys",
        desk=HubDeskFile(port=port or free_port()),
        link=LinkFile(port=free_port()),
        joint=JointFile(within_m=JOINT_WITHIN_M),
    )
    folder.mkdir(parents=True)
    path = folder / "hub.yaml"
    path.write_text(hub_yaml(config), encoding="utf-8")
    log = folder / "hub.log"
    process = _run(["hub", "run", "--config", str(path)], log, stack)
    url = f"https://127.0.0.1:{config.desk.port}"
    ca = config.keys / "ca.crt"
    _wait(clock, lambda: ca.is_file() and _answers(url, ca), "hub", process)
    return FederationDemo(url, ca, ("admin", _first_password(process)), process)


def _first_password(hub: Process) -> str:
    """What the hub printed at its first start, which is the only place where it ever stands."""
    for line in hub.log.read_text(encoding="utf-8").splitlines():
        words = line.replace(":", " ").split()
        for word in words:
            if word.count("-") == 3 and len(word) == 23:
                return word
    raise DemoPartFailed(part="hub", said=hub.said())


def _online(admin: httpx.Client) -> int:
    rows = admin.get("/api/sites").json()["sites"]
    return sum(1 for row in rows if row["online"] and row["cameras"])


# -- sites


def _start_site(
    folder: Path,
    plan: Plan,
    cameras: list[DemoCamera],
    admin: httpx.Client,
    clock: Clock,
    stack: ExitStack,
    analyse: bool,
) -> Party:
    config = SiteFile(
        site=plan.site,
        agency=plan.agency,
        agency_id=plan.agency_id,
        data=folder / "data",
        secret_key=folder / "site.key",
        desk=DeskFile(port=free_port()),
        networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
        recording=RecordingFile(reserve_bytes=200_000_000),
    )
    if not analyse:
        config = config.model_copy(update={"analysis": config.analysis.model_copy(update={"workers": 0})})
    folder.mkdir(parents=True)
    path = folder / "veedor.yaml"
    path.write_text(site_yaml(config), encoding="utf-8")
    _add_cameras(config, plan, cameras, clock)
    logins = _add_people(config, plan, clock)
    for agency_id, told in plan.agencies():
        admin.put(f"/api/agencies/{agency_id}", json=told).raise_for_status()
    made = admin.post("/api/invitations", json={"agency_id": plan.agency_id, "site_name": plan.site})
    made.raise_for_status()
    join(MemberFiles.beside(config.secret_key), plan.agency_id, made.json()["token"])
    log = folder / "site.log"
    process = _run(["site", "run", "--config", str(path)], log, stack)
    url = f"http://127.0.0.1:{config.desk.port}"
    _wait(clock, lambda: _answers(url, None), plan.site, process)
    return Party(plan, url, logins, folder, process)


def _add_cameras(config: SiteFile, plan: Plan, cameras: list[DemoCamera], clock: Clock) -> None:
    with camera_store(config, clock) as store:
        rules = rules_store(config)
        for number, one in enumerate(cameras):
            place = Placement(*plan.camera_at(number), 45.0 + 120 * number, 65.0)
            camera_id = new_id(clock.now())
            store.save(Camera(camera_id, one.name, plan.agency_id, one.kind, one.streams, placement=place))
            rules.write(camera_id, BY_CLIP.get(one.clip, OWN), name=f"{one.name}.yaml")


def _add_people(config: SiteFile, plan: Plan, clock: Clock) -> dict[str, str]:
    """An administrator, an operator who is a supervisor too, an auditor and an officer of personal data, each with a
    password of this run."""
    database = Database(database_url(config.data))
    try:
        database.migrate()
        administrator = service.ensure_first_administrator(database, clock, plan.agency_id, plan.agency)
        logins = {service.FIRST_ADMINISTRATOR: administrator or ""}
        people = (
            (plan.user, (Role.OPERATOR, Role.SUPERVISOR)),
            ("auditoria", (Role.AUDITOR,)),
            ("datos", (Role.PRIVACY_OFFICER,)),
        )
        for name, roles in people:
            logins[name] = passwords.generate()
            new = service.NewUser(name, "", roles, passwords.hash_password(logins[name]))
            with database.session() as session:
                service.add_user(session, clock, plan.agency_id, new)
        return logins
    finally:
        database.close()


# -- the grant


def _agree(demo: FederationDemo, clock: Clock) -> str:
    """La Victoria lets the comisaría watch, play back and search its cameras for robbery cases; both sign at home."""
    giver, _, taker = demo.parties
    rights = ["live", "playback", "search", "alerts", "evidence"]
    return _signed_by_both(giver, taker, rights, "Convenio de demostración", clock)


def _agree_on_alerts(demo: FederationDemo, clock: Clock) -> str:
    """Breña lets the comisaría know of its alerts and no more: so it sees those of both sides of its borders."""
    _, giver, taker = demo.parties
    return _signed_by_both(giver, taker, ["alerts"], "Aviso de alertas entre vecinos", clock)


def _signed_by_both(giver: Party, taker: Party, rights: list[str], note: str, clock: Clock) -> str:
    now = clock.now()
    body = {
        "owner": giver.plan.agency_id,
        "grantee": taker.plan.agency_id,
        "cameras": {"kind": "all"},
        "rights": rights,
        "purposes": [PURPOSE],
        "starts_at": (now - timedelta(minutes=1)).isoformat(),
        "expires_at": (now + timedelta(days=365)).isoformat(),
        "note": note,
    }
    known = _agencies_known(giver, taker.plan.agency_id)
    _wait(clock, known, "agencies")
    with _client(giver.url, None, (giver.plan.user, giver.logins[giver.plan.user])) as supervisor:
        drafted = supervisor.post("/api/grants", json=body)
        drafted.raise_for_status()
        grant_id = str(drafted.json()["id"])
        supervisor.post(f"/api/grants/{grant_id}/sign", json={}).raise_for_status()
    with _client(taker.url, None, (taker.plan.user, taker.logins[taker.plan.user])) as supervisor:
        _wait(clock, lambda: supervisor.get(f"/api/grants/{grant_id}").status_code == 200, "grant")
        supervisor.post(f"/api/grants/{grant_id}/sign", json={}).raise_for_status()
    with _client(giver.url, None, (giver.plan.user, giver.logins[giver.plan.user])) as supervisor:
        _wait(clock, lambda: supervisor.get(f"/api/grants/{grant_id}").json().get("state") == "active", "grant")
    return grant_id


def _agencies_known(party: Party, agency_id: str) -> Callable[[], bool]:
    def known() -> bool:
        with _client(party.url, None, (party.plan.user, party.logins[party.plan.user])) as one:
            return any(row["id"] == agency_id and row["public_key"] for row in one.get("/api/agencies").json())

    return known


# -- processes


def _run(words: list[str], log: Path, stack: ExitStack) -> Process:
    """A process, ended with the demo."""
    process = Process(words, log)
    stack.callback(process.stop)
    process.start()
    return process


def _answers(url: str, ca: Path | None) -> bool:
    try:
        return httpx.get(f"{url}/api/health/live", verify=_trust(ca), timeout=2).status_code == 200
    except (httpx.HTTPError, OSError):
        return False


def _trust(ca: Path | None) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=ca) if ca else True


@contextmanager
def _client(url: str, ca: Path | None, login: tuple[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, verify=_trust(ca), timeout=30) as client:
        said = client.post("/api/login", json={"username": login[0], "password": login[1], "bearer": True})
        said.raise_for_status()
        client.headers["authorization"] = f"Bearer {said.json()['token']}"
        yield client


def _wait(clock: Clock, is_so: Callable[[], Any], part: str, process: Process | None = None) -> None:
    """Until it is so. `process`: without which it never will be."""
    never = threading.Event()
    deadline_s = clock.monotonic() + READY_S
    while not is_so():
        if clock.monotonic() > deadline_s or (process is not None and process.has_ended):
            raise DemoPartFailed(part=part, said=process.said() if process else "-")
        clock.wait(never, 0.25)
