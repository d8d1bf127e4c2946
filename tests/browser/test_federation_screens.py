"""What a federation asks of people, in the browser: a second person, custody of what was given, commands, erasures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.sharing_stage import MUNI, PNP, two_agencies
from browser.stage import Stage
from browser.test_sharing import agree, say
from veedor.desk.commands.tables import CommandRow
from veedor.desk.evidence.given import LOCKED, RECEIVED, TAKEN, Given, note_given
from veedor.desk.evidence.tables import EvidenceRow
from veedor.kit.clock import SystemClock
from veedor.kit.messages import Message
from veedor.model.evidence import EvidenceItem
from veedor.wire.footage_statement import Taker
from waiting import wait_until

SOON_MS = 60_000  # while other tests take the processor


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    with two_agencies(tmp_path_factory.mktemp("screens")) as made:
        yield made


def _locks(two: Stage) -> list[EvidenceRow]:
    with two.service.desk.database.reading() as session:
        return list(session.scalars(sa.select(EvidenceRow)))


def test_a_colleague_agrees_and_the_asker_goes_on(two: Stage, open_console: Open, axe: Axe) -> None:
    camera = two.cameras[0].id
    mario = open_console(two, "mario", "#/alerts")
    petra = open_console(two, "petra", "#/alerts")
    pablo = open_console(two, "pablo", "#/alerts")
    terms = {"rights": ["live", "playback", "evidence"], "conditions": {"two_person": True}}
    agree(mario, petra, **terms)
    petra.keyboard.press("q")
    petra.get_by_role("dialog").get_by_role("button", name="robo").click()
    petra.get_by_role("button", name="Usar", exact=True).click()
    petra.goto(f"{two.url}/#/wall?camera={camera}")
    tile = petra.locator(f"figure[data-camera='{camera}']")
    tile.get_by_role("button", name="Pedir a un colega").click()
    expect(tile.locator("[data-second=waits]")).to_contain_text("Espera a un colega")
    assert axe(petra) == []

    badge = pablo.locator("[data-second-persons]")
    expect(badge).to_have_attribute("data-second-persons", "1", timeout=SOON_MS)
    pablo.keyboard.press("Shift+Q")
    shown = pablo.locator("[data-approval]")
    expect(shown).to_contain_text("petra pide ver en vivo Plaza Mayor (Municipalidad de La Victoria)")
    expect(shown).to_contain_text("robo")
    assert axe(pablo) == []
    pablo.keyboard.press("r")
    expect(pablo.locator("[data-settled]")).to_contain_text("pablo dijo que no")
    expect(tile.locator("[data-second=needed]")).to_contain_text("pablo dijo que no", timeout=SOON_MS)
    tile.get_by_role("button", name="Pedir otra vez").click()
    expect(shown).to_have_count(1, timeout=SOON_MS)
    pablo.keyboard.press("a")
    expect(tile).to_have_attribute("data-state", "live", timeout=SOON_MS)

    incident = say(petra, "/api/incidents", {"type": "other", "summary": "Asalto"})
    petra.goto(f"{two.url}/#/incidents/{incident['id']}")
    expect(petra.get_by_role("heading", name=re.compile("Evidencia"))).to_be_visible()
    petra.keyboard.press("l")
    form = petra.get_by_role("dialog")
    form.get_by_label("Cámara").select_option("Plaza Mayor · Municipalidad de La Victoria")
    form.get_by_label("Motivo").fill("Pedido de la fiscalía")
    form.get_by_role("button", name="Asegurar video").click()
    form.get_by_role("button", name="Pedir a un colega").click()
    expect(shown).to_contain_text("petra pide asegurar como evidencia Plaza Mayor", timeout=SOON_MS)
    pablo.keyboard.press("a")
    # At a hub the dialog closes then; here, without a site of its own behind it, nobody may look at the lock.
    (row,) = wait_until(lambda: _locks(two), SOON_MS / 1000)
    assert (row.camera_id, row.agency_id) == (camera, MUNI)
    auditor = open_console(two, "auri", "#/audit")
    expect(auditor.get_by_role("navigation", name="Pantallas")).to_be_visible()
    expect(auditor.locator("[data-second-persons]")).to_have_count(0)


def _give(two: Stage) -> None:
    """Two locks of the police: one that went all the way, one that is only held."""
    now = SystemClock().now()
    taker = Taker(PNP, "pnp-1", "petra", "robo", "2026-118", "pnp-2")
    with two.service.desk.database.session() as session:
        for number, camera in enumerate(two.cameras[:2]):
            start = now - timedelta(minutes=20)
            item = EvidenceItem(
                f"lock-{number}", "i", MUNI, camera.id, camera.name, start, start + timedelta(minutes=5)
            )
            note_given(session, LOCKED, item, taker, Given(12, 48_000_000, "grant-1"), now - timedelta(minutes=9))
            if number == 0:
                given = Given(12, 48_000_000, "grant-1", "package-1", "ab" * 32)
                note_given(session, TAKEN, item, taker, given, now - timedelta(minutes=5))
                note_given(session, RECEIVED, item, taker, given, now - timedelta(minutes=4))


def test_the_owner_sees_what_was_given(two: Stage, open_console: Open, axe: Axe) -> None:
    _give(two)
    mario = open_console(two, "mario", "#/sharing/given")
    gifts = mario.locator("[data-gift]")
    expect(gifts).to_have_count(2)
    whole = mario.locator("[data-gift=lock-0]")
    expect(whole).to_have_attribute("data-state", "received")
    expect(whole).to_contain_text("petra, PNP Comisaría Cercado")
    expect(whole).to_contain_text("12 segmentos, 48 MB")
    expect(whole).to_contain_text("ab" * 32)
    assert axe(mario) == []
    mario.keyboard.press("/")
    mario.keyboard.type("mercado")
    expect(gifts).to_have_count(1)
    mario.keyboard.press("Tab")
    mario.get_by_label("Entidad que lo pidió").blur()
    mario.keyboard.press("l")
    mario.get_by_label("¿Por qué ya no se guarda?").fill("La fiscalía archivó el caso")
    mario.get_by_role("dialog").get_by_role("button", name="Liberar").click()
    expect(mario.locator("[data-gift=lock-1]")).to_have_attribute("data-state", "released")
    expect(mario.locator("[data-gift=lock-1]")).to_contain_text("La fiscalía archivó el caso")
    adela = open_console(two, "adela", "#/sharing/given")
    expect(adela.locator("[data-gift]")).not_to_have_count(0)  # she is a supervisor too
    petra = open_console(two, "petra", "#/sharing/given")  # another agency's supervisor
    expect(petra.get_by_text("El video y su custodia están en cada sitio")).to_be_visible()
    refused = petra.context.request.post(
        f"{two.url}/api/evidence-given/lock-0/release", data={"reason": "no es suyo"}, headers={"origin": two.url}
    )
    assert refused.status == 403


def _commands(two: Stage) -> None:
    """One that its site has not answered, and one that it refused."""
    now, camera = SystemClock().now(), two.cameras[1]
    rows: list[dict[str, Any]] = [
        {"id": "command-1", "state": "requested", "change": {"record": {"keep_days": 60.0}}},
        {
            "id": "command-2",
            "state": "refused",
            "change": {"analyse": {"fps": 10.0}},
            "finished_at": now,
            "problem": Message("error-store-full", {"path": "/data"}).to_json(),
        },
    ]
    with two.service.desk.database.session() as session:
        for row in rows:
            told = {"agency_id": MUNI, "camera_id": camera.id, "camera_name": camera.name, "user_id": "adela"}
            at = now - timedelta(minutes=3)
            session.add(CommandRow(**told, username="adela", session_id="", requested_at=at, **row))
        session.flush()


def test_requested_and_done_stand_apart(two: Stage, open_console: Open, axe: Axe) -> None:
    _commands(two)
    mario = open_console(two, "mario", "#/commands")
    expect(mario.get_by_role("link", name="Órdenes")).to_have_count(0)
    adela = open_console(two, "adela", "#/commands")
    expect(adela.get_by_role("region", name=re.compile("Pedidas")).locator("[data-command=command-1]")).to_be_visible()
    refused = adela.get_by_role("region", name=re.compile("Hechas")).locator("[data-command=command-2]")
    expect(refused).to_contain_text("No queda espacio en /data")
    assert axe(adela) == []
    refused.get_by_role("button", name="Pedir otra vez").click()
    form = adela.get_by_role("dialog")
    expect(form.get_by_label("Imágenes por segundo")).to_have_value("10")
    form.get_by_label("Días que se guarda").fill("0")
    expect(form.get_by_role("button", name="Enviar al sitio")).to_be_disabled()
    form.get_by_label("Días que se guarda").fill("45")
    assert axe(adela) == []
    form.get_by_role("button", name="Enviar al sitio").click()
    done = adela.locator("[data-state=done]")
    expect(done).to_contain_text("Imágenes por segundo: 10")
    expect(done).to_contain_text("Días que se guarda: 45")
    saved = two.service.site.parts.cameras.camera(two.cameras[1].id)
    assert (saved.analyse.fps, saved.record.keep_days) == (10.0, 45.0)


def test_a_supervisor_seals_a_colleague_and_opens_it(two: Stage, open_console: Open, axe: Axe) -> None:
    pablo = open_console(two, "pablo", "#/sharing")
    expect(pablo.get_by_role("link", name="Convenios", exact=True).first).to_be_visible()
    expect(pablo.get_by_role("link", name="Sellos")).to_have_count(0)
    petra = open_console(two, "petra", "#/sharing/seals")
    expect(petra.get_by_text("No hay sellos")).to_be_visible()
    petra.keyboard.press("x")
    form = petra.get_by_role("dialog")
    form.get_by_label("Número de caso").fill("2026-555")
    form.get_by_label("Motivo").fill("Orden fiscal")
    form.get_by_label("Persona").fill("petra")
    form.get_by_role("button", name="Sellar un caso").click()
    expect(form.get_by_role("alert")).to_be_visible()  # nobody seals themselves
    form.get_by_label("Persona").fill("pablo")
    assert axe(petra) == []
    form.get_by_role("button", name="Sellar un caso").click()
    seal = petra.locator("[data-seal]")
    expect(seal).to_have_attribute("data-state", "active")
    expect(seal).to_contain_text("pablo · 2026-555")
    expect(seal).to_contain_text("sealed:")
    assert axe(petra) == []
    petra.keyboard.press("o")
    expect(petra.get_by_role("dialog")).to_contain_text("No hay vuelta atrás")
    petra.get_by_role("dialog").get_by_role("button", name="Abrir el sello").click()
    expect(seal).to_have_attribute("data-state", "opened")
    expect(seal).to_contain_text("lo abrió petra")


def test_an_erasure_needs_two_people_and_leaves_the_chain_whole(two: Stage, open_console: Open, axe: Axe) -> None:
    open_console(two, "mario", "#/sharing")
    doris = open_console(two, "doris", "#/audit/erasures")
    expect(doris.get_by_text("No se pidió ninguna supresión")).to_be_visible()
    doris.keyboard.press("n")
    form = doris.get_by_role("dialog")
    form.get_by_role("textbox", name="Usuario").fill("mario")
    form.get_by_label(re.compile("Norma o resolución")).fill("Ley 29733, artículo 20")
    assert axe(doris) == []
    form.get_by_role("button", name="Pedir una supresión").click()
    row = doris.locator("[data-erasure]")
    expect(row).to_contain_text("dirección de red, usuario")
    expect(row).to_contain_text("Debe confirmarla otra persona")
    expect(row.get_by_role("button")).to_have_count(0)

    auri = open_console(two, "auri", "#/audit/erasures")
    expect(auri.locator("[data-erasure]")).to_contain_text("doris")
    expect(auri.get_by_role("button", name="Pedir una supresión")).to_have_count(0)
    assert axe(auri) == []
    auri.keyboard.press("c")
    auri.get_by_role("dialog").get_by_role("button", name="Confirmar y borrar").click()
    expect(auri.locator("[data-chain=intact]")).to_contain_text("La cadena está entera")
    expect(auri.locator("[data-erasure]")).to_have_attribute("data-state", "done")
    assert axe(auri) == []
    auri.goto(f"{two.url}/#/audit")
    expect(auri.get_by_text("Nombre suprimido").first).to_be_visible()  # not: nobody was logged in


def test_at_another_agencys_desk_an_auditor_is_shown_looks_alone(two: Stage, open_console: Open) -> None:
    piero = open_console(two, "piero", "#/audit")
    expect(piero.get_by_role("form", name="Consulta")).to_be_visible()
    tabs = piero.get_by_role("main").get_by_role("link")
    expect(tabs).to_have_text(["Miradas a nuestras cámaras"])
    expect(piero.get_by_role("button", name="Verificar la cadena")).to_have_count(0)
    expect(piero.get_by_text("No puede leer la auditoría")).to_have_count(0)
