"""Two agencies in the browser: a convenio from draft to picture, a request, an emergency, an incident in two hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Axe, Open
from browser.sharing_stage import MUNI, PNP, two_agencies
from browser.stage import PASSWORD, Stage
from veedor.kit.clock import SystemClock
from waiting import wait_until


@pytest.fixture
def two(tmp_path: Path, console: None) -> Iterator[Stage]:
    with two_agencies(tmp_path) as made:
        yield made


def say(page: Page, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request in the name of whoever is logged in there."""
    origin = re.sub(r"(?<=\d)/.*", "", page.url)
    answer = page.context.request.post(f"{origin}{path}", data=body or {}, headers={"origin": origin})
    assert answer.ok, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def agree(mario: Page, petra: Page, **changes: Any) -> str:
    """A convenio that both have signed."""
    now = SystemClock().now()
    terms = {
        "owner": MUNI,
        "grantee": PNP,
        "cameras": {"kind": "all"},
        "rights": ["live", "playback", "alerts"],
        "purposes": ["robo"],
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "expires_at": (now + timedelta(days=40)).isoformat(),
        "conditions": {"case_number": True},
    }
    made = say(mario, "/api/grants", {**terms, **changes})
    say(mario, f"/api/grants/{made['id']}/sign")
    assert say(petra, f"/api/grants/{made['id']}/sign")["state"] == "active"
    return str(made["id"])


def test_a_convenio_from_draft_to_picture(two: Stage, open_console: Open, axe: Axe, tmp_path: Path) -> None:
    paper = tmp_path / "convenio.pdf"
    paper.write_bytes(b"%PDF-1.4 firmado")
    mario = open_console(two, "mario", "#/sharing")
    expect(mario.get_by_role("button", name="Nuevo convenio")).to_be_visible()
    mario.keyboard.press("n")
    form = mario.get_by_role("dialog")
    form.get_by_label("Con la entidad").select_option("PNP Comisaría Cercado")
    form.get_by_label("Finalidades").fill("robo, Hurto")
    form.locator("input[type=file]").set_input_files(paper)
    expect(form.locator("[data-hash]")).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    expect(form.locator(".read")).to_contain_text(
        "PNP Comisaría Cercado puede ver en vivo y reproducir todas las cámaras de Municipalidad de La Victoria, "
        "a toda hora, para robo o Hurto"
    )
    assert axe(mario) == []
    form.get_by_role("button", name="Guardar y firmar").click()
    expect(mario.locator("[data-grant-panel] [data-state=signed_by_one]")).to_be_visible()

    petra = open_console(two, "petra", "#/sharing/queue")
    petra.locator("[data-grant]").click()
    expect(petra.locator("[data-grant-panel]")).to_contain_text("mario")
    petra.keyboard.press("s")
    petra.get_by_role("dialog").get_by_role("button", name="Firmar").click()
    expect(petra.locator("[data-grant-panel] [data-state=active]")).to_be_visible()
    expect(mario.locator("[data-grant-panel] [data-state=active]")).to_be_visible()  # told by the feed
    assert axe(petra) == []

    petra.goto(f"{two.url}/#/wall?camera={two.cameras[0].id}")
    tile = petra.locator(f"figure[data-camera='{two.cameras[0].id}']")
    expect(tile.locator("[data-reason=purpose]")).to_be_visible()
    expect(tile.locator("[data-owner=muni]")).to_contain_text("La Victoria")
    tile.get_by_role("button", name="Indicar finalidad y caso").click()
    petra.get_by_role("dialog").get_by_role("button", name="robo").click()
    assert axe(petra) == []
    petra.get_by_role("button", name="Usar", exact=True).click()
    expect(tile.locator("[data-reason=case]")).to_be_visible()
    petra.keyboard.press("q")
    petra.get_by_label("Número de caso").fill("2026-118")
    petra.get_by_role("button", name="Usar", exact=True).click()
    expect(tile).to_have_attribute("data-state", "live", timeout=15_000)
    expect(petra.locator("[data-purpose]")).to_contain_text("robo · 2026-118")

    mario.keyboard.press("d")
    mario.get_by_label("Razón").fill("El convenio se renegocia")
    mario.get_by_role("dialog").get_by_role("button", name="Revocar").click()
    expect(petra.locator("figure[data-state=live]")).to_have_count(0, timeout=5000)


def test_asking_for_footage_and_taking_access(two: Stage, open_console: Open, axe: Axe) -> None:
    mario = open_console(two, "mario", "#/wall")
    petra = open_console(two, "petra", "#/sharing")
    agree(mario, petra, rights=["live"])
    expect(petra.locator("[data-grant]")).to_be_visible()
    petra.keyboard.press("r")
    form = petra.get_by_role("dialog")
    form.get_by_label("Entidad").select_option("Municipalidad de La Victoria")
    form.get_by_label("Cámara").select_option("Plaza Mayor")
    form.get_by_label("Número de caso").fill("2026-118")
    form.get_by_label("Finalidad").fill("robo")
    assert axe(petra) == []
    form.get_by_role("button", name="Enviar el pedido").click()
    expect(petra.locator("[data-grant-panel]")).to_contain_text("solo para el caso 2026-118")

    expect(mario.get_by_role("link", name=re.compile("Convenios"))).to_contain_text("1")
    mario.goto(f"{two.url}/#/sharing/queue")
    mario.locator("[data-grant]").click()
    expect(mario.locator("[data-grant-panel]")).to_contain_text("Conceder esta vez")
    mario.keyboard.press("d")
    mario.get_by_label("Razón").fill("Falta el oficio")
    mario.get_by_role("dialog").get_by_role("button", name="Denegar").click()
    expect(petra.locator("[data-grant-panel]")).to_contain_text("Denegado")
    expect(petra.locator("[data-grant-panel]")).to_contain_text("Falta el oficio")

    petra.keyboard.press("e")
    form = petra.get_by_role("dialog")
    form.get_by_label("Entidad").select_option("Municipalidad de La Victoria")
    form.get_by_label(re.compile("Razón")).fill("Persona armada en el mercado")
    take = form.get_by_role("button", name="Tomar el acceso")
    expect(take).to_be_disabled()
    form.get_by_label(re.compile("respondo por esto")).check()
    assert axe(petra) == []
    mario.goto(f"{two.url}/#/wall")
    take.click()
    expect(petra.locator("[data-purpose]")).to_contain_text("emergencia")
    banner = mario.locator("[data-emergency]")
    expect(banner).to_contain_text("Persona armada en el mercado", timeout=3000)
    assert axe(mario) == []
    banner.get_by_role("link").click()
    expect(mario.locator("[data-grant-panel]")).to_be_visible()
    mario.keyboard.press("v")
    mario.get_by_label("Qué encontró").fill("Era necesario")
    mario.get_by_role("dialog").get_by_role("button", name="Revisar").click()
    expect(banner).to_have_count(0)


def test_what_was_granted_once_is_watched_to_its_end(two: Stage, open_console: Open) -> None:
    """From the grant straight to its footage; no question of the player reaches beyond the span."""
    mario = open_console(two, "mario", "#/wall")
    petra = open_console(two, "petra", "#/sharing")
    camera = two.cameras[0].id
    recorded = two.service.desk.footage.recorded_until
    start = wait_until(lambda: recorded(camera)).replace(microsecond=0) + timedelta(seconds=1)
    end = start + timedelta(seconds=3)
    wait_until(lambda: (recorded(camera) or start) > end)
    asked = {"owner": MUNI, "camera": camera, "case_number": "2026-118", "purpose": "robo"}
    span = {"start": start.isoformat(), "end": end.isoformat()}
    made = say(petra, "/api/grant-requests", asked | span)
    say(mario, f"/api/grants/{made['id']}/sign")
    petra.goto(f"{two.url}/#/sharing/{made['id']}")
    with petra.expect_response(re.compile(r"/play\.mp4\?")) as played:
        petra.get_by_role("button", name="Ver la grabación").click()
    assert played.value.status == 200, played.value.text()
    assert parse_qs(urlsplit(played.value.url).query)["end"] == [made["span_end"]]
    expect(petra.locator(f"[data-camera='{camera}'] video")).to_be_visible()


def test_an_incident_changes_hands(two: Stage, open_console: Open, axe: Axe) -> None:
    mario = open_console(two, "mario", "#/incidents")
    incident = say(mario, "/api/incidents", {"type": "other", "summary": "Asalto"})
    mario.goto(f"{two.url}/#/incidents/{incident['id']}")
    expect(mario.get_by_role("heading", name="Entidades que lo ven")).to_be_visible()
    mario.keyboard.press("i")
    mario.get_by_role("dialog").get_by_label("Entidad").select_option("PNP Comisaría Cercado")
    mario.get_by_role("dialog").get_by_role("button", name="Invitar").click()
    expect(mario.locator("[data-part=invited]")).to_contain_text("PNP")

    petra = open_console(two, "petra", f"#/incidents/{incident['id']}")
    expect(petra.get_by_role("button", name="Cerrar incidente")).to_have_count(0)
    assert axe(petra) == []
    petra.get_by_role("button", name="Aceptar").click()
    petra.get_by_role("dialog").get_by_role("button", name="Aceptar").click()
    expect(petra.locator("[data-part=accepted]")).to_be_visible()
    mario.keyboard.press("o")
    mario.get_by_role("dialog").get_by_label("Entidad").select_option("PNP Comisaría Cercado")
    mario.get_by_role("dialog").get_by_role("button", name="Ceder").click()
    expect(petra.locator("[data-part=offered]")).to_be_visible()
    petra.keyboard.press("t")
    petra.get_by_role("dialog").get_by_role("button", name="Asumir").click()
    expect(petra.locator("[data-part=accepted]")).to_contain_text("La Victoria")


def test_a_hub_sees_its_sites_and_keeps_the_tree(two: Stage, open_console: Open, axe: Axe) -> None:
    adela = open_console(two, "adela", "#/sites")
    links = adela.locator("[data-site] [data-link]")
    expect(links).to_have_text(["Sin enlace", "Conectado", "Dos máquinas", "Retirado"])
    expect(adela.locator("[data-site=s-cercado]")).to_contain_text("No queda espacio en /data")
    assert axe(adela) == []
    adela.keyboard.press("n")
    form = adela.get_by_role("dialog")
    form.get_by_label("Entidad").select_option("PNP Comisaría Cercado")
    form.get_by_label("Sitio").fill("Puesto 7")
    form.get_by_role("button", name="Invitar un sitio").click()
    expect(adela.locator("[data-token]")).to_have_value(re.compile(r".{40,}"))
    assert axe(adela) == []
    adela.keyboard.press("Escape")
    adela.locator("[data-site=s-doubled]").get_by_role("button", name="Retirar").click()
    adela.get_by_role("dialog").get_by_role("button", name="Retirar").click()
    expect(adela.locator("[data-site=s-doubled] [data-link=revoked]")).to_be_visible()

    expect(adela.get_by_role("dialog")).to_have_count(0)
    adela.keyboard.press("a")
    expect(adela.locator("[data-agency=pnp]")).to_be_visible()
    adela.keyboard.press("a")
    form = adela.get_by_role("dialog")
    form.get_by_label("Nombre").fill("Comisaría San Andrés")
    form.get_by_label("Tipo").select_option("Comisaría")
    form.get_by_label("Depende de").select_option("Región Policial Lima")
    form.get_by_label("Jurisdicción", exact=True).fill("{no")
    form.get_by_role("button", name="Guardar").click()
    expect(form).to_contain_text("no es GeoJSON")
    form.get_by_label("Jurisdicción", exact=True).fill("")
    assert axe(adela) == []
    form.get_by_role("button", name="Guardar").click()
    expect(adela.locator("[data-agency=comisaria-san-andres]")).to_contain_text("Comisaría San Andrés")
    assert axe(adela) == []

    adela.goto(f"{two.url}/#/map")
    shown = adela.locator("[data-map]")
    expect(shown).to_have_attribute("data-areas", "1")
    expect(shown).to_have_attribute("data-sites", "2")  # those that may still connect
    adela.keyboard.press("l")
    expect(shown).to_have_attribute("data-areas", "0")


def test_the_login_of_a_hub_says_how_one_is_called(two: Stage, open_console: Open) -> None:
    page = open_console(two, None)
    page.get_by_label("Usuario").fill("petra")
    page.get_by_label("Contraseña").fill("no es esta")
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_text("usuario@entidad")).to_be_visible()
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()
    expect(page.locator("[data-purpose]")).to_be_visible()
