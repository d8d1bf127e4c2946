"""The whole story in one browser: from an address to a camera, a zone, an alert, an incident, and verified evidence.

Nothing is handed in: the alert comes from the detector looking at a real street through the camera that the engineer
has just added and the zone that they have just drawn.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from browser.test_playback import WATCH, wait_shown, worst_difference_ms
from veedor.model.camera import StreamRole
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import ServedStream
from waiting import wait_until

pytestmark = pytest.mark.timeout(420)
NEW = "Av. Arequipa"
SOON_MS = 60_000
RULE = "Regla 1"


@pytest.fixture
def town(tmp_path: Path, console: None, bikes_clip: Path, model_file: Path) -> Iterator[Stage]:
    """Two cameras that record, an analysis that runs, and no rule anywhere; anew if the story is told again."""
    with stage(tmp_path, ["Plaza Mayor", "Mercado"], workers=1) as made:
        yield made


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pantallas").get_by_role("link", name=name).click()


def test_the_story(town: Stage, open_console: Open, bikes_clip: Path, axe: Axe) -> None:
    with RtspServerProcess([ServedStream("/nueva", bikes_clip)]) as camera:
        page = open_console(town, None, size=(1600, 900))
        log_in(page)
        expect(page.locator("[data-ready=true]").first).to_be_visible(timeout=SOON_MS)  # the map stands
        expect(page.get_by_text("Plaza Mayor").first).to_be_visible()
        add_a_camera(page, camera.url("/nueva"))
        draw_a_zone(page, town)
        handle_the_alert(page)
        keep_and_verify(page)
        play_three_in_step(page, town)
        assert axe(page) == []


def log_in(page: Page) -> None:
    from browser.stage import PASSWORD

    page.get_by_label("Usuario").fill("inge")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()


def add_a_camera(page: Page, address: str) -> None:
    go(page, "Configurar")
    page.goto(page.url.split("#")[0] + "#/setup/cameras/new")
    page.get_by_text("Escribir la dirección").click()
    page.get_by_label("Dirección", exact=True).fill(address)
    page.get_by_role("button", name="Seguir").click()
    page.get_by_role("button", name="Conectar").click()
    expect(page.locator("[data-look=ok] img")).to_be_visible(timeout=SOON_MS)
    page.get_by_label("Nombre").fill(NEW)
    page.get_by_label("Latitud").fill("-12.0461")
    page.get_by_label("Longitud").fill("-77.0310")
    page.get_by_role("button", name="Guardar y grabar").click()
    expect(page.locator("[data-recording='1']")).to_be_visible(timeout=SOON_MS)


def draw_a_zone(page: Page, town: Stage) -> None:
    added = town.service.site.parts.cameras.camera(NEW)
    page.goto(page.url.split("#")[0] + f"#/setup/rules/{added.id}")
    # The live picture gives the canvas its shape: what is drawn before would land elsewhere.
    expect(page.locator("figure[data-state=live]")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Congelar").click()
    expect(page.locator(".still img")).to_be_visible()
    page.get_by_role("button", name="Zona Z").click()
    surface = page.get_by_role("application", name="Dibujar una zona sobre la imagen")
    expect(surface).to_be_visible()
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    for x, y in ((0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.02)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    expect(page.locator("[data-place='Zona 1']")).to_be_visible()
    page.get_by_role("button", name="Regla nueva").click()
    page.get_by_role("dialog").get_by_role("button", name="Entrada en una zona").click()
    card = page.locator(f"[data-rule='{RULE}']")
    card.get_by_label("Gravedad").select_option("high")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text("ya están en marcha")).to_be_visible()


def handle_the_alert(page: Page) -> None:
    go(page, "Alertas")
    row = page.locator("[data-alert]").first
    expect(row).to_contain_text(NEW, timeout=2 * SOON_MS)
    expect(page.get_by_role("region", name="Detalle de la alerta")).to_contain_text(RULE)
    expect(page.locator("[data-alert][aria-current=true]")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("region", name="Detalle de la alerta")).to_contain_text("Tomó la alerta")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tipo del incidente").select_option("suspicious_vehicle")
    dialog.get_by_role("button", name="Escalar").click()
    expect(dialog).to_have_count(0)


def keep_and_verify(page: Page) -> None:
    go(page, "Incidentes")
    page.locator(".board a").first.click()
    expect(page.get_by_role("heading", name="Vehículo sospechoso")).to_be_visible()
    expect(page.get_by_role("region", name="Alertas 1", exact=True)).to_contain_text(NEW)
    page.keyboard.press("l")
    lock = page.get_by_role("dialog", name="Asegurar video")
    lock.get_by_label("Motivo").fill("Denuncia 2026-118")
    lock.get_by_role("button", name="Asegurar video").click()
    expect(lock).to_have_count(0)
    evidence = page.get_by_role("region", name="Evidencia")
    expect(evidence.get_by_text("Asegurado", exact=True)).to_be_visible(timeout=SOON_MS)
    page.keyboard.press("x")
    export = page.get_by_role("dialog", name="Exportar")
    export.get_by_label("Para quién").fill("Oficio 12 de la comisaría")
    export.get_by_role("button", name="Exportar").click()
    expect(export).to_have_count(0)
    expect(evidence.get_by_text("Listo", exact=True)).to_be_visible(timeout=2 * SOON_MS)
    evidence.get_by_role("button", name="Verificar").click()
    expect(evidence.get_by_text(re.compile("Auténtico: [1-9]"))).to_be_visible(timeout=SOON_MS)


def play_three_in_step(page: Page, town: Stage) -> None:
    footage, cameras = town.service.site.parts.footage, town.service.site.parts.cameras
    ids = [one.id for one in cameras.cameras()]
    assert len(ids) == 3

    def common_s() -> float:
        """How much footage all three have at the same time."""
        now = town.service.site.clock.now()
        spans = [footage.segments(one, now.replace(year=now.year - 1), now, StreamRole.MAIN) for one in ids]
        if not all(spans):
            return 0.0
        return (min(one[-1].ended_at for one in spans) - max(one[0].started_at for one in spans)).total_seconds()

    wait_until(lambda: common_s() > 15, timeout_s=90)
    now = town.service.site.clock.now()
    begin = max(
        footage.segments(one, now.replace(year=now.year - 1), now, StreamRole.MAIN)[0].started_at for one in ids
    )
    at = begin.isoformat().replace("+00:00", "Z")
    page.goto(page.url.split("#")[0] + f"#/playback?camera={','.join(ids)}&at={at}")
    wait_shown(page, *ids)
    page.keyboard.press("Space")
    page.wait_for_function("() => [...document.querySelectorAll('.tile video')].every((one) => !one.paused)")
    page.evaluate(WATCH)
    page.wait_for_function(
        "() => Object.keys(shown).length === 3 && Object.values(shown).every((one) => one.length > 60)",
        timeout=60_000,
    )
    worst = worst_difference_ms(list(page.evaluate("shown").values()))
    sys.stdout.write(f"\nthree cameras in step: within {worst:.0f} ms\n")
    assert worst < 250
