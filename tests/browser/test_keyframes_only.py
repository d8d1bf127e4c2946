"""A tile whose camera's site has room for keyframes alone: it says so, goes on, and takes it back."""

from __future__ import annotations

import json

from playwright.sync_api import Page, WebSocketRoute, expect

from browser.conftest import Open
from browser.stage import Stage
from veedor.kit.mp4.boxes import first_sample
from veedor.member.thinning import Thinner
from veedor.wire.ports import LiveFragment
from waiting import wait_until

SAYS = "Solo cuadros clave: enlace lento"
EVERY = 3  # of the camera's keyframes, one each second: further apart than what counts as a frozen picture


class ShortLine:
    """A live socket as a viewer at a hub has it. `keyframes_only`: what the site has room for; it plays the place."""

    def __init__(self) -> None:
        self.keyframes_only = False
        self.keyframes = 0
        self._seen = 0

    def again(self, _dropped: int) -> bool:
        return self.keyframes_only

    def carry(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        thinner = Thinner(self)  # type: ignore[arg-type]
        told: dict[str, object] = {}
        expects_init = False

        def hear(message: str | bytes) -> None:
            nonlocal expects_init
            if isinstance(message, str):
                said = json.loads(message)
                expects_init = said["type"] == "init"
                if said["type"] == "time":
                    told.update(said)
                else:
                    route.send(message)
                return
            if expects_init:
                expects_init = False
                route.send(message)
                return
            starts = first_sample(message)[1].is_sync
            self._seen += starts
            if starts and self.keyframes_only and self._seen % EVERY:
                return
            sent = thinner.take(LiveFragment(message, False, "video/mp4", None, starts_gop=starts))
            if sent is None:
                return
            if starts and told:
                self.keyframes += 1
                route.send(json.dumps({**told, "keyframes_only": sent.keyframes_only}))
            route.send(sent.data)

        server.on_message(hear)


def shown(page: Page) -> int:
    """Pictures that the browser has put on the screen."""
    return int(page.locator("figure video").evaluate("(one) => one.getVideoPlaybackQuality().totalVideoFrames"))


def test_it_is_said_and_the_picture_goes_on_until_all_pictures_come_again(site: Stage, open_console: Open) -> None:
    line = ShortLine()
    page = open_console(site, "olga", f"#/wall?camera={site.cameras[0].id}")
    page.route_web_socket(lambda url: "/live" in url, line.carry)
    page.reload()
    tile = page.locator("figure")
    expect(tile).to_have_attribute("data-state", "live", timeout=15_000)
    expect(tile.locator(".note")).to_have_count(0)
    aloud = tile.locator("[aria-live=polite]")
    expect(aloud).to_have_text("")

    line.keyframes_only = True
    expect(tile.locator(".note")).to_contain_text(SAYS, timeout=15_000)
    expect(aloud).to_have_text(f"{site.cameras[0].name}: {SAYS}")
    page.evaluate(WATCH)
    came, seen = line.keyframes, shown(page)
    wait_until(lambda: shown(page) >= seen + 2 and line.keyframes >= came + 2)
    assert page.evaluate("() => window.__states") == []  # between them it was not taken for frozen
    assert shown(page) <= seen + 10  # and no more than keyframes were shown

    line.keyframes_only = False
    expect(tile.locator(".note")).to_have_count(0)
    expect(aloud).to_have_text("")
    before = wait_until(lambda: position(page))
    wait_until(lambda: position(page) > before + 2.0)  # it runs, and is not held at one picture after the other
    expect(tile).to_have_attribute("data-state", "live")


WATCH = """() => {
    window.__states = [];
    new MutationObserver((told) => told.forEach((one) => window.__states.push(one.target.dataset.state)))
        .observe(document.querySelector("figure"), { attributeFilter: ["data-state"] });
}"""


def position(page: Page) -> float:
    """Seconds, in the time of the stream, at which the browser is; it is held while keyframes alone come."""
    return float(page.locator("figure video").evaluate("(one) => (one.paused ? 0 : one.currentTime)"))
