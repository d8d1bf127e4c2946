"""Setting up: a camera's page, the rule editor, what is usual."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from learned_street import learn
from veedor.model.camera import Camera
from veedor.simulator.rtsp_server import Faults
from veedor.site.normality.store import BaselineStore

LOOK_MS = 30_000


# -- a camera's page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site of these tests' own: they change its cameras and rules."""
    with stage(tmp_path_factory.mktemp("setup"), ["Plaza", "Mercado", "Puente"]) as made:
        yield made


def test_a_camera_is_changed_tested_and_removed(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[2]
    page = open_console(site, "ada", f"#/setup/cameras/{camera.id}")
    save = page.get_by_role("button", name="Guardar", exact=True)
    expect(save).to_be_disabled()
    name = page.get_by_label("Nombre")
    name.fill("x" * 5000)
    expect(page.get_by_role("alert")).to_contain_text("Hasta 120 caracteres")
    expect(save).to_be_disabled()
    name.fill("<img src=x onerror=alert(1)>")
    page.get_by_label("Guardar (días)").fill("7,5")
    page.get_by_label("Imágenes por segundo").fill("2")
    page.get_by_label("Grabar el sonido").check()
    page.get_by_label("Puerto ONVIF").fill("99999")
    expect(save).to_be_disabled()
    page.get_by_label("Puerto ONVIF").fill("8000")
    save.click()
    expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(save).to_be_disabled()
    changed = site.service.site.parts.cameras.camera(camera.id)
    assert (changed.record.keep_days, changed.record.audio, changed.analyse.fps) == (7.5, True, 2.0)
    assert changed.onvif_port == 8000
    assert page.get_by_label("Contraseña").count() == 0  # never shown, only replaced
    assert axe(page) == []
    page.keyboard.press("Escape")
    name.blur()
    page.keyboard.press("t")
    expect(page.locator("[data-look=ok]")).to_be_visible(timeout=LOOK_MS)
    site.server.set_faults("/2/main", Faults(reject_login=True))
    page.get_by_role("button", name="Probar").click()
    expect(page.locator("[data-look=problem]")).to_contain_text("no acepta el usuario", timeout=LOOK_MS)
    site.server.set_faults("/2/main", Faults())
    page.get_by_role("button", name="Quitar cámara").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Lo ya grabado sigue")
    dialog.get_by_role("button", name="Quitar cámara").click()
    expect(page.get_by_role("link", name="Plaza", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="<img", exact=False)).to_have_count(0)
    page.goto(f"{site.url}/#/setup/cameras/{camera.id}")
    expect(page.get_by_text("Esta cámara ya no está")).to_be_visible()


def test_two_people_change_one_camera(site: Stage, open_console: Open) -> None:
    camera = site.cameras[1]
    address = f"#/setup/cameras/{camera.id}"
    first, second = open_console(site, "ada", address), open_console(site, "inge", address)
    second.get_by_label("Guardar (días)").fill("9")
    first.get_by_label("Nombre").fill("Mercado Sur")
    first.get_by_role("button", name="Guardar", exact=True).click()
    expect(first.get_by_role("heading", name="Mercado Sur")).to_be_visible()
    # Told by the feed before anything is lost, and refused by the server in any case.
    expect(second.get_by_role("alert")).to_contain_text("Otra persona cambió esta cámara")
    expect(second.get_by_label("Guardar (días)")).to_have_value("9")
    second.get_by_role("button", name="Guardar", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Otra persona cambió esta cámara")
    assert site.service.site.parts.cameras.camera(camera.id).record.keep_days is None
    second.get_by_role("button", name="Cargar lo nuevo").click()
    expect(second.get_by_label("Nombre")).to_have_value("Mercado Sur")


# -- rules


HANDWRITTEN = """\
# revisado en marzo
rules:
  # si se cae la cámara
  - name: Caída
    kind: camera_offline
"""


def write_rules(site: Stage, camera: Camera, text: str) -> None:
    book = site.service.desk.rules
    book.write(camera.id, text, book.show(camera.id).version)


def picture(page: Page) -> Locator:
    return page.locator(".canvas")


def click_at(page: Page, *points: tuple[float, float]) -> None:
    """Clicks on the picture, at shares of it."""
    box = picture(page).bounding_box()
    assert box is not None
    for x, y in points:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def yaml_of(page: Page) -> Locator:
    return page.get_by_label("Reglas en YAML")


def shown_by_the_command(site: Stage, folder: Path, camera: Camera) -> str:
    data = site.service.desk.data_directory.parent
    config = folder / "veedor.yaml"
    config.write_text(
        f"site: Prueba\nagency: Prueba\ndata: {data}\nsecret_key: {data.parent / 'keys' / 'secret.key'}\n"
    )
    veedor = str(Path(sys.executable).parent / "veedor")
    done = subprocess.run(
        [veedor, "rules", "show", camera.name, "--config", str(config)],
        env={**os.environ, "COLUMNS": "400"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_zones_by_mouse_and_by_keys_are_saved_and_live(
    site: Stage, open_console: Open, axe: Axe, tmp_path: Path
) -> None:
    camera = site.service.site.parts.cameras.camera(site.cameras[0].id)
    write_rules(site, camera, HANDWRITTEN)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    expect(page.locator("[data-rule]")).to_have_count(1)
    assert axe(page) == []
    page.get_by_role("button", name="Congelar").click()
    page.get_by_role("button", name="Zona Z").click()
    click_at(page, (0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.5), (0.1, 0.1))
    expect(page.locator("[data-place='Zona 1']")).to_be_visible()
    # The second by keys alone: the cross begins in the middle.
    page.locator("[data-place='Zona 1'] .pick").focus()
    page.keyboard.press("z")
    surface = page.get_by_role("application", name="Dibujar una zona sobre la imagen")
    expect(surface).to_be_focused()
    for keys in (["Enter"], ["Shift+ArrowRight"] * 4 + ["Enter"], ["Shift+ArrowDown"] * 4 + ["Enter"], ["f"]):
        for key in keys:
            page.keyboard.press(key)
    expect(page.locator("[data-place='Zona 2']")).to_be_visible()
    handle = page.get_by_role("button", name=re.compile("Zona 2: punto 1 de 3"))
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Insert")
    expect(page.get_by_role("button", name=re.compile("Zona 2: punto 2 de 4"))).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name=re.compile("Zona 2: punto . de 3"))).to_have_count(3)
    page.get_by_label("Nombre del lugar").fill("Vereda: norte")
    page.keyboard.press("Enter")
    expect(page.locator("[data-place='Vereda: norte']")).to_be_visible()
    # A tripwire, and rules in plain words.
    page.locator("[data-place='Zona 1'] .pick").click()
    page.keyboard.press("l")
    click_at(page, (0.6, 0.8), (0.9, 0.8))
    expect(page.locator("[data-place='Línea 1']")).to_be_visible()
    page.locator("[data-place='Vereda: norte'] .pick").click()
    page.get_by_role("button", name="Regla nueva").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("merod")
    expect(dialog.locator("[data-kind]")).to_have_count(1)
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.locator("[data-rule='Regla 1']")
    expect(card).to_contain_text("Merodeo")
    card.get_by_label("Segundos que debe durar").fill("120")
    card.get_by_label("Gravedad").select_option("high")
    card.get_by_label("Horario").select_option("hours")
    card.get_by_label("sábado").uncheck(force=True)
    card.get_by_label("domingo").uncheck(force=True)
    expect(yaml_of(page)).to_have_value(re.compile(r"days: \[mon\.\.fri\]"))
    expect(card).to_contain_text("permanece más de")
    assert axe(page) == []
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text("ya están en marcha")).to_be_visible()
    text = yaml_of(page).input_value()
    assert text.startswith("# revisado en marzo\n")
    assert "  # si se cae la cámara\n" in text
    assert shown_by_the_command(site, tmp_path, camera) == text
    live = site.service.site.parts.rules.rules(camera.id)
    assert set(live.zones) == {"Zona 1", "Vereda: norte"}
    assert live.zones["Vereda: norte"].ring == ((0.49, 0.5), (0.7, 0.5), (0.7, 0.7))
    assert set(live.wires) == {"Línea 1"}
    rule = live.rules[-1]
    assert (rule.kind, rule.severity, getattr(rule, "dwell_s", 0)) == ("loitering", "high", 120)
    assert rule.schedule is not None
    assert rule.schedule.days == frozenset(range(5))
    page.get_by_role("button", name="Probar con los últimos 10 min").click()
    expect(page.get_by_text("no habría dado ningún evento")).to_be_visible()
    # Taking a place away that a rule needs is asked about, and undone with one key.
    page.get_by_role("button", name="Quitar «Vereda: norte»").click()
    expect(page.get_by_role("dialog")).to_contain_text("Regla 1")
    page.get_by_role("dialog").get_by_role("button", name="Quitar", exact=True).click()
    expect(page.locator("[data-rule='Regla 1']").get_by_role("alert")).to_contain_text("no existe la zona")
    page.get_by_role("button", name="Deshacer").click()
    expect(page.locator("[data-place='Vereda: norte']")).to_be_visible()


def test_an_outline_that_crosses_itself_is_refused(site: Stage, open_console: Open) -> None:
    camera = site.cameras[1]
    write_rules(site, camera, HANDWRITTEN)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    page.get_by_role("button", name="Zona Z").click()
    click_at(page, (0.1, 0.1), (0.6, 0.6), (0.6, 0.1), (0.1, 0.6))
    page.keyboard.press("f")
    place = page.locator("[data-place='Zona 1']")
    expect(place.get_by_role("alert")).to_contain_text("se cruza o se toca a sí mismo")
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_disabled()
    # Dragging a corner to where it belongs mends it.
    box = picture(page).bounding_box()
    assert box is not None
    corner = page.get_by_role("button", name=re.compile("Zona 1: punto 2 de 4"))
    corner.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 0.3 * box["height"], steps=4)
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 0.05 * box["height"], steps=4)
    page.mouse.up()
    expect(place.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_enabled()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("ya están en marcha")).to_be_visible()
    assert set(site.service.site.parts.rules.rules(camera.id).zones) == {"Zona 1"}


def test_yaml_is_checked_by_line_and_moves_the_drawing(site: Stage, open_console: Open) -> None:
    camera = site.cameras[1]
    write_rules(site, camera, HANDWRITTEN)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    yaml = yaml_of(page)
    expect(yaml).to_have_value(HANDWRITTEN)
    yaml.fill(HANDWRITTEN.replace("camera_offline", "camera_ofline") + "    dwell: 3\n")
    wrong = page.locator("#yaml-problems").get_by_role("button")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text(re.compile(r"5:\d+.*camera_ofline.*camera_offline"))
    expect(page.get_by_text("muestran lo último correcto")).to_be_visible()
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_disabled()
    wrong.click()
    expect(yaml).to_be_focused()
    yaml.fill(HANDWRITTEN + "zones:\n  Pista: [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]]\n")
    expect(page.locator("[data-place='Pista']")).to_be_visible()
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_enabled()
    yaml.fill("rules: [\n")
    expect(wrong.first).to_be_visible()
    expect(page.locator("[data-place='Pista']")).to_be_visible()


def test_two_people_edit_the_rules_of_one_camera(site: Stage, open_console: Open) -> None:
    camera = site.cameras[1]
    write_rules(site, camera, HANDWRITTEN)
    address = f"#/setup/rules/{camera.id}"
    first, second = open_console(site, "sara", address), open_console(site, "inge", address)
    for page in (first, second):
        expect(yaml_of(page)).to_have_value(HANDWRITTEN)
    mine, theirs = (HANDWRITTEN.replace("Caída", name) for name in ("La mía", "La suya"))
    yaml_of(second).fill(mine)
    expect(second.get_by_role("button", name="Guardar", exact=True)).to_be_enabled()
    yaml_of(first).fill(theirs)
    first.get_by_role("button", name="Guardar", exact=True).click()
    notice = second.get_by_role("alert")
    expect(notice).to_contain_text("Otra persona cambió estas reglas")
    expect(yaml_of(second)).to_have_value(mine)
    second.get_by_role("button", name="Guardar", exact=True).click()
    expect(notice).to_be_visible()
    assert site.service.site.parts.rules.rules(camera.id).rules[0].name == "La suya"
    second.get_by_role("button", name="Guardar las mías encima").click()
    expect(second.get_by_text("ya están en marcha")).to_be_visible()
    expect(notice).to_have_count(0)
    # Who has nothing unsaved simply sees what is new.
    expect(yaml_of(first)).to_have_value(mine, timeout=15_000)


def test_unsaved_rules_are_not_left_without_a_question(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[1]
    write_rules(site, camera, HANDWRITTEN)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    expect(yaml_of(page)).to_have_value(HANDWRITTEN)
    mine = HANDWRITTEN.replace("Caída", "La mía")
    yaml_of(page).fill(mine)
    page.evaluate("location.hash = '#/alerts'")
    question = page.get_by_role("dialog", name="Cambios sin guardar")
    expect(question).to_contain_text("Hay cambios sin guardar. ¿Salir y perderlos?")
    expect(page).to_have_url(re.compile(f"#/setup/rules/{camera.id}$"))
    assert axe(page) == []
    question.get_by_role("button", name="Quedarme").click()
    expect(question).to_have_count(0)
    expect(page).to_have_url(re.compile(f"#/setup/rules/{camera.id}$"))
    expect(yaml_of(page)).to_have_value(mine)
    page.evaluate("location.hash = '#/alerts'")
    question.get_by_role("button", name="Salir y perderlos").click()
    expect(page).to_have_url(re.compile("#/alerts"))
    expect(page.get_by_role("heading", name="Alertas", level=1)).to_be_attached()


@pytest.mark.parametrize(
    ("person", "tabs"), [("ada", ["Cámaras", "Importar", "Reglas"]), ("sara", ["Reglas"]), ("olga", None)]
)
def test_everybody_sees_the_tabs_of_their_rights(
    site: Stage, open_console: Open, person: str, tabs: list[str] | None
) -> None:
    page = open_console(site, person, "#/setup/cameras")
    expect(page.get_by_role("navigation", name="Pantallas")).to_be_visible()
    links = page.get_by_role("navigation", name="Configurar").get_by_role("link")
    expect(links).to_have_text(tabs or [])


def test_in_english_and_light(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[0]
    write_rules(site, camera, HANDWRITTEN)
    page = open_console(site, "inge", f"#/setup/rules/{camera.id}", language="en")
    expect(page.locator("[data-rule]").first).to_be_visible()
    page.get_by_role("button", name="Light or dark theme").click()
    page.locator("[data-rule] .toggle").first.click()
    assert axe(page) == []
    page.goto(f"{site.url}/#/setup/cameras/{camera.id}")
    expect(page.get_by_label("Keep (days)")).to_be_visible()
    assert axe(page) == []


# -- what is usual


def test_what_is_usual_is_seen_by_the_hour_and_taken_back(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[0]
    store = BaselineStore(site.service.site.config.data / "normality")
    learn(store, camera.id)
    page = open_console(site, "sara", f"#/setup/rules/{camera.id}")
    page.get_by_role("link", name="Lo usual").click()
    page.get_by_label("Día").select_option(label="lunes")
    page.get_by_label("Hora", exact=True).select_option("8")
    expect(page.get_by_role("img", name=re.compile(r"^[1-9]\d* flechas"))).to_be_visible()
    assert page.locator(".arrow").count() >= 8
    assert axe(page) == []
    page.get_by_label("Hora", exact=True).select_option("3")
    expect(page.get_by_text("Casi nadie pasa entonces")).to_be_visible()
    expect(page.locator(".arrow")).to_have_count(0)
    page.get_by_role("button", name="Volver a esta: versión 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Volver a esta").click()
    expect(page.locator("[data-version='3']")).to_contain_text("en uso")
    assert store.about(camera.id)[-1].since == 1
