"""Detection and tracking on real video: `veedor analyze` on the pedestrian clip, scored by TrackEval.

The clip is PETS09-S2L1 frame for frame; its ground truth is in MOT15 format. At the native rate (each frame) and at
5 frames a second (the ground truth thinned to the same frames). TrackEval runs in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SEQUENCE = "PETS09-S2L1"
NATIVE_FPS = 10.0


def thin(lines: list[str], step: int) -> str:
    """Every `step`-th frame, renumbered from 1."""
    kept = []
    for line in lines:
        frame, rest = line.split(",", 1)
        if (int(float(frame)) - 1) % step == 0:
            kept.append(f"{(int(float(frame)) - 1) // step + 1},{rest}")
    return "\n".join(kept) + "\n"


def people(lines: list[str]) -> list[str]:
    """Only persons: the ground truth labels no vehicles. Column 8 of our tracks is the class."""
    return [line for line in lines if line.split(",")[7] == "1"]


def score(python: Path, scorer: Path, gt: Path, results: Path) -> dict[str, float]:
    target = results.parent / "score.json"
    command = [str(python), str(scorer), "--gt", str(gt), "--res", str(results), "--benchmark", "MOT15"]
    subprocess.run([*command, "--json", str(target)], check=True, stdout=subprocess.DEVNULL)
    told = json.loads(target.read_text())
    return told.get("COMBINED", told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    shared = Path(os.environ.get("VEEDOR_SHARED", HERE.parents[1] / "shared"))
    video, truth = shared / "data/video/vtest.avi", shared / "data/groundtruth/PETS09-S2L1_gt.txt"
    python = HERE.parent / ".venvs/bench/bin/python"
    for needed in (video, truth):
        if not needed.is_file():
            sys.exit(f"{needed} is not there: set VEEDOR_SHARED")
    if not python.is_file():
        sys.exit(f"{python} is not there: run bench/tracker.py once, it makes the scoring environment")
    result = {}
    with tempfile.TemporaryDirectory() as name:
        for label, step in (("native", 1), ("5 fps", 2)):
            folder = Path(name) / str(step)
            gt, out = folder / "gt" / SEQUENCE, folder / "out"
            (gt / "gt").mkdir(parents=True)
            out.mkdir()
            (gt / "gt" / "gt.txt").write_text(thin(truth.read_text().splitlines(), step))
            length = -(-795 // step)
            (gt / "seqinfo.ini").write_text(
                f"[Sequence]\nname={SEQUENCE}\nframeRate={NATIVE_FPS / step:g}\nseqLength={length}\n"
                "imWidth=768\nimHeight=576\nimExt=.jpg\nimDir=img1\n"
            )
            tracks = folder / "tracks.txt"
            command = [sys.executable, "-m", "veedor.cli", "analyze", str(video), "--fps", f"{NATIVE_FPS / step:g}"]
            ran = subprocess.run(
                [*command, "--tracks", str(tracks), "--json"], check=True, capture_output=True, text=True
            )
            told = json.loads(ran.stdout)
            (out / f"{SEQUENCE}.txt").write_text(thin(people(tracks.read_text().splitlines()), step))
            result[label] = score(python, shared / "tools/score_mot.py", folder / "gt", out) | {
                "speed_x_real_time": told["speed"],
                "passes": told["detector"]["passes"],
                "frames_analysed": told["frames_analysed"],
            }
    text = json.dumps(result, indent=2)
    sys.stdout.write(text + "\n")
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
