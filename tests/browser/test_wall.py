"""The wall: live pictures that say when they are not, saved walls, tours, steering. Real cameras, real sockets."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import WebSocketRoute, expect

from browser.conftest import Axe, Open
from browser.measure_live import measure, watch
from browser.stage import PASSWORD, Stage, stage
from browser.wall_page import camera, frames, live, live_sockets, open_wall, tile
from clips import write_clip
from veedor.simulator.rtsp_server import Faults
from waiting import wait_until

NAMES = ("Plaza Mayor", "Mercado Central", "Av. Grau", "Puente <b>Nuevo</b>", "Terminal")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site with five cameras."""
    with stage(tmp_path_factory.mktemp("town"), NAMES) as made:
        yield made


def test_four_tiles_play_and_move(town: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(town, "olga", "#/wall")
    watch(page)
    page.reload()
    page.get_by_role("complementary", name="Cámaras").get_by_role("button", name="Poner todas (5)").click()
    live(page, 4)  # five cameras: the fifth is on the second page
    before = [frames(page, number) for number in (1, 2, 3, 4)]
    for number, seen in zip((1, 2, 3, 4), before, strict=True):
        wait_until(lambda number=number, seen=seen: frames(page, number) > seen + 5)
    # Small tiles take the substream.
    assert {one.get_attribute("data-role") for one in page.locator("figure").all()} == {"sub"}
    assert (page.locator(".watermark span").first.get_attribute("data-words") or "").startswith("olga")
    figures = measure(page, 5.0)
    sys.stdout.write(f"live: {json.dumps({key: figures[key] for key in ('latency_ms', 'first_ms')})}\n")
    assert figures["open_sockets"] == 4  # as many as there are tiles
    assert axe(page) == []


def test_a_camera_that_stalls_is_stale_with_a_running_age_and_recovers(town: Stage, open_console: Open) -> None:
    page = open_wall(open_console, town)
    number = town.cameras.index(camera(town, "Av. Grau"))
    stalled = page.locator(f'figure[data-camera="{camera(town, "Av. Grau").id}"]')
    town.server.set_faults(f"/{number}/sub", Faults(stall=True))
    try:
        expect(stalled).to_have_attribute("data-state", "stale", timeout=6_000)
        why = stalled.locator(".why")
        expect(why).to_contain_text("Sin imagen nueva hace 2 s")
        expect(why).to_contain_text("hace 4 s")  # it runs
        assert "grayscale" in stalled.locator("video").evaluate("(one) => getComputedStyle(one).filter")
        assert page.locator('figure[data-state="live"]').count() == 3
    finally:
        town.server.set_faults(f"/{number}/sub", Faults())
    live(page, 4)
    expect(stalled.locator(".why")).to_have_count(0)


def test_everything_by_keyboard(town: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(town, "olga", "#/wall")
    expect(tile(page, 1)).to_be_visible()
    page.keyboard.press("Enter")
    picker = page.get_by_role("dialog", name="Cámara del recuadro 1")
    expect(picker).to_be_visible()
    assert axe(page) == []
    page.keyboard.type("mercado")
    page.keyboard.press("Enter")
    expect(picker).to_have_count(0)
    expect(tile(page, 1)).to_contain_text("Mercado Central")
    page.keyboard.press("ArrowRight")
    expect(tile(page, 2)).to_have_attribute("aria-current", "true")
    # A camera is text, whatever is in its name.
    page.keyboard.press("/")
    search = page.get_by_placeholder("Buscar cámara")
    expect(search).to_be_focused()
    page.keyboard.type("puente <b>")
    expect(search).to_have_value("puente <b>")
    page.keyboard.press("Enter")
    expect(tile(page, 2)).to_contain_text("Puente <b>Nuevo</b>")
    page.keyboard.press("Escape")
    expect(tile(page, 2)).to_contain_text("Puente <b>Nuevo</b>")
    assert page.locator("figcaption b").count() == 0
    tile(page, 2).focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(tile(page, 4)).to_contain_text("Puente")
    expect(tile(page, 2)).not_to_contain_text("Puente")
    page.keyboard.press("Delete")
    expect(tile(page, 4)).to_contain_text("Elegir cámara")
    for key, count in (("9", 9), ("0", 16), ("1", 1), ("4", 4)):
        page.keyboard.press(key)
        expect(page.locator("[data-tile]")).to_have_count(count)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Teclas")
    expect(keys).to_contain_text("Mostrar zonas y líneas")
    expect(keys).to_contain_text("Pantalla completa")


def test_by_mouse_a_camera_is_dragged_on_and_tiles_swapped(town: Stage, open_console: Open) -> None:
    page = open_console(town, "olga", "#/wall")
    side = page.get_by_role("complementary", name="Cámaras")
    side.get_by_role("button", name="Terminal").drag_to(tile(page, 3))
    expect(tile(page, 3)).to_contain_text("Terminal")
    side.get_by_role("button", name="Plaza Mayor").drag_to(tile(page, 1))
    tile(page, 3).drag_to(tile(page, 1))
    expect(tile(page, 1)).to_contain_text("Terminal")
    expect(tile(page, 3)).to_contain_text("Plaza Mayor")
    tile(page, 1).get_by_role("button", name="Quitar Terminal del mural").click()
    expect(tile(page, 1)).to_contain_text("Elegir cámara")


def test_full_screen_takes_the_main_stream_and_no_more_sockets_than_tiles(town: Stage, open_console: Open) -> None:
    page = open_console(town, "olga", "#/wall")
    sockets = live_sockets(page)
    side = page.get_by_role("complementary", name="Cámaras")
    for name in ("Mercado Central", "Plaza Mayor"):
        side.get_by_role("button", name=name).click()
    live(page, 2)
    assert len(sockets) == 2
    tile(page, 1).dblclick()
    one = page.locator("figure")
    expect(one).to_have_count(1)
    expect(one).to_have_attribute("data-role", "main")
    live(page, 1)
    wait_until(lambda: one.locator("video").evaluate("(video) => video.videoWidth") == 640)
    # (Events of the page are heard while it is asked something.)
    wait_until(lambda: page.evaluate("1") and [url.rpartition("=")[2] for url in sockets] == ["main"])
    page.keyboard.press("f")
    expect(page.locator('figure[data-role="sub"]')).to_have_count(2)
    live(page, 2)
    wait_until(lambda: page.evaluate("1") and len(sockets) == 2)


def test_a_link_opens_one_camera_large(town: Stage, open_console: Open) -> None:
    page = open_console(town, "olga", f"#/wall?camera={camera(town, 'Terminal').id}")
    live(page, 1)
    expect(page.locator("figure")).to_have_attribute("data-role", "main")
    page.get_by_role("button", name="Poner en el mural").click()
    expect(tile(page, 1)).to_contain_text("Terminal")
    expect(page.locator("[data-tile]")).to_have_count(4)


def test_a_wall_survives_a_reload_and_an_ended_login(town: Stage, open_console: Open) -> None:
    page = open_wall(open_console, town, "oscar", cameras=2)
    page.keyboard.press("9")
    page.reload()
    live(page, 2)
    expect(page.locator("[data-tile]")).to_have_count(9)
    page.evaluate("fetch('/api/logout', {method: 'POST'})")
    form = page.get_by_role("dialog", name="Ingresar")
    expect(form).to_be_visible(timeout=20_000)
    expect(page.locator('figure[data-state="live"]')).to_have_count(0, timeout=10_000)
    form.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    live(page, 2)


def test_saved_walls_are_found_again_shared_and_deleted(town: Stage, open_console: Open, axe: Axe) -> None:
    page = open_wall(open_console, town, "sara", cameras=2)
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Guardar el mural")
    assert axe(page) == []
    name = dialog.get_by_label("Nombre")
    name.fill("x" * 5000)
    assert len(name.input_value()) == 120
    name.fill("<script>alert(1)</script> Centro")
    dialog.get_by_label("De toda la institución").check()
    dialog.get_by_role("button", name="Guardar", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(f"{town.url}/#/wall/{page.url.rpartition('/')[2]}")
    wall_url = page.url

    # A second person opens it by its address, and cannot save over it.
    other = open_console(town, "olga", wall_url.removeprefix(f"{town.url}/"))
    live(other, 2)
    expect(other.get_by_role("button", name="Centro")).to_be_visible()
    other.keyboard.press("Delete")
    expect(other.get_by_text("Con cambios sin guardar")).to_be_visible()

    # The first deletes it while the second has it open.
    page.keyboard.press("w")
    walls = page.get_by_role("dialog", name="Murales guardados")
    expect(walls).to_contain_text("<script>alert(1)</script> Centro")
    assert axe(page) == []
    walls.get_by_role("button", name="Borrar").click()
    walls.get_by_role("button", name="Borrar", exact=True).click()
    expect(walls).to_contain_text("Aún no hay murales guardados")
    expect(other.get_by_role("button", name="Mural sin guardar")).to_be_visible(timeout=10_000)
    live(other, 1)  # what hangs there goes on


def test_two_tabs_are_two_walls_and_of_two_who_save_one_hears_of_it(town: Stage, open_console: Open) -> None:
    page = open_wall(open_console, town, "inge", cameras=2)
    page.keyboard.press("s")
    page.get_by_label("Nombre").fill("Turno noche")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    second = page.context.new_page()
    second.goto(page.url)
    live(second, 2)
    second.keyboard.press("9")
    expect(second.locator("[data-tile]")).to_have_count(9)
    expect(page.locator("[data-tile]")).to_have_count(4)
    second.keyboard.press("s")
    second.keyboard.press("Enter")
    expect(second.get_by_role("dialog")).to_have_count(0)
    page.bring_to_front()
    # The other tab saved; in this one nobody touched anything.
    expect(page.get_by_text("Con cambios sin guardar")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(page.get_by_text("Con cambios sin guardar")).to_be_visible()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Guardar el mural")
    expect(dialog.get_by_role("alert")).to_contain_text("inge guardó este mural")
    page.keyboard.press("Enter")
    expect(page.get_by_text("cambió o borró el mural")).to_be_visible()
    second.close()


def test_a_tour_turns_pages_and_stands_still_when_paused(town: Stage, open_console: Open) -> None:
    page = open_console(town, "olga", "#/wall")
    page.get_by_role("button", name="Poner todas (5)").click()
    live(page, 4)
    # It was never saved: its name says so, and there is nothing that it differs from.
    expect(page.get_by_role("button", name="Mural sin guardar")).to_be_visible()
    expect(page.get_by_text("Con cambios sin guardar")).to_have_count(0)
    page.get_by_role("combobox", name="Ronda").select_option("5")
    expect(page.get_by_text("1 de 2")).to_be_visible()
    expect(page.get_by_text("2 de 2")).to_be_visible(timeout=8_000)
    live(page, 1)
    tile(page, 1).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("En pausa")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("1 de 2")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_text("2 de 2")).to_be_visible(timeout=8_000)


def test_a_page_in_the_background_lets_go_and_comes_back_live(town: Stage, open_console: Open) -> None:
    page = open_wall(open_console, town, cameras=2)
    sockets = live_sockets(page)
    hide = """(hidden) => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    expect(page.locator('figure[data-state="live"]')).to_have_count(2)  # nobody looks: the last state stands
    assert page.locator("video").first.evaluate("(video) => video.src") == ""  # and no picture does
    page.evaluate(hide, False)
    expect(page.locator('figure[data-state="connecting"]')).not_to_have_count(0)
    live(page, 2)
    assert len(sockets) == 2


def test_zones_lie_on_the_picture(town: Stage, open_console: Open) -> None:
    one = camera(town, "Av. Grau")
    zones = "zones:\n  Vereda: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]\n"
    rules = f"{zones}rules:\n  - name: r\n    kind: zone_intrusion\n    zone: Vereda\n"
    town.service.site.parts.rules.path(one.id).parent.mkdir(parents=True, exist_ok=True)
    town.service.site.parts.rules.write(one.id, rules, name="r")
    wait_until(lambda: town.service.site.reasoner.rules(one.id).zones)
    page = open_wall(open_console, town, cameras=1)  # Av. Grau comes first by name
    page.keyboard.press("z")
    zone = page.locator("figure polygon.zone")
    expect(zone).to_have_count(1)
    expect(page.locator("figure svg text")).to_contain_text("Vereda")
    drawn, picture = zone.bounding_box(), page.locator("figure video").bounding_box()
    assert drawn is not None
    assert picture is not None
    assert abs(drawn["x"] - picture["x"]) < 6
    assert abs(drawn["height"] - picture["height"]) <= 9
    assert abs(drawn["width"] - picture["width"] / 2) <= 9  # strokes have corners
    page.keyboard.press("z")
    expect(zone).to_have_count(0)


def test_a_camera_deleted_while_on_the_wall(tmp_path: Path, console: None, open_console: Open) -> None:
    with stage(tmp_path, ["Plaza", "Puente"]) as site:
        page = open_wall(open_console, site, cameras=2)
        answer = open_console(site, "ada").context.request.delete(
            f"{site.url}/api/cameras/{camera(site, 'Puente').id}", headers={"origin": site.url}
        )
        assert answer.ok
        gone = tile(page, 2)
        expect(gone).to_contain_text("Esta cámara ya no existe", timeout=15_000)
        gone.get_by_role("button", name="Quitar del mural").click()
        expect(gone).to_contain_text("Elegir cámara")
        live(page, 1)


def test_long_names_break_nothing(town: Stage, open_console: Open) -> None:
    """No camera can be called so here; another site's desk, or a later one, might let it."""
    page = open_console(town, None)
    name = "Ñandú <img src=x onerror=window.bad=1> " * 128

    def renamed(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        cameras = [{**one, "name": name} for one in answer.json()]
        route.fulfill(response=answer, json=cameras)  # type: ignore[attr-defined]

    page.route("**/api/cameras", renamed)
    page.get_by_label("Usuario").fill("olga")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Mural").click()
    page.get_by_role("button", name="Poner todas (5)").click()
    live(page, 4)
    assert len(name) > 4900
    assert page.evaluate("window.bad") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = tile(page, 4).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1366
    assert box["y"] + box["height"] <= 768


def test_h265_that_the_browser_cannot_play_gives_the_substream_and_says_so(
    tmp_path: Path, console: None, open_console: Open
) -> None:
    clip = write_clip(tmp_path / "hevc.mp4", codec="hevc", seconds=4, size=(640, 360))
    with stage(tmp_path, ["Plaza"], clip=clip) as site:
        page = open_console(site, "olga", f"#/wall?camera={site.cameras[0].id}")
        live(page, 1)
        expect(page.locator("figure")).to_have_attribute("data-role", "sub")
        expect(page.locator("figure .note")).to_contain_text("este navegador no reproduce H.265")


def test_a_line_too_slow_for_the_main_stream_gives_the_substream_and_tells_what_was_left_out(
    town: Stage, open_console: Open
) -> None:
    page = open_console(town, None)
    counted = [0]

    def slow_line(route: WebSocketRoute) -> None:
        """What a viewer hears whose line loses pictures at the server, time and again."""
        server = route.connect_to_server()

        def hear(message: str | bytes) -> None:
            if isinstance(message, str) and (told := json.loads(message))["type"] == "time":
                counted[0] += 25
                message = json.dumps({**told, "dropped": counted[0]})
            route.send(message)

        server.on_message(hear)

    page.route_web_socket(lambda url: "/live?role=main" in url, slow_line)
    page.reload()
    page.get_by_label("Usuario").fill("olga")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Mural")).to_be_visible()
    page.goto(f"{town.url}/#/wall?camera={town.cameras[0].id}")
    expect(page.locator("figure .note")).to_contain_text("imágenes omitidas", timeout=15_000)
    expect(page.locator("figure")).to_have_attribute("data-role", "sub", timeout=15_000)
    expect(page.locator("figure .note")).to_contain_text("conexión lenta", timeout=15_000)
    live(page, 1)


def test_a_camera_without_a_motor_shows_no_steering(town: Stage, open_console: Open) -> None:
    page = open_wall(open_console, town, cameras=1)
    expect(page.get_by_role("button", name="Mover la cámara")).to_have_count(0)
    tile(page, 1).focus()
    page.keyboard.press("p")
    expect(page.get_by_text("no se puede mover desde aquí")).to_be_visible()
