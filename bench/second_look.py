"""The second look on real video: what it turns down, what it loses, what it costs. JSON on standard output.

    VEEDOR_SHARED=../shared python bench/second_look.py [--json bench/results/second_look.json] [--frames 795]

1. `alerts`: rules over vtest.avi at 5 frames a second, analysed as it is and shrunk to 256 pixels wide (a poor
   substream). Each event is looked at again in the analysed picture and, where that was shrunk, in the full one as well
   (the main stream). Whether somebody was there says the ground truth of PETS09-S2L1 (IoU of 0.3 with the last box), so
   only people count. The rule alerts for each track anew: this is about looks, not about how often one alerts.
2. `ghosts`: the same boxes at moments when nobody is near them, and nothing is. Each should be turned down.
Processor time is that of one thread, for a look at up to five pictures of one object.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from veedor.kit.clock import SimulatedClock
from veedor.model.detection import ObjectClass
from veedor.model.frame import Frame
from veedor.model.second_look import Outcome, Sight, Target
from veedor.site.alerting.second_look import SecondLookConfig, SecondLooks, verdict
from veedor.site.analysis.looking import look_again
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.closer import CropDetector, crop_detector
from veedor.site.detect.models import default_model_path
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.ingest.decode import to_i420
from veedor.site.pipeline import Pipeline
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ruleset import RuleSet

SHARED = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = """
zones:
  all: [[0.01, 0.01], [0.99, 0.01], [0.99, 0.99], [0.01, 0.99]]
  west: [[0.01, 0.3], [0.35, 0.3], [0.35, 0.99], [0.01, 0.99]]
  middle: [[0.35, 0.3], [0.65, 0.3], [0.65, 0.99], [0.35, 0.99]]
  east: [[0.65, 0.2], [0.99, 0.2], [0.99, 0.99], [0.65, 0.99]]
rules:
  - {name: all, kind: zone_intrusion, zone: all, classes: [person], cooldown_per: track}
  - {name: west, kind: zone_intrusion, zone: west, classes: [person], cooldown_per: track}
  - {name: middle, kind: zone_intrusion, zone: middle, classes: [person], cooldown_per: track}
  - {name: east, kind: zone_intrusion, zone: east, classes: [person], cooldown_per: track}
"""
Truth = dict[int, np.ndarray]


def frames(count: int) -> list[Frame]:
    """Every second picture of the clip; `index` is that of the clip."""
    found = []
    with av.open(str(SHARED / "data/video/vtest.avi")) as container:
        for number, picture in zip(range(count), container.decode(video=0), strict=False):
            if number % 2 == 0:
                at = START + timedelta(seconds=number / 10)
                found.append(Frame("cam", 0, number, number / 10, at, to_i420(picture)))
    return found


def truth(width: int, height: int) -> Truth:
    """Frame -> boxes (n, 4), 0..1."""
    rows = np.loadtxt(SHARED / "data/groundtruth/PETS09-S2L1_gt.txt", delimiter=",")
    boxes = np.column_stack((rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6])) / np.array([width, height] * 2)
    return {number: boxes[rows[:, 0] == number + 1] for number in range(int(rows[:, 0].max()))}


def best_iou(box: Sequence[float], boxes: np.ndarray) -> float:
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + (box[2] - box[0]) * (box[3] - box[1])
    return float((shared / (areas - shared)).max()) if len(boxes) else 0.0


def shrunk(frame: Frame, width: int) -> Frame:
    picture = cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420)
    small = cv2.resize(picture, (width, frame.height * width // frame.width // 2 * 2), interpolation=cv2.INTER_AREA)
    return replace(frame, i420=cv2.cvtColor(small, cv2.COLOR_BGR2YUV_I420))


def targets_of(analysed: Sequence[Frame], network: OnnxDetector) -> list[Target]:
    """What second looks would look at, one for each event."""
    pipeline, engine = Pipeline(AtlasDetector(network)), RuleEngine(RuleSet.loads(RULES, name="bench"), "cam")
    looks = SecondLooks(SimulatedClock(START), lambda *_: None, SecondLookConfig())
    found: list[Target] = []
    for frame in analysed:
        (seen,) = pipeline.process([frame], [frame.media_s])
        looks.observe(seen)
        for event in engine.step(seen):
            if event.ended_at is None:
                found += looks.targets(event, "auto")
    return found


def looked(
    targets: Sequence[Target], sources: Sequence[dict[int, Frame]], detect: CropDetector, known: Truth
) -> dict[str, Any]:
    """Outcomes of one look each, apart for those that are people and those that are not."""
    real: Counter[str] = Counter()
    false: Counter[str] = Counter()
    spent_s: list[float] = []
    pictures = [lambda sight, one=one: one.get(sight.frame) for one in sources]
    for target in targets:
        began_s = time.process_time()
        outcome = verdict(look_again([target], pictures, lambda _: detect)).outcome
        spent_s.append(time.process_time() - began_s)
        last = target.sights[-1]
        (real if best_iou(last.box_norm, known.get(last.frame, np.zeros((0, 4)))) >= 0.3 else false)[outcome] += 1
    names = [one.value for one in Outcome]
    return {
        "events": len(targets),
        "people": {name: real[name] for name in names},
        "nobody": {name: false[name] for name in names},
        "cpu_ms_median": round(1000 * float(np.median(spent_s)), 1) if spent_s else None,
        "cpu_ms_p95": round(1000 * float(np.percentile(spent_s, 95)), 1) if spent_s else None,
    }


def ghosts(targets: Sequence[Target], all_frames: Sequence[Frame], known: Truth) -> list[Target]:
    """The targets' places 5 s and more later, in five pictures in which nobody is near."""
    found = []
    for number, target in enumerate(targets):
        box = target.sights[-1].box_norm
        first = (target.sights[-1].frame // 2 + 25 + 7 * number) % max(1, len(all_frames) - 10)
        some = all_frames[first : first + 10 : 2]
        if all(best_iou(box, known.get(one.index, np.zeros((0, 4)))) < 0.02 for one in some):
            sights = tuple(Sight(one.index, one.captured_at, box) for one in some)
            found.append(Target(ObjectClass.PERSON, sights))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--frames", type=int, default=795)
    options = parser.parse_args()
    network = OnnxDetector(default_model_path(fetch=True), threads=1)
    detect = crop_detector(network)
    full = frames(options.frames)
    small = [shrunk(one, 256) for one in full]
    known = truth(full[0].width, full[0].height)
    by_number = [{one.index: one for one in some} for some in (full, small)]
    whole, poor = targets_of(full, network), targets_of(small, network)
    places = ghosts(whole, full, known)
    report = {
        "clip": "vtest.avi",
        "frames_analysed": len(full),
        "alerts": {
            "768x576": looked(whole, by_number[:1], detect, known),
            "256x192, looked at in 256x192": looked(poor, by_number[1:], detect, known),
            "256x192, looked at in 768x576 first": looked(poor, by_number, detect, known),
        },
        "ghosts": looked(places, by_number[:1], detect, known),
    }
    text = json.dumps(report, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
