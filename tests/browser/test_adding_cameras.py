"""Adding cameras on the screen of set-up: by address, found on the network, from a recorder, from a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from clips import write_clip
from veedor.model.camera import Camera, SourceKind, StreamRole
from veedor.simulator.onvif_device import OnvifSimulator, OnvifStream, location
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream

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
