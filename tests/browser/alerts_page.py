"""The screen of alerts as tests find their way on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Locator, Page, expect

from browser.stage import PASSWORD, Stage


@contextmanager
def person(site: Stage, name: str) -> Iterator[httpx.Client]:
    """Somebody at another desk, without a browser."""
    with httpx.Client(base_url=site.url, timeout=20, headers={"origin": site.url}) as client:
        assert client.post("/api/login", json={"username": name, "password": PASSWORD}).status_code == 200
        yield client


def tell(figure: str) -> None:
    """A figure for whoever reads the test's output."""
    sys.stdout.write(f"\n{figure}\n")


def row(page: Page, alert: str) -> Locator:
    return page.locator(f'[data-alert="{alert}"]')


def detail(page: Page) -> Locator:
    return page.locator("section.detail")


def chosen(page: Page, alert: str) -> None:
    expect(row(page, alert)).to_have_attribute("aria-current", "true")
    expect(detail(page).locator("h1")).to_be_visible()


def acts(page: Page, *texts: str) -> None:
    expect(detail(page).locator("ol > li")).to_contain_text(list(texts))


class Away(Stage):
    """The same site, reached through a cable."""

    def __init__(self, site: Stage, url: str) -> None:
        super().__init__(site.service, site.server, site.cameras)
        self._url = url

    @property
    def url(self) -> str:
        return self._url
