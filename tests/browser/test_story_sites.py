"""A day of three sites: the comisaría looks at a municipality's cameras under a grant, and the municipality sees every
look, and ends it.

Nothing is handed in: the alert comes from the municipality's own analysis, the picture through the hub from its site.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Axe, OpenAddress
from browser.sites_stage import SOON_MS, Sites, fill_login, go, joined_sites

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]
CASE = "2026-118"
OWNER = "Municipalidad de La Victoria"
# When the tile stopped to show anything, and when the button was pressed: both pages run on this machine's clock.
WATCH_TILE = """(camera) => {
    const dark = () => {
        const tile = document.querySelector(`figure[data-camera="${camera}"]`);
        return !tile || tile.dataset.state !== "live";
    };
    window.darkAt = null;
    window.lastPictureAt = null;
    const seen = () => {
        window.lastPictureAt = Date.now();
        document.querySelector(`figure[data-camera="${camera}"] video`)?.requestVideoFrameCallback(seen);
    };
    seen();
    const look = new MutationObserver(() => { if (window.darkAt === null && dark()) window.darkAt = Date.now(); });
    look.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
}"""
WATCH_CLICK = """() => document.addEventListener(
    "submit", () => { window.pressedAt ??= Date.now(); }, { capture: true })"""


@pytest.fixture  # for each try anew: the story ends with a revocation
def sites(console: None, bikes_clip: Path, model_file: Path) -> Iterator[Sites]:
    with joined_sites(3) as made:
        yield made


def test_the_story(sites: Sites, open_address: OpenAddress, axe: Axe) -> None:
    victoria, _, police = sites.demo.parties
    olga = open_address(sites.demo.hub_url, None)
    fill_login(olga, sites.login(police, at_hub=True))
    see_the_alert(olga)
    assert axe(olga) == []
    camera = watch_live(olga)
    assert axe(olga) == []
    search(olga, sites)
    assert axe(olga) == []
    lock_evidence(olga)
    assert axe(olga) == []
    rosa = sites.open_home(open_address, victoria, "#/sharing")
    ask_for_footage(olga, rosa, camera)
    officer = sites.open_home(open_address, victoria, "#/audit/looks?agency=pnp-cercado", "auditoria")
    every_look_is_there(officer)
    assert axe(officer) == []
    revoke(olga, rosa, camera, str(sites.demo.grant_id))


def see_the_alert(olga: Page) -> None:
    """Before she says what for, there is none of another agency, and the page says why."""
    go(olga, "Alertas")
    needed = olga.locator("[data-purpose-needed=alerts]")
    expect(needed).to_contain_text(OWNER, timeout=SOON_MS)
    needed.get_by_role("button", name="Indicar finalidad y caso").click()
    dialog = olga.get_by_role("dialog")
    dialog.get_by_role("button", name="robo").click()
    dialog.get_by_label("Número de caso").fill(CASE)
    dialog.get_by_role("button", name="Usar", exact=True).click()
    expect(olga.locator("[data-purpose]")).to_contain_text(f"robo · {CASE}")
    olga.locator("[data-alert]:has([data-owner=la-victoria])").first.click(timeout=2 * SOON_MS)
    detail = olga.get_by_role("region", name="Detalle de la alerta")
    expect(detail.locator("[data-owner=la-victoria]")).to_be_visible()
    expect(detail.locator("[data-foreign-alert]")).to_contain_text(OWNER)
    expect(detail.get_by_role("button", name="Tomar")).to_have_count(0)


def watch_live(olga: Page) -> str:
    """Live from its site. Without a purpose the tile says what is missing; with it the picture comes."""
    olga.get_by_role("region", name="Detalle de la alerta").get_by_role("link", name="En vivo").click()
    tile = olga.locator("figure:has([data-owner=la-victoria])")
    expect(tile).to_have_attribute("data-state", "live", timeout=SOON_MS)
    olga.keyboard.press("q")
    olga.get_by_role("dialog").get_by_role("button", name="Quitar").click()
    expect(tile.locator("[data-reason=purpose]")).to_be_visible(timeout=SOON_MS)
    tile.get_by_role("button", name="Indicar finalidad y caso").click()
    dialog = olga.get_by_role("dialog")
    dialog.get_by_role("button", name="robo").click()
    dialog.get_by_label("Número de caso").fill(CASE)
    dialog.get_by_role("button", name="Usar", exact=True).click()
    expect(tile).to_have_attribute("data-state", "live", timeout=SOON_MS)
    expect(tile.locator("[data-owner=la-victoria]")).to_contain_text("robo")
    return str(tile.get_attribute("data-camera"))


def search(olga: Page, sites: Sites) -> None:
    """Tracks of the municipality's site, with a picture that is cut there."""
    go(olga, "Buscar")
    find = olga.get_by_role("form", name="Qué se busca").get_by_role("button", name="Buscar")
    cards = olga.get_by_role("region", name="Resultados").locator("li:has([data-owner=la-victoria])")

    def found() -> bool:
        """Tracks are kept when they have ended: it is asked again until one has."""
        olga.get_by_role("button", name="Última hora").click()
        find.click()
        expect(olga.get_by_text(re.compile("resultados"))).to_be_visible(timeout=20_000)
        return cards.count() > 0

    for _ in range(20):
        if found():
            break
        olga.wait_for_timeout(1000)
    first = cards.first
    expect(first).to_be_visible()
    first.get_by_role("button", name="Ver imagen").click()
    picture = first.get_by_role("img")
    expect(picture).to_be_visible(timeout=20_000)
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


def lock_evidence(olga: Page) -> None:
    """An incident of the comisaría's own, for which a minute of the municipality's camera is kept at its site."""
    go(olga, "Incidentes")
    olga.get_by_role("button", name="Abrir incidente").click()
    opening = olga.get_by_role("dialog")
    opening.get_by_label("Tipo").select_option("robbery")
    opening.get_by_role("button", name="Abrir", exact=True).click()
    expect(opening).to_have_count(0)
    olga.get_by_role("button", name="Asegurar video").click()
    lock = olga.get_by_role("dialog", name="Asegurar video")
    choice = lock.get_by_label("Cámara")
    choice.select_option(label=choice.locator("option", has_text=OWNER).first.inner_text())
    lock.get_by_label("Motivo").fill("Oficio 12")
    lock.get_by_role("button", name="Asegurar video").click()
    expect(lock).to_have_count(0)
    evidence = olga.get_by_role("region", name="Evidencia")
    expect(evidence.locator("[data-status=held]")).to_contain_text(OWNER, timeout=SOON_MS)
    expect(evidence.get_by_role("button", name="Liberar")).to_have_count(0)  # that is the owner's to do


def ask_for_footage(olga: Page, rosa: Page, camera: str) -> None:
    """A request stands in the municipality's queue; it grants it, once."""
    olga.goto(olga.url.split("#")[0] + f"#/sharing/request?camera={camera}")
    form = olga.get_by_role("dialog")
    expect(form.get_by_label("Número de caso")).to_have_value(CASE)
    form.get_by_label("Nota").fill("Asalto a las 14:10")
    form.get_by_role("button", name="Enviar el pedido").click()
    panel = olga.locator("[data-grant-panel]")
    expect(panel).to_contain_text(f"solo para el caso {CASE}")
    expect(rosa.get_by_role("link", name=re.compile("Convenios"))).to_contain_text("1", timeout=SOON_MS)
    rosa.goto(rosa.url.split("#")[0] + "#/sharing/queue")
    rosa.locator("[data-grant]").first.click()
    expect(rosa.locator("[data-grant-panel]")).to_contain_text("Asalto a las 14:10")
    rosa.get_by_role("button", name="Conceder esta vez").click()
    rosa.get_by_role("dialog").get_by_role("button", name="Conceder esta vez").click()
    expect(panel.locator("[data-state=active]")).to_be_visible(timeout=SOON_MS)


def every_look_is_there(officer: Page) -> None:
    """In the municipality's own console: who, of which agency, what, for what, and under which grant."""

    def row_of(action: str) -> Locator:
        return officer.locator(f"tr[data-by=pnp-cercado][data-look='{action}']:not(.refused)")

    for action in ("alert.read", "live.watch", "track.read", "footage.play", "evidence.lock"):
        row = row_of(action).first
        expect(row).to_be_visible(timeout=20_000)
        expect(row).to_contain_text("olga")
        expect(row).to_contain_text("PNP Comisaría Cercado")
        expect(row).to_contain_text(f"robo · {CASE}")
        # A look that has ended has an entry of its own, which says for how long; the one that began names the grant.
        expect(row_of(action).filter(has=officer.get_by_role("link", name="Convenio")).first).to_be_visible()
    kept = row_of("evidence.lock").filter(has=officer.locator("[data-span]"))
    expect(kept.first).to_be_visible()


def revoke(olga: Page, rosa: Page, camera: str, grant: str) -> None:
    """The municipality ends it in its sharing screen; the comisaría's tile is dark within 2 s."""
    olga.goto(olga.url.split("#")[0] + f"#/wall?camera={camera}")
    expect(olga.locator(f"figure[data-camera='{camera}']")).to_have_attribute("data-state", "live", timeout=SOON_MS)
    olga.evaluate(WATCH_TILE, camera)
    rosa.goto(rosa.url.split("#")[0] + f"#/sharing/{grant}")
    rosa.get_by_role("button", name="Revocar").click()
    dialog = rosa.get_by_role("dialog")
    dialog.get_by_label("Razón").fill("El convenio se renegocia")
    rosa.evaluate(WATCH_CLICK)
    dialog.get_by_role("button", name="Revocar").click()
    olga.wait_for_function("() => window.darkAt !== null", timeout=20_000)
    expect(rosa.locator("[data-grant-panel] [data-state=revoked]")).to_be_visible()
    dark_s = (olga.evaluate("darkAt") - rosa.evaluate("pressedAt")) / 1000
    last_s = (olga.evaluate("lastPictureAt") - rosa.evaluate("pressedAt")) / 1000
    sys.stdout.write(f"\nafter the revocation: last picture {last_s:.2f} s, dark {dark_s:.2f} s\n")
    assert dark_s < 3.0  # 2 s are promised; a busy machine gets one more
