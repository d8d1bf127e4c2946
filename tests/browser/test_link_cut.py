"""The hub dies in mid-shift: a joined site's people work on in their own console, and what they did arrives later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Axe, OpenAddress
from browser.sites_stage import HUB, SOON_MS, Sites, fill_login, go, joined_sites
from federation.conftest import client
from veedor.compose.demo_sites import Process
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def sites(console: None, bikes_clip: Path, model_file: Path) -> Iterator[Sites]:
    with joined_sites(1) as made:
        yield made


STREET = re.compile("Estacionamiento|Avenida")  # as the clips at hand are


class Cut:
    """The hub's process: killed once, started once."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.is_down = False

    def kill(self) -> None:
        self._process.kill()
        self.is_down = True

    def start(self) -> None:
        self._process.start()
        self.is_down = False


@pytest.fixture
def without_hub(sites: Sites) -> Iterator[Cut]:
    """Whatever becomes of the test, the hub runs again: another try begins as the first did."""
    cut = Cut(sites.demo.hub)
    yield cut
    if cut.is_down:
        cut.start()


def test_a_shift_without_the_hub(sites: Sites, without_hub: Cut, open_address: OpenAddress, axe: Axe) -> None:
    (victoria,) = sites.demo.parties
    page = sites.open_home(open_address, victoria, "#/wall")
    expect(page.locator("[data-hub=connected]")).to_be_visible(timeout=SOON_MS)
    add_to_wall(page)

    without_hub.kill()
    away = page.locator("[data-hub=away]")
    expect(away).to_contain_text(f"Sin enlace con {HUB}", timeout=SOON_MS)
    frames_go_on(page)
    assert axe(page) == []

    late = open_address(victoria.url, None)  # somebody whose shift begins now
    fill_login(late, sites.login(victoria))
    expect(late.locator("[data-hub=away]")).to_be_visible(timeout=SOON_MS)
    late.locator("[data-hub=away]").click()  # to the page that says why
    expect(late.locator("[data-hub-problem]")).to_contain_text(f"No hay contacto con {HUB}", timeout=SOON_MS)
    taken = acknowledge(late)
    incident = escalate(late, taken)
    evidence = lock(late)
    play_back(late)
    assert axe(late) == []

    without_hub.start()
    expect(page.locator("[data-hub=connected]")).to_be_visible(timeout=2 * SOON_MS)
    login = sites.login(victoria, at_hub=True)
    with client(sites.demo.hub_url, str(sites.demo.ca), *login) as at_hub:
        wait_until(lambda: "acknowledge" in acts_on(at_hub, taken), timeout_s=60, every_s=0.25)
        wait_until(lambda: at_hub.get(f"/api/incidents/{incident}").status_code == 200, timeout_s=60, every_s=0.25)
        kept = at_hub.get(f"/api/incidents/{incident}/evidence")
        assert evidence in {one["id"] for one in kept.json()}
    at_hub_page = sites.open_hub(open_address, victoria, f"#/incidents/{incident}")
    expect(at_hub_page.get_by_role("heading", name="Robo o asalto")).to_be_visible(timeout=SOON_MS)


def add_to_wall(page: Page) -> None:
    """The first camera, live."""
    page.get_by_role("complementary", name="Cámaras").get_by_role("button").filter(has_text=STREET).first.click()
    expect(page.locator("figure[data-state=live]")).to_have_count(1, timeout=SOON_MS)


def frames_go_on(page: Page) -> None:
    """New pictures are shown, not the last one."""
    shown = "() => document.querySelector('figure[data-state=live] video')?.getVideoPlaybackQuality().totalVideoFrames"
    before = page.evaluate(shown)
    page.wait_for_function(f"(before) => ({shown})() > before + 20", arg=before, timeout=20_000)


def acknowledge(page: Page) -> str:
    """One alert; gives its id."""
    go(page, "Alertas")
    taken = choose(page, "[data-alert]")
    detail = page.get_by_role("region", name="Detalle de la alerta")
    expect(detail.get_by_role("button", name="Tomar")).to_be_enabled(timeout=SOON_MS)
    page.keyboard.press("a")
    expect(detail).to_contain_text("Tomó la alerta")
    return taken


def choose(page: Page, rows: str) -> str:
    """The first of these rows, once it is the one that keys act on; gives the alert's id."""
    wanted = str(page.locator(rows).first.get_attribute("data-alert", timeout=2 * SOON_MS))
    page.locator(f"[data-alert='{wanted}']").click()
    expect(page).to_have_url(re.compile(f"#/alerts/{wanted}$"))
    return wanted


def escalate(page: Page, taken: str) -> str:
    """Another alert becomes an incident; gives the incident's id."""
    choose(page, f"[data-alert]:not([data-alert='{taken}'])")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tipo del incidente").select_option("robbery")
    dialog.get_by_role("button", name="Escalar").click()
    expect(dialog).to_have_count(0)
    go(page, "Incidentes")
    page.locator(".board a").first.click()
    expect(page.get_by_role("heading", name="Robo o asalto")).to_be_visible()
    return page.url.split("#/incidents/")[1]


def lock(page: Page) -> str:
    """Footage of the incident, held; gives the id of the lock."""
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog", name="Asegurar video")
    dialog.get_by_label("Motivo").fill("Denuncia 2026-118")
    with page.expect_response(lambda one: one.url.endswith("/evidence") and one.request.method == "POST") as answer:
        dialog.get_by_role("button", name="Asegurar video").click()
    expect(dialog).to_have_count(0)
    evidence = page.get_by_role("region", name="Evidencia")
    expect(evidence.get_by_text("Asegurado", exact=True)).to_be_visible(timeout=SOON_MS)
    return str(answer.value.json()["id"])


def play_back(page: Page) -> None:
    """From the alert to its recording."""
    go(page, "Alertas")
    page.locator("[data-alert]").first.click(timeout=SOON_MS)
    page.get_by_role("region", name="Detalle de la alerta").get_by_role("link", name="Grabación").click()
    expect(page.locator(".tile[data-state=shown]").first).to_be_visible(timeout=SOON_MS)


def acts_on(found: httpx.Client, alert_id: str) -> list[str]:
    """What was done to an alert. Its state may say more: similar alerts are escalated together."""
    answer = found.get(f"/api/alerts/{alert_id}")
    return [one["kind"] for one in answer.json()["acts"]] if answer.status_code == 200 else []
