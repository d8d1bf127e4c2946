"""Counting long tasks of a page while somebody uses it. Used by the tests of the map and by the console's benchmark."""

from __future__ import annotations

import math
from dataclasses import dataclass

from playwright.sync_api import Page

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


def pan_and_zoom(page: Page, rounds: int = 3) -> LongTasks:
    """Drag the map in a circle and turn the wheel in and out, as a hurried person does; count the long tasks."""
    box = page.locator("[data-map] canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    watch(page)
    for _ in range(rounds):
        page.mouse.down()
        for step in range(24):
            turn = 2 * math.pi * step / 24
            page.mouse.move(x + 150 * math.sin(turn), y + 100 - 100 * math.cos(turn), steps=2)
        page.mouse.up()
        for direction in (-1, 1):
            for _ in range(8):
                page.mouse.wheel(0, direction * 240)
                page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
    return counted(page)
