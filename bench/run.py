"""All figures, one after the other, each in a process of its own; results in bench/results/*.json.

python bench/run.py            # under 15 minutes
python bench/run.py --full     # 10 minutes of recording, the largest number of cameras, an hour of memory
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"

# name: (script, arguments, arguments of the full run)
FIGURES: dict[str, tuple[str, list[str], list[str]]] = {
    "recording": ("recording.py", ["--cameras", "43", "--seconds", "45"], ["--cameras", "43", "--seconds", "600"]),
    "streams": ("streams.py", ["--cameras", "43", "--seconds", "60"], ["--largest", "--seconds", "120"]),
    "detection": ("detection.py", [], []),
    "second_look": ("second_look.py", [], []),
    "video": ("video.py", [], []),
    "tracker": ("tracker.py", [], []),
    "rules": ("rules.py", [], []),
    "backtest": ("backtest.py", ["--days", "1"], ["--days", "7"]),
    "tuning": ("tuning.py", [], []),
    "caviar": ("caviar.py", [], []),
    "counting": ("counting.py", [], []),
    "archive": ("archive.py", ["--tracks", "2000000"], ["--tracks", "100000000"]),
    "console": ("console.py", [], ["--full"]),
    "federation": ("federation.py", [], ["--full"]),
    "remote_workers": (
        "remote_workers.py",
        ["--cameras", "4", "--seconds", "30"],
        ["--cameras", "12", "--seconds", "120"],
    ),
    "city": ("city.py", [], ["--full"]),
    "memory": ("memory.py", ["--minutes", "1"], ["--minutes", "60"]),
}


def run(name: str, full: bool) -> dict[str, object]:
    script, short, long = FIGURES[name]
    target = RESULTS / f"{name}.json"
    began = time.monotonic()
    command = [sys.executable, str(HERE / script), *(long if full else short), "--json", str(target)]
    print(f"== {name}: {' '.join(command[1:])}", flush=True)
    code = subprocess.run(command, check=False).returncode
    return {"figure": name, "exit": code, "seconds": round(time.monotonic() - began, 1), "file": str(target.name)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="which; all if none is named")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    done = [run(name, options.full) for name in options.figures or FIGURES]
    summary = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "full": options.full, "figures": done}
    (RESULTS / "run.json").write_text(json.dumps(summary, indent=2) + "\n")
    print(json.dumps(summary, indent=2))
    sys.exit(1 if any(one["exit"] for one in done) else 0)


if __name__ == "__main__":
    main()
