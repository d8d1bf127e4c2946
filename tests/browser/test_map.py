"""The situation map: cameras, pictures beside it, alerts that pulse, placing, calibration, districts, 3,000 cameras."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Request, expect

from browser.conftest import Axe, Open
from browser.map_page import box_settled, click_place, on_screen, place_of, the_map, tiles
from browser.stage import Stage, stage
from veedor.kit.clock import SystemClock
from veedor.kit.geometry import metres_per_degree, project
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from waiting import wait_until

NAMES = ("Plaza Mayor", "Mercado Central", "Av. Grau", "Puente Nuevo", "Jr. Puno")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """Five cameras on a line from south-west to north-east, and one that is not on the map."""
    with stage(tmp_path_factory.mktemp("map"), NAMES) as made:
        made.service.site.parts.cameras.save(
            Camera(
                new_id(SystemClock().now()),
                "<img src=x onerror=alert(1)>",
                made.service.agency_id,
                SourceKind.RTSP,
                (StreamSource(StreamRole.MAIN, made.server.url("/0/main")),),
                enabled=False,
            )
        )
        yield made


def test_a_camera_at_the_edge_stays_in_view_when_its_picture_docks(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    page.emulate_media(reduced_motion="reduce")  # a map that is let go stands still
    expect(the_map(page)).to_have_attribute("data-drawn", "5")
    place = place_of(site.cameras[1])
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    x, y = on_screen(page, place.latitude_deg, place.longitude_deg)
    before = page.locator("[data-map]").get_attribute("data-center")
    start = (box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + box["x"] + box["width"] - 25 - x, start[1] + box["y"] + box["height"] / 2 - y, steps=8)
    page.mouse.up()
    expect(page.locator("[data-map]")).not_to_have_attribute("data-center", before or "")

    def inside() -> bool:
        seen = page.locator("[data-map]").bounding_box()
        assert seen is not None
        at_x, at_y = on_screen(page, place.latitude_deg, place.longitude_deg)
        return seen["x"] <= at_x <= seen["x"] + seen["width"] and seen["y"] <= at_y <= seen["y"] + seen["height"]

    assert inside()
    click_place(page, place)
    expect(tiles(page)).to_have_attribute("data-camera", site.cameras[1].id)
    wait_until(lambda: page.locator("[data-map]").bounding_box() != box)
    wait_until(inside)


def test_cameras_are_drawn_and_a_click_docks_one_that_plays(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "olga", "#/map")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(_host(request)))
    page.reload()
    expect(the_map(page)).to_have_attribute("data-count", "5")
    expect(the_map(page)).to_have_attribute("data-drawn", "5")
    click_place(page, place_of(site.cameras[1]))
    expect(tiles(page, "live")).to_have_attribute("data-camera", site.cameras[1].id, timeout=20_000)
    row = page.locator(f"[data-row='{site.cameras[1].id}']")
    expect(row).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("link", name="Ampliar en el muro: Mercado Central")).to_have_attribute(
        "href", f"#/wall?camera={site.cameras[1].id}"
    )
    assert axe(page) == []
    page.get_by_role("button", name="Cerrar: Mercado Central").click()
    expect(tiles(page)).to_have_count(0)
    assert hosts <= {site.url.split("//")[1], ""}, "a request left for another host"


def _host(request: Request) -> str:
    address = request.url
    return "" if address.startswith(("blob:", "data:")) else address.split("/")[2]


def test_n_docks_the_four_nearest_to_a_click(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    expect(the_map(page)).to_have_attribute("data-drawn", "5")
    beyond = place_of(site.cameras[4])
    page.mouse.click(*on_screen(page, beyond.latitude_deg - 0.0008, beyond.longitude_deg))
    page.keyboard.press("n")
    expect(tiles(page)).to_have_count(4)
    docked = tiles(page).evaluate_all("all => all.map((one) => one.dataset.camera)")
    assert docked == [site.cameras[number].id for number in (4, 3, 2, 1)]


def test_a_link_docks_its_camera(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", f"#/map?camera={site.cameras[2].id}")
    expect(tiles(page)).to_have_attribute("data-camera", site.cameras[2].id, timeout=30_000)
    place = place_of(site.cameras[2])
    expect(the_map(page)).to_have_attribute(
        "data-center", f"{place.latitude_deg:.6f},{place.longitude_deg:.6f}", timeout=10_000
    )


def test_everything_by_keyboard(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "olga", "#/map", language="en")
    the_map(page)
    page.keyboard.press("/")
    page.keyboard.type("MERCADO")
    expect(page.get_by_text("1 camera", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_attribute("data-camera", site.cameras[1].id)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Cameras")).to_be_focused()
    expect(page.locator("[data-row]")).to_have_count(6)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Av. Grau")  # after the one whose name begins with "<"
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(2)
    page.keyboard.press("Shift+X")
    expect(tiles(page)).to_have_count(0)
    page.keyboard.press("n")
    expect(tiles(page)).to_have_count(4)
    page.keyboard.press("y")
    expect(page.get_by_role("region", name="What the signs mean")).to_be_visible()
    page.get_by_role("button", name="Light or dark theme").click()
    assert axe(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("The four nearest")


def test_cameras_are_found_by_state_and_names_are_text(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    the_map(page)
    page.get_by_label("Estado").select_option("disabled")
    expect(page.locator("[data-row]")).to_have_text(re.compile(re.escape("<img src=x onerror=alert(1)>")))
    page.get_by_label("Estado").select_option("offline")
    expect(page.get_by_text("Ninguna cámara coincide")).to_be_visible()


def test_an_alert_pulses_until_somebody_settles_it(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    the_map(page)
    expect(page.locator("[data-pulse]")).to_have_count(0)
    alert = site.raise_alert(site.cameras[2])
    pulse = page.locator(f"[data-pulse='{site.cameras[2].id}']")
    expect(pulse).to_have_attribute("data-severity", "high")
    expect(page.locator(f"[data-row='{site.cameras[2].id}']")).to_contain_text("Alta")
    page.emulate_media(reduced_motion="reduce")
    expect(pulse.locator("i")).to_have_css("animation-name", "none")
    answer = page.request.post(f"{site.url}/api/alerts/{alert}/acknowledge", data={}, headers={"origin": site.url})
    assert answer.ok
    expect(page.locator("[data-pulse]")).to_have_count(0)


def test_far_away_cameras_are_drawn_together_and_a_click_opens_them(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    told = the_map(page)
    expect(told).to_have_attribute("data-drawn", "5")
    for _ in range(6):
        page.keyboard.press("-")
        zoom = float(told.get_attribute("data-zoom") or "0")
        expect(told).not_to_have_attribute("data-zoom", f"{zoom:.3f}")
    expect(told).to_have_attribute("data-clusters", "1")
    expect(told).to_have_attribute("data-drawn", "0")
    click_place(page, place_of(site.cameras[2]))
    expect(told).not_to_have_attribute("data-drawn", "0")


def test_placing_by_drag_by_numbers_and_against_somebody_else(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[3]
    page = open_console(site, "ada", f"#/map?camera={camera.id}")
    place = place_of(camera)
    expect(the_map(page)).to_have_attribute("data-center", f"{place.latitude_deg:.6f},{place.longitude_deg:.6f}")
    page.keyboard.press("e")
    form = page.get_by_role("form", name="Ubicación y vista")
    expect(form.get_by_label("Latitud")).to_have_value(str(place.latitude_deg))
    assert axe(page) == []
    connected = {one.role: one.since for one in site.service.site.health() if one.camera_id == camera.id}
    x, y = on_screen(page, place.latitude_deg, place.longitude_deg)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    expect(form.get_by_label("Longitud")).not_to_have_value(str(place.longitude_deg))
    form.get_by_label("Dirección").fill("200")
    form.get_by_label("Campo visual").fill("95")
    form.get_by_role("button", name="Guardar").click()
    expect(form).to_have_count(0)
    stored = site.service.desk.cameras.camera(camera.id)
    assert stored.streams == camera.streams
    moved = place_of(stored)
    assert (moved.direction_deg, moved.field_of_view_deg) == (200, 95)
    assert moved.longitude_deg > place.longitude_deg
    assert moved.latitude_deg == pytest.approx(place.latitude_deg, abs=2e-5)
    # The camera went on recording all the while.
    site.service.site.follow_configuration()
    assert {one.role: one.since for one in site.service.site.health() if one.camera_id == camera.id} == connected
    # Somebody else was first, and the news of it has not come yet.
    page.route("**/api/cameras", lambda route: route.abort())
    page.keyboard.press("e")
    expect(form).to_be_visible()
    page.keyboard.press("]")
    expect(form.get_by_label("Dirección")).to_have_value("205")
    site.service.desk.cameras.save(replace(stored, name="Puente Viejo"))
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_role("alert").filter(has_text="Otra persona")).to_be_visible()
    assert place_of(site.service.desk.cameras.camera(camera.id)).direction_deg == 200


def test_an_operator_places_nothing(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", f"#/map?camera={site.cameras[0].id}")
    expect(tiles(page)).to_have_count(1, timeout=30_000)
    page.keyboard.press("e")
    page.keyboard.press("k")
    page.keyboard.press("d")
    expect(page.get_by_role("form", name="Ubicación y vista")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_camera_that_is_not_on_the_map_is_placed(site: Stage, open_console: Open) -> None:
    page = open_console(site, "ada", "#/map")
    the_map(page)
    page.get_by_label("Estado").select_option("unplaced")
    page.locator("[data-row]").click()
    page.get_by_role("button", name="Ubicarla en el mapa").click()
    page.get_by_label("Campo visual").fill("60")
    page.keyboard.press("Enter")
    expect(the_map(page)).to_have_attribute("data-count", "6")
    expect(page.get_by_text("Ninguna cámara coincide")).to_be_visible()
    placed = next(one for one in site.service.desk.cameras.cameras() if one.name.startswith("<"))
    site.service.desk.cameras.save(replace(placed, placement=None))


# A picture of flat ground: 0..1 of the picture to metres east and north of the camera.
_MATRIX = np.array([[40.0, -6.0, -18.0], [2.0, -58.0, 66.0], [0.05, 0.9, 0.4]])
_POINTS = ((0.2, 0.4), (0.8, 0.45), (0.75, 0.9), (0.15, 0.85), (0.45, 0.65))


def _seen(camera: Camera, points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Where on the ground the camera's points are, by the true matrix."""
    place = place_of(camera)
    east, north = metres_per_degree(place.latitude_deg)
    metres = project(_MATRIX, np.array(points))
    return [(place.latitude_deg + y / north, place.longitude_deg + x / east) for x, y in metres]


def test_calibrating_by_pairs_and_tracks_move(site: Stage, open_console: Open, axe: Axe) -> None:
    camera = site.cameras[0]
    page = open_console(site, "inge", f"#/map?camera={camera.id}")
    place = place_of(camera)
    told = the_map(page)
    expect(told).to_have_attribute("data-center", f"{place.latitude_deg:.6f},{place.longitude_deg:.6f}")
    for _ in range(2):  # near enough for a pixel to be some centimetres
        before = told.get_attribute("data-zoom") or ""
        page.keyboard.press("+")
        expect(told).not_to_have_attribute("data-zoom", before)
    page.keyboard.press("k")
    panel = page.get_by_role("region", name="Calibrar")
    picture = panel.get_by_role("application")
    expect(picture.locator("img")).to_be_visible()
    box_settled(picture)
    for (x, y), (latitude, longitude) in zip(_POINTS, _seen(camera, _POINTS), strict=True):
        box = picture.bounding_box()
        assert box is not None
        picture.click(position={"x": x * box["width"], "y": y * box["height"]})
        expect(panel.get_by_text("Ahora el mismo punto en el mapa")).to_be_visible()
        page.mouse.click(*on_screen(page, latitude, longitude))
        expect(panel.get_by_text(re.compile("Ahora un punto"))).to_be_visible()
    expect(panel).to_have_attribute("data-pairs", "5")
    expect(panel).to_have_attribute("data-rms", re.compile(r"^0\.[0-4]"))
    assert axe(page) == []
    panel.get_by_role("button", name="Guardar").click()
    expect(panel).to_have_count(0)
    calibration = site.service.desk.cameras.camera(camera.id).calibration
    assert calibration is not None
    assert calibration.rms_m < 0.5
    # Another point, which nobody clicked, lands where it truly is.
    true = _seen(camera, ((0.5, 0.7),))[0]
    east, north = metres_per_degree(calibration.origin_latitude_deg)
    x, y = project(np.array(calibration.matrix), np.array([(0.5, 0.7)]))[0]
    off_m = math.hypot(
        (calibration.origin_longitude_deg - true[1]) * east + x, (calibration.origin_latitude_deg - true[0]) * north + y
    )
    assert off_m < 1.0

    def walked() -> bool:
        site.service.site.reasoner.observe(_walk(camera))
        return told.get_attribute("data-movers") == "1"

    wait_until(walked)
    # Turned, its calibration is no longer true.
    stored = site.service.desk.cameras.camera(camera.id)
    turned = site.service.desk.cameras.save(replace(stored, placement=replace(place, direction_deg=10.0)))
    assert turned.calibration is not None
    assert turned.calibration.stale


def _walk(camera: Camera) -> Observation:
    clock = SystemClock()
    box = np.array([[300.0, 150.0, 340.0, 252.0]], np.float32)
    tracks = Tracks(
        np.array([5]),
        box,
        np.array([0.9], np.float32),
        np.array([ObjectClass.PERSON.value], np.int32),
        np.array([True]),
    )
    return Observation(camera.id, clock.monotonic(), clock.now(), 1, 640, 360, tracks)


def test_pairs_that_fix_nothing_are_refused_with_the_reason(site: Stage, open_console: Open) -> None:
    camera = site.cameras[1]
    page = open_console(site, "ada", f"#/map?camera={camera.id}")
    expect(tiles(page)).to_have_count(1, timeout=30_000)
    page.keyboard.press("k")
    panel = page.get_by_role("region", name="Calibrar")
    for number in range(1, 5):
        panel.get_by_role("button", name="Un par con números").click()
        panel.get_by_label(f"x {number}", exact=True).fill(str(number / 5))
        panel.get_by_label(f"y {number}", exact=True).fill(str(number / 5))
        panel.get_by_label(f"Latitud {number}", exact=True).fill(str(-12.04 - number / 1e4))
        panel.get_by_label(f"Longitud {number}", exact=True).fill(str(-77.04 - number / 1e4))
    expect(panel.get_by_role("alert")).to_contain_text("una misma línea")
    expect(panel.get_by_role("button", name="Guardar")).to_be_disabled()


def _districts(name: str, longitude: float = -77.05) -> str:
    ring = [[longitude, -12.05], [-77.03, -12.05], [-77.03, -12.03], [longitude, -12.03], [longitude, -12.05]]
    feature = {
        "type": "Feature",
        "properties": {"NOMBRE": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def test_districts_of_the_agency(site: Stage, open_console: Open, axe: Axe, tmp_path: Path) -> None:
    page = open_console(site, "ada", "#/map")
    watching = open_console(site, "olga", "#/map")
    told = the_map(page)
    the_map(watching)
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Distritos de la entidad")
    hostile = {
        "words.geojson": ("<script>alert(1)</script>", "no es JSON"),
        "metres.geojson": (_districts("Cercado", 278_000.0), "no son grados"),
        "deep.geojson": ("[" * 200_000, "no es JSON"),
        "nothing.geojson": ('{"type": "FeatureCollection", "features": []}', "no contiene nada"),
    }
    for name, (text, reason) in hostile.items():
        (tmp_path / name).write_text(text)
        dialog.get_by_label("Archivo GeoJSON").set_input_files(tmp_path / name)
        dialog.get_by_role("button", name="Usar este archivo").click()
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
    assert axe(page) == []
    (tmp_path / "good.geojson").write_text(_districts("<img src=x onerror=alert(1)>"))
    dialog.get_by_label("Archivo GeoJSON").set_input_files(tmp_path / "good.geojson")
    dialog.get_by_role("button", name="Usar este archivo").click()
    expect(dialog).to_have_count(0)
    expect(told).to_have_attribute("data-districts", "1")
    expect(the_map(watching)).to_have_attribute("data-districts", "1")  # told by push
    page.keyboard.press("d")
    dialog.get_by_role("button", name="Quitar").click()
    expect(told).to_have_attribute("data-districts", "0")


def test_without_webgl_the_list_still_works(site: Stage, open_console: Open) -> None:
    page = open_console(site, "olga", "#/map")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.reload()
    expect(page.get_by_text("Aquí no se puede dibujar el mapa")).to_be_visible(timeout=30_000)
    page.keyboard.press("/")
    page.keyboard.type("puno")
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_attribute("data-camera", site.cameras[4].id)
