"""The figures of docs/operate/tuning.md: a noisy rule and quieter ones over the same two days. JSON on standard output.

python bench/tuning.py

A walkway (`vtest.avi` of the shared data), analysed once from its pixels; its 80 s are repeated for 20 minutes on each
of two days, as a site's archive would hold them. Only what a person reading that page would count is told.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from veedor.compose.offline import _frames, _Progress
from veedor.kit.clock import SystemClock
from veedor.model.observation import Observation
from veedor.site.archive.archive import TrackArchive
from veedor.site.backtest.run import BacktestRun, Wanted
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.models import default_model_path
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.ingest.decode import open_file
from veedor.site.pipeline import Pipeline
from veedor.site.rules.ruleset import RuleSet

CAMERA = "walk"
START = datetime(2026, 3, 2, 17, tzinfo=UTC)
DAYS, MINUTES = 2, 20
ZONE = {"Garden": [[0.5, 0.2], [0.95, 0.2], [0.95, 0.9], [0.5, 0.9]]}
NOISY = {"name": "Somebody in the garden", "kind": "zone_intrusion", "zone": "Garden", "classes": ["person"]}
STAYS = {"name": "Stays in the garden", "kind": "loitering", "zone": "Garden"}


def rules(rule: dict[str, Any]) -> RuleSet:
    return RuleSet.loads(json.dumps({"zones": ZONE, "rules": [rule]}), name="tuning")


def observations(video: Path) -> list[Observation]:
    pipeline = Pipeline(AtlasDetector(OnnxDetector(default_model_path(fetch=True), threads=2)))
    with open_file(video, camera_id=CAMERA) as file:
        return [pipeline.process([frame], [frame.media_s])[0] for frame in _frames(file, 5.0, _Progress())]


def fill(archive: TrackArchive, once: list[Observation]) -> None:
    length_s = once[-1].at_s - once[0].at_s + 0.2
    most = max(int(one.tracks.track_id.max()) for one in once if len(one.tracks)) + 1
    for day in range(DAYS):
        for n in range(int(MINUTES * 60 / length_s)):
            for one in once:
                at_s = n * length_s + one.at_s - once[0].at_s
                tracks = replace(one.tracks, track_id=one.tracks.track_id + most * n)
                at = START + timedelta(days=day, seconds=at_s)
                archive.append(
                    CAMERA, replace(one, at_s=at_s + day * 86_400, captured_at=at, tracks=tracks, colours={})
                )
            archive.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "tuning.json")
    options = parser.parse_args()
    shared = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
    video = shared / "data" / "video" / "vtest.avi"
    if not video.is_file():
        sys.exit(f"no {video}: set VEEDOR_SHARED")
    folder = Path(tempfile.mkdtemp(prefix="tuning-"))
    told: dict[str, Any] = {}
    try:
        archive = TrackArchive(folder, SystemClock())
        fill(archive, observations(video))
        archive.stop()
        end = START + timedelta(days=DAYS - 1, minutes=MINUTES + 1)
        for dwell_s in (20, 30, 60):
            wanted = Wanted(CAMERA, START, end, rules({**STAYS, "dwell_s": dwell_s}), rules(NOISY), "America/Lima")
            run = BacktestRun(archive, wanted, SystemClock())
            for _ in run.steps():
                pass
            told["tracks"] = run.tracks
            told["noisy"] = {"events": len(run.old.events), "alerts": len(run.old.raised)}
            told[f"dwell_s {dwell_s}"] = {"events": len(run.new.events), "alerts": len(run.new.raised)}
    finally:
        shutil.rmtree(folder)
    text = json.dumps(told, indent=2)
    print(text)
    options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
