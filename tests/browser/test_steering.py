"""Steering a camera from the wall."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from browser.conftest import Axe, Open
from browser.stage import Stage, stage
from browser.wall_page import camera, open_wall, tile
from veedor.simulator.onvif_device import OnvifSimulator, OnvifStream
from waiting import wait_until

STILL = (0.0, 0.0, 0.0)


@contextlib.contextmanager
def dome(site: Stage, name: str) -> Iterator[OnvifSimulator]:
    """Give a camera a motor."""
    with OnvifSimulator([OnvifStream("main", "rtsp://127.0.0.1/x", 640, 360, ptz=True)]) as device:
        port = int(device.address.rpartition(":")[2])
        changed = replace(camera(site, name), onvif_port=port)
        site.service.site.parts.cameras.save(changed)
        site.service.site.follow_configuration()
        yield device


def test_steering_by_keyboard_with_lock_priority_and_deadman(
    tmp_path: Path, console: None, open_console: Open, axe: Axe
) -> None:
    with stage(tmp_path, ["Domo"]) as site, dome(site, "Domo") as device:
        page = open_wall(open_console, site, "olga", cameras=1)
        tile(page, 1).focus()
        page.keyboard.press("p")
        panel = page.get_by_role("complementary", name="Mover la cámara")
        expect(panel).to_contain_text("Puerta")
        assert axe(page) == []
        page.keyboard.down("ArrowRight")
        wait_until(lambda: page.evaluate("1") and device.motor.velocity == (0.4, 0.0, 0.0))
        page.keyboard.down("ArrowUp")
        wait_until(lambda: page.evaluate("1") and device.motor.velocity == (0.4, 0.4, 0.0))
        expect(panel).to_contain_text("Usted la está moviendo")
        page.keyboard.up("ArrowUp")
        page.keyboard.up("ArrowRight")
        wait_until(lambda: page.evaluate("1") and device.motor.commands[-1] == ("stop", ()))
        page.keyboard.press("2")
        wait_until(lambda: page.evaluate("1") and device.motor.commands[-1] == ("goto", ("2",)))

        # Another operator sees who has it, and is refused.
        other = open_wall(open_console, site, "oscar", cameras=1)
        expect(tile(other, 1)).to_contain_text("olga")
        tile(other, 1).focus()
        other.keyboard.press("p")
        theirs = other.get_by_role("complementary", name="Mover la cámara")
        expect(theirs).to_contain_text("La mueve olga")
        other.keyboard.down("ArrowLeft")
        expect(theirs.get_by_role("alert")).to_contain_text("olga está moviendo esta cámara")
        other.keyboard.up("ArrowLeft")

        # A supervisor takes over; the operator is told.
        chief = open_wall(open_console, site, "sara", cameras=1)
        tile(chief, 1).focus()
        chief.keyboard.press("p")
        expect(chief.get_by_role("complementary", name="Mover la cámara")).to_contain_text("Puerta")
        chief.keyboard.down("ArrowLeft")
        wait_until(lambda: chief.evaluate("1") and device.motor.velocity == (-0.4, 0.0, 0.0))
        expect(panel).to_contain_text("La mueve sara")

        # Her page dies with the key held down: the camera stops.
        chief.context.close()
        wait_until(lambda: device.motor.commands[-1] == ("stop", ()), timeout_s=5)
        assert device.motor.velocity == STILL
