"""The wall as tests find their way on it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open
from browser.stage import Stage
from veedor.model.camera import Camera


def camera(site: Stage, name: str) -> Camera:
    return next(one for one in site.cameras if one.name == name)


def tile(page: Page, number: int) -> Locator:
    return page.locator(f'[data-tile="{number - 1}"]')


def live(page: Page, count: int) -> None:
    """Wait until so many tiles are live."""
    expect(page.locator('figure[data-state="live"]')).to_have_count(count, timeout=30_000)


def open_wall(open_console: Open, site: Stage, person: str = "olga", cameras: int = 4, **more: object) -> Page:
    """A wall with the first cameras by name on it, all live."""
    page = open_console(site, person, "#/wall", **more)
    expect(page.get_by_role("region", name="Mural")).to_be_visible()
    for one in sorted(site.cameras, key=lambda one: one.name.casefold())[:cameras]:
        page.get_by_role("complementary", name="Cámaras").get_by_role("button", name=one.name, exact=False).click()
    live(page, cameras)
    return page


def frames(page: Page, number: int) -> int:
    script = "(video) => video.getVideoPlaybackQuality().totalVideoFrames"
    return int(tile(page, number).locator("video").evaluate(script))


def live_sockets(page: Page) -> list[str]:
    """Addresses of the live sockets that this page opens from now on; closed ones leave the list."""
    found: list[str] = []

    def opened(socket: object) -> None:
        url = socket.url  # type: ignore[attr-defined]
        if "/live" in url:
            found.append(url)
            socket.on("close", lambda _: found.remove(url))  # type: ignore[attr-defined]

    page.on("websocket", opened)
    return found
