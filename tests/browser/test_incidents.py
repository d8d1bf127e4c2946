"""Incidents in the browser: from a call to the signed package; the board, the log, the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Axe, Open, log_in
from browser.stage import Stage, stage
from veedor.kit.clock import SystemClock
from veedor.model.camera import StreamRole
from waiting import wait_until


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site that has recorded for some seconds."""
    with stage(tmp_path_factory.mktemp("recorded"), ["Plaza <b>Mayor</b>", "Mercado"]) as site:
        footage, camera = site.service.site.parts.footage, site.cameras[0]

        def enough() -> bool:
            until = footage.recorded_until(camera.id, StreamRole.MAIN)
            gone = SystemClock().now() - timedelta(seconds=30)
            spans = footage.segments(camera.id, gone, SystemClock().now(), StreamRole.MAIN)
            return until is not None and bool(spans)

        wait_until(enough, timeout_s=60)
        yield site


def test_from_a_call_to_a_verified_package(recorded: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(recorded, "sara", "#/incidents", size=(1920, 1080))
    expect(page.get_by_role("button", name="Abrir incidente")).to_be_visible()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Abrir incidente")
    dialog.get_by_label("Tipo").select_option("robbery")
    dialog.get_by_label("Lugar").fill("Jr. Puno 300")
    dialog.get_by_label("Qué pasa").fill("Arrebato a una señora <script>alert(1)</script>")
    assert axe(page) == []
    dialog.get_by_role("button", name="Abrir", exact=True).click()
    expect(page.get_by_role("heading", name="Robo o asalto")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("<script>")

    page.get_by_label("Confirmar por cámara").check()
    timeline = page.get_by_role("region", name="Cronología")
    expect(timeline).to_contain_text("marcó un paso")
    page.keyboard.press("n")
    page.keyboard.type("Unidad 3 en camino")
    page.keyboard.press("Control+Enter")
    expect(timeline).to_contain_text("Unidad 3 en camino")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.get_by_role("dialog", name="Asignar").get_by_label("Unidad o persona").fill("Unidad 3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".facts")).to_contain_text("Unidad 3")

    page.keyboard.press("l")
    lock = page.get_by_role("dialog", name="Asegurar video")
    lock.get_by_label("Cámara").select_option(label="Plaza <b>Mayor</b>")
    lock.get_by_label("Motivo").fill("Denuncia 118")
    lock.get_by_role("button", name="Asegurar video").click()
    expect(lock).to_have_count(0)
    evidence = page.get_by_role("region", name="Evidencia")
    expect(evidence.get_by_text("Asegurado", exact=True)).to_be_visible(timeout=60_000)
    expect(evidence).to_contain_text("Plaza <b>Mayor</b>")
    assert axe(page) == []

    page.keyboard.press("x")
    export = page.get_by_role("dialog", name="Exportar")
    export.get_by_label("Para quién").fill("Oficio 12 de la comisaría")
    export.get_by_role("button", name="Exportar").click()
    expect(export).to_have_count(0)
    expect(evidence.get_by_text("Listo", exact=True)).to_be_visible(timeout=90_000)
    evidence.get_by_role("button", name="Verificar").click()
    expect(evidence.get_by_text("Auténtico")).to_be_visible(timeout=20_000)
    with page.expect_download() as download:
        evidence.get_by_role("link", name="Descargar").click()
    assert download.value.suggested_filename.endswith(".zip")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")

    page.keyboard.press("c")
    close = page.get_by_role("dialog", name="Cerrar")
    expect(close).to_contain_text("pasos sin marcar")
    close.get_by_label("Resultado").select_option("handed_to_police")
    close.get_by_role("button", name="Cerrar", exact=True).last.click()
    expect(page.locator(".status")).to_have_text("Cerrado")
    expect(close).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Cerrados")).to_contain_text("Robo o asalto")


def test_two_people_work_on_one_incident(recorded: Stage, open_console: Open) -> None:
    olga = open_console(recorded, "olga", "#/incidents")
    expect(olga.get_by_role("button", name="Abrir incidente")).to_be_visible()
    olga.keyboard.press("n")
    dialog = olga.get_by_role("dialog", name="Abrir incidente")
    dialog.get_by_label("Tipo").select_option("fire")
    dialog.get_by_role("button", name="Abrir", exact=True).click()
    expect(olga.get_by_role("heading", name="Incendio")).to_be_visible()
    hash_ = re.search(r"#/incidents/.+", olga.url)
    assert hash_ is not None
    sara = open_console(recorded, "sara", hash_.group())
    expect(sara.get_by_role("heading", name="Incendio")).to_be_visible()
    sara.keyboard.press("a")
    sara.get_by_label("Unidad o persona").fill("Bomberos B-4")
    # Olga is quicker; Sara's view is stale, and she is told whose act came first.
    olga.keyboard.press("a")
    olga.get_by_label("Unidad o persona").fill("Unidad 1")
    olga.keyboard.press("Enter")
    expect(olga.locator(".facts")).to_contain_text("Unidad 1")
    expect(sara.locator(".facts")).to_contain_text("Unidad 1")  # by push, behind her dialog
    sara.keyboard.press("Enter")
    expect(sara.get_by_role("dialog")).to_have_count(0)
    expect(sara.locator(".facts")).to_contain_text("Bomberos B-4")
    expect(olga.locator(".facts")).to_contain_text("Bomberos B-4")


def test_an_auditor_reads_and_changes_nothing(recorded: Stage, open_console: Open) -> None:
    page = open_console(recorded, "auri", "#/incidents")
    expect(page.get_by_role("region", name="Sin asignar")).to_be_visible()
    expect(page.get_by_role("button", name="Abrir incidente")).to_have_count(0)
    page.locator(".board a").first.click()
    expect(page.get_by_role("region", name="Cronología")).to_be_visible()
    for name in ("Asignar", "Cerrar", "Asegurar video", "Exportar", "Anotar"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_the_log_and_the_report(recorded: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(recorded, "olga", "#/incidents/shift", language="en")
    other = open_console(recorded, "oscar", "#/incidents/shift", language="en")
    expect(page.get_by_label("Write into the log")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Camera 12 is dark <i>again</i>")
    page.get_by_role("button", name="Write into the log").click()
    expect(page.locator("ol li").first).to_contain_text("Camera 12 is dark <i>again</i>")
    expect(other.locator("ol li").first).to_contain_text("Camera 12 is dark")  # by push
    assert axe(page) == []
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF").click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    assert "Opened" in Path(table.value.path()).read_text(encoding="utf-8")


def test_an_incident_that_is_not_there(recorded: Stage, open_console: Open) -> None:
    page = open_console(recorded, "olga", "#/incidents/99999")
    expect(page.get_by_role("link", name="Todos los incidentes")).to_be_visible()


def test_a_download_needs_the_right(recorded: Stage, open_console: Open) -> None:
    page = open_console(recorded, "olga", "#/incidents")
    log_in(page.context, recorded.url, "olga")
    assert page.request.get(f"{recorded.url}/api/exports/x/package.zip").status == 403
