"""Health, people, one's own account, audit: in the browser."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pyotp
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import PASSWORD, Stage, stage
from veedor.simulator.stream import Faults


def test_health_shows_every_camera_and_its_numbers(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "olga", "#/health")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Plaza Mayor")).to_contain_text("Grabando", timeout=20_000)
    # A rate needs two tellings: it comes by itself.
    expect(rows.filter(has_text="Plaza Mayor").locator("td.number").first).to_contain_text("Mb/s", timeout=20_000)
    expect(page.get_by_text("Quedan").first).to_be_visible(timeout=20_000)
    assert axe(page) == []


def test_what_is_wrong_stands_on_top_with_what_to_do(tmp_path: Path, console: None, open_console: Open) -> None:
    with stage(tmp_path, ["Plaza <b>Mayor</b>"]) as site:
        page = open_console(site, "inge", "#/health")
        expect(page.get_by_role("heading", name="Todo en orden")).to_be_visible(timeout=20_000)
        site.server.set_faults("/0/main", Faults(refuse=True))
        site.server.set_faults("/0/sub", Faults(refuse=True))
        site.server.end("/0/main")
        site.server.end("/0/sub")
        wrong = page.get_by_role("heading", name=re.compile("problema"))
        expect(wrong).to_be_visible(timeout=30_000)
        item = page.locator("section.wrong li").first
        expect(item).to_contain_text("Plaza <b>Mayor</b>")
        expect(item.get_by_role("link", name="Abrir la cámara")).to_be_visible()
        expect(page.locator("header a.row")).to_contain_text("Plaza <b>Mayor</b>")
        site.server.set_faults("/0/main", Faults())
        site.server.set_faults("/0/sub", Faults())
        expect(page.get_by_role("heading", name="Todo en orden")).to_be_visible(timeout=60_000)


def test_add_a_person_change_and_disable_them(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "ada", "#/people")
    expect(page.get_by_role("link", name="olga")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Agregar persona")
    dialog.get_by_label("Usuario").fill("No Vale")
    dialog.get_by_role("button", name="Agregar persona").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Usuario").fill("nuevo")
    dialog.get_by_label("Nombre completo").fill("<i>Nuevo</i> Vecino")
    assert axe(page) == []
    dialog.get_by_role("button", name="Agregar persona").click()
    shown = page.get_by_role("dialog", name="Contraseña de nuevo")
    password = shown.locator("output").inner_text()
    assert len(password) >= 12
    shown.get_by_role("button", name="Ya la anoté").click()
    row = page.locator("tr", has=page.get_by_role("link", name="nuevo"))
    expect(row).to_contain_text("<i>Nuevo</i> Vecino")
    expect(row).to_contain_text("Operador")

    panel = page.get_by_role("region", name="nuevo")
    panel.get_by_label("Auditor").check()
    panel.get_by_role("button", name="Guardar cambios").click()
    expect(row).to_contain_text("Auditor")
    other = open_console(site, None)
    other.get_by_label("Usuario").fill("nuevo")
    other.get_by_label("Contraseña").fill(password)
    other.keyboard.press("Enter")
    expect(other.get_by_role("navigation", name="Pantallas")).to_be_visible()
    panel.get_by_role("button", name="Deshabilitar").click()
    page.get_by_role("dialog").get_by_role("button", name="Deshabilitar").click()
    expect(row).to_contain_text("Deshabilitada")
    # Out at once, on the other screen too.
    expect(other.get_by_role("dialog", name="Ingresar")).to_be_visible(timeout=20_000)


def test_an_auditor_sees_people_and_changes_nobody(site: Stage, open_console: Open) -> None:
    page = open_console(site, "auri", "#/people")
    page.get_by_role("link", name="olga").click()
    panel = page.get_by_role("region", name="olga")
    expect(panel.get_by_label("Nombre completo")).to_be_disabled()
    expect(panel.get_by_role("button", name="Guardar cambios")).to_have_count(0)
    panel.get_by_role("link", name="Ver lo que hizo").click()
    expect(page).to_have_url(re.compile(r"#/audit\?user=olga"))


def test_a_second_factor_from_setting_it_up_to_logging_in(
    tmp_path: Path, console: None, open_console: Open, axe: Axe
) -> None:
    with stage(tmp_path, []) as site:
        page = open_console(site, "olga", "#/me")
        form = page.locator("form", has=page.get_by_role("heading", name="Segundo factor"))
        form.get_by_label("Contraseña actual").fill(PASSWORD)
        form.get_by_role("button", name="Activar").click()
        expect(form.get_by_role("img", name="Segundo factor")).to_be_visible()
        assert axe(page) == []
        code = pyotp.TOTP(form.locator(".secret").inner_text())
        form.get_by_label("Código").fill("000000")
        form.get_by_role("button", name="Confirmar").click()
        expect(form.get_by_role("alert")).to_be_visible()
        used = code.now()
        form.get_by_label("Código").fill(used)
        form.get_by_role("button", name="Confirmar").click()
        expect(form.get_by_text("Está activo")).to_be_visible()
        page.get_by_role("button", name="Salir").click()

        page.get_by_label("Usuario").fill("olga")
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Código")).to_be_focused()
        # The next code: that of now was used to confirm. A code of half a minute ahead is within the slack.
        page.get_by_label("Código").fill(code.at(int(time.time()) + 30))
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()


def test_the_audit_answers_a_query_and_shows_an_entry(site: Stage, open_console: Open, axe: Axe) -> None:
    open_console(site, "vera", "#/health").wait_for_selector("table")
    page = open_console(site, "auri", "#/audit", language="en")
    expect(page.get_by_role("row")).not_to_have_count(1)
    page.get_by_label("User").fill("vera")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr").first).to_contain_text("vera")
    for text in page.locator("tbody tr td:nth-child(2)").all_inner_texts():
        assert text.startswith("vera")
    expect(page).to_have_url(re.compile("user=vera"))
    assert axe(page) == []
    page.get_by_role("button", name="See the site's health").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("health.read")
    expect(dialog).to_contain_text(re.compile("[0-9a-f]{64}"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_role("dialog", name="The chain is whole")).to_be_visible()


def test_the_audit_pages_back(site: Stage, open_console: Open) -> None:
    page = open_console(site, "auri", "#/audit")
    for _ in range(110):
        page.request.get(f"{site.url}/api/me")
    page.get_by_label("Usuario").fill("auri")
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    page.get_by_role("button", name="Ver más").click()
    expect(page.locator("tbody tr").nth(105)).to_be_visible()
    # Day first, whatever language the browser has; a day that no calendar has is refused; arrows move a part.
    since = page.get_by_label("Desde")
    since.fill("31/02/2026")
    expect(since).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Buscar").click()
    assert "from=" not in page.url
    since.fill("1/3/26 8:05")
    since.press("ArrowUp")
    expect(since).to_have_value("01/03/2026 08:06:00")
    since.press("Enter")
    expect(page).to_have_url(re.compile("from=2026-03-01T08%3A06%3A00"))
