"""Setting up: the wizard, recorders, lists of cameras, a camera's page, the rule editor."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open
from browser.stage import Stage, stage
from clips import write_clip
from learned_street import learn
from veedor.model.camera import Camera, SourceKind, StreamRole
from veedor.simulator.onvif_device import OnvifSimulator, OnvifStream, location
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from veedor.site.normality.store import BaselineStore

Axe = Callable[[Page], list[str]]
SECRET = "c0ntra:se@ña/1"
RECORDING_MS = 60_000
LOOK_MS = 30_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=6, size=(640, 360))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site to which these tests add cameras; it begins without any."""
    with stage(tmp_path_factory.mktemp("empty"), []) as made:
        yield made


def stored(site: Stage, name: str) -> Camera:
    return site.service.site.parts.cameras.camera(name)


def type_address(page: Page, address: str) -> None:
    page.get_by_text("Escribir la dirección").click()
    page.get_by_label("Dirección", exact=True).fill(address)
    page.get_by_role("button", name="Seguir").click()


# -- the wizard


def test_from_nothing_to_recording(empty: Stage, open_console: Open, axe: Axe, clip: Path) -> None:
    page = open_console(empty, "ada", "#/setup")
    told: list[str] = []
    page.on("response", lambda answer: told.append(answer.text()) if "/api/cameras" in answer.url else None)
    expect(page.get_by_text("Bienvenido: tres pasos")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="¿Dónde está la cámara?")).to_be_visible()
    assert axe(page) == []
    with RtspServer([ServedStream("/cam", clip, username="admin", password=SECRET)]) as camera:
        type_address(page, camera.url("/cam"))
        page.get_by_label("Usuario").fill("admin")
        page.get_by_label("Contraseña").fill("no es esta")
        page.get_by_role("button", name="Conectar").click()
        problem = page.get_by_role("alert")
        expect(problem).to_contain_text("no acepta el usuario o la contraseña", timeout=LOOK_MS)
        expect(problem).to_contain_text("pruebe otra vez")
        assert axe(page) == []
        page.get_by_label("Contraseña").fill(SECRET)
        page.keyboard.press("Enter")
        expect(page.locator("[data-look=ok] img")).to_be_visible(timeout=LOOK_MS)
        expect(page.get_by_text("640 × 360")).to_be_visible()
        assert axe(page) == []
        assert empty.service.site.parts.cameras.cameras() == []  # nothing is saved by looking
        page.get_by_label("Nombre").fill("<b>Plaza</b> & jirón")
        page.get_by_label("Latitud").fill("-12.0464")
        expect(page.get_by_role("button", name="Guardar y grabar")).to_be_disabled()
        page.get_by_label("Longitud").fill("-77.0428")
        page.get_by_label("Dirección (°)").fill("90")
        page.get_by_role("button", name="Guardar y grabar").click()
        expect(page.locator("[data-recording='1']")).to_be_visible(timeout=RECORDING_MS)
        expect(page.get_by_role("link", name="<b>Plaza</b> & jirón", exact=True)).to_be_visible()
        saved = stored(empty, "<b>Plaza</b> & jirón")
        assert saved.placement is not None
        assert (saved.placement.latitude_deg, saved.placement.direction_deg) == (-12.0464, 90)
        assert empty.service.site.parts.cameras.password(saved.id) == SECRET
        assert told
        assert not any(SECRET in text or "no es esta" in text for text in told)
        page.get_by_role("button", name="Agregar otra").click()
        expect(page.get_by_role("heading", name="¿Dónde está la cámara?")).to_be_visible()
        empty.service.site.parts.cameras.remove(saved.id)


def test_networks_that_are_not_allowed_are_refused(empty: Stage, open_console: Open) -> None:
    page = open_console(empty, "ada", "#/setup/cameras/new")
    type_address(page, "rtsp://admin:clave@10.99.0.1/main")
    expect(page.get_by_label("Usuario")).to_have_value("admin")  # the login is taken out of the address
    expect(page.get_by_text("10.99.0.1", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Conectar").click()
    expect(page.get_by_role("alert")).to_contain_text("no está permitida para cámaras", timeout=LOOK_MS)
    assert "clave" not in page.locator("main").inner_text()


def test_a_device_is_discovered_and_added(empty: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(empty, "ada", "#/setup/cameras/new")
    streams = [
        OnvifStream("main", empty.server.url("/0/main"), 640, 360),
        OnvifStream("sub", empty.server.url("/0/sub"), 320, 176),
    ]
    with OnvifSimulator(streams, login=("admin", SECRET)) as device:
        device.locations = location(-12.0464, -77.0428)
        page.get_by_label("o preguntar solo a").fill(f"127.0.0.1:{device.discovery_port}")
        page.get_by_role("button", name="Buscar").click()
        found = page.get_by_role("list", name="Equipos encontrados").get_by_role("listitem")
        expect(found).to_have_count(1, timeout=LOOK_MS)
        expect(found).to_contain_text("Test camera")
        assert axe(page) == []
        found.get_by_role("button").click()
        page.get_by_label("Usuario").fill("admin")
        page.get_by_label("Contraseña").fill(SECRET)
        page.keyboard.press("Enter")
        expect(page.locator("[data-look=ok]")).to_be_visible(timeout=LOOK_MS)
        expect(page.get_by_label("Nombre")).to_have_value("Test camera")
        expect(page.get_by_label("Latitud")).to_have_value("")  # what the camera says is a guess until it is taken
        page.get_by_role("button", name="Usar esta").click()
        expect(page.get_by_label("Latitud")).to_have_value("-12.0464")
        page.get_by_role("button", name="Guardar y grabar").click()
        expect(page.locator("[data-recording='1']")).to_be_visible(timeout=RECORDING_MS)
        saved = stored(empty, "Test camera")
        assert saved.kind is SourceKind.ONVIF
        assert [one.role for one in saved.streams] == [StreamRole.MAIN, StreamRole.SUB]
        assert saved.placement is not None
        assert saved.placement.longitude_deg == -77.0428
        empty.service.site.parts.cameras.remove(saved.id)


def test_a_recorder_with_its_channels(empty: Stage, open_console: Open, axe: Axe, clip: Path) -> None:
    paths = [f"/Streaming/Channels/{channel}0{kind}" for channel in (1, 2, 3) for kind in (1, 2)]
    page = open_console(empty, "ada", "#/setup/cameras/new")
    with RtspServer([ServedStream(path, clip) for path in paths]) as recorder:
        recorder.set_faults("/Streaming/Channels/201", Faults(status=404))
        page.get_by_text("Grabador (NVR o DVR)").click()
        page.get_by_label("Dirección del grabador").fill(f"127.0.0.1:{recorder.port}")
        page.get_by_role("textbox", name="Canales").fill("1-")
        page.get_by_role("button", name="Seguir").click()
        expect(page.get_by_role("alert")).to_contain_text("canales del 1 al 256")
        page.get_by_role("textbox", name="Canales").fill("1-3")
        page.get_by_role("button", name="Seguir").click()
        page.get_by_role("button", name="Conectar").click()
        channels = page.locator("[data-channel]")
        expect(channels).to_have_count(3, timeout=LOOK_MS)
        # Each is looked at by itself; one without a camera says so and stops nothing.
        expect(channels.locator("[data-look=ok]")).to_have_count(2, timeout=LOOK_MS)
        expect(channels.nth(1).get_by_role("alert")).to_contain_text("no tiene esa transmisión")
        assert axe(page) == []
        channels.nth(1).get_by_role("checkbox").uncheck()
        channels.nth(0).get_by_label("Nombre").fill("Puerta")
        channels.nth(2).get_by_label("Nombre").fill("Patio")
        page.get_by_role("button", name="Guardar y grabar 2 canales").click()
        expect(page.locator("[data-recording='2']")).to_be_visible(timeout=RECORDING_MS)
        gate, yard = stored(empty, "Puerta"), stored(empty, "Patio")
        assert (gate.channel, yard.channel) == (1, 3)
        assert gate.device_id == yard.device_id
        assert gate.device_id is not None
        assert gate.kind is SourceKind.RECORDER
        for one in (gate, yard):
            empty.service.site.parts.cameras.remove(one.id)


# -- a list of cameras


def choose(page: Page, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        [{"name": "camaras.csv", "mimeType": "text/csv", "buffer": text.encode()}]
    )


def test_a_list_with_bad_lines(empty: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(empty, "ada", "#/setup/import")
    choose(page, "nombre;url\nA;rtsp://127.0.0.1/a\n")
    expect(page.get_by_role("alert")).to_contain_text("? nombre")
    lines = [
        "name,url,latitude,longitude",
        "Uno,rtsp://127.0.0.1:1/a,,",
        "Dos,gopher://127.0.0.1/b,,",
        "Tres,rtsp://127.0.0.1:1/c,-12,-77",
        "Cuatro,rtsp://127.0.0.1:1/d,95,0",
        "Cinco,rtsp://127.0.0.1:1/e,,",
    ]
    choose(page, "\n".join(lines))
    rows = page.get_by_role("region", name="Líneas del archivo").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text(re.compile(r"3\s*Dos.*gopher.*Use rtsp"))
    expect(rows.nth(1)).to_contain_text(re.compile(r"5\s*Cuatro.*latitude.*-90 … 90"))
    assert axe(page) == []
    names = {one.name for one in empty.service.site.parts.cameras.cameras()}
    assert not names & {"Uno", "Tres", "Cinco"}  # nothing until one says so
    page.get_by_role("button", name="Agregar solo las 3 correctas").click()
    expect(page.get_by_role("link", name="Cinco", exact=True)).to_be_visible()
    for name in ("Uno", "Tres", "Cinco"):
        empty.service.site.parts.cameras.remove(stored(empty, name).id)


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
