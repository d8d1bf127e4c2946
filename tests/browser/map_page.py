"""The map as tests find their way on it."""

from __future__ import annotations

import math

from playwright.sync_api import Locator, Page, expect

from browser.stage import Stage
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from waiting import wait_until


def the_map(page: Page) -> Locator:
    found = page.locator("[data-map]")
    expect(found).to_have_attribute("data-ready", "true", timeout=30_000)
    return found


def at_rest(page: Page) -> tuple[float, float, float]:
    """Latitude and longitude of the centre, and the zoom."""
    told = the_map(page)
    latitude, longitude = (told.get_attribute("data-center") or "").split(",")
    return float(latitude), float(longitude), float(told.get_attribute("data-zoom") or "nan")


def on_screen(page: Page, latitude: float, longitude: float) -> tuple[float, float]:
    """Where on the page a place is: Web Mercator with tiles of 512."""
    centre_lat, centre_lon, zoom = at_rest(page)
    scale = 512 * 2**zoom

    def mercator(lat: float, lon: float) -> tuple[float, float]:
        y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
        return (lon / 360 + 0.5) * scale, y * scale

    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    (x, y), (mid_x, mid_y) = mercator(latitude, longitude), mercator(centre_lat, centre_lon)
    return box["x"] + box["width"] / 2 + x - mid_x, box["y"] + box["height"] / 2 + y - mid_y


def click_place(page: Page, place: Placement) -> None:
    page.mouse.click(*on_screen(page, place.latitude_deg, place.longitude_deg))


def place_of(camera: Camera) -> Placement:
    assert camera.placement is not None
    return camera.placement


def tiles(page: Page, state: str = "") -> Locator:
    return page.locator(f".dock [data-camera]{f'[data-state={state}]' if state else ''}")


def box_settled(found: Locator) -> None:
    """The picture has its real height, so that points can be clicked."""
    wait_until(lambda: (found.bounding_box() or {"height": 0})["height"] > 150)


def many_cameras(big: Stage, count: int) -> None:
    """So many more cameras, spread over Lima. Reused by bench/console.py."""
    store = big.service.site.parts.cameras
    with store.together():
        for number in range(count):
            store.save(far_camera(big, number))


def far_camera(big: Stage, number: int) -> Camera:
    """One of many cameras over the whole of Lima, switched off so that the site does not look for them."""
    row, column = divmod(number, 55)
    return Camera(
        f"far-{number}",
        f"Cámara {number}",
        big.service.agency_id,
        SourceKind.RTSP,
        (StreamSource(StreamRole.MAIN, big.server.url("/0/main")),),
        enabled=False,
        placement=Placement(-12.2 + row * 0.004, -77.1 + column * 0.004, float(number % 360), 60.0),
    )
