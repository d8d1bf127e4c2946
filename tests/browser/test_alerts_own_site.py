"""Alerts where a test needs a site of its own: a server that starts again, a queue of thousands."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from browser import longtasks
from browser.alerts_page import Away, chosen, detail, row, tell
from browser.conftest import Axe, Open
from browser.stage import stage
from browser.wire import wire
from veedor.desk.alerts.repository import get_alert
from veedor.desk.scope_clause import only
from veedor.kit.messages import Message
from veedor.model.alert import ClipState
from veedor.model.event import Severity


def test_a_server_that_starts_again_is_found_again(tmp_path: Path, console: None, open_console: Open) -> None:
    with ExitStack() as running, ExitStack() as outside:
        site = running.enter_context(stage(tmp_path, ["Plaza"]))
        cable = outside.enter_context(wire(urlsplit(site.url).port or 0))
        known = site.raise_alert()
        page = open_console(Away(site, cable.url), "olga", "#/alerts")
        chosen(page, known)
        page.evaluate("window.__same = true")
        cable.cut()
        running.close()
        second = outside.enter_context(stage(tmp_path, ["Plaza"], again=True))
        late = second.raise_alert(second.cameras[0], rule="Después")
        cable.mend(urlsplit(second.url).port)
        expect(row(page, late)).to_contain_text("Nueva", timeout=30_000)
        chosen(page, known)
        page.keyboard.press("a")
        expect(row(page, known)).to_contain_text("La tomó olga")
        assert page.evaluate("window.__same")


def test_a_long_queue_scrolls_and_holds_its_place(tmp_path: Path, console: None, open_console: Open) -> None:
    with stage(tmp_path, ["Plaza", "Mercado"]) as site:
        site.fill_alerts(2_000)
        page = open_console(site, "olga", "#/alerts")
        expect(page.locator("[data-new='2000']")).to_be_visible(timeout=60_000)
        box = page.get_by_role("list", name="Cola de alertas")
        longtasks.record(page)
        with longtasks.traced(page) as tasks:
            scrolled = longtasks.scroll(box, step_px=400, frames=60)
        by_clock = longtasks.found(page)
        tell(
            f"2,000 alerts, {scrolled.top_px:.0f} px scrolled: {len(tasks.over(50))} tasks over 50 ms of the page's "
            f"own thread (longest {tasks.longest_ms:.0f} ms of {len(tasks.cpu_ms)}); by the clock, with all else that "
            f"this machine does, {len(by_clock)}; frame p95 {scrolled.gap_p95_ms():.0f} ms"
        )
        assert scrolled.top_px > 10_000
        # One more comes while the queue is far from its top: it is told, and what is in view stays.
        shown = page.locator("[data-alert]").nth(8)
        before = (shown.get_attribute("data-alert"), shown.bounding_box())
        site.raise_alert(severity=Severity.CRITICAL)
        expect(page.get_by_role("button", name="1 nueva")).to_be_visible()
        after = row(page, before[0] or "")
        assert after.bounding_box() == before[1]


HTML = '<img src=x onerror="document.title=1"><b>Esquina</b>'


def test_names_and_notes_are_text_and_what_is_missing_is_said(
    tmp_path: Path, console: None, open_console: Open, axe: Axe
) -> None:
    with stage(tmp_path, [HTML, "Larga"]) as site:
        long = site.cameras[1]
        plain = site.raise_alert(site.cameras[0], severity=Severity.CRITICAL, rule=HTML)
        bare = site.raise_alert(long, picture=None, rule="R" * 5000, zone="Z" * 5000)
        with site.service.desk.database.session() as session:
            stored = get_alert(session, only(site.service.agency_id), bare)
            stored.camera_name = "Cámara muy larga " * 300
            stored.clip_state = ClipState.FAILED.value
            stored.clip_problem = Message("alerts-clip-no-footage").to_json()
        site.service.site.parts.cameras.remove(long.id)
        page = open_console(site, "olga", "#/alerts")
        chosen(page, plain)
        expect(row(page, plain)).to_contain_text(HTML)
        expect(detail(page).locator("img[src=x]")).to_have_count(0)
        page.keyboard.press("a")
        page.keyboard.press("j")
        chosen(page, bare)
        expect(detail(page)).to_contain_text("No hay imagen de esta alerta")
        expect(detail(page)).to_contain_text("Sin clip: No hay grabación de ese momento")
        expect(detail(page)).to_contain_text("Esta cámara ya no existe")
        expect(page.get_by_role("link", name="En vivo")).to_have_count(0)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0
        assert row(page, bare).bounding_box()["height"] == 88  # type: ignore[index]
        assert axe(page) == []
        page.goto(f"{site.url}/#/alerts/nobody")
        expect(page.get_by_text("Esta alerta no está")).to_be_visible()
