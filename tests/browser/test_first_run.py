"""The first run: an empty system shows what to do, and has cameras to look around with at the press of a button."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from veedor.model.camera import SourceKind, StreamRole
from waiting import wait_until

PREPARING_MS = 120_000


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, console: None, bikes_clip: Path) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("first"), []) as made:
        yield made


def test_an_operator_is_not_offered_cameras(empty: Stage, open_console: Open) -> None:
    page = open_console(empty, "olga", "#/map")
    expect(page.get_by_role("region", name="Bienvenido")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Cargar las cámaras de demostración")).to_have_count(0)


def test_the_demo_cameras_appear_and_record(empty: Stage, open_console: Open, axe: Axe) -> None:
    page = open_console(empty, "ada", "#/map")
    other = open_console(empty, "olga", "#/map", language="en")
    expect(page.get_by_role("region", name="Bienvenido")).to_be_visible(timeout=30_000)
    assert axe(page) == []
    page.get_by_role("button", name="Cargar las cámaras de demostración").click()
    expect(page.get_by_role("button", name="Preparando los videos")).to_be_disabled()
    for one in (page, other):  # the second hears of it by push
        expect(one.locator("[data-map]")).to_have_attribute("data-count", "2", timeout=PREPARING_MS)
    expect(page.locator("[data-step=camera]")).to_have_attribute("data-done", "true")
    cameras = empty.service.site.parts.cameras.cameras()
    assert all(camera.name.startswith("Demo: ") and camera.kind is SourceKind.FILE for camera in cameras)
    for camera in cameras:
        assert not empty.service.desk.rules.show(camera.id).is_default
        wait_until(lambda id_=camera.id: empty.service.site.received(id_, StreamRole.MAIN) > 25, timeout_s=60)
        expect(page.locator(f"[data-row='{camera.id}']")).to_contain_text("Grabando", timeout=30_000)
    page.locator(f"[data-row='{cameras[0].id}']").click()
    expect(page.locator(".dock [data-camera]")).to_have_attribute("data-state", "live", timeout=30_000)
    again = page.request.post(f"{empty.url}/api/setup/demo", headers={"origin": empty.url})
    assert (again.status, again.json()) == (200, [])
    assert len(empty.service.site.parts.cameras.cameras()) == 2
