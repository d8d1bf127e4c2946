"""The map where a test needs a site of its own: none yet, one that loses a camera, one with very many."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from browser import longtasks
from browser.conftest import Axe, Open
from browser.map_page import far_camera, many_cameras, the_map, tiles
from browser.stage import stage


def test_an_empty_system_greets_with_three_steps(tmp_path: Path, console: None, open_console: Open, axe: Axe) -> None:
    with stage(tmp_path, []) as empty:
        page = open_console(empty, "inge", "#/map", language="en")
        the_map(page)
        steps = page.locator("[data-step]")
        expect(steps).to_have_count(3)
        expect(page.get_by_role("link", name="Add a camera")).to_have_attribute("href", "#/setup/cameras/new")
        assert steps.evaluate_all("all => all.map((one) => one.dataset.done)") == ["false"] * 3
        assert axe(page) == []
        empty.service.desk.cameras.save(replace(far_camera(empty, 0), enabled=True))
        expect(page.locator("[data-step=camera]")).to_have_attribute("data-done", "true", timeout=20_000)
        expect(page.locator("[data-step=alert]")).to_have_attribute("data-done", "false")
        camera = empty.service.desk.cameras.cameras()[0]
        empty.raise_alert(camera)
        expect(page.locator("[data-step=alert]")).to_have_attribute("data-done", "true")
        # An alert ticks no rule: that somebody wrote one does.
        expect(page.locator("[data-step=zone]")).to_have_attribute("data-done", "false")
        body = {"text": "rules: []\n", "version": ""}
        saved = page.request.put(f"{empty.url}/api/cameras/{camera.id}/rules", data=body, headers={"origin": empty.url})
        assert saved.ok, saved.text()
        expect(steps).to_have_count(0)  # all three are done


def test_a_camera_that_goes_leaves_the_map_and_the_dock(tmp_path: Path, console: None, open_console: Open) -> None:
    with stage(tmp_path, ["Plaza", "Parque"]) as small:
        page = open_console(small, "olga", f"#/map?camera={small.cameras[1].id}")
        expect(tiles(page)).to_have_count(1, timeout=30_000)
        small.service.desk.cameras.remove(small.cameras[1].id)
        expect(the_map(page)).to_have_attribute("data-count", "1", timeout=20_000)
        expect(tiles(page)).to_have_count(0)


def test_many_cameras_pan_and_zoom(tmp_path: Path, console: None, open_console: Open) -> None:
    """Software WebGL: there is no graphics card here."""
    with stage(tmp_path, ["Plaza"]) as big:
        many_cameras(big, 599)
        page = open_console(big, "olga", "#/map", size=(1920, 1080))
        expect(the_map(page)).to_have_attribute("data-count", "600", timeout=60_000)
        expect(the_map(page)).not_to_have_attribute("data-clusters", "0")
        longtasks.record(page)
        with longtasks.traced(page) as tasks:
            longtasks.pan_and_zoom(page)
        by_clock = longtasks.found(page)
    told = (
        f"600 cameras, software WebGL: longest task {tasks.longest_ms:.0f} ms of the page's own thread of "
        f"{len(tasks.cpu_ms)}; by the clock {len(by_clock)} over 50 ms, longest {max(by_clock, default=0)} ms"
    )
    if os.environ.get("VEEDOR_PRINT"):
        print(told)  # noqa: T201
    assert len(tasks.cpu_ms) > 100  # how long they were is a figure of the benchmarks, not a test
