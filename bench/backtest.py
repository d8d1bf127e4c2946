"""A backtest of one camera-week: how long it takes, when the first results are there. JSON on standard output.

python bench/backtest.py                # two days, as dense as the week
FULL=1 python bench/backtest.py         # the week

Tracks are made up as in bench/archive.py, 20,000 a day and camera, evenly over day and night (which is the worst case:
hardly any second is empty), of several cameras in one archive. Five rules in force; of those tried two are changed and
one is new, so that eight rules run. One process, one core: `cpu_s` is its
processor time, which is what a core that does nothing else needs; `whole_s` is the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from archive import CAMERAS, END, made_up
from veedor.kit.clock import Clock, SystemClock
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.blocks import HOUR_US
from veedor.site.archive.collector import micros
from veedor.site.archive.columns import Rows
from veedor.site.backtest.report import report
from veedor.site.backtest.run import BacktestRun, Wanted
from veedor.site.rules.ruleset import RuleSet

ZONES: dict[str, Any] = {
    "Plaza": [[0.4, 0.4], [0.7, 0.4], [0.7, 0.8], [0.4, 0.8]],
    "Puerta": [[0.1, 0.6], [0.25, 0.6], [0.25, 0.9], [0.1, 0.9]],
}
WIRES: dict[str, Any] = {"Vereda": {"from": [0.5, 0.1], "to": [0.5, 0.95]}}
IN_FORCE: list[dict[str, Any]] = [
    {"name": "Ingreso", "kind": "zone_intrusion", "zone": "Puerta", "classes": ["person"]},
    {"name": "Merodeo", "kind": "loitering", "zone": "Plaza", "dwell_s": 30},
    {"name": "Cruce", "kind": "tripwire", "tripwire": "Vereda", "classes": ["vehicle"], "severity": "info"},
    {"name": "Detenido", "kind": "stopped_vehicle", "zone": "Plaza", "dwell_s": 60},
    {"name": "Muchos", "kind": "occupancy", "zone": "Plaza", "more_than": 3},
]
TRIED = [
    {**IN_FORCE[0], "debounce_s": 3.0},
    {**IN_FORCE[1], "dwell_s": 60},
    *IN_FORCE[2:],
    {"name": "Sin salida", "kind": "loitering", "zone": "Puerta", "dwell_s": 20},
]


def rules(some: list[dict[str, Any]]) -> RuleSet:
    text = json.dumps({"zones": ZONES, "tripwires": WIRES, "rules": some})
    return RuleSet.loads(text, name="bench")


def fill(archive: TrackArchive, hours: int, a_day: int, cameras: int) -> None:
    random = np.random.default_rng(1)
    last = micros(END) // 3_600_000_000
    for back in range(hours, 0, -1):
        rows = made_up(last - back, round(a_day / 24 * len(CAMERAS)), random)
        archive.store(spread(rows.take(np.flatnonzero(rows.camera < cameras)), (last - back) * HOUR_US, random))


def spread(rows: Rows, hour_us: int, random: np.random.Generator) -> Rows:
    """The same tracks, those of each camera over the whole hour."""
    started_us = hour_us + random.integers(0, 3_600_000, len(rows)) * 1000
    moved_us = started_us - rows.started_us
    moved = replace(rows, started_us=started_us, first_us=rows.first_us + moved_us, ended_us=rows.ended_us + moved_us)
    return moved.take(np.lexsort((started_us, rows.camera)))


def measure(archive: TrackArchive, days: float, clock: Clock) -> dict[str, object]:
    wanted = Wanted(CAMERAS[1], END - timedelta(days=days), END, rules(TRIED), rules(IN_FORCE), "America/Lima")
    run = BacktestRun(archive, wanted, clock)
    began_s, cpu_s = clock.monotonic(), time.process_time()
    first_s = first_cpu_s = None
    for _ in run.steps():
        if first_s is None and (run.new.events or run.old.events):
            report(run)
            first_s, first_cpu_s = clock.monotonic() - began_s, time.process_time() - cpu_s
    stepped_s = clock.monotonic() - began_s
    told = report(run)
    taken_s, spent_s = clock.monotonic() - began_s, time.process_time() - cpu_s
    return {
        "tracks": run.tracks,
        "first_results_s": round(first_s or taken_s, 2),
        "first_results_cpu_s": round(first_cpu_s or spent_s, 2),
        "cpu_s": round(spent_s, 1),
        "week_cpu_s": round(spent_s * 7 / days, 1),
        "tracks_per_cpu_s": round(run.tracks / spent_s),
        "whole_s": round(taken_s, 1),
        "report_s": round(taken_s - stepped_s, 2),
        "week_s": round(taken_s * 7 / days, 1),
        "tracks_per_s": round(run.tracks / taken_s),
        "times_real_time": round(days * 86_400 / taken_s),
        "events": told["counts"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=7.0 if os.environ.get("FULL") else 2.0)
    parser.add_argument("--tracks-a-day", type=int, default=20_000)
    parser.add_argument("--cameras", type=int, default=8, help="that share the archive's files")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "backtest.json")
    options = parser.parse_args()
    clock = SystemClock()
    folder = Path(tempfile.mkdtemp(prefix="backtest-"))
    try:
        archive = TrackArchive(folder, clock)
        fill(archive, round(options.days * 24), options.tracks_a_day, options.cameras)
        archive.stop()
        result: dict[str, object] = {
            "at": clock.now().isoformat(timespec="seconds"),
            "days": options.days,
            "python": platform.python_version(),
            **measure(archive, options.days, clock),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "load": [round(one, 1) for one in os.getloadavg()],
        }
    finally:
        shutil.rmtree(folder)
    print(json.dumps(result, indent=2))
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
