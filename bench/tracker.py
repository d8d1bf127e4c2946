"""The tracker alone, side by side with other projects' trackers: same detections, same run, one thread, no pixels.

    python bench/tracker.py [--json bench/results/tracker.json] [--no-peers] [--folders KITTI-car ...]

Per folder of MOTChallenge sequences, at their own frame rate and thinned to about 5 fps: HOTA, DetA, AssA, MOTA, IDF1,
identity switches (TrackEval) and frames/s of the update calls, each given its own type of detections. Timing is
repeated, ours and the fast peers by turns, and the best of each counts: other work can only slow a run down. Ours has
one set of defaults; the peers have one per data set. Peers and TrackEval live in virtual environments of their own
under .venvs/, made at the first run; a peer that cannot be installed or run is named in the results with its reason.
Scores are kept by the hash of what was scored (var/bench), since most of a run would be TrackEval; frames/s are always
of this run.
"""

from __future__ import annotations

import argparse
import configparser
import gzip
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from veedor.model.detection import Detections
from veedor.site.track import Tracker, motchallenge

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("VEEDOR_SHARED", ROOT.parent / "shared"))
KEPT = ROOT / "var" / "bench" / "scores"
VENVS = ROOT / ".venvs"
ENVIRONMENTS = {"bench": "requirements-score.txt", "peers-a": "requirements-a.txt", "peers-b": "requirements-b.txt"}
PEERS = {
    "peers-a": ("sv_bytetrack", "norfair_iou"),
    "peers-b": ("rf_sort", "rf_bytetrack", "box_bytetrack", "box_ocsort", "box_botsort"),
}
FOLDERS = ("MOT17-val", "MOT15-train", "DANCE-val", "KITTI-car", "KITTI-ped")
PEER_SETTINGS = {"KITTI-car": ("--high", "0.5", "--new", "0.6"), "KITTI-ped": ("--high", "0.5", "--new", "0.6")}
RATES = ("native", "5 fps")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE_THREAD = {**os.environ, **dict.fromkeys(THREADS, "1")}
OURS = "veedor"
SLOW = 3.0  # times as slow as the fastest peer: not timed again


def environment(name: str) -> Path:
    """The Python of a virtual environment under .venvs/, made if it is not there."""
    python, ready = VENVS / name / "bin" / "python", VENVS / name / ".ready"
    wanted = (ROOT / "bench" / "peers" / ENVIRONMENTS[name]).read_text()
    if not (ready.exists() and ready.read_text() == wanted):
        print(f"installing {name} (once)", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENVS / name)], check=True)
        requirements = str(ROOT / "bench" / "peers" / ENVIRONMENTS[name])
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        ready.write_text(wanted)
    return python


def prepare(source: Path, target: Path, fps: float | None) -> None:
    """Copy sequences, unpacked; with `fps`, keep every k-th frame, renumbered from 1."""
    for file in sorted(source.glob("*/seqinfo.ini")):
        ini = configparser.ConfigParser()
        ini.optionxform = str  # type: ignore[assignment,method-assign]
        ini.read(file)
        info = ini["Sequence"]
        every = max(1, round(float(info["frameRate"]) / fps)) if fps else 1
        for part in ("gt/gt.txt", "det/det.txt"):
            with gzip.open(file.parent / f"{part}.gz", "rt") as text:
                rows = [(int(float(line.partition(",")[0])), line.partition(",")[2]) for line in text if line.strip()]
            out = target / file.parent.name / part
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text("".join(f"{(at - 1) // every + 1},{rest}" for at, rest in rows if (at - 1) % every == 0))
        info["frameRate"] = f"{float(info['frameRate']) / every:.6g}"
        info["seqLength"] = str((int(info["seqLength"]) - 1) // every + 1)
        with (target / file.parent.name / "seqinfo.ini").open("w") as text:
            ini.write(text)


def run_ours(data: Path, out: Path) -> None:
    """Our tracker over all sequences of `data`, as `veedor track` does it, timed."""
    out.mkdir(parents=True, exist_ok=True)
    seconds, frames = {}, 0
    for file in sorted(data.glob("*/det/det.txt")):
        detections, info = motchallenge.read_detections(file), motchallenge.read_sequence_info(file)
        length, fps = info.frames or 0, info.fps or 0.0
        tracker, spent, found = Tracker(), 0.0, []
        for number in range(1, length + 1):
            given = detections.get(number, Detections.empty())
            began = time.perf_counter()
            tracks = tracker.update(given, (number - 1) / fps)
            spent += time.perf_counter() - began
            found.append((number, tracks))
        motchallenge.write_tracks(out / f"{file.parent.parent.name}.txt", found)
        seconds[file.parent.parent.name] = spent
        frames += length
    (out / "timing.json").write_text(json.dumps({"frames": frames, "seconds": seconds}))


def run_peers(data: Path, out: Path, folder: str, problems: dict[str, str], left_out: set[str]) -> None:
    """Every peer but `left_out` over all sequences of `data`; what does not run goes into `problems`."""
    for name, trackers in PEERS.items():
        wanted = [tracker for tracker in trackers if tracker not in problems and tracker not in left_out]
        if not wanted:
            continue
        script = ROOT / "bench" / "peers" / "run_trackers.py"
        arguments = ["--data", str(data), "--out", str(out), "--trackers", ",".join(wanted)]
        try:
            command = [str(environment(name)), str(script), *arguments, *PEER_SETTINGS.get(folder, ())]
            subprocess.run(command, check=True, capture_output=True, text=True, env=ONE_THREAD)
        except subprocess.CalledProcessError as problem:
            reason = ((problem.stderr or "").strip().splitlines() or [str(problem)])[-1]
            problems.update(dict.fromkeys(wanted, reason))
    problems.update({file.parent.name: file.read_text() for file in out.glob("*/problem.txt")})


def score(data: Path, results: Path, benchmark: str) -> dict[str, float]:
    digest = hashlib.sha256(f"{benchmark} {ENVIRONMENTS['bench']}".encode())
    for file in (Path(__file__).parent / "peers" / "score.py", *sorted(data.glob("*/gt/gt.txt"))):
        digest.update(file.read_bytes())
    for file in sorted(results.glob("*.txt")):
        digest.update(file.name.encode() + file.read_bytes())
    kept = KEPT / f"{digest.hexdigest()}.json"
    if not kept.exists():
        words = [str(environment("bench")), str(Path(__file__).parent / "peers" / "score.py")]
        words += ["--truth", str(data), "--results", str(results), "--benchmark", benchmark]
        text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
    return dict(json.loads(kept.read_text()))


def run_all(
    data: Path, results: Path, folder: str, problems: dict[str, str] | None, rounds: int
) -> dict[str, dict[str, Any]]:
    """Ours and, unless `problems` is None, the peers: frames and the best seconds of each sequence by tracker."""
    best: dict[str, dict[str, Any]] = {}
    slow: set[str] = set()
    for _ in range(rounds):
        run_ours(data, results / OURS)
        if problems is not None:
            run_peers(data, results, folder, problems, slow)
        for file in results.glob("*/timing.json"):
            timing = json.loads(file.read_text())
            known = best.setdefault(file.parent.name, timing)["seconds"]
            known.update({name: min(spent, known[name]) for name, spent in timing["seconds"].items()})
        total = {name: sum(timing["seconds"].values()) for name, timing in best.items()}
        fastest = min((spent for name, spent in total.items() if name != OURS), default=0.0)
        slow = {name for name, spent in total.items() if spent > SLOW * fastest}
    return best


def measure(folder: str, rate: str, work: Path, problems: dict[str, str] | None, rounds: int) -> dict[str, Any]:
    """Scores and frames/s of each tracker on one folder at one rate; peers are left out with `problems` None."""
    data, results = work / "data", work / "results"
    prepare(SHARED / "data" / "mot" / folder, data, None if rate == "native" else 5.0)
    timing = run_all(data, results, folder, problems, rounds)
    benchmark = "MOT15" if folder.startswith("MOT15") else "MOT17"
    environment("bench")  # here, for two threads that make it at once break it
    with ThreadPoolExecutor(2) as pool:
        scores = list(pool.map(lambda name: score(data, results / name, benchmark), sorted(timing)))
    found = {}
    for name, values in zip(sorted(timing), scores, strict=True):
        rounded = {key: round(value, 2) for key, value in values.items()}
        seconds = sum(timing[name]["seconds"].values())
        found[name] = {**rounded, "frames_per_s": round(timing[name]["frames"] / seconds)}
    return found


def table(results: dict[str, Any]) -> Table:
    shown = Table("folder", "rate", "tracker", "HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "frames/s")
    for folder, rates in results.items():
        for rate, found in rates.items():
            ranked = sorted(found.items(), key=lambda item: -item[1]["HOTA"])
            for name, values in ranked:
                style = "bold" if name == OURS else ""
                shown.add_row(folder, rate, name, *(f"{value:g}" for value in values.values()), style=style)
            shown.add_section()
    return shown


def leads(results: dict[str, Any]) -> dict[str, Any]:
    """By how much we are ahead of the best peer in HOTA, and how many times as fast as the fastest."""
    lead: dict[str, Any] = {}
    for folder, rates in results.items():
        for rate, found in rates.items():
            peers = [values for name, values in found.items() if name != OURS]
            if peers:
                hota = found[OURS]["HOTA"] - max(values["HOTA"] for values in peers)
                speed = found[OURS]["frames_per_s"] / max(values["frames_per_s"] for values in peers)
                lead[f"{folder}, {rate}"] = {"hota_points": round(hota, 2), "times_as_fast": round(speed, 2)}
    return lead


def write(path: Path, results: dict[str, Any], problems: dict[str, str] | None) -> None:
    report = {
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0], "python": platform.python_version()},
        "settings": "ours: defaults; peers: one setting per data set (bench/peers/run_trackers.py)",
        "results": results,
        "lead": leads(results),
        "peers_not_run": problems or {},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "tracker.json")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--rounds", type=int, default=5, help="of timing; the best counts")
    parser.add_argument("--folders", nargs="*", default=FOLDERS, choices=FOLDERS)
    options = parser.parse_args()
    if any(os.environ.get(name) != "1" for name in THREADS):  # NumPy reads them when it is imported: start over
        os.execve(sys.executable, [sys.executable, *sys.argv], ONE_THREAD)
    if not (SHARED / "data" / "mot").is_dir():
        sys.exit(f"no sequences in {SHARED}/data/mot: set VEEDOR_SHARED")
    problems: dict[str, str] | None = None if options.no_peers else {}
    results: dict[str, Any] = {}
    for folder in options.folders:
        for rate in RATES:
            with tempfile.TemporaryDirectory() as work:
                results.setdefault(folder, {})[rate] = measure(folder, rate, Path(work), problems, options.rounds)
            print(f"{folder}, {rate}: done", file=sys.stderr, flush=True)
            write(options.json, results, problems)  # what is there, should the run be stopped
    console = Console(width=120)
    console.print(table(results))
    console.print(leads(results))


if __name__ == "__main__":
    main()
