"""How long a page keeps its one thread busy: tasks of over 50 ms. Used by the tests and by the bench.

Two measures. `record(page)` before and `found(page)` after: what the browser tells every page, in time by the clock, so
that a machine with other work to do makes any task long. `with traced(page) as tasks`: what the page's own thread
computed in each task, which is ours alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

_RECORD = """() => {
    window.__tasks?.observer.disconnect();
    const tasks = [];
    const observer = new PerformanceObserver((list) => {
        for (const one of list.getEntries()) tasks.push(Math.round(one.duration));
    });
    observer.observe({ type: 'longtask' });
    window.__tasks = { observer, tasks };
}"""
_FOUND = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
    for (const one of window.__tasks.observer.takeRecords()) window.__tasks.tasks.push(Math.round(one.duration));
    done(window.__tasks.tasks);
})))"""
_SCROLL = """(box, [step_px, frames]) => new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    let shown = 0;
    const go = () => {
        const now = performance.now();
        gaps.push(now - last);
        last = now;
        shown += 1;
        if (shown >= frames) return done({ gaps: gaps.slice(1), top: box.scrollTop });
        box.scrollTop += step_px;
        requestAnimationFrame(go);
    };
    requestAnimationFrame(go);
})"""


@dataclass(frozen=True, slots=True)
class Scrolled:
    """What scrolling was like. `gaps_ms`: from one frame to the next; `top_px`: how far it went."""

    gaps_ms: list[float]
    top_px: float

    def gap_p95_ms(self) -> float:
        return sorted(self.gaps_ms)[int(0.95 * len(self.gaps_ms))]


@dataclass
class Tasks:
    """Tasks of the page's main thread, in ms of its processor time; filled when the measuring ends."""

    cpu_ms: list[float] = field(default_factory=list)

    def over(self, ms: float) -> list[float]:
        return [one for one in self.cpu_ms if one > ms]

    @property
    def longest_ms(self) -> float:
        return max(self.cpu_ms, default=0.0)


@contextmanager
def traced(page: Page) -> Iterator[Tasks]:
    """Measure every task of the page's main thread while the block runs."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    tasks = Tasks()
    try:
        yield tasks
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
        main = {
            (one["pid"], one["tid"])
            for one in events
            if one.get("name") == "thread_name" and one["args"].get("name") == "CrRendererMain"
        }
        tasks.cpu_ms += [
            one["tdur"] / 1000
            for one in events
            if one.get("name", "").endswith("RunTask") and "tdur" in one and (one["pid"], one["tid"]) in main
        ]


def record(page: Page) -> None:
    """Count long tasks from now on."""
    page.evaluate(_RECORD)


def found(page: Page) -> list[int]:
    """The long tasks since `record`, in ms each."""
    return [int(one) for one in page.evaluate(_FOUND)]


def scroll(box: Locator, *, step_px: int, frames: int) -> Scrolled:
    """Scroll a box by `step_px` at each frame, as fast as the page can draw them."""
    told = box.evaluate(_SCROLL, [step_px, frames])
    return Scrolled([float(one) for one in told["gaps"]], float(told["top"]))


def pan_and_zoom(page: Page, rounds: int = 1) -> None:
    """Drag the map in a circle and turn the wheel in and out, as a hurried person does."""
    box = page.locator("[data-map] canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    for _ in range(rounds):
        page.mouse.down()
        for step in range(12):
            turn = 2 * math.pi * step / 12
            page.mouse.move(x + 150 * math.sin(turn), y + 100 - 100 * math.cos(turn))
        page.mouse.up()
        for direction in (-1, 1):
            for _ in range(6):
                page.mouse.wheel(0, direction * 240)
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
