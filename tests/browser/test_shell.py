"""What stands around every screen: login, language, theme, keys, the connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import PASSWORD, Stage, stage

ROLE_SCREENS = {
    "olga": ["Situación", "Alertas", "Revisión", "Mural", "Grabación", "Buscar", "Incidentes", "Convenios", "Salud"],
    "auri": ["Situación", "Incidentes", "Convenios", "Salud", "Personas", "Auditoría"],
}


def test_log_in_and_out(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, None)
    assert axe(page) == []
    page.get_by_label("Usuario").fill("olga")
    page.get_by_label("Contraseña").fill("no es esta")
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_label("Usuario")).to_be_visible()


@pytest.mark.parametrize("person", ROLE_SCREENS)
def test_everybody_sees_the_screens_of_their_roles(site: Stage, open_console: Open, person: str) -> None:
    page = open_console(site, person)
    links = page.get_by_role("navigation", name="Pantallas").get_by_role("link")
    expect(links).to_have_text(ROLE_SCREENS[person])


def test_both_languages_and_both_themes(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "olga", language="en")
    expect(page.get_by_role("link", name="Alerts")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Light or dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert axe(page) == []
    page.get_by_role("button", name="ES", exact=True).click()
    expect(page.get_by_role("link", name="Alertas")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Alertas")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_are_listed_and_go_to_screens(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga")
    expect(page.get_by_role("link", name="Alertas")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Teclas")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("link", name="Incidentes")).to_have_attribute("aria-current", "page")


def test_a_login_that_ends_in_mid_shift_keeps_the_screen(tmp_path: Path, console: None, open_console: Open) -> None:
    with stage(tmp_path, ["Plaza"]) as site:
        page = open_console(site, "olga", "#/wall")
        expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()
        page.evaluate("fetch('/api/logout', {method: 'POST'})")
        form = page.get_by_role("dialog", name="Ingresar")
        expect(form).to_be_visible(timeout=20_000)
        page.keyboard.press("Escape")
        expect(form).to_be_visible()
        form.get_by_label("Contraseña").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(form).to_have_count(0)
        assert page.url.endswith("#/wall")
