"""A rule is made quieter in the console: tried on archived days, its alerts looked at and judged, then saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from veedor.kit.clock import SystemClock
from veedor.model.camera import Camera
from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import Tracks

RULES = """\
zones:
  Plaza: [[0.3, 0.1], [0.7, 0.1], [0.7, 1.0], [0.3, 1.0]]
rules:
  - name: Merodeo
    kind: loitering
    zone: Plaza
    dwell_s: 20
"""
RUN_MS = 90_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("backtest"), ["Plaza"]) as made:
        archive_yesterday(made, made.cameras[0])
        yield made


def archive_yesterday(site: Stage, camera: Camera) -> None:
    """Two hours of yesterday, once a second: four people who stay 30 s, 90 s, 30 s and 90 s."""
    archive = site.service.site.parts.archive
    start = SystemClock().now() - timedelta(days=1)
    stays = [(60, 90), (200, 290), (400, 430), (600, 690)]
    for now_s in range(7200):
        here = [number for number, (a, b) in enumerate(stays) if a <= now_s <= b]
        boxes = np.asarray([[300, 100, 340, 200]] * len(here), np.float32).reshape(-1, 4)
        kinds = np.full(len(here), ObjectClass.PERSON, np.int32)
        ones = np.ones(len(here), np.float32)
        tracks = Tracks(np.asarray(here, np.int64), boxes, ones, kinds, np.ones(len(here), np.bool_))
        at = start + timedelta(seconds=now_s)
        archive.append(camera.id, Observation(camera.id, -1e7 + now_s, at, now_s, 640, 360, tracks))
    archive.append(camera.id, Observation(camera.id, -1.0, SystemClock().now(), 0, 640, 360, Tracks.empty()))
    archive.flush()


def test_a_rule_is_tried_judged_and_saved(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[0]
    book = site.service.desk.rules
    book.write(camera.id, RULES, book.show(camera.id).version)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    yaml = page.get_by_label("Reglas en YAML")
    yaml.fill(RULES.replace("dwell_s: 20", "dwell_s: 60"))
    page.get_by_role("button", name="Guardar", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("¿Probar antes con los últimos días?")
    assert axe(page) == []
    dialog.get_by_role("button", name="Probar antes").click()
    panel = page.get_by_role("region", name="Probar con los últimos días")
    expect(panel.locator("[data-backtest=done]")).to_be_visible(timeout=RUN_MS)
    expect(panel.get_by_role("figure", name="Alertas por día")).to_contain_text("con las nuevas: 2")
    expect(panel.get_by_role("figure", name="Alertas por día")).to_contain_text("con las que rigen: 4")
    assert axe(page) == []
    panel.get_by_role("button", name="Iguales (2)").click()
    expect(panel.locator("[data-event]")).to_have_count(2)
    expect(panel.locator("[data-event][aria-current=true]")).to_have_count(1)
    page.keyboard.press("t")
    page.keyboard.press("f")
    expect(panel.locator("[data-mark=true]")).to_have_count(1)
    expect(panel.locator("[data-mark=false]")).to_have_count(1)
    expect(panel.locator("[data-precision]")).to_contain_text("1 de 2 ciertas; entre 9 % y 91 %")
    panel.get_by_role("button", name="Desaparecen (2)").click()
    page.keyboard.press("t")
    expect(panel).to_contain_text("Se pierde una cierta")
    # Footage of yesterday there is none: the console says so, and shows no empty player.
    expect(panel.get_by_text("De ese momento ya no hay video")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Guardar", exact=True).click()  # it was tried: nobody asks again
    expect(page.get_by_text("ya están en marcha")).to_be_visible()
    assert "dwell_s: 60" in book.show(camera.id).text


def test_who_may_not_look_at_tracks_may_not_try(site: Stage, open_console: Open) -> None:
    page = open_console(site, "ada", f"#/setup/rules/{site.cameras[0].id}")
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Probar con los últimos días")).to_have_count(0)
