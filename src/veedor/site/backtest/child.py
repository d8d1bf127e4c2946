"""A backtest in a process of its own, so that it can be ended at any moment and takes only what the site leaves.

One line of JSON on standard input says what is wanted (`to_json`); each line on standard output is a report. The
process ends with its parent: when standard input ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock, SystemClock
from veedor.model.detection import OwnClass, know_own_classes, own_classes
from veedor.site.archive.archive import TrackArchive
from veedor.site.backtest.report import report
from veedor.site.backtest.run import BacktestRun, Wanted
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet

NICENESS = 19
_REPORT_EVERY_S = 1.0
_FILE = "YAML"


def to_json(archive: Path, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`wanted`: camera_id, start, end (times), new, old (rules as text), time_zone, fps, ground (matrix, k1 and
    aspect; or None), baseline (a file or None)."""
    own = [[one.number, one.name, dict(one.labels)] for one in own_classes()]
    times = {name: wanted[name].isoformat() for name in ("start", "end")}
    return {**wanted, **times, "archive": str(archive), "own_classes": own}


def from_json(told: Mapping[str, Any]) -> tuple[Path, Wanted]:
    """Raises ConfigError where the rules are none; KeyError, ValueError where it is no such line."""
    know_own_classes(OwnClass(int(number), str(name), dict(labels)) for number, name, labels in told["own_classes"])
    ground = told["ground"]
    return Path(told["archive"]), Wanted(
        camera_id=str(told["camera_id"]),
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
        new=RuleSet.loads(told["new"], name=_FILE),
        old=RuleSet.loads(told["old"], name=_FILE),
        time_zone=str(told["time_zone"]),
        fps=float(told["fps"]),
        ground=_ground([float(one) for one in ground]) if ground is not None else None,
        baseline=Path(told["baseline"]) if told["baseline"] is not None else None,
    )


def _ground(told: list[float]) -> Ground:
    return Ground(tuple(told[:9]), k1=told[9], aspect=told[10])


def run(line: str, clock: Clock) -> None:
    archive, wanted = from_json(json.loads(line))
    run = BacktestRun(TrackArchive(archive, clock), wanted, clock)
    told_s = float("-inf")
    for _ in run.steps():
        if run.is_done or run.too_many or clock.monotonic() - told_s >= _REPORT_EVERY_S:
            sys.stdout.write(json.dumps(report(run), separators=(",", ":")) + "\n")
            sys.stdout.flush()
            told_s = clock.monotonic()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    os.nice(NICENESS)
    line = sys.stdin.readline()
    if not line.strip():
        return  # the parent is gone already
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run(line, SystemClock())
    sys.stdout.flush()
    os._exit(0)  # the thread that waits for the parent holds standard input


if __name__ == "__main__":
    main()
