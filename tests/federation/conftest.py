"""A real federation for the tests: a hub on PostgreSQL and three joined sites, each a process of its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from veedor.compose.demo_sites import FederationDemo, Party

PURPOSE = {"X-Veedor-Purpose": "robo"}


@contextmanager
def client(url: str, ca: str | None, user: str, password: str, **headers: str) -> Iterator[httpx.Client]:
    """Logged in, in English."""
    with httpx.Client(
        base_url=url,
        verify=ssl.create_default_context(cafile=ca) if ca else True,
        timeout=20,
        headers={"accept-language": "en"},
    ) as found:
        said = found.post("/api/login", json={"username": user, "password": password, "bearer": True})
        assert said.status_code == 200, said.text
        found.headers["authorization"] = f"Bearer {said.json()['token']}"
        found.headers.update(headers)
        yield found


class Federation:
    """The demo's federation, and how somebody of it speaks to a desk."""

    def __init__(self, demo: FederationDemo) -> None:
        self.demo = demo
        self.victoria, self.brena, self.police = demo.parties

    def at_hub(self, party: Party, user: str | None = None, **headers: str):
        """Somebody of that agency, at the hub."""
        name = user or party.plan.user
        login = f"{name}@{party.plan.agency_id}"
        return client(self.demo.hub_url, str(self.demo.ca), login, party.logins[name], **headers)

    def administrator(self):
        return client(self.demo.hub_url, str(self.demo.ca), *self.demo.hub_login)

    def at_home(self, party: Party, user: str | None = None):
        """The same person at their own site's desk."""
        name = user or party.plan.user
        return client(party.url, None, name, party.logins[name])
