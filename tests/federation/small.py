"""A small federation for a test that breaks it: a hub and the sites that the test names, each a process of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from federation.conftest import client
from veedor.compose import demo_sites
from veedor.compose.config import load as load_site
from veedor.compose.demo import DemoCamera
from veedor.compose.demo_plans import Plan
from veedor.compose.demo_sites import FederationDemo, Party
from veedor.compose.hub_config import HubFile
from veedor.compose.hub_config import load as load_hub
from veedor.compose.postgres import EmbeddedPostgres
from veedor.kit.clock import SystemClock
from waiting import wait_until

CLOCK = SystemClock()


class Small:
    """What runs, and where it lies."""

    def __init__(self, demo: FederationDemo, folder: Path, stack: ExitStack) -> None:
        self.demo = demo
        self.folder = folder
        self._stack = stack

    @property
    def hub_file(self) -> Path:
        return self.folder / "hub" / "hub.yaml"

    @property
    def hub_config(self) -> HubFile:
        return load_hub(self.hub_file)

    def add_site(self, name: str, plan: Plan, cameras: list[DemoCamera], *, analyse: bool = False) -> Party:
        """A site that has joined. Its first login is `admin`, then `plan.user` (operator, supervisor), `auditoria`."""
        with self.administrator() as admin:
            found = demo_sites._start_site(self.folder / name, plan, cameras, admin, CLOCK, self._stack, analyse)
        self.demo.parties.append(found)
        return found

    def administrator(self) -> Any:
        return client(self.demo.hub_url, str(self.demo.ca), *self.demo.hub_login)

    def at_hub(self, party: Party, user: str | None = None, **headers: str) -> Any:
        name = user or party.plan.user
        login = f"{name}@{party.plan.agency_id}"
        return client(self.demo.hub_url, str(self.demo.ca), login, party.logins[name], **headers)

    def at(self, party: Party, user: str | None = None, password: str | None = None) -> Any:
        name = user or party.plan.user
        return client(party.url, None, name, password or party.logins[name])

    def hub_answers(self) -> bool:
        return demo_sites._answers(self.demo.hub_url, self.demo.ca)

    def start_hub(self) -> None:
        self.demo.hub.start()
        wait_until(self.hub_answers, timeout_s=120, every_s=0.2)

    def wait_until_hub_is_gone(self) -> None:
        """Its database's server ends a moment after the hub that was killed."""
        server = EmbeddedPostgres(self.hub_config.data / "postgres", CLOCK)
        wait_until(lambda: server.server_pid() is None, timeout_s=60, every_s=0.1)

    def start(self, party: Party) -> None:
        party.process.start()
        wait_until(lambda: demo_sites._answers(party.url, None), timeout_s=120, every_s=0.2)

    def in_hub(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight into the hub's database, as whoever runs its machine can."""
        server = EmbeddedPostgres(self.hub_config.data / "postgres", CLOCK)
        assert server.attach()
        with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
            done = connection.execute(statement, values)
            return done.fetchall() if done.description else []


def config_of(party: Party) -> Any:
    return load_site(party.folder / "veedor.yaml")


def login(url: str, user: str, password: str) -> httpx.Response:
    """One attempt, in English."""
    body = {"username": user, "password": password, "bearer": True}
    return httpx.post(f"{url}/api/login", json=body, headers={"accept-language": "en"}, timeout=20)


@contextmanager
def small_federation() -> Iterator[Small]:
    """A hub, and nothing else yet. All of it is deleted at the end."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="veedor-test-"))
        folder.chmod(0o711)  # PostgreSQL, which never runs as root, must reach its own folder in it
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        demo = demo_sites._start_hub(folder / "hub", 0, CLOCK, stack)
        try:
            yield Small(demo, folder, stack)
        finally:
            for log in sorted(folder.glob("*/*.log")):  # shown where a test fails
                last = log.read_text(encoding="utf-8").splitlines()[-15:]
                sys.stderr.write("\n  ".join([log.parent.name, *last]) + "\n")
