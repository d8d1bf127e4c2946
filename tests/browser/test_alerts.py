"""Alerts: what arrives is there at once and moves nothing; each is handled once, by one, with one key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.alerts_page import Away, acts, chosen, detail, person, row, tell
from browser.conftest import Axe, Open, log_in
from browser.stage import Stage, stage
from browser.wire import wire
from veedor.desk.alerts.repository import get_alert
from veedor.desk.scope_clause import only
from veedor.kit.clock import SystemClock
from veedor.model.event import Severity


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """A site for this file's tests that break nothing."""
    with stage(tmp_path_factory.mktemp("alerts")) as made:
        yield made


@pytest.fixture
def site(place: Stage) -> Stage:
    """The same with nothing waiting."""
    with person(place, "sara") as sara:
        for one in sara.get("/api/alerts", params={"status": ["new", "acknowledged"], "limit": 1000}).json()["alerts"]:
            body = {"reason": "test", "over_claim": True}
            assert sara.post(f"/api/alerts/{one['id']}/dismiss", json=body).status_code == 200
    return place


def test_an_alert_arrives_by_push_marked_and_moves_nothing(site: Stage, open_console: Open) -> None:
    for _ in range(12):
        site.raise_alert(rule=f"Regla {_}", severity=Severity.MEDIUM)
    first = site.raise_alert(site.cameras[1])
    page = open_console(site, "olga", "#/alerts")
    chosen(page, first)
    expect(row(page, first)).not_to_contain_text("Nueva")
    before = row(page, first).bounding_box()
    urgent = site.raise_alert(site.cameras[2], severity=Severity.CRITICAL)
    below = site.raise_alert(site.cameras[2], severity=Severity.LOW, rule="Abajo")
    expect(page.get_by_role("button", name="1 nueva")).to_be_visible()
    expect(page.locator("[data-new='15']")).to_be_visible()
    assert row(page, first).bounding_box() == before
    chosen(page, first)
    expect(page.locator(".sound").first).to_have_attribute("data-rung", "1")
    expect(page).to_have_title("(15) Serenazgo de prueba")
    page.keyboard.press("n")
    chosen(page, urgent)
    expect(row(page, urgent)).not_to_contain_text("Nueva")
    expect(page.get_by_role("link", name="Alertas").locator("b")).to_have_text("15")
    page.keyboard.press("n")
    chosen(page, below)


def test_from_raised_to_the_card_on_the_screen(site: Stage, open_console: Open) -> None:
    """Measured in the page: from the desk's own time of the alert to the frame that shows it."""
    page = open_console(site, "olga", "#/alerts")
    expect(page.get_by_text("No hay alertas por atender")).to_be_visible()
    late = []
    for number in range(10):
        alert = site.raise_alert(rule=f"Medida {number}")
        at_ms = page.evaluate(
            """(id) => new Promise((done) => {
                const look = () => document.querySelector(`[data-alert="${id}"]`)
                    ? requestAnimationFrame(() => done(Date.now())) : requestAnimationFrame(look);
                look();
            })""",
            alert,
        )
        with site.service.desk.database.reading() as session:
            raised = get_alert(session, only(site.service.agency_id), alert).raised_at
        late.append(at_ms - raised.timestamp() * 1000)
    tell(f"raised to card: median {sorted(late)[5]:.0f} ms, worst {max(late):.0f} ms of {len(late)}")
    assert len(late) == 10  # how fast is a figure of the benchmarks, not a test


def test_every_act_has_its_key(site: Stage, open_console: Open, axe: Axe) -> None:
    second = site.raise_alert(site.cameras[0])
    first = site.raise_alert(site.cameras[1], severity=Severity.CRITICAL)
    page = open_console(site, "olga", "#/alerts")
    chosen(page, first)
    expect(detail(page)).to_contain_text("Mercado Central")
    page.keyboard.press("j")
    chosen(page, second)
    page.keyboard.press("k")
    chosen(page, first)
    page.keyboard.press("ArrowDown")
    chosen(page, second)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ampliar")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ampliar")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("c")
    expect(detail(page)).to_contain_text("La tiene usted")
    page.keyboard.press("c")
    expect(detail(page)).not_to_contain_text("La tiene usted")
    page.keyboard.press("a")
    expect(row(page, second)).to_contain_text("La tomó olga")
    acts(page, "La está viendo", "La soltó", "Tomó la alerta")
    assert axe(page) == []
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sin sonido").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sin sonido").first).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_label("Cámara, regla, zona o frase")).to_be_focused()
    page.keyboard.type("mercado")
    expect(page.locator("[data-alert]")).to_have_count(1)
    assert axe(page) == []
    page.get_by_role("button", name="Quitar el filtro").click()
    expect(page.locator("[data-alert]")).to_have_count(2)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Teclas")
    for letter in "JKADECMFXSON":
        expect(keys.locator("kbd").get_by_text(letter, exact=True).first).to_be_visible()


def test_dismissing_with_a_reason_feeds_the_rate(site: Stage, open_console: Open, axe: Axe) -> None:
    kept = site.raise_alert(site.cameras[0], rule="Tasa", severity=Severity.LOW)
    other = site.raise_alert(site.cameras[1], rule="Tasa", severity=Severity.LOW)
    false = site.raise_alert(site.cameras[2], rule="Tasa", severity=Severity.CRITICAL)
    page = open_console(site, "olga", "#/alerts")
    chosen(page, false)
    expect(detail(page)).to_contain_text("1 alerta, ninguna atendida")
    page.keyboard.press("d")
    assert axe(page) == []
    page.keyboard.press("3")
    expect(row(page, false)).to_have_count(0)
    chosen(page, other)
    expect(page.get_by_text("Alerta descartada")).to_be_visible()
    page.goto(f"{site.url}/#/alerts/{false}")
    expect(detail(page)).to_contain_text(re.compile("100.?% falsas: 1 de 1 atendidas"))
    expect(detail(page)).to_contain_text("Un animal")
    page.goto(f"{site.url}/#/alerts/{other}")
    chosen(page, other)
    page.keyboard.press("d")
    page.keyboard.press("7")
    words = page.get_by_label("Nota")
    expect(words).to_be_focused()
    expect(page.get_by_text("Diga en una frase por qué")).to_be_visible()
    page.keyboard.type("ensayo <b>de</b> sirena")
    page.keyboard.press("Enter")
    expect(row(page, other)).to_have_count(0)
    chosen(page, kept)
    page.keyboard.press("f")
    page.get_by_label("Incluir las cerradas").check()
    expect(row(page, other)).to_contain_text("La descartó olga")
    row(page, other).click()
    acts(page, "Descartó la alerta: Otro motivo “ensayo <b>de</b> sirena”")


def test_escalating_opens_an_incident_and_joins_one(site: Stage, open_console: Open, axe: Axe) -> None:
    last = site.raise_alert(site.cameras[0], severity=Severity.LOW)
    second = site.raise_alert(site.cameras[1], severity=Severity.HIGH)
    first = site.raise_alert(site.cameras[2], severity=Severity.CRITICAL)
    page = open_console(site, "olga", "#/alerts")
    chosen(page, first)
    page.keyboard.press("e")
    page.get_by_label("Tipo del incidente").select_option("robbery")
    page.get_by_label("Nota").fill("dos en moto")
    assert axe(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Escalar").click()
    chosen(page, second)
    with person(site, "sara") as sara:
        opened = sara.get("/api/incidents").json()["incidents"][0]
    assert opened["type"] == "robbery"
    page.keyboard.press("e")
    page.get_by_role("radio", name=f"N.º {opened['number']}").check()
    page.get_by_role("dialog").get_by_role("button", name="Escalar").click()
    chosen(page, last)
    with person(site, "sara") as sara:
        joined = sara.get(f"/api/incidents/{opened['id']}").json()
    assert [one["id"] for one in joined["alerts"]] == [first, second]
    page.goto(f"{site.url}/#/alerts/{first}")
    expect(page.get_by_role("link", name="Abrir el incidente")).to_have_attribute("href", f"#/incidents/{opened['id']}")


def test_two_operators_never_handle_one_alert_unknowingly(site: Stage, open_console: Open, axe: Axe) -> None:
    free = site.raise_alert(site.cameras[0], severity=Severity.LOW)
    alert = site.raise_alert(site.cameras[1])
    olga = open_console(site, "olga", "#/alerts")
    oscar = open_console(site, "oscar", "#/alerts", language="en")
    chosen(olga, alert)
    chosen(oscar, alert)
    olga.keyboard.press("c")
    expect(row(oscar, alert)).to_contain_text("olga")
    expect(detail(oscar)).to_contain_text("olga has had it for")
    oscar.keyboard.press("d")
    oscar.keyboard.press("1")
    question = oscar.get_by_role("dialog", name="Somebody else is looking into it")
    expect(question).to_contain_text("olga has had it for")
    assert axe(oscar) == []
    question.get_by_role("button", name="Cancel").click()
    expect(detail(olga)).to_contain_text("La tiene usted")
    oscar.keyboard.press("d")
    oscar.keyboard.press("1")
    question.get_by_role("button", name="Act anyway").click()
    chosen(oscar, free)
    # Olga still looks at it: it stays where it was, and says what became of it.
    chosen(olga, alert)
    expect(detail(olga)).to_contain_text("La descartó oscar")
    expect(row(olga, alert)).to_contain_text("La descartó oscar")
    olga.keyboard.press("j")
    chosen(olga, free)
    expect(row(olga, alert)).to_have_count(0)


def test_who_decides_on_an_old_view_is_told_and_loses_nothing(site: Stage, open_console: Open) -> None:
    alert = site.raise_alert()
    page = open_console(site, "olga", "#/alerts")
    chosen(page, alert)
    acts(page)
    page.keyboard.press("e")
    page.get_by_label("Nota").fill("una nota larga que nadie quiere escribir dos veces")
    with person(site, "oscar") as oscar:
        assert oscar.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 0}).status_code == 200
    expect(detail(page)).to_contain_text("La tomó oscar")
    send = page.get_by_role("dialog").get_by_role("button", name="Escalar")
    send.click()
    expect(page.get_by_role("dialog")).to_contain_text("oscar ya tomó esta alerta")
    expect(page.get_by_label("Nota")).to_have_value("una nota larga que nadie quiere escribir dos veces")
    page.get_by_role("button", name="Hacerlo de todos modos").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    with person(site, "sara") as sara:
        shown = sara.get(f"/api/alerts/{alert}").json()
    assert [(act["kind"], act["by"]) for act in shown["acts"]] == [("acknowledge", "oscar"), ("escalate", "olga")]


def test_similar_alerts_are_folded_and_handled_together_or_one_by_one(site: Stage, open_console: Open) -> None:
    burst = [site.raise_alert(rule="Ráfaga") for _ in range(3)]
    other = site.raise_alert(site.cameras[1], severity=Severity.LOW)
    page = open_console(site, "olga", "#/alerts")
    chosen(page, burst[0])
    expect(page.locator("[data-alert]")).to_have_count(2)
    expect(row(page, burst[0])).to_contain_text("×3")
    page.keyboard.press("s")
    expect(page.locator("[data-alert]")).to_have_count(4)
    page.keyboard.press("j")
    chosen(page, burst[1])
    page.keyboard.press("d")
    page.keyboard.press("6")
    expect(row(page, burst[1])).to_have_count(0)
    expect(row(page, burst[0])).to_contain_text("×2")
    row(page, burst[0]).click()
    chosen(page, burst[0])
    page.keyboard.press("x")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog", name="Escalar 2 alertas")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Escalar").click()
    chosen(page, other)
    with person(site, "sara") as sara:
        incidents = {sara.get(f"/api/alerts/{one}").json()["incident_id"] for one in (burst[0], burst[2])}
    assert len(incidents) == 1
    assert None not in incidents


def test_a_new_critical_alert_is_told_on_every_screen(site: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(site, "olga", "#/wall")
    expect(page.get_by_role("link", name="Mural")).to_have_attribute("aria-current", "page")
    expect(page).to_have_title("Serenazgo de prueba")
    alert = site.raise_alert(severity=Severity.CRITICAL)
    expect(page.get_by_role("button", name="Abrir la alerta")).to_be_visible()
    expect(page.locator(".sound").first).to_have_attribute("data-rung", "1")
    assert axe(page) == []
    page.keyboard.press("Enter")
    chosen(page, alert)
    expect(page.get_by_role("button", name="Abrir la alerta")).to_have_count(0)


def test_a_browser_that_blocks_sound_says_so(site: Stage, open_console: Open) -> None:
    page = open_console(site, None)
    page.context.add_init_script(
        """const Real = AudioContext;
        window.AudioContext = class extends Real {
            get state() { return window.__allowed ? 'running' : 'suspended'; }
        };"""
    )
    log_in(page.context, site.url, "olga")
    page.goto(f"{site.url}/#/alerts")
    page.reload()
    blocked = page.get_by_role("button", name="Pulse para permitir el sonido").first
    expect(blocked).to_be_visible()
    page.evaluate("window.__allowed = true")
    page.keyboard.press("m")  # the first key allows it; that it is the key that mutes must not mute
    expect(page.get_by_role("button", name="Sonido activo").first).to_be_visible()
    expect(blocked).to_have_count(0)


def test_two_tabs_of_one_person_are_in_step(site: Stage, open_console: Open) -> None:
    alert = site.raise_alert()
    page = open_console(site, "olga", "#/alerts")
    chosen(page, alert)
    tab = page.context.new_page()
    tab.goto(f"{site.url}/#/alerts")
    chosen(tab, alert)
    tab.keyboard.press("a")
    expect(row(page, alert)).to_contain_text("La tomó olga")
    tab.keyboard.press("m")
    expect(page.get_by_role("button", name="Sin sonido").first).to_be_visible()


def test_no_alert_is_missed_while_the_connection_is_lost(site: Stage, open_console: Open) -> None:
    known = site.raise_alert()
    with wire(urlsplit(site.url).port or 0) as cable:
        page = open_console(Away(site, cable.url), "olga", "#/alerts")
        chosen(page, known)
        expect(page).to_have_title("(1) Serenazgo de prueba")
        cable.cut()
        expect(page.get_by_text("Sin conexión con el servidor")).to_be_visible(timeout=15_000)
        missed = [site.raise_alert(site.cameras[number], rule="Perdida") for number in range(3)]
        with person(site, "oscar") as oscar:
            oscar.post(f"/api/alerts/{known}/acknowledge", json={})
        page.keyboard.press("a")  # cannot be done now, and says so
        expect(detail(page).locator("header").get_by_role("alert")).to_contain_text("No hay conexión")
        cable.mend()
        for one in missed:
            expect(row(page, one)).to_contain_text("Nueva", timeout=30_000)
        expect(row(page, known)).to_contain_text("La tomó oscar")
        chosen(page, known)


def test_a_computer_that_slept_notices_and_catches_up(site: Stage, open_console: Open) -> None:
    known = site.raise_alert()
    with wire(urlsplit(site.url).port or 0) as cable:
        page = open_console(Away(site, cable.url), "olga", "#/alerts")
        chosen(page, known)
        cable.silence()
        late = site.raise_alert(site.cameras[1], rule="Dormida")
        expect(page.get_by_text("Sin conexión con el servidor")).to_be_visible(timeout=30_000)
        cable.cut()
        cable.mend()
        expect(row(page, late)).to_be_visible(timeout=30_000)


def test_the_clip_loops_with_the_zone_over_it(site: Stage, open_console: Open) -> None:
    alert = site.raise_alert()
    later = SystemClock().now() + timedelta(minutes=10)
    waiting = site.raise_alert(site.cameras[1], severity=Severity.CRITICAL, completed_at=later)
    page = open_console(site, "olga", "#/alerts")
    chosen(page, waiting)
    expect(detail(page).locator("figure img")).to_be_visible()
    expect(detail(page)).to_contain_text("El clip se está preparando")
    page.keyboard.press("j")
    chosen(page, alert)
    video = detail(page).locator("video")
    expect(video).to_be_visible(timeout=60_000)
    video.evaluate(
        """(video) => new Promise((done) => {
            const look = () => video.currentTime > 0.2 ? done() : requestAnimationFrame(look);
            look();
        })"""
    )
    picture, drawn = video.bounding_box(), detail(page).locator("figure svg").first.bounding_box()
    assert picture is not None
    assert drawn is not None
    assert picture["width"] / picture["height"] == pytest.approx(640 / 360, rel=0.02)
    assert drawn == picture
    expect(detail(page).locator("polygon.zone")).to_have_count(1)
    page.keyboard.press("o")
    expect(detail(page).locator("polygon.zone")).to_have_count(0)
    page.keyboard.press(" ")
    expect(video).to_have_js_property("paused", True)


@pytest.mark.parametrize(("language", "title"), [("es", "Alertas"), ("en", "Alerts")])
def test_on_a_phone_the_list_opens_the_alert(
    site: Stage, open_console: Open, axe: Axe, language: str, title: str
) -> None:
    alert = site.raise_alert()
    page = open_console(site, "olga", "#/alerts", language=language, size=(390, 844))
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(detail(page)).to_be_hidden()
    assert axe(page) == []
    row(page, alert).click()
    expect(detail(page).locator("h1")).to_be_visible()
    expect(row(page, alert)).to_be_hidden()
    assert axe(page) == []
    page.get_by_role("button", name={"es": "Volver a la cola", "en": "Back to the queue"}[language]).click()
    expect(row(page, alert)).to_be_visible()


def test_who_may_only_look_is_offered_nothing_to_do(site: Stage, open_console: Open, axe: Axe) -> None:
    alert = site.raise_alert()
    page = open_console(site, "vera", "#/alerts", language="en")
    chosen(page, alert)
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(0)
    page.keyboard.press("d")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Light or dark theme").click()
    assert axe(page) == []
