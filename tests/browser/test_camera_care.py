"""A camera in the console: its models, where it says that it stands, that it was moved, why a track is unusual, and
what second looks turned down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from clips import jpeg
from footage import frame_of, street
from learned_street import EIGHT, LANE_Y, learn
from small_model import small_model
from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.hashing import sha256_bytes
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.camera import SourceKind
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.model.observation import Observation
from veedor.model.second_look import Outcome, SecondLook
from veedor.model.track import Tracks
from veedor.model.viewpoint import ViewState
from veedor.simulator.onvif_device import OnvifSimulator, OnvifStream, location
from veedor.site.alerting.snapshot import draw_snapshot
from veedor.site.detect.cards import ModelCard, ModelClass, ModelCost, OwnModels
from veedor.site.normality.store import BaselineStore
from veedor.site.scene.registration import small_picture
from veedor.site.views import Views

RULES = """zones:
  Vereda: [[0.4, 0.5], [0.8, 0.5], [0.8, 0.9], [0.4, 0.9]]
rules:
  - {name: Ingreso, kind: zone_intrusion, enabled: true, zone: Vereda}
"""
CITY = street(900, 420)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site with one camera, which these tests move about."""
    with stage(tmp_path_factory.mktemp("care"), ["Plaza Mayor"]) as made:
        yield made


def fresh(site: Stage) -> None:
    """The camera as it was at first: of a run of a test that did not come to its end."""
    cameras = site.service.site.parts.cameras
    now = cameras.camera(site.cameras[0].id)
    analyse = replace(now.analyse, models=None, second_look_model=None)
    cameras.save(replace(now, kind=SourceKind.RTSP, onvif_port=None, placement=None, analyse=analyse))


# -- models


def add_model(site: Stage, name: str, *, damaged: bool = False) -> None:
    """A model that finds lorries, as `veedor models add` keeps one."""
    store, data = OwnModels(site.service.site.config.data / "models"), small_model(("excavator",), (64, 64))
    if (store.folder / name).exists():
        return
    card = ModelCard(
        name=name,
        sha256=sha256_bytes(data),
        size_bytes=len(data),
        layout="yolov8",
        width=64,
        height=64,
        classes=(ModelClass(name="truck"),),
        licence="AGPL-3.0",
        cost=ModelCost(ms=9.5, cpu_ms=21.0, threads=2, fps=5.0, core_share=0.105, machine="test"),
        added_by="os:test",
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    store.add(card, data, "")
    if damaged:
        store.path(name).write_bytes(b"another file")


def test_models_are_chosen_for_looking_and_for_second_looks(own: Stage, open_console: Open, axe: Axe) -> None:
    fresh(own)
    camera = own.cameras[0]
    page = open_console(own, "ada", f"#/setup/cameras/{camera.id}")
    if not OwnModels(own.service.site.config.data / "models").cards():
        expect(page.locator("[data-models=none]")).to_contain_text("veedor models add")
    add_model(own, "camiones")
    add_model(own, "rotos", damaged=True)
    page.reload()
    group = page.get_by_role("group", name="Modelos que miran todo el tiempo")
    expect(group.locator("[data-model=camiones]")).to_contain_text("Encuentra: camión · licencia AGPL-3.0")
    expect(group.locator("[data-model=camiones]")).to_contain_text("Cuesta 9.5 ms por imagen (21 ms de procesador)")
    expect(group.locator("[data-model=camiones]")).to_contain_text("11 % de un núcleo")
    expect(group.locator("[data-model=rotos]")).to_contain_text("no es el que se agregó")
    assert axe(page) == []
    save, unsaved = page.get_by_role("button", name="Guardar", exact=True), page.get_by_text("Cambios sin guardar")
    expect(save).to_be_disabled()
    group.get_by_label("Como el sitio").uncheck()
    group.get_by_label("Modelo del sitio", exact=True).uncheck()
    expect(group.get_by_role("alert")).to_contain_text("Elija al menos un modelo")
    expect(save).to_be_disabled()
    group.get_by_label("camiones").check()
    expect(group.get_by_role("status")).to_contain_text("Sin el modelo del sitio")
    group.get_by_label("Modelo del sitio", exact=True).check()
    page.get_by_label("Modelo de la segunda mirada").select_option("camiones")
    save.click()
    expect(unsaved).to_have_count(0)
    analyse = own.service.site.parts.cameras.camera(camera.id).analyse
    assert (analyse.models, analyse.second_look_model) == (("default", "camiones"), "camiones")
    page.reload()
    expect(page.get_by_label("Modelo de la segunda mirada")).to_have_value("camiones")
    group.get_by_label("Como el sitio").check()
    page.get_by_label("Modelo de la segunda mirada").select_option("")
    expect(unsaved).to_be_visible()
    save.click()
    expect(unsaved).to_have_count(0)
    analyse = own.service.site.parts.cameras.camera(camera.id).analyse
    assert (analyse.models, analyse.second_look_model) == (None, None)


# -- where it says that it stands


def test_a_place_that_the_camera_says_is_taken_only_by_a_person(own: Stage, open_console: Open, axe: Axe) -> None:
    fresh(own)
    cameras, camera = own.service.site.parts.cameras, own.cameras[0]
    stream = OnvifStream("main", own.server.url("/0/main"), 640, 360)
    with OnvifSimulator([stream]) as device:
        device.locations = location(-12.0464, -77.0428)
        there = cameras.camera(camera.id)
        cameras.save(replace(there, kind=SourceKind.ONVIF, onvif_port=int(device.address.rpartition(":")[2])))
        page = open_console(own, "ada", f"#/setup/cameras/{camera.id}")
        said = page.locator("[data-said=offered]")
        expect(said).to_contain_text("Posición dicha por la cámara, confírmela: -12.04640, -77.04280")
        expect(page.get_by_label("Latitud")).to_have_value("")
        assert axe(page) == []
        said.get_by_role("button", name="Usar esta").click()
        expect(page.get_by_label("Latitud")).to_have_value("-12.0464")
        expect(page.locator("[data-said=taken]")).to_be_visible()
        assert cameras.camera(camera.id).placement is None  # until a person saves
        # On the map the draft begins there, and is saved by a person too.
        page.goto(f"{own.url}/#/map?camera={camera.id}")
        page.reload()
        expect(page.locator("[data-map]")).to_have_attribute("data-ready", "true", timeout=30_000)
        page.keyboard.press("e")
        place = page.get_by_role("form", name="Ubicación y vista")
        expect(place.locator("[data-said=taken]")).to_be_visible()
        expect(place.get_by_label("Longitud")).to_have_value("-77.0428")
        place.get_by_role("button", name="Guardar").click()
        expect(place).to_have_count(0)
        placed = cameras.camera(camera.id).placement
        assert placed is not None
        assert (placed.latitude_deg, placed.longitude_deg) == (-12.0464, -77.0428)
        # A place that a person set is not asked about.
        asked = device.calls.count("GetGeoLocation")
        page.goto(f"{own.url}/#/setup/cameras/{camera.id}")
        expect(page.get_by_label("Latitud")).to_have_value("-12.0464")
        expect(page.locator("[data-said]")).to_have_count(0)
        assert device.calls.count("GetGeoLocation") == asked
    fresh(own)


# -- that it was moved


def show(views: Views, camera_id: str, right: float, times: int, clock: SimulatedClock | None = None) -> None:
    """Pictures of the street, moved to the right by a share of the picture."""
    for number in range(times):
        left = round(130 + 640 * right)
        grey = np.asarray(cv2.cvtColor(CITY[30:390, left : left + 640], cv2.COLOR_BGR2GRAY), np.uint8)
        seen = np.asarray(small_picture(grey), np.uint8)
        if clock is not None:
            clock.advance(5)
        at = clock or SystemClock()
        views.look(Observation(camera_id, at.monotonic(), at.now(), number, 640, 360, Tracks.empty(), background=seen))


def move(site: Stage) -> None:
    """The camera has looked to the right since some seconds ago, as the site remembers after it was started anew."""
    camera = site.service.site.parts.cameras.camera(site.cameras[0].id)
    folder, views = site.service.site.config.data / "views", site.service.site.views
    views.remove(camera.id)
    clock = SimulatedClock(SystemClock().now() - timedelta(seconds=200))
    before = Views(folder, clock, lambda _camera, _event: None)
    before.watch(camera, presets=frozenset(), resting=1)
    show(before, camera.id, 0.0, 8, clock)
    show(before, camera.id, 0.08, 12, clock)
    report = before.report(camera.id)
    assert report is not None
    assert report.state is ViewState.MOVED
    views.watch(camera, presets=frozenset(), resting=1)
    show(views, camera.id, 0.08, 4)


def test_a_moved_view_is_told_and_its_zones_moved_along_and_confirmed(own: Stage, open_console: Open, axe: Axe) -> None:
    fresh(own)
    camera, rules = own.cameras[0], own.service.desk.rules
    rules.write(camera.id, RULES, rules.show(camera.id).version)
    move(own)
    page = open_console(own, "inge", "#/health")
    problem = page.locator("section.wrong li").filter(has_text="la vista se movió")
    expect(problem).to_contain_text("8 % a la derecha. Una regla está en pausa", timeout=20_000)
    page.goto(f"{own.url}/#/setup/cameras/{camera.id}")
    notice = page.locator(".moved[role=alert]")
    expect(notice).to_contain_text("la vista se movió 8 % a la derecha")
    expect(notice).to_contain_text("En pausa: Ingreso")
    assert axe(page) == []
    notice.get_by_role("link", name="Revisar las zonas").click()
    notice.get_by_role("button", name="Mover las zonas con la vista").click()
    confirm = notice.get_by_role("button", name="La vista es correcta")
    expect(page.locator("textarea")).to_have_value(re.compile(r"0\.32"))
    expect(confirm).to_be_disabled()  # with the zones that count, not with a proposal
    assert axe(page) == []
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(confirm).to_be_enabled()
    left = min(x for x, _y in own.service.desk.site.places(camera.id)["zones"]["Vereda"])
    assert left == pytest.approx(0.32, abs=0.02)
    confirm.click()
    expect(notice).to_have_count(0)
    assert own.service.site.views.is_trusted(camera.id)
    own.service.site.views.remove(camera.id)


# -- why a track is unusual


def pixel(page: Page, x: float, y: float) -> tuple[int, int, int]:
    """Red, green, blue of the alert's picture in the page, at shares of its width and of that part of its height above
    the caption."""
    red, green, blue = page.locator("[data-why] img").evaluate(
        """(image, [x, y]) => {
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0);
            return [...pen.getImageData(x * image.naturalWidth, y * image.naturalWidth * 9 / 16, 1, 1).data];
        }""",
        [x, y],
    )[:3]
    return red, green, blue


def test_an_unusual_track_is_shown_on_what_is_usual_there(own: Stage, open_console: Open, axe: Axe) -> None:
    camera, now = own.cameras[0], SystemClock().now()
    learn(BaselineStore(own.service.site.config.data / "normality"), camera.id)
    usual = own.service.desk.usual
    assert usual is not None
    flow = usual.show(camera.id, EIGHT).flows["vehicles"]
    said: dict[str, Any] = {
        "rule": "Movimiento inusual",
        "kind": "unusual",
        "explanation": Message("rules-zone-intrusion", {"what": "car", "zone": "Calle"}),
        "overlays": (TrackOverlay(7, "car", (0.2, 0.1, 0.3, 0.25), ((0.25, 0.95), (0.25, 0.25))),),
        "zone_norm": (),
    }
    event = Event("e", camera.id, severity=Severity.HIGH, started_at=now, completed_at=now, ended_at=None, **said)
    picture = draw_snapshot(
        frame_of(np.full((360, 640, 3), 128, np.uint8), 0.0),
        event,
        camera_name=camera.name,
        time_zone="America/Lima",
        lang="es",
        flow=flow,
    )
    alert, other = own.raise_alert(picture=picture, **said), own.raise_alert()
    page = open_console(own, "sara", f"#/alerts/{alert}")
    why = page.locator("[data-why]")
    expect(why.get_by_role("img")).to_have_js_property("complete", True, timeout=60_000)
    red, _green, blue = pixel(page, 0.25, 0.8)
    assert red - blue > 60  # the track, in the colour of its alert
    arrow = min(flow, key=lambda one: abs(one[0] - 0.7) + abs(one[1] - LANE_Y))
    red, _green, blue = pixel(page, arrow[0], arrow[1])
    assert blue - red > 60  # an arrow of what is usual
    assert axe(page) == []
    why.get_by_role("link", name="Lo usual en esta cámara").click()
    expect(page.get_by_role("heading", name="Lo usual en Plaza Mayor")).to_be_visible()
    page.goto(f"{own.url}/#/alerts/{other}")
    expect(page.locator("video")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-why]")).to_have_count(0)


# -- what second looks turned down


def turn_down(site: Stage, camera_id: str, ago_s: float, picture: bytes | None) -> str:
    at = SystemClock().now() - timedelta(seconds=ago_s)
    event = Event(
        id=new_id(at),
        camera_id=camera_id,
        rule="Ingreso",
        kind="zone_intrusion",
        severity=Severity.HIGH,
        started_at=at - timedelta(seconds=1),
        completed_at=at,
        ended_at=at,
        explanation=Message("rules-zone-intrusion", {"what": "person", "zone": "Vereda"}),
    )
    down = SecondLook(Outcome.TURNED_DOWN, 0, 5)
    site.service.site.parts.outbox.record(event, look=down, snapshot_jpeg=picture)
    return event.id


def test_what_second_looks_turned_down_is_gone_through_with_keys(own: Stage, open_console: Open, axe: Axe) -> None:
    camera = own.cameras[0]
    older = turn_down(own, camera.id, 3.0, jpeg((640, 360)))
    newer = turn_down(own, camera.id, 2.0, None)
    page = open_console(own, "olga", "#/review")
    page.get_by_role("link", name="Descartadas").click()
    expect(page.locator(f"[data-turned='{newer}'][aria-current=true]")).to_be_visible()
    expect(page.locator("main video")).to_have_count(1)  # there is no picture: the clip at once
    page.keyboard.press("j")
    expect(page.locator(f"[data-turned='{older}'][aria-current=true]")).to_be_visible()
    picture = page.get_by_role("img", name="Imagen con el recorrido y la zona")
    expect(picture).to_have_js_property("naturalWidth", 640)
    one = page.get_by_role("region", name="Lo descartado")
    expect(one).to_contain_text("Plaza Mayor · Ingreso")
    expect(one).to_contain_text("segunda mirada: visto solo en 0 de 5 imágenes")
    expect(one).to_contain_text("0 confirmadas, 2 descartadas")
    assert axe(page) == []
    page.keyboard.press("v")
    expect(page.locator("main video")).to_have_count(1)
    expect(picture).to_have_count(0)
    page.keyboard.press("v")
    expect(picture).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(f"[data-turned='{newer}'][aria-current=true]")).to_be_visible()
