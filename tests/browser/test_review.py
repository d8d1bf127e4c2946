"""Review in the console: a rule that is mostly wrong is told and restored; stretches without an alert are answered."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import Stage
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.review.keeper import ReviewKeeper
from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.samples.tables import SampleRow
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.model.alert import AlertStatus, DismissReason

RULE = "Hojas"


def demote(site: Stage) -> None:
    """Twenty alerts of the rule, all of them leaves in the wind."""
    with site.service.desk.database.session() as session:  # of a run of this test that did not come to its end
        session.execute(sa.delete(AlertRow).where(AlertRow.rule == RULE))
        session.execute(sa.delete(RuleReviewRow).where(RuleReviewRow.rule == RULE))
    for _ in range(20):
        site.raise_alert(rule=RULE, picture=None)
    dismiss_all(site)
    ReviewKeeper(site.service.desk).run_once()  # the site's own may have been first


def dismiss_all(site: Stage) -> None:
    """Of the rule, as bursts of their own."""
    false = {"status": AlertStatus.DISMISSED.value, "dismiss_reason": DismissReason.WEATHER_OR_LIGHT.value}
    with site.service.desk.database.session() as session:
        session.execute(sa.update(AlertRow).where(AlertRow.rule == RULE).values(**false, group_id=AlertRow.id))


def draw(site: Stage, count: int) -> list[str]:
    """Stretches of the last seconds, in this order."""
    now, camera = SystemClock().now(), site.cameras[0]
    ids = [new_id(now) for _ in range(count)]
    with site.service.desk.database.session() as session:
        session.execute(sa.delete(SampleRow))  # of a run of this test that did not come to its end
        for number, sample_id in enumerate(ids):
            session.add(
                SampleRow(
                    id=sample_id,
                    agency_id=camera.agency_id,
                    camera_id=camera.id,
                    camera_name=camera.name,
                    day=now.date(),
                    stratum="tracks",
                    started_at=now - timedelta(seconds=4),
                    ended_at=now - timedelta(seconds=1),
                    probability=0.01,
                    place_in_line=number / count,
                    drawn_at=now,
                )
            )
    return ids


def test_a_rule_in_review_is_told_and_stretches_are_answered(site: Stage, open_console: Open, axe: Axe) -> None:
    demote(site)
    quiet = site.raise_alert(rule=RULE)
    first, second, third = draw(site, 3)
    page = open_console(site, "sara", "#/review")
    banner = page.locator("[data-banner=review]")
    expect(banner).to_contain_text("«Hojas» de Plaza Mayor está en revisión", timeout=20_000)
    expect(page.locator(f"[data-sample='{first}'][aria-current=true]")).to_be_visible()
    expect(page.locator("main video")).to_have_count(1)
    assert axe(page) == []
    page.keyboard.press("n")
    expect(page.locator(f"[data-sample='{first}'] [data-answer=no]")).to_be_visible()
    expect(page.locator(f"[data-sample='{second}'][aria-current=true]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tipo de regla").select_option("loitering")
    assert axe(page) == []
    dialog.get_by_role("button", name="Sí").click()
    expect(page.locator(f"[data-sample='{second}'] [data-answer=yes]")).to_be_visible()
    expect(page.locator(f"[data-sample='{third}'][aria-current=true]")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator(f"[data-sample='{third}'] [data-answer=unsure]")).to_be_visible()
    # The alert of the rule waits here, not in the queue.
    page.get_by_role("link", name="Alertas en revisión").click()
    expect(page.locator(f"[data-review-alert='{quiet}']")).to_be_visible(timeout=20_000)
    assert axe(page) == []
    page.goto(f"{site.url}/#/alerts")
    expect(page.locator(f"[data-alert='{quiet}']")).to_have_count(0)
    page.get_by_role("link", name="Ver por qué").click()
    rule = page.locator(f"[data-rule={RULE}]")
    expect(rule).to_contain_text("0 de 20 ciertas; entre 0 y 16 %")
    expect(rule).to_contain_text("el límite es 30 %")
    assert axe(page) == []
    rule.get_by_role("button", name="Restaurar").click()
    dialog.get_by_label("Motivo").fill("Se podó el árbol")
    dialog.get_by_role("button", name="Restaurar").click()
    expect(rule.locator("[data-rule-state]")).to_have_count(0)
    expect(banner).to_have_count(0)
    expect(rule).to_contain_text("sara: Se podó el árbol")
    dismiss_all(site)  # other tests share the site: nothing waits for review in it
