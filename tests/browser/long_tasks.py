"""Counting long tasks of a page while somebody uses it. Used by the tests of the map and by the console's benchmark."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

_WATCH = """() => {
    window.longTasks = [];
    window.longTaskWatch?.disconnect();
    window.longTaskWatch = new PerformanceObserver((list) => {
        for (const one of list.getEntries()) window.longTasks.push(one.duration);
    });
    window.longTaskWatch.observe({ type: 'longtask' });
}"""


@dataclass(frozen=True)
class LongTasks:
    """Durations in ms of the tasks that kept the page's main thread for more than 50 ms."""

    durations_ms: tuple[float, ...]

    @property
    def longest_ms(self) -> float:
        return max(self.durations_ms, default=0.0)

    def over(self, limit_ms: float) -> int:
        return sum(one > limit_ms for one in self.durations_ms)

    def __str__(self) -> str:
        return f"{len(self.durations_ms)} long tasks, longest {self.longest_ms:.0f} ms, {self.over(200)} over 200 ms"


def watch(page: Page) -> None:
    """Begin to count."""
    page.evaluate(_WATCH)


def counted(page: Page) -> LongTasks:
    """What was counted since `watch`."""
    return LongTasks(tuple(float(one) for one in page.evaluate("() => window.longTasks")))


def pan_and_zoom(page: Page, rounds: int = 1) -> LongTasks:
    """Drag the map in a circle and turn the wheel in and out, as a hurried person does; count the long tasks."""
    box = page.locator("[data-map] canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    watch(page)
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
    return counted(page)


def cpu_ms(browser: Browser, page: Page, act: Callable[[Page], LongTasks]) -> tuple[LongTasks, float]:
    """`act`, and how much processor time the longest task of the page's main thread took meanwhile.

    The duration of a long task is time on the wall: on a machine that others use as well it says how busy they are.
    """
    browser.start_tracing(page=page, categories=["toplevel"])
    try:
        found = act(page)
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    times = [one["tdur"] / 1000 for one in events if (one["pid"], one["tid"]) in main and "tdur" in one]
    assert times, "the browser told no processor times"
    return found, max(times)
