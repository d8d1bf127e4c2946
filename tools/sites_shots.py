"""Pictures of what a hub and its sites add to the console: part of `python -m tools.console_shots`.

Starts the demo's federation, has its people work in it (looks under the grant, a request, an emergency), and takes the
screens as each of them sees them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, Page

from veedor.compose.demo_sites import PURPOSE, FederationDemo, federation_demo
from veedor.kit.clock import Clock

CASE = "2026-118"
WAIT_S = 240.0
QUALITY = 80
PURPOSE_HEADERS = {"X-Veedor-Purpose": PURPOSE, "X-Veedor-Case": CASE}


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks, and at which desk's console."""

    url: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the pictures are taken of."""

    people: dict[str, Person]
    camera: str
    grant: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One screen: who looks, where, and what is done and awaited before the picture. `states`: the purpose is said."""

    name: str
    who: str
    address: Callable[[Scene], str]
    ready: Callable[[Page], None]
    states: bool = False


@contextmanager
def scene(browser: Browser, clock: Clock) -> Iterator[Scene]:
    """The federation with something in it."""
    with federation_demo(3, clock, lambda _told: None, port=0) as running:
        yield prepared(running, browser, clock)


def prepared(running: FederationDemo, browser: Browser, clock: Clock) -> Scene:
    """A quarter of an hour's work of the comisaría and the municipality."""
    people = people_of(running)
    olga, rosa = _speaker(browser, people["olga"]), _speaker(browser, people["rosa"])
    camera = _camera_of(olga, people["olga"], "la-victoria")
    work = _Work(people, olga, rosa, camera, clock)
    work.look()
    work.agree()
    return Scene(people, camera, str(running.grant_id))


def people_of(running: FederationDemo) -> dict[str, Person]:
    victoria, _, police = running.parties
    return {
        "olga": Person(running.hub_url, f"olga@{police.plan.agency_id}", police.logins["olga"]),
        "rosa": Person(victoria.url, "rosa", victoria.logins["rosa"]),
        "officer": Person(victoria.url, "auditoria", victoria.logins["auditoria"]),
        "admin": Person(running.hub_url, *running.hub_login),
    }


def take(browser: Browser, told: Scene, wanted: list[Shot], out: Path, size: dict[str, int], language: str) -> None:
    """Each of these screens, in that language."""
    for shot in wanted:
        page = _page(browser, told.people[shot.who], size, language)
        if shot.states:
            page.evaluate(
                "([purpose, number]) => sessionStorage.setItem('veedor.purpose',"
                " JSON.stringify({purpose, caseNumber: number}))",
                [PURPOSE, CASE],
            )
        page.goto(f"{told.people[shot.who].url}/#/{shot.address(told)}")
        page.reload()
        page.locator("main").wait_for()
        page.wait_for_timeout(1500)
        file = out / f"{shot.name}.{language}.jpg"
        try:
            shot.ready(page)
        except Exception as problem:  # a picture that lacks something is still looked at, and the reason told
            sys.stderr.write(f"{file.name}: {str(problem).splitlines()[0]}\n")
        page.wait_for_timeout(2000)
        page.screenshot(path=file, type="jpeg", quality=QUALITY)
        page.context.close()


# -- what people do


@dataclass(frozen=True, slots=True)
class _Work:
    people: dict[str, Person]
    olga: APIRequestContext
    rosa: APIRequestContext
    camera: str
    clock: Clock

    def look(self) -> None:
        """The comisaría's looks, so that the municipality's audit has some; some without a purpose, and refused."""
        url = f"{self.people['olga'].url}/api"
        now = self.clock.now()
        for headers in (PURPOSE_HEADERS, PURPOSE_HEADERS, {"X-Veedor-Purpose": "curiosidad"}):
            self.olga.get(f"{url}/cameras/{self.camera}/snapshot.jpg", headers=headers)
        span: dict[str, str | float | bool] = {
            "start": (now - timedelta(seconds=40)).isoformat(),
            "end": (now - timedelta(seconds=20)).isoformat(),
        }
        self.olga.get(f"{url}/cameras/{self.camera}/clip.mp4", params=span, headers=PURPOSE_HEADERS)
        _wait(self.clock, lambda: self._search(url))

    def _search(self, url: str) -> list[str]:
        now = self.clock.now()
        body = {"start": (now - timedelta(hours=1)).isoformat(), "end": now.isoformat(), "cameras": [self.camera]}
        headers = {**PURPOSE_HEADERS, "origin": self.people["olga"].url}
        answer = self.olga.post(f"{url}/search/tracks", data=body, headers=headers)
        return [line for line in answer.text().splitlines() if '"track_id"' in line]

    def agree(self) -> None:
        """A request, an emergency that was reviewed, one that was not, and a draft for another agency."""
        now = self.clock.now()
        request = {
            "owner": "la-victoria",
            "camera": self.camera,
            "start": (now - timedelta(minutes=20)).isoformat(),
            "end": (now - timedelta(minutes=5)).isoformat(),
            "case_number": CASE,
            "purpose": PURPOSE,
            "note": "Asalto a una bodega: se busca la ruta de huida.",
        }
        self._say("olga", self.olga, "grant-requests", request)
        emergency = {"owner": "la-victoria", "cameras": [self.camera], "reason": "Persona armada en el mercado"}
        self._say("olga", self.olga, "emergency-access", emergency)
        draft = {
            "owner": "la-victoria",
            "grantee": "brena",
            "cameras": {"kind": "all"},
            "rights": ["live", "alerts"],
            "purposes": ["emergencia vial", PURPOSE],
            "hours": {
                "time_zone": "America/Lima",
                "windows": [{"days": [0, 1, 2, 3, 4], "start": "18:00", "end": "06:00"}],
            },
            "starts_at": now.isoformat(),
            "expires_at": (now + timedelta(days=180)).isoformat(),
            "conditions": {"case_number": True},
            "note": "Patrullaje integrado",
        }
        made = self._say("rosa", self.rosa, "grants", draft)
        self._say("rosa", self.rosa, f"grants/{made['id']}/sign", {})
        queue = f"{self.people['rosa'].url}/api/grant-queue"
        _wait(self.clock, lambda: len(self.rosa.get(queue).json()) >= 2)

    def _say(self, who: str, request: APIRequestContext, path: str, body: dict[str, Any]) -> Any:
        url = self.people[who].url
        answer = request.post(f"{url}/api/{path}", data=body, headers={"origin": url})
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.status} {answer.text()}")
        return answer.json()


def _page(browser: Browser, who: Person, size: dict[str, int], language: str) -> Page:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale=language,
        timezone_id="America/Lima",
        ignore_https_errors=who.url.startswith("https"),
    )
    body = {"username": who.username, "password": who.password}
    answer = context.request.post(f"{who.url}/api/login", data=body, headers={"origin": who.url})
    if not answer.ok:
        raise SystemExit(f"login of {who.username}: {answer.status} {answer.text()}")
    page = context.new_page()
    page.goto(who.url)
    page.locator("main").wait_for()
    return page


def _speaker(browser: Browser, who: Person) -> APIRequestContext:
    return _page(browser, who, {"width": 800, "height": 600}, "es").context.request


def _camera_of(request: APIRequestContext, who: Person, agency_id: str) -> str:
    rows = request.get(f"{who.url}/api/cameras").json()
    return str(next(row["id"] for row in rows if row["agency_id"] == agency_id))


def _wait(clock: Clock, condition: Callable[[], Any]) -> None:
    import threading

    never, end_s = threading.Event(), clock.monotonic() + WAIT_S
    while not condition():
        if clock.monotonic() > end_s:
            raise SystemExit("waited in vain")
        clock.wait(never, 0.5)


# -- what is awaited


def _settle(_page: Page) -> None:
    """Nothing is awaited but the screen itself."""


def _map(page: Page) -> None:
    page.locator("[data-map][data-ready=true]").wait_for(timeout=60_000)
    page.locator("[data-map][data-sites='3']").wait_for(timeout=30_000)


def _wall(page: Page) -> None:
    page.locator("aside .foot button").first.click()
    page.locator("figure[data-state=live]").nth(2).wait_for(timeout=60_000)


def _search(page: Page) -> None:
    page.get_by_role("checkbox", name="Persona").or_(page.get_by_role("checkbox", name="Person")).first.check()
    page.locator("form button[type=submit]").click()
    page.locator(".cards li").first.wait_for(timeout=30_000)
    page.evaluate("document.querySelectorAll('main *').forEach((one) => { if (one.scrollTop) one.scrollTop = 0; })")
    show = page.get_by_role("button", name="Ver imagen").or_(page.get_by_role("button", name="Show picture"))
    for _ in range(4):
        show.first.click(timeout=20_000)
    page.locator(".cards img").nth(3).wait_for(timeout=30_000)


def _panel(page: Page) -> None:
    page.locator("[data-grant-panel]").wait_for(timeout=30_000)


def _proposal(page: Page) -> None:
    page.locator("[data-proposal]").wait_for(timeout=120_000)


def _looks(page: Page) -> None:
    page.locator("tr[data-look]").first.wait_for(timeout=30_000)


SHOTS = (
    Shot("hub-map", "admin", lambda _: "map", _map),
    Shot("sites", "admin", lambda _: "sites", _settle),
    Shot("agencies", "admin", lambda _: "sites/agencies", _settle),
    Shot("sharing", "rosa", lambda told: f"sharing/{told.grant}", _panel),
    Shot("queue", "rosa", lambda _: "sharing/queue", _settle),
    Shot("hub-wall", "olga", lambda _: "wall", _wall, states=True),
    Shot("search", "olga", lambda _: "search", _search, states=True),
    Shot("proposal", "olga", lambda _: "incidents", _proposal, states=True),
    Shot("looks", "officer", lambda _: "audit/looks", _looks),
)
