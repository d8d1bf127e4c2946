"""A real desk for tests: real database, accounts, access and audit; fake site."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import uvicorn
from cryptography.fernet import Fernet
from fastapi import FastAPI

from desk.databases import DATABASES
from desk.fake_setup import FakeBacktests, FakeRules, FakeSetup, FakeViews
from desk.fakes import FakeCameras, FakeFootage, FakeLive, FakePtz, FakeSite, camera
from veedor.access.check import Access
from veedor.access.principal import Role
from veedor.compose.usual_movement import LocalUsualMovement
from veedor.desk.accounts import passwords, service
from veedor.desk.app import create_app
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskConfig, DeskPorts
from veedor.desk.ptz.news import tell_who_steers
from veedor.desk.views.news import tell_moved_views
from veedor.kit.clock import Clock, SystemClock
from veedor.kit.secrets import SecretBox
from veedor.site.normality.store import BaselineStore

AGENCY = "muni"
PASSWORD = "correct horse battery"
_HASHED: list[str] = []


@dataclass
class Desk:
    ports: DeskPorts
    app: FastAPI
    audit: ChainedAuditLog
    live: FakeLive
    cameras: FakeCameras
    ptz: FakePtz
    url: str = ""

    def add_user(self, username: str, *roles: Role, agency_id: str = AGENCY) -> str:
        if not _HASHED:
            _HASHED.append(passwords.hash_password(PASSWORD))  # one slow hash serves every test user
        with self.ports.database.session() as session:
            service.ensure_agency(session, self.ports.clock, agency_id, agency_id.title())
            return service.add_user(
                session, self.ports.clock, agency_id, service.NewUser(username, "", roles, _HASHED[0])
            ).id

    def client(self, username: str | None = None) -> httpx.Client:
        """An HTTP client in English, logged in with a bearer token."""
        headers = {"accept-language": "en"}
        if username is not None:
            headers["authorization"] = f"Bearer {self.token(username)}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def token(self, username: str) -> str:
        body = {"username": username, "password": PASSWORD, "bearer": True}
        with self.client() as client:
            answer = client.post("/api/login", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])


def make_desk(directory: Path, clock: Clock | None = None, **config: object) -> Desk:
    """An empty desk of agency `muni` with one camera, `plaza`."""
    clock = clock or SystemClock()
    database = DATABASES.migrated(directory, busy_timeout_s=5)
    with database.session() as session:
        service.ensure_agency(session, clock, AGENCY, "Municipalidad")
    audit = ChainedAuditLog(database, clock, AGENCY)
    cameras, live, ptz = FakeCameras(camera()), FakeLive(), FakePtz()
    ports = DeskPorts(
        footage=FakeFootage(directory),
        live=live,
        cameras=cameras,
        site=FakeSite(cameras),
        ptz=ptz,
        setup=FakeSetup(cameras),
        rules=FakeRules(),
        clock=clock,
        database=database,
        access=Access(audit),
        data_directory=directory,
        agency_id=AGENCY,
        secrets=SecretBox(Fernet.generate_key()),
        config=replace(DeskConfig(), **config),
        backtests=FakeBacktests(),
        views=FakeViews(),
        usual=LocalUsualMovement(BaselineStore(directory / "normality"), clock, "America/Lima"),
    )
    tell_who_steers(ports)
    tell_moved_views(ports)
    return Desk(ports, create_app(ports), audit, live, cameras, ptz)


@contextlib.contextmanager
def running(directory: Path, clock: Clock | None = None, **config: object) -> Iterator[Desk]:
    """`make_desk`, served for real."""
    desk = make_desk(directory, clock, **config)
    with serving(desk.app) as desk.url:
        yield desk
    desk.ports.database.close()


class _Server(uvicorn.Server):
    """Tells when it has started, and ends at once when told: uvicorn itself looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready: Future[asyncio.AbstractEventLoop] = Future()
        self.ending = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)  # the headers of every answer
        self.ready.set_result(asyncio.get_running_loop())
        await self.ending.wait()


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """A real server on a free port; gives its base URL."""
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    loop = server.ready.result(20)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.force_exit = True
        loop.call_soon_threadsafe(server.ending.set)
        thread.join(10)
