"""A federation for fault tests: a hub and sites, each a real process, whose events are written by us in numbers.

A site has cameras that are switched off. Its events go into its own `events.db`, by the class that its pipeline uses,
from this process, so that the load goes on whatever is killed. Each event bears its number in its camera's row of
events: what the hub has of a camera must at any moment be the first so many of them.
"""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from federation.disk import SmallDisk
from federation.load import CLOCK, Load
from federation.process import Prelude, Process
from federation.ways import Way
from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile, SiteLinkFile
from veedor.compose.hub_config import HubDeskFile, HubFile, LinkFile
from veedor.compose.postgres import EmbeddedPostgres
from veedor.compose.site_text import hub_yaml, site_yaml
from veedor.compose.stores import camera_store
from veedor.kit.ids import new_id
from veedor.link.server import free_port
from veedor.member.files import MemberFiles
from veedor.member.joining import join
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from waiting import wait_until

READY_S = 400.0  # a busy machine may need so long
CAMERAS = 2

# One request: url, token or nothing, JSON body or nothing. Prints the status, then the answer.
_ASK = """
import sys, urllib.error, urllib.request
url, token, body = sys.argv[1:]
headers = {"content-type": "application/json", "accept-language": "en"}
headers |= {"authorization": "Bearer " + token} if token else {}
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, body.encode() or None, headers), timeout=30)
except urllib.error.HTTPError as problem:
    answer = problem
print(answer.status, answer.read().decode(), sep="\\n")
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """One site of the stand. `tmpfs_mb`: its data lies on a file system of that size (needs root)."""

    name: str
    agency: str
    prelude: Prelude = ""
    budget_kbps: int | None = None
    tmpfs_mb: int | None = None


@dataclass(slots=True)
class Site:
    """One that runs."""

    wish: Wish
    id: str
    folder: Path
    config: SiteFile
    cameras: list[str]
    process: Process
    way: Way
    load: Load
    disk: SmallDisk | None = None
    _token: str = ""

    @property
    def data(self) -> Path:
        return self.config.data

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.config.desk.port}"

    def said(self) -> str:
        return self.process.log.read_text(encoding="utf-8", errors="replace")

    def ask(self, path: str) -> tuple[int, Any]:
        """GET at its desk as its administrator, in English: status and answer. Raises OSError where nothing answers.

        By a process of its own, since the desk listens at a loopback address that may be in another network.
        """
        if not self._token:
            status, told = self._http("/api/login", {"username": "admin", "password": first_password(self.said())})
            assert status == 200, told
            self._token = str(told["token"])
        status, told = self._http(path)
        if status == 401:  # its clock was elsewhere meanwhile
            self._token = ""
        return status, told

    def _http(self, path: str, login: Mapping[str, str] | None = None) -> tuple[int, Any]:
        body = json.dumps({**login, "bearer": True}) if login else ""
        words = [*self.way.inside, sys.executable, "-I", "-S", "-c", _ASK, self.url + path, self._token, body]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise OSError(done.stderr[-300:])
        status, _, answer = done.stdout.partition("\n")
        return int(status), json.loads(answer)

    def problems(self) -> list[str]:
        """What its health page says is wrong. Raises OSError where it says nothing."""
        status, told = self.ask("/api/health")
        if status != 200:
            raise OSError(f"{status}: {told}")
        return [str(one) for one in told["problems"]]


class Stand:
    """`start`, then faults, then `check`; `stop` at the end deletes nothing: the folder is the caller's."""

    def __init__(self, folder: Path, make_way: Callable[[int, int], Way], hub_host: str = "127.0.0.1") -> None:
        """`make_way(number, port)`: the way of site `number` (from 0) to the hub's leaf port."""
        folder.chmod(0o711)
        self.folder = folder
        self._make_way = make_way
        self._stack = ExitStack()
        self._token: str | None = None
        self.sites: list[Site] = []
        self.config = HubFile(
            hub="Región Lima",
            agency="Gobierno Regional de Lima",
            agency_id="region-lima",
            data=folder / "hub" / "data",
            keys=folder / "hub" / "keys",
            desk=HubDeskFile(port=free_port()),
            link=LinkFile(
                host="0.0.0.0" if hub_host != "127.0.0.1" else hub_host, port=free_port(), public_host=hub_host
            ),
        )
        (folder / "hub").mkdir()
        path = folder / "hub" / "hub.yaml"
        path.write_text(hub_yaml(self.config), encoding="utf-8")
        self.hub = Process(["hub", "run", "--config", str(path)], folder / "hub.log")
        self.url = f"https://127.0.0.1:{self.config.desk.port}"
        self.ca = self.config.keys / "ca.crt"

    # -- life

    def start(self, wishes: Sequence[Wish]) -> None:
        """The hub, then the sites: returns when every site that can be is online."""
        self._stack.callback(self.hub.stop)
        self.hub.start()
        wait_until(self.answers, READY_S, 0.2)
        for number, wish in enumerate(wishes):
            self.sites.append(self._start_site(number, wish))

    def stop(self) -> None:
        for site in self.sites:
            site.load.stop()
        self._stack.close()

    def answers(self) -> bool:
        try:
            return (
                self.ca.is_file()
                and httpx.get(
                    f"{self.url}/api/health/live", verify=ssl.create_default_context(cafile=self.ca), timeout=2
                ).status_code
                == 200
            )
        except (httpx.HTTPError, OSError):
            return False

    @contextmanager
    def administrator(self) -> Iterator[httpx.Client]:
        """In English, with one login for all: the machine is busy enough."""
        with httpx.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cafile=self.ca),
            timeout=30,
            headers={"accept-language": "en"},
        ) as client:
            if self._token is None:
                login = {
                    "username": "admin",
                    "password": first_password(self.hub.log.read_text(encoding="utf-8")),
                    "bearer": True,
                }
                said = client.post("/api/login", json=login)
                said.raise_for_status()
                self._token = str(said.json()["token"])
            client.headers["authorization"] = f"Bearer {self._token}"
            yield client

    def token(self) -> str:
        """For the commands that ask a desk."""
        with self.administrator():
            assert self._token is not None
            return self._token

    def online(self) -> set[str]:
        with self.administrator() as client:
            return {row["id"] for row in client.get("/api/sites").json()["sites"] if row["online"]}

    def problems(self, site: Site) -> list[str]:
        """What the hub says is wrong with a site."""
        return [str(one) for one in self.row(site)["problems"]]

    def row(self, site: Site) -> dict[str, Any]:
        """The site as the hub lists it."""
        with self.administrator() as client:
            return next(row for row in client.get("/api/sites").json()["sites"] if row["id"] == site.id)

    # -- a site

    def _start_site(self, number: int, wish: Wish) -> Site:
        folder = self.folder / wish.name
        folder.mkdir()
        data = folder / "data"
        data.mkdir(mode=0o700)
        disk = None
        if wish.tmpfs_mb is not None:
            disk = SmallDisk(data, wish.tmpfs_mb)
            self._stack.callback(disk.close)
        config = SiteFile(
            site=wish.name,
            agency=wish.agency,
            agency_id=wish.agency,
            data=data,
            secret_key=folder / "site.key",
            desk=DeskFile(port=free_port()),
            networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
            recording=RecordingFile(directory=folder / "recordings", reserve_bytes=0),
            analysis=AnalysisFile(workers=0),
            link=SiteLinkFile(budget_kbps=wish.budget_kbps),
        )
        path = folder / "veedor.yaml"
        path.write_text(site_yaml(config), encoding="utf-8")
        cameras = []
        with camera_store(config, CLOCK) as store:
            for one in range(CAMERAS):
                source = (StreamSource(StreamRole.MAIN, "rtsp://127.0.0.1:9/none"),)
                camera = Camera(
                    new_id(CLOCK.now()), f"{wish.name} {one}", wish.agency, SourceKind.RTSP, source, enabled=False
                )
                cameras.append(store.save(camera).id)
        with self.administrator() as admin:
            admin.put(
                f"/api/agencies/{wish.agency}", json={"name": wish.agency, "kind": "municipality"}
            ).raise_for_status()
            made = admin.post("/api/invitations", json={"agency_id": wish.agency, "site_name": wish.name})
            made.raise_for_status()
        files = MemberFiles.beside(config.secret_key)
        joined = join(files, wish.agency, made.json()["token"])
        way = self._make_way(number, self.config.link.port)
        self._stack.callback(way.close)
        told = json.loads(files.joined.read_text())
        files.joined.write_text(json.dumps({**told, "leaf_url": way.leaf_url}))
        process = Process(
            ["site", "run", "--config", str(path)], self.folder / f"{wish.name}.log", wish.prelude, way.inside
        )
        self._stack.callback(process.stop)
        process.start()
        load = Load(data, wish.agency, cameras, alert_every=20)
        return Site(wish, joined.site_id, folder, config, cameras, process, way, load, disk)

    # -- what the hub has

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the hub's own database, in a connection of its own. Raises psycopg.Error while it is down."""
        with psycopg.connect(**self._connection_words(), connect_timeout=3) as connection:
            return connection.execute(text, values).fetchall()  # type: ignore[arg-type]

    def _connection_words(self) -> dict[str, Any]:
        server = EmbeddedPostgres(self.config.data / "postgres", CLOCK)
        if not server.attach():
            raise psycopg.OperationalError("no server")
        url = make_url(server.url())
        words = conninfo_to_dict(f"user={url.username} dbname={url.database}")
        return {**words, "password": url.password, "host": url.query["host"]}

    def at_hub(self) -> dict[str, tuple[int, int]]:
        """For each camera: how many of its events are there, and the highest number among them."""
        rows = self.query(
            "SELECT camera_id, count(*), max((body->>'start_frame')::int) FROM site_events"
            " WHERE rule = 'soak' GROUP BY camera_id"
        )
        return {camera: (int(count), int(highest)) for camera, count, highest in rows}

    def count(self, site: Site) -> int:
        found = self.at_hub()
        return sum(found.get(camera, (0, 0))[0] for camera in site.cameras)

    def event_ids(self) -> set[str]:
        """Of the load's events that are at the hub."""
        return {row[0] for row in self.query("SELECT id FROM site_events WHERE rule = 'soak'")}

    def has_all(self, written: dict[str, int]) -> bool:
        """Whether the hub has the first so many of each camera."""
        try:
            found = self.at_hub()
        except psycopg.Error:
            return False
        return all(found.get(camera, (0, 0))[0] >= count for camera, count in written.items())

    def written(self) -> dict[str, int]:
        return {camera: count for site in self.sites for camera, count in site.load.written.items()}

    def check(self) -> dict[str, Any]:
        """After the load has stopped and the hub has all: what was lost, doubled, or came out of order."""
        ids = {one for site in self.sites for row in site.load.ids.values() for one in row}
        written = {one for site in self.sites for one in site.load.acknowledged()}
        alerts = {one for site in self.sites for one in site.load.alerts}
        at_hub = [row[0] for row in self.query("SELECT id FROM site_events WHERE rule = 'soak'")]
        alerts_at_hub = [row[0] for row in self.query("SELECT id FROM alerts WHERE rule = 'soak'")]
        flaws = self.query("SELECT site_id, flaw, count(*) FROM site_audit WHERE flaw IS NOT NULL GROUP BY 1, 2")
        return {
            "written": len(written),
            "at_hub": len(at_hub),
            "lost": len(written - set(at_hub)),
            "doubled": len(at_hub) - len(set(at_hub)),
            "strange": len(set(at_hub) - ids),
            "alerts": len(alerts),
            "alerts_lost": len(alerts - set(alerts_at_hub)),
            "alerts_strange": len(set(alerts_at_hub) - ids),
            "audit_flaws": [list(row) for row in flaws],
            "disordered": [camera for camera, (count, highest) in self.at_hub().items() if count != highest + 1],
        }


def first_password(said: str) -> str:
    """The one that a first start prints."""
    for line in said.splitlines():
        for word in line.replace(":", " ").replace(",", " ").split():
            if word.count("-") == 3 and len(word) == 23:
                return word
    raise AssertionError("no password was printed")


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
