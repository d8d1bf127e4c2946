"""Figures of live pictures: how late, how soon, sixteen at once, and what a viewer costs the server."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from browser.measure_live import measure, watch
from browser.stage import Stage, stage
from clips import write_clip
from console_stage import SiteProcess, console_page, pause, spread
from scenes import MAIN, Size, scene
from veedor.compose.clips import cache_directory
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import ServedStream
from waiting import wait_until

TILES = 16
SUB = Size(640, 360, 15.0, 500_000)
LATENCY_MS, FIRST_MS = 300, 1000

# Each tile's state is looked at 10 times a second; "live" once is when it begins to count.
_STATES = """() => {
    const seen = (window.__states = {});
    const look = () => {
        for (const one of document.querySelectorAll('figure[data-camera]')) {
            const mine = (seen[one.dataset.camera] ??= {});
            mine[one.dataset.state] = (mine[one.dataset.state] ?? 0) + 1;
        }
    };
    setInterval(look, 100);
}"""
# From the click (the address) to the picture on the screen.
_FIRST = """([address, camera]) => new Promise((done) => {
    const began = performance.now();
    location.hash = address;
    const look = () => {
        const video = document.querySelector(`figure[data-camera="${camera}"] video`);
        if (video) video.requestVideoFrameCallback((now) => done(now - began));
        else requestAnimationFrame(look);
    };
    look();
})"""
_QUALITY = """() => [...document.querySelectorAll('figure[data-camera] video')].map((video) => {
    const told = video.getVideoPlaybackQuality();
    return [told.totalVideoFrames, told.droppedVideoFrames];
})"""


def pictures(folder: Path) -> tuple[Path, Path, str]:
    """Main and substream of every camera, and what they are: the pedestrian clip where it is to be had."""
    shared = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
    source = shared / "data" / "video" / "vtest.avi"
    if source.is_file():
        cache = cache_directory() / "bench"
        told = f"real footage: main {MAIN.width}x{MAIN.height} at {MAIN.fps:g} fps, 2 Mb/s"
        return scene("busy", MAIN, source, cache), scene("busy", SUB, source, cache), told
    main = write_clip(folder / "main.mp4", seconds=10, size=(1280, 720), keyframe_every=50)
    sub = write_clip(folder / "sub.mp4", seconds=10, size=(SUB.width, SUB.height), fps=15, keyframe_every=30)
    return main, sub, "drawn pictures of few bits: no shared footage on this machine"


@contextlib.contextmanager
def sixteen(folder: Path) -> Iterator[Stage]:
    """Sixteen cameras that run in a process of their own; their keyframes do not fall together."""
    main, sub, _ = pictures(folder)
    streams = [
        ServedStream(f"/{number}/{role}", file, start_offset_s=number * 2.3 % 36)
        for number in range(TILES)
        for role, file in (("main", main), ("sub", sub))
    ]
    names = [f"Cámara {number:02}" for number in range(1, TILES + 1)]
    with stage(folder, names, streams=streams, serve=RtspServerProcess) as made:
        yield made


def _online(made: Stage) -> int:
    return sum(one.state.value == "online" and one.role.value == "main" for one in made.service.site.health())


def live(browser: Browser, folder: Path, seconds: float, times: int) -> dict[str, dict[str, Any]]:
    """The figures "live" and "first_frame", on one site."""
    *_, told = pictures(folder)
    with SiteProcess(sixteen) as site:
        wait_until(lambda: site.do(_online) == TILES, timeout_s=120, every_s=0.3)
        first = _first_frames(browser, site, times)
        pause(4.0)  # what was asked for only while somebody watched is given up
        idle = _cores(site, min(seconds / 2, 30.0))
        with console_page(browser, site.url, f"#/wall?camera={site.cameras[0]}", before=watch) as page:
            expect(page.locator('figure[data-state="live"]')).to_have_count(1, timeout=60_000)
            alone = measure(page, min(seconds / 2, 30.0))["latency_ms"]
        with console_page(browser, site.url, "#/wall", before=watch) as page:
            found = _sixteen_tiles(page, site, seconds)
    viewer = (found.pop("server_cores") - idle) / TILES
    first_ms = found.pop("first_ms")
    result = {
        "target": f"packet at server to shown p95 < {LATENCY_MS} ms, one camera watched; sixteen: no tile ever stale",
        "tiles": TILES,
        "substream": f"{SUB.width}x{SUB.height} at {SUB.fps:g} fps, {SUB.bit_rate / 1000:g} kb/s",
        "footage": told,
        "seconds": seconds,
        "one_camera_latency_ms": alone,
        **found,
        "server_cores_without_viewers": round(idle, 4),
        "server_cores_per_viewer_tile": round(viewer, 5),
        "also_running": "the cameras and the browser, which decodes by software, on the same cores",
    }
    latency = alone.get("p95", float("inf"))
    result["holds"] = latency < LATENCY_MS and found["tiles_ever_stale"] == 0 and found["tiles_live_at_end"] == TILES
    start = {
        "target": f"p95 < {FIRST_MS} ms, one camera opened from the console",
        "one_camera_ms": spread(first),
        "sixteen_at_once_ms": first_ms,
        "holds": spread(first)["p95"] < FIRST_MS,
    }
    return {"live": result, "first_frame": start}


def _cores(site: SiteProcess, seconds: float) -> float:
    before = site.cpu_s()
    pause(seconds)
    return (site.cpu_s() - before) / seconds


def _sixteen_tiles(page: Page, site: SiteProcess, seconds: float) -> dict[str, Any]:
    expect(page.locator("[data-tile]").first).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator("[data-tile]")).to_have_count(TILES)
    page.evaluate(_STATES)
    page.get_by_role("button", name=f"Poner todas ({TILES})").click()
    expect(page.locator('figure[data-state="live"]')).to_have_count(TILES, timeout=60_000)
    page.evaluate("() => { for (const key of Object.keys(window.__states)) delete window.__states[key]; }")
    frames_before, cpu_before = page.evaluate(_QUALITY), site.cpu_s()
    began = page.evaluate("performance.now()")
    figures = measure(page, seconds)
    passed_s = (page.evaluate("performance.now()") - began) / 1000
    cores = (site.cpu_s() - cpu_before) / passed_s
    frames = [
        [after - before for after, before in zip(late, early, strict=True)]
        for late, early in zip(page.evaluate(_QUALITY), frames_before, strict=True)
    ]
    states = page.evaluate("window.__states")
    stale = [camera for camera, seen in states.items() if set(seen) - {"live"}]
    looked = sum(sum(seen.values()) for seen in states.values())
    return {
        "latency_ms": figures["latency_ms"],
        "first_ms": figures["first_ms"],
        "tiles_ever_stale": len(stale),
        "tile_time_not_live_share": round(1 - sum(seen.get("live", 0) for seen in states.values()) / max(looked, 1), 5),
        "tiles_live_at_end": page.locator('figure[data-state="live"]').count(),
        "sockets_opened": figures["sockets_opened"],
        "pictures_per_s_and_tile": round(sum(one[0] for one in frames) / passed_s / TILES, 2),
        "pictures_decoded_but_not_shown_share": round(
            sum(one[1] for one in frames) / max(sum(one[0] for one in frames), 1), 4
        ),
        "server_cores": cores,
    }


def _first_frames(browser: Browser, site: SiteProcess, times: int) -> list[float]:
    """ms from the click to the first picture; a camera at a time, none watched before it."""
    took = []
    with console_page(browser, site.url, "#/wall") as page:
        expect(page.locator("[data-tile]").first).to_be_visible()
        for number in range(times):
            camera = site.cameras[number % TILES]
            took.append(float(page.evaluate(_FIRST, [f"#/wall?camera={camera}", camera])))
            page.evaluate("() => { location.hash = '#/wall'; }")
            expect(page.locator("figure[data-camera]")).to_have_count(0)
    return took
