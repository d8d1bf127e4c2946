"""For the console's figures: a site in a process of its own, a browser, and what the machine did meanwhile.

The site must not share the interpreter's lock with what measures it, and its CPU must be its own. It is the stage of
the browser tests (`tests/browser/stage.py`), made by a function that both processes can import.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from playwright.sync_api import Browser, Page

from browser.conftest import log_in
from browser.stage import Stage
from veedor.kit.clock import SystemClock

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
FLAGS_NOTE = "Chromium headless; WebGL by software (SwiftShader), no graphics card"
_READY_S = 180.0  # to start, and to answer, on a busy machine


class SiteProcess:
    """A stage elsewhere. `do` runs a module's function there, given the stage (or archive) first; gives its answer."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        # Not a daemon: it has children of its own (the cameras).
        self._process = context.Process(target=_serve, args=(far, make, arguments), name="console-site")
        self._process.start()
        far.close()

    def __enter__(self) -> SiteProcess:
        self._answer(_READY_S)
        self.url: str = self.do(_url)
        self.cameras: list[str] = self.do(_camera_ids)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._pipe.send(None)
        self._process.join(30)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def do(self, what: Callable[..., Any], *arguments: Any) -> Any:
        self._pipe.send((what, arguments))
        return self._answer(_READY_S)

    def cpu_s(self) -> float:
        """User and system seconds of the site's process; the cameras' are not in it where they have their own."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def _answer(self, timeout_s: float) -> Any:
        if not self._pipe.poll(timeout_s):
            raise TimeoutError(f"the site has not answered in {timeout_s:g} s")
        told, answer = self._pipe.recv()
        if not told:
            raise RuntimeError(f"in the site's process: {answer}")
        return answer


def _serve(pipe: Connection, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with tempfile.TemporaryDirectory(prefix="veedor-bench-") as folder, make(Path(folder), *arguments) as made:
        pipe.send((True, None))
        while (asked := _received(pipe)) is not None:
            what, given = asked
            try:
                pipe.send((True, what(made, *given)))
            except Exception as problem:
                pipe.send((False, f"{type(problem).__name__}: {problem}"))


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:  # whoever measured is gone
        return None


def _stage_of(made: Any) -> Stage:
    return made if isinstance(made, Stage) else made.site


def _url(made: Any) -> str:
    return _stage_of(made).url


def _camera_ids(made: Any) -> list[str]:
    return [one.id for one in _stage_of(made).cameras]


@contextlib.contextmanager
def console_page(
    browser: Browser,
    url: str,
    address: str,
    size: tuple[int, int] = (1920, 1080),
    before: Callable[[Page], None] | None = None,
) -> Iterator[Page]:
    """A page of the console in a context of its own, logged in as an operator. `before` it is loaded."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="es")
    try:
        log_in(context, url, "olga")
        page = context.new_page()
        page.set_default_timeout(90_000)
        if before:
            before(page)
        page.goto(f"{url}/{address}")
        yield page
    finally:
        context.close()


def pause(seconds: float) -> None:
    """Let a window of time pass in which something is measured."""
    SystemClock().wait(threading.Event(), seconds)


def spread(values: list[float]) -> dict[str, float]:
    """How many, the median, the 95th of 100 (nearest rank) and the worst."""
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}

    def share(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)

    return {"count": len(ordered), "p50": share(0.5), "p95": share(0.95), "max": round(ordered[-1], 1)}


def figure(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `measure` gives, with the date, the cores and how busy the machine was before and after."""
    at, before = datetime.now(UTC), os.getloadavg()
    found = measure()
    return {
        **found,
        "at": at.isoformat(timespec="seconds"),
        "took_s": round((datetime.now(UTC) - at).total_seconds(), 1),
        "cores": os.cpu_count(),
        "load_average_1min": {"before": round(before[0], 2), "after": round(os.getloadavg()[0], 2)},
    }
