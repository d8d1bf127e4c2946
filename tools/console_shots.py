"""Pictures of every screen of the console: `python -m tools.console_shots [--out docs/console]`.

Starts the demo, does an operator's work in it (an incident, kept footage, a package) so that no screen is empty, and
takes each screen in both languages.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, Page, sync_playwright

from tools import sites_shots
from veedor.access.principal import Role
from veedor.compose.demo import OPERATOR, Demo, DemoOptions, demo
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import NewUser, add_user
from veedor.kit.clock import Clock, SystemClock

ENGINEER = "rdiaz"
SIZE = {"width": 1366, "height": 768}
QUALITY = 80
LANGUAGES = ("es", "en")
ALERTS = 8
WAIT_S = 240.0
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--autoplay-policy=no-user-gesture-required"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """What the pictures are taken of."""

    demo: Demo
    incident: str
    at: datetime

    @property
    def cameras(self) -> list[str]:
        return [one.id for one in self.demo.service.site.parts.cameras.cameras()]


@dataclass(frozen=True, slots=True)
class Shot:
    """One screen: who looks, where, and what is done and awaited before the picture."""

    name: str
    user: str
    address: Callable[[Scene], str]
    ready: Callable[[Page, Scene], None]


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/console"))
    parser.add_argument("--only", default="", help="names of screens, with commas")
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    names = told.only.split(",") if told.only else []
    wanted = [one for one in SHOTS if not names or one.name in names]
    across = [one for one in sites_shots.SHOTS if not names or one.name in names]
    clock = SystemClock()
    if wanted:
        _take_one_machine(wanted, clock, told.out)
    if across:
        with chromium() as browser, sites_shots.scene(browser, clock) as scene:
            for language in LANGUAGES:
                sites_shots.take(browser, scene, across, told.out, SIZE, language)
    sys.stdout.write(f"{2 * (len(wanted) + len(across))} pictures in {told.out}\n")


def _take_one_machine(wanted: list[Shot], clock: Clock, out: Path) -> None:
    """The screens of a machine that stands alone."""
    options = DemoOptions(port=0)
    with demo(options, clock, lambda _event, _demo: None) as running, chromium() as browser:
        engineer = _engineer(running, clock)
        scene = _work(running, browser, clock)
        for language in LANGUAGES:
            for user, password in ((OPERATOR, running.password), (ENGINEER, engineer)):
                page = _page(browser, running.service.url, user, password, language)
                for shot in wanted:
                    if shot.user == user:
                        _take(page, shot, scene, out / f"{shot.name}.{language}.jpg")
                page.context.close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, else the one that playwright installs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def _engineer(running: Demo, clock: Clock) -> str:
    """Somebody who sees every screen. Returns the password."""
    password = passwords.generate()
    new = NewUser(ENGINEER, "Rosa Díaz", tuple(Role), passwords.hash_password(password))
    with running.service.desk.database.session() as session:
        add_user(session, clock, running.service.desk.agency_id, new)
    return password


def _page(browser: Browser, url: str, user: str, password: str, language: str) -> Page:
    context = browser.new_context(viewport=SIZE, locale=language, timezone_id="America/Lima")  # type: ignore[arg-type]
    _post(context.request, url, "login", {"username": user, "password": password})
    page = context.new_page()
    page.goto(url)
    page.locator("main").wait_for()
    return page


def _post(request: APIRequestContext, url: str, path: str, body: dict[str, Any]) -> Any:
    answer = request.post(f"{url}/api/{path}", data=body, headers={"origin": url})
    if not answer.ok:
        raise SystemExit(f"{path}: {answer.status} {answer.text()}")
    return answer.json()


def _wait(page: Page, condition: Callable[[], Any]) -> Any:
    """The first true value of `condition`."""
    clock = SystemClock()
    end_s = clock.monotonic() + WAIT_S
    while not (found := condition()):
        if clock.monotonic() > end_s:
            raise SystemExit("waited in vain")
        page.wait_for_timeout(500)
    return found


def _work(running: Demo, browser: Browser, clock: Clock) -> Scene:
    """An operator's quarter of an hour: alerts looked at, one an incident with its footage kept and packed."""
    url = running.service.url
    page = _page(browser, url, OPERATOR, running.password, "es")
    request = page.context.request

    def alerts() -> list[dict[str, Any]]:
        found = request.get(f"{url}/api/alerts?limit=100").json()["alerts"]
        return found if len(found) >= ALERTS else []

    raised = _wait(page, alerts)
    person = next((one for one in raised if one["severity"] == "high"), raised[0])
    opened = _post(
        request, url, f"alerts/{person['id']}/escalate", {"type": "robbery", "note": "Forcejeo con un ciclista"}
    )
    incident = str(opened.get("incident_id") or opened.get("incident"))
    if not incident or incident == "None":
        incident = str(request.get(f"{url}/api/incidents").json()["incidents"][0]["id"])
    others = [one for one in raised if one["id"] != person["id"]]
    _post(request, url, f"alerts/{others[0]['id']}/acknowledge", {"note": "Serenos avisados"})
    _post(request, url, f"alerts/{others[1]['id']}/dismiss", {"reason": "normal_activity"})
    _post(request, url, f"alerts/{others[2]['id']}/claim", {})
    _post(request, url, f"incidents/{incident}/assign", {"assignee": OPERATOR})
    _post(request, url, f"incidents/{incident}/notes", {"text": "Patrulla 7 en camino, llega en tres minutos."})
    steps = request.get(f"{url}/api/incidents/{incident}").json()["checklist"]
    for step in steps[:2]:
        _post(request, url, f"incidents/{incident}/checklist", {"step": step["step"]})
    call = {
        "type": "suspicious_vehicle",
        "place": "Jr. Carabaya 250",
        "summary": "Dos sujetos en moto",
        "caller": "Vecina",
    }
    _post(request, url, "incidents", call)
    now = clock.now()
    span = {"start": (now - timedelta(seconds=30)).isoformat(), "end": (now - timedelta(seconds=8)).isoformat()}
    keep = {"camera": person["camera_id"], "reason": "Pedido de la comisaría", **span}
    _post(request, url, f"incidents/{incident}/evidence", keep)
    export = {"reason": "Oficio 118 de la comisaría"}
    kept = f"{url}/api/incidents/{incident}/evidence"
    _wait(page, lambda: '"held"' in request.get(kept).text())
    _post(request, url, f"incidents/{incident}/exports", export)
    packed = f"{url}/api/incidents/{incident}/exports"
    _wait(page, lambda: '"ready"' in request.get(packed).text())
    for camera in running.service.site.parts.cameras.cameras()[:1]:
        mark = {"camera_id": camera.id, "at": (now - timedelta(seconds=20)).isoformat(), "title": "Ciclista sin casco"}
        request.post(f"{url}/api/bookmarks", data=mark, headers={"origin": url})
    page.context.close()
    return Scene(running, incident, now - timedelta(seconds=18))


def _settle(page: Page, _scene: Scene) -> None:
    """Nothing is awaited but the screen itself."""


def _map(page: Page, scene: Scene) -> None:
    page.locator("[data-map][data-ready=true]").wait_for(timeout=60_000)
    page.locator(f"[data-row='{scene.cameras[0]}']").click()
    page.locator(".dock [data-state=live]").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)  # the map flies there
    page.keyboard.press("-")


def _wall(page: Page, scene: Scene) -> None:
    side = page.get_by_role("complementary", name="Cámaras").or_(page.get_by_role("complementary", name="Cameras"))
    live = page.locator("figure[data-state=live]")
    for camera in scene.demo.service.site.parts.cameras.cameras():
        if page.locator(f"figure[data-camera='{camera.id}']").count() == 0:
            side.first.get_by_role("button", name=camera.name, exact=False).first.click()
    live.nth(min(4, len(scene.cameras)) - 1).wait_for(timeout=60_000)


def _audit(page: Page, _scene: Scene) -> None:
    """What the operator did: whoever looks at an audit is in it all the time."""
    page.get_by_label("Usuario").or_(page.get_by_label("User")).first.fill(OPERATOR)
    page.locator("form button[type=submit]").click()


def _alerts(page: Page, _scene: Scene) -> None:
    page.locator("[data-alert]").filter(has_text="Jardín").last.click(timeout=30_000)
    page.locator("figure img, figure video").first.wait_for(timeout=30_000)


def _pictures(page: Page, _scene: Scene) -> None:
    shown = "() => [...document.querySelectorAll('video')].filter((one) => one.readyState > 1).length >= 3"
    page.wait_for_function(shown, timeout=60_000)
    for _ in range(3):
        page.keyboard.press("+")


def _playback(scene: Scene) -> str:
    return f"playback?camera={','.join(scene.cameras[:3])}&at={scene.at.isoformat().replace('+00:00', 'Z')}"


def _rules(scene: Scene) -> str:
    named = {one.name: one.id for one in scene.demo.service.site.parts.cameras.cameras()}
    return f"setup/rules/{named.get('Estacionamiento', scene.cameras[0])}"


SHOTS = (
    Shot("map", OPERATOR, lambda _: "map", _map),
    Shot("alerts", OPERATOR, lambda _: "alerts", _alerts),
    Shot("wall", OPERATOR, lambda _: "wall", _wall),
    Shot("playback", OPERATOR, _playback, _pictures),
    Shot("incidents", OPERATOR, lambda _: "incidents", _settle),
    Shot("incident", OPERATOR, lambda scene: f"incidents/{scene.incident}", _settle),
    Shot("setup", ENGINEER, lambda _: "setup/cameras", _settle),
    Shot("rules", ENGINEER, _rules, _settle),
    Shot("health", ENGINEER, lambda _: "health", _settle),
    Shot("people", ENGINEER, lambda _: "people", _settle),
    Shot("audit", ENGINEER, lambda _: "audit", _audit),
)


def _take(page: Page, shot: Shot, scene: Scene, file: Path) -> None:
    page.goto(f"{scene.demo.service.url}/#/{shot.address(scene)}")
    page.wait_for_timeout(1500)
    try:
        shot.ready(page, scene)
    except Exception as problem:  # a picture that lacks something is still looked at, and the reason told
        sys.stderr.write(f"{file.name}: {str(problem).splitlines()[0]}\n")
    page.wait_for_timeout(3000)
    page.screenshot(path=file, type="jpeg", quality=QUALITY)


if __name__ == "__main__":
    main()
