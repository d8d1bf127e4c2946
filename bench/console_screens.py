"""Figures of the console's other screens: seeking, alerts, long lists, the map, the first load."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Page, expect

from browser import longtasks
from browser.map_page import many_cameras
from browser.stage import PASSWORD, Stage, stage
from browser.test_playback import Archive, archived, seek, wait_shown
from console_stage import FLAGS_NOTE, SiteProcess, console_page, spread
from veedor.kit.clock import SystemClock

SEEK_MS, CARD_MS, QUEUE_MS, MAP_MS, LOAD_OCTETS = 1000, 500, 50, 200, 600 * 1024
ALERTS, CAMERAS = 10_000, 3_000
RECORDED_S = ((0, 295), (480, 775))  # of `archived`

# When each card was first on the screen: its element, then the frame that draws it.
_CARDS = """() => {
    const seen = (window.__cards = {});
    const look = () => {
        for (const one of document.querySelectorAll('[data-alert]')) {
            const id = one.dataset.alert;
            if (id in seen) continue;
            seen[id] = 0;
            requestAnimationFrame(() => { seen[id] = performance.timeOrigin + performance.now(); });
        }
    };
    const what = { subtree: true, childList: true, attributeFilter: ['data-alert'] };
    new MutationObserver(look).observe(document.body, what);
    look();
}"""


def _start_of(archive: Archive) -> datetime:
    return archive.start


def _address(archive: Archive, seconds: float, cameras: list[str]) -> str:
    return archive.address(seconds, *cameras)


def _moments_s(chance: random.Random, times: int) -> list[int]:
    """Never the same twice in a row: going to where one is already shows nothing new."""
    found: list[int] = []
    while len(found) < times:
        moment = chance.randint(*chance.choice(RECORDED_S))
        if found[-1:] != [moment]:
            found.append(moment)
    return found


def seeking(browser: Browser, times: int) -> dict[str, Any]:
    """To random moments of yesterday, by the field for date and time."""
    chance = random.Random(7)
    found: dict[str, Any] = {}
    with SiteProcess(archived) as site:
        start = site.do(_start_of)
        for count in (1, 3):
            cameras = site.cameras[:count]
            with console_page(browser, site.url, site.do(_address, 30, cameras)) as page:
                wait_shown(page, *cameras)
                moments = [start + timedelta(seconds=one) for one in _moments_s(chance, times)]
                found[f"{count}_camera{'s' * (count > 1)}_ms"] = spread([seek(page, one) for one in moments])
    return {
        "target": f"seek to first picture p95 < {SEEK_MS} ms",
        **found,
        "holds": all(one["p95"] < SEEK_MS for one in found.values()),
    }


def _raise(made: Stage, number: int) -> tuple[str, float]:
    """An alert, and when it was handed to the desk (ms)."""
    at = SystemClock().now().timestamp() * 1000
    return made.raise_alert(made.cameras[number % len(made.cameras)], rule=f"Medida {number}"), at


def alert_to_card(browser: Browser, count: int) -> dict[str, Any]:
    """Each alert is seen, then dismissed, so that the next one's card has its place on the screen."""
    late = []
    with SiteProcess(stage) as site, console_page(browser, site.url, "#/alerts") as page:
        expect(page.get_by_text("No hay alertas por atender")).to_be_visible()
        page.evaluate(_CARDS)
        for number in range(count):
            alert, raised_ms = site.do(_raise, number)
            page.locator(f'[data-alert="{alert}"]').wait_for(timeout=30_000)
            shown = page.evaluate(
                "(id) => new Promise((done) => { const look = () => window.__cards[id] ? done(window.__cards[id])"
                " : requestAnimationFrame(look); look(); })",
                alert,
            )
            late.append(float(shown) - raised_ms)
            body = {"reason": "test", "over_claim": True}
            answer = page.request.post(
                f"{site.url}/api/alerts/{alert}/dismiss", data=body, headers={"origin": site.url}
            )
            assert answer.ok, answer.text()
    return {
        "target": f"handed to the desk, with its snapshot, to the frame with its card: p95 < {CARD_MS} ms",
        "ms": spread(late),
        "holds": spread(late)["p95"] < CARD_MS,
    }


def _fill(made: Stage, count: int) -> None:
    made.fill_alerts(count)


def long_queue(browser: Browser) -> dict[str, Any]:
    """300 steps of 400 px, one at each frame."""
    with SiteProcess(stage) as site:
        site.do(_fill, ALERTS)
        with console_page(browser, site.url, "#/alerts", (1366, 768)) as page:
            expect(page.locator(f"[data-new='{ALERTS}']")).to_be_visible(timeout=60_000)
            box = page.get_by_role("list", name="Cola de alertas")
            # By the clock without the tracing, which costs time itself; then by the processor's time with it.
            longtasks.record(page)
            plain = longtasks.scroll(box, step_px=400, frames=300)
            by_clock = longtasks.found(page)
            box.evaluate("(box) => { box.scrollTop = 0; }")
            with longtasks.traced(page) as tasks:
                longtasks.scroll(box, step_px=400, frames=300)
    return {
        "target": f"{ALERTS} alerts scroll without a task over {QUEUE_MS} ms of the page's own thread",
        "scrolled_px": plain.top_px,
        "frame_p95_ms": round(plain.gap_p95_ms(), 1),
        **_long(tasks, by_clock, QUEUE_MS),
    }


def _long(tasks: longtasks.Tasks, by_clock: list[int], limit_ms: int) -> dict[str, Any]:
    return {
        "tasks_measured": len(tasks.cpu_ms),
        f"over_{limit_ms}_ms_by_cpu_time": len(tasks.over(limit_ms)),
        "longest_ms_by_cpu_time": round(tasks.longest_ms, 1),
        f"over_{limit_ms}_ms_by_clock": sum(one > limit_ms for one in by_clock),
        "longest_ms_by_clock": max(by_clock, default=0),
        "holds": bool(tasks.cpu_ms) and not tasks.over(limit_ms),
        "holds_by_clock": not any(one > limit_ms for one in by_clock),
    }


def big_map(browser: Browser, rounds: int) -> dict[str, Any]:
    """Dragged in a circle, then the wheel in and out, so many rounds."""
    with SiteProcess(stage) as site:
        site.do(many_cameras, CAMERAS - len(site.cameras))
        with console_page(browser, site.url, "#/map") as page:
            told = page.locator("[data-map]")
            expect(told).to_have_attribute("data-ready", "true", timeout=60_000)
            expect(told).to_have_attribute("data-count", str(CAMERAS), timeout=60_000)
            expect(told).not_to_have_attribute("data-clusters", "0")
            longtasks.record(page)
            longtasks.pan_and_zoom(page, rounds)
            by_clock = longtasks.found(page)
            with longtasks.traced(page) as tasks:
                longtasks.pan_and_zoom(page, rounds)
    return {
        "target": f"{CAMERAS} cameras: pan and zoom without a task over {MAP_MS} ms of the page's own thread",
        "webgl": FLAGS_NOTE,
        "rounds": rounds,
        **_long(tasks, by_clock, MAP_MS),
    }


def first_load(browser: Browser) -> dict[str, Any]:
    """Nobody logged in, nothing cached; log in; the alerts' screen, with none open. Then the map, for comparison."""
    with SiteProcess(stage) as site:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="es")
        try:
            page = context.new_page()
            moved = _transfers(page)
            page.goto(f"{site.url}/#/alerts")
            page.get_by_label("Usuario").fill("olga")
            page.get_by_label("Contraseña").fill(PASSWORD)
            page.keyboard.press("Enter")
            expect(page.get_by_text("No hay alertas por atender")).to_be_visible()
            _settle(page, moved)
            files = _by_file(moved)
            page.goto(f"{site.url}/#/map")
            expect(page.locator("[data-map]")).to_have_attribute("data-ready", "true")
            _settle(page, moved)
            later = sum(_by_file(moved).values()) - sum(files.values())
        finally:
            context.close()
    octets = sum(files.values())
    return {
        "target": f"at most {LOAD_OCTETS} octets before the map is opened, headers and the API's answers included",
        "octets": octets,
        "of_them_the_api": sum(size for name, size in files.items() if name.startswith("/api/")),
        "requests": len(files),
        "files": dict(sorted(files.items(), key=lambda one: -one[1])),
        "map_opened_then_octets": later,
        "holds": octets <= LOAD_OCTETS and not any("maplibre" in name for name in files),
    }


def _transfers(page: Page) -> dict[str, dict[str, Any]]:
    """What the page fetches from now on, as the browser's debugger tells it: by request its address and octets."""
    moved: dict[str, dict[str, Any]] = {}
    debugger = page.context.new_cdp_session(page)
    debugger.on(
        "Network.responseReceived",
        lambda told: moved.setdefault(told["requestId"], {}).update(url=told["response"]["url"]),
    )
    debugger.on(
        "Network.loadingFinished",
        lambda told: moved.setdefault(told["requestId"], {}).update(octets=told["encodedDataLength"]),
    )
    debugger.send("Network.enable")
    return moved


def _settle(page: Page, moved: dict[str, dict[str, Any]]) -> None:
    """Until nothing more has come for two seconds; fonts come after the first words are drawn."""
    seen = -1
    while seen != (seen := sum("octets" in one for one in moved.values())):
        page.wait_for_timeout(2000)


def _by_file(moved: dict[str, dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in moved.values():
        if "url" in one and not one["url"].startswith(("data:", "blob:")):
            path = "/" + one["url"].split("/", 3)[-1].split("?")[0]
            found[path] = found.get(path, 0) + int(one.get("octets", 0))
    return found
