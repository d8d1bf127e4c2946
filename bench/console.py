"""The console in a real Chromium: live pictures, seeking, alerts, long lists, the map, the first load.

    python bench/console.py --json bench/results/console.json          # under 3 minutes
    FULL=1 python bench/console.py --json bench/results/console.json   # sixteen tiles for 5 minutes, more of everything
    python bench/console.py seek map                                   # only these

The site, its cameras and the browser run on the same machine; the site in a process of its own. The console must have
been built (`make web`). docs/benchmarks.md tells how each figure is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from playwright.sync_api import Browser, expect, sync_playwright

import console_stage  # first: it makes the tests' modules importable
from browser.conftest import NO_CHROMIUM, launch
from console_live import live
from console_screens import alert_to_card, big_map, first_load, long_queue, seeking
from veedor.desk.console.endpoints import DIST

NAMES = ("load", "live", "seek", "alerts", "queue", "map")


def measures(browser: Browser, full: bool) -> dict[str, Callable[[], dict[str, Any]]]:
    """By name, what measures it. "live" gives two figures."""
    return {
        "load": lambda: first_load(browser),
        "seek": lambda: seeking(browser, 60 if full else 20),
        "alerts": lambda: alert_to_card(browser, 200 if full else 40),
        "queue": lambda: long_queue(browser),
        "map": lambda: big_map(browser, 5 if full else 2),
    }


def run(browser: Browser, names: list[str], full: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    single = measures(browser, full)
    for name in names:
        print(f"-- {name}", file=sys.stderr, flush=True)
        if name == "live":
            with tempfile.TemporaryDirectory(prefix="veedor-bench-") as folder:
                both = console_stage.figure(
                    lambda: live(browser, Path(folder), 300.0 if full else 30.0, 48 if full else 16)
                )
            machine = {key: both.pop(key) for key in ("at", "took_s", "cores", "load_average_1min")}
            found.update({key: {**value, **machine} for key, value in both.items()})
        else:
            found[name] = console_stage.figure(single[name])
        done = [key for key in found if name in (key, "live")]
        print(json.dumps({key: found[key] for key in done}), file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", choices=[*NAMES, []], help="which; all if none is named")
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("FULL")))
    parser.add_argument("--json", type=Path, help="write the result here too")
    options = parser.parse_args()
    if not (DIST / "index.html").is_file():
        sys.exit("the console is not built: make web")
    expect.set_options(timeout=60_000)  # a busy machine gives bad figures, not none
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            sys.exit(NO_CHROMIUM)
        version = browser.version
        figures = run(browser, options.figures or list(NAMES), options.full)
        browser.close()
    result = {
        "full": options.full,
        "chromium": version,
        "browser": console_stage.FLAGS_NOTE,
        "figures": figures,
        "holds": all(one["holds"] for one in figures.values()),
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
