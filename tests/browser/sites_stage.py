"""A hub and joined sites as processes of their own, and their people's consoles in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from browser.conftest import OpenAddress
from veedor.compose.demo_sites import FederationDemo, Party, federation_demo
from veedor.kit.clock import SystemClock
from veedor.kit.messages import Message

SOON_MS = 60_000
HUB = "Región Lima"


@dataclass(frozen=True, slots=True)
class Sites:
    """What a browser test of joined sites works with."""

    demo: FederationDemo

    def login(self, party: Party, user: str | None = None, *, at_hub: bool = False) -> tuple[str, str]:
        """Name and password; at the hub the name says the agency too."""
        name = user or party.plan.user
        return f"{name}@{party.plan.agency_id}" if at_hub else name, party.logins[name]

    def open_home(self, open_address: OpenAddress, party: Party, address: str, user: str | None = None) -> Page:
        """Somebody of that site at their own console."""
        return open_address(party.url, self.login(party, user), address)

    def open_hub(self, open_address: OpenAddress, party: Party, address: str, user: str | None = None) -> Page:
        """The same person at the hub's console."""
        return open_address(self.demo.hub_url, self.login(party, user, at_hub=True), address)


@contextmanager
def joined_sites(count: int) -> Iterator[Sites]:
    """The demo's federation; the first site looks for events, the others only record."""
    told: list[Message] = []
    with federation_demo(count, SystemClock(), told.append, port=0, analysed=1) as demo:
        yield Sites(demo)


def fill_login(page: Page, login: tuple[str, str]) -> None:
    """Log in as a person does."""
    page.get_by_label("Usuario").fill(login[0])
    page.get_by_label("Contraseña").fill(login[1])
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible(timeout=SOON_MS)


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pantallas").get_by_role("link", name=name).click()
