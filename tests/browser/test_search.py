"""Searching tracks, in the browser: a form, results as cards, a picture when it is asked for, the way to playback."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import Stage
from veedor.kit.clock import SystemClock
from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from veedor.model.track_query import VehicleColour


def pass_by(site: Stage, track_id: int, kind: ObjectClass, camera: int, colour: VehicleColour | None = None) -> None:
    """Something that went from left to right a minute ago."""
    archive = site.service.site.parts.archive
    started_at = SystemClock().now() - timedelta(seconds=60 + track_id)
    name = site.cameras[camera].id
    base_s = track_id * 100.0
    for number in range(26):
        x = 64 + number * 20
        tracks = Tracks(
            np.asarray([track_id], np.int64),
            np.asarray([[x - 15, 100, x + 15, 198]], np.float32),
            np.ones(1, np.float32),
            np.asarray([kind], np.int32),
            np.ones(1, bool),
        )
        at = started_at + timedelta(seconds=number / 5)
        colours = {track_id: colour} if colour is not None else {}
        archive.append(name, Observation(name, base_s + number / 5, at, number, 640, 360, tracks, colours=colours))
    archive.append(name, Observation(name, base_s + 40, started_at, 40, 640, 360, Tracks.empty()))
    archive.flush()


@pytest.fixture(scope="module")
def searched(site: Stage) -> Stage:
    """The site with a person, a red car and a lorry, each on a camera of its own."""
    pass_by(site, 1, ObjectClass.PERSON, 0)
    pass_by(site, 2, ObjectClass.CAR, 1, VehicleColour.RED)
    pass_by(site, 11, ObjectClass.TRUCK, 2)
    return site


def test_search_narrow_look_and_go_to_playback(searched: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(searched, "olga", "#/search")
    page.get_by_role("button", name="24 horas").click()
    form = page.get_by_role("form", name="Qué se busca")
    form.get_by_role("button", name="Buscar").click()
    results = page.get_by_role("region", name="Resultados")
    cards = results.get_by_role("listitem")
    expect(cards).to_have_count(3)
    expect(results.get_by_role("status").first).to_contain_text("3 resultados; contestó 1 sitio")
    assert axe(page) == []

    # a colour can be asked for of vehicles alone
    expect(form.get_by_role("group", name="Color del vehículo")).to_have_count(0)
    form.get_by_label("Persona").check()
    expect(form.get_by_role("group", name="Color del vehículo")).to_have_count(0)
    form.get_by_label("Persona").uncheck()
    form.get_by_label("Auto").check()
    form.get_by_role("group", name="Color del vehículo").get_by_label("Rojo").check()
    form.get_by_label("Auto").press("Enter")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("Auto, Rojo")
    expect(cards).to_contain_text("Mercado Central")
    expect(cards).to_contain_text("Derecha")

    cards.get_by_role("link", name="Abrir la grabación").click()
    expect(page).to_have_url(re.compile(rf"#/playback\?camera={searched.cameras[1].id}&at="))


def test_a_zone_is_drawn_with_the_keys(searched: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(searched, "olga", "#/search")
    form = page.get_by_role("form", name="Qué se busca")
    form.get_by_label("Camión").check()
    form.get_by_label("Cámaras").select_option(label="Av. Grau")
    zone = form.get_by_role("button", name=re.compile("Imagen de la cámara"))
    zone.focus()
    keys = ["Enter", *["Shift+ArrowRight"] * 3, "Enter", *["Shift+ArrowDown"] * 3, "Enter"]
    for key in keys:
        page.keyboard.press(key)
    expect(form.get_by_role("button", name=re.compile("3 esquinas"))).to_be_visible()
    assert axe(page) == []
    form.get_by_role("button", name="Buscar").click()
    results = page.get_by_role("region", name="Resultados")
    expect(results.get_by_role("listitem")).to_have_count(1)  # feet pass at the middle of the picture

    form.get_by_role("button", name="Borrar la zona").click()
    zone.focus()
    for key in [*["Shift+ArrowUp"] * 12, *keys]:
        page.keyboard.press(key)
    form.get_by_role("button", name="Buscar").click()
    expect(results.get_by_text("Nada coincide")).to_be_visible()


def test_a_viewer_has_no_such_screen(searched: Stage, open_console: Open) -> None:
    page = open_console(searched, "vera", "#/search")
    expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()
    expect(page.get_by_role("link", name="Buscar")).to_have_count(0)
