"""A real Chromium, the console built from its source, and a site to look at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from browser.stage import PASSWORD, Stage, stage
from conftest import REPOSITORY
from veedor.desk.console.endpoints import DIST

# WebGL by software, and the page put together by it too, as a graphics card would. With `--disable-gpu` every frame of
# the map would be read back, which no control room does.
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
]
NO_CHROMIUM = "no Chromium: install Debian's package `chromium`, or run `playwright install chromium`"
Open = Callable[..., Page]
OpenAddress = Callable[..., Page]
Axe = Callable[[Page], list[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all browser tests: they share a browser and a site."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))
            # A browser that draws in software on a busy machine may miss a wait of five seconds. What is wrong fails
            # each time; what had to be run again is told in the summary.
            item.add_marker(pytest.mark.flaky(reruns=2))


def _executable() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    return None


def _install(playwright: Playwright) -> str | None:
    """Where Chromium can be had: playwright's own, else Debian's package. None: nowhere."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True)
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, check=False, capture_output=True)
        return _executable()
    return None


def launch(playwright: Playwright) -> Browser | None:
    """Chromium, from wherever it can be had; None: from nowhere. Used by bench/console.py too."""
    path = _executable() or _install(playwright)
    return playwright.chromium.launch(executable_path=path, args=FLAGS) if path else None


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Gone after the last of these tests: while it lives, its event loop occupies the thread, and no other can run."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            if os.environ.get("CI"):
                pytest.fail(NO_CHROMIUM)
            pytest.skip(NO_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def console() -> None:
    """The built console. `make test` builds it; a lone pytest does it here where it is missing."""
    if not (DIST / "index.html").is_file():
        subprocess.run([sys.executable, "-m", "tools.console", "build"], cwd=REPOSITORY, check=True)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, console: None) -> Iterator[Stage]:
    """One site for all tests that do not break it."""
    with stage(tmp_path_factory.mktemp("site")) as made:
        yield made


def log_in(context: BrowserContext, url: str, username: str, password: str = PASSWORD) -> None:
    answer = context.request.post(
        f"{url}/api/login", data={"username": username, "password": password}, headers={"origin": url}
    )
    assert answer.ok, answer.text()


@pytest.fixture
def open_address(chromium: Browser) -> Iterator[OpenAddress]:
    """`open_address(url, ("olga", password), "#/alerts")`: a page of that console in a context of its own.

    `login` None: nobody is logged in. `language`: "es" or "en". `size`: the window. Errors that the page throws, and
    files that the content security policy refuses, fail the test. A hub's certificate is its own, and is taken.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(
        url: str,
        login: tuple[str, str] | None,
        address: str = "",
        *,
        language: str = "es",
        size: tuple[int, int] = (1366, 768),
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            timezone_id="Asia/Tokyo",
            ignore_https_errors=url.startswith("https"),
        )
        contexts.append(context)
        if login is not None:
            log_in(context, url, *login)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("console", lambda message: problems.append(message.text) if _refused(message.text) else None)
        page.goto(f"{url}/{address}")
        return page

    yield open_page
    for context in contexts:
        try:
            context.close()
        except Error as problem:
            problems.append(str(problem))
    assert not problems


@pytest.fixture
def open_console(open_address: OpenAddress) -> Open:
    """`open_console(stage, "olga", "#/alerts")`: the same for a stage, whose people all have one password."""

    def open_page(site: Stage, username: str | None = "olga", address: str = "", **look: Any) -> Page:
        return open_address(site.url, None if username is None else (username, PASSWORD), address, **look)

    return open_page


def _refused(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text


@pytest.fixture
def axe() -> Axe:
    """`axe(page)`: what axe-core finds against WCAG 2.2 A and AA, a line each."""
    source = (REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        # Through the debugger, which the page's own content security policy does not bind.
        page.evaluate(source)
        # A colour on its way to another one is neither; what pulses for ever is not waited for.
        page.evaluate(
            """() => Promise.allSettled(document.getAnimations()
                .filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))
                .then(() => true)"""
        )
        found = page.evaluate(
            """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
                .then((r) => r.violations.flatMap((v) => v.nodes.map((n) =>
                    `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`)))"""
        )
        return [str(one) for one in found]

    return look
