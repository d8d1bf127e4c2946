"""What the motion atlas costs and finds, against the detector on every whole frame. JSON on standard output.

    VEEDOR_SHARED=../shared python bench/detection.py [--json bench/results/detection.json]

Accuracy: `vtest.avi` (PETS09-S2L1, ground truth frame for frame) at 5 fps, cut into 8 spans that play as 8 cameras.
The scene is busy in every frame: all that the atlas saves there, it saves by packing.
Load: 43 cameras at 640x360 and 5 fps, 14 of them with street footage all the time, 29 still (a noisy sensor, H.264).
CPU time is that of one thread from decoded frame to boxes; decoding and tracking cost the same on both sides.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np

from veedor.kit.geometry import box_iou
from veedor.model.detection import Detections, ObjectClass
from veedor.model.frame import Frame
from veedor.model.track import Tracks
from veedor.site.detect.atlas import AtlasDetector, Look, Reason, Watcher, WatcherConfig
from veedor.site.detect.models import default_model_path
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.regions import whole_frame
from veedor.site.track.tracker import Tracker

SHARED = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FPS = 5.0


# -- pictures


def decode(source: Path | io.BytesIO, every: int, size: tuple[int, int] | None = None) -> list[np.ndarray]:
    """Every `every`-th picture as I420; `size` (width, height) cuts the middle out to that shape and scales it."""
    pictures = []
    with av.open(source if isinstance(source, io.BytesIO) else str(source)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index % every:
                continue
            fitted = picture if size is None else fit(picture, size)
            pictures.append(np.ascontiguousarray(fitted.to_ndarray(format="yuv420p")))
    return pictures


def fit(picture: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    rgb = picture.to_ndarray(format="rgb24")
    height, width = rgb.shape[:2]
    tall = min(height, round(width * size[1] / size[0]))
    wide = min(width, round(height * size[0] / size[1]))
    top, left = (height - tall) // 2, (width - wide) // 2
    cut = np.ascontiguousarray(rgb[top : top + tall, left : left + wide])
    return av.VideoFrame.from_ndarray(cut, format="rgb24").reformat(width=size[0], height=size[1], format="yuv420p")


def still_footage(picture: np.ndarray, count: int, seed: int) -> list[np.ndarray]:
    """`picture` (I420) as a camera sends it while nothing happens: sensor noise, slow light, H.264 at 500 kb/s."""
    rng = np.random.default_rng(seed)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=int(FPS))
        stream.height, stream.width = picture.shape[0] * 2 // 3, picture.shape[1]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 500_000
        stream.options = {"preset": "ultrafast", "g": "10"}
        for index in range(count):
            light = 4 * np.sin(index / 40)
            noisy = np.clip(picture + light + rng.normal(0, 2.5, picture.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="yuv420p")))
        container.mux(stream.encode())
    file.seek(0)
    return decode(file, 1)


def to_frame(camera: str, index: int, at_s: float, picture: np.ndarray) -> Frame:
    return Frame(camera, 0, index, at_s, EPOCH + timedelta(seconds=at_s), picture)


# -- scores


def read_truth(path: Path) -> dict[int, np.ndarray]:
    """Boxes xyxy per frame, from 0 (MOT15 format)."""
    truth: dict[int, list[np.ndarray]] = {}
    for row in np.loadtxt(path, delimiter=","):
        if row[6] > 0:
            truth.setdefault(int(row[0]) - 1, []).append(np.concatenate([row[2:4], row[2:4] + row[4:6]]))
    return {frame: np.array(boxes) for frame, boxes in truth.items()}


def score(found: dict[int, Detections], truth: dict[int, np.ndarray]) -> dict[str, float]:
    """People only. AP50 over all points; precision and recall at four thresholds. Matched greedily by confidence."""
    rows: list[tuple[float, bool]] = []
    wanted = 0
    for frame, detections in found.items():
        boxes = truth.get(frame, np.zeros((0, 4)))
        wanted += len(boxes)
        people = detections.where(detections.class_id == ObjectClass.PERSON)
        people = people.where(np.argsort(-people.confidence, kind="stable"))
        iou = box_iou(people.xyxy, boxes)
        for row, confidence in enumerate(people.confidence.tolist()):
            best = int(iou[row].argmax()) if len(boxes) else -1
            hit = best >= 0 and iou[row, best] >= 0.5
            if hit:
                iou[:, best] = 0
            rows.append((confidence, hit))
    rows.sort(key=lambda one: -one[0])
    confidence = np.array([one for one, _ in rows])
    hits = np.cumsum([hit for _, hit in rows])
    precision, recall = hits / np.arange(1, len(rows) + 1), hits / wanted
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    result = {"ap50": float(np.sum(np.diff(np.concatenate([[0], recall])) * envelope))}
    for threshold in (0.3, 0.4, 0.5, 0.6):
        last = int((confidence >= threshold).sum()) - 1
        result[f"precision_{threshold}"] = float(precision[last]) if last >= 0 else 0.0
        result[f"recall_{threshold}"] = float(recall[last]) if last >= 0 else 0.0
    return {name: round(value, 4) for name, value in result.items()}


# -- runs


class Everywhere:
    """The alternative: each frame whole, each time."""

    def look(self, frame: Frame, tracks: Tracks) -> Look:  # noqa: ARG002
        return Look(frame, (whole_frame(frame.width, frame.height),), Detections.empty(), Reason.REFRESH)

    def told(self, detections: Detections) -> None:
        """Nothing follows from what was found."""


@dataclass(slots=True)
class Run:
    found: list[Detections] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    watch_cpu_s: float = 0.0
    detect_cpu_s: float = 0.0
    stats: dict[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, float]:
        count, passes = len(self.frames), self.stats["passes"]
        return {
            "frames": count,
            "passes": passes,
            "passes_per_frame": round(passes / count, 4),
            "cpu_ms_per_frame": round((self.watch_cpu_s + self.detect_cpu_s) / count * 1e3, 3),
            "watch_cpu_ms_per_frame": round(self.watch_cpu_s / count * 1e3, 3),
            "detect_cpu_ms_per_pass": round(self.detect_cpu_s / max(passes, 1) * 1e3, 3),
            **{name: round(value, 3) for name, value in self.stats.items() if name not in ("frames", "passes")},
        }


def play(
    ticks: Sequence[Sequence[Frame]], detector: OnnxDetector, config: WatcherConfig | None, batch: int = 1 << 30
) -> Run:
    """Analyse frames that arrive together tick by tick, `batch` at a time. `config` None: every frame whole."""
    engine = AtlasDetector(detector)
    cameras = {frame.camera_id for tick in ticks for frame in tick}
    watchers = {camera: Everywhere() if config is None else Watcher(config) for camera in cameras}
    trackers = {camera: Tracker() for camera in cameras}
    tracks = dict.fromkeys(cameras, Tracks.empty())
    run = Run()
    for tick in ticks:
        for start in range(0, len(tick), batch):
            frames = tick[start : start + batch]
            began = time.process_time()
            looks = [watchers[frame.camera_id].look(frame, tracks[frame.camera_id]) for frame in frames]
            looked = time.process_time()
            found = engine.detect(looks)
            run.detect_cpu_s += time.process_time() - looked
            run.watch_cpu_s += looked - began
            run.found += found
            run.frames += frames
            for frame, detections in zip(frames, found, strict=True):
                watchers[frame.camera_id].told(detections)
                tracks[frame.camera_id] = trackers[frame.camera_id].update(detections, frame.media_s)
    run.stats = engine.stats().as_dict()
    return run


def spans_of_vtest(cameras: int) -> list[list[Frame]]:
    """`vtest.avi` at 5 fps, cut into spans that play side by side: ticks of frames."""
    pictures = decode(SHARED / "data/video/vtest.avi", 2)
    spans = np.array_split(np.arange(len(pictures)), cameras)
    return [
        [
            to_frame(f"vtest-{number}", int(span[tick]) * 2, int(span[tick]) / FPS, pictures[span[tick]])
            for number, span in enumerate(spans)
            if tick < len(span)
        ]
        for tick in range(len(spans[0]))
    ]


def municipality(cameras: int, active: int, seconds: float) -> list[list[Frame]]:
    """Ticks of `cameras` frames of 640x360, `active` of the cameras with something going on all the time."""
    size, count = (640, 360), int(seconds * FPS)
    video = SHARED / "data/video"
    sources = [decode(video / name, every, size) for name, every in (("vtest.avi", 2), ("bikes.mp4", 5))]
    empty = np.median(np.stack(sources[0][::10]), axis=0).astype(np.uint8)
    quiet = [still_footage(picture, count, seed) for seed, picture in enumerate((empty, sources[1][0], empty[:, ::-1]))]
    # A mirrored picture needs its chroma mirrored plane by plane; for noise on still ground the difference is nil.
    ticks = []
    for tick in range(count):
        frames = []
        for number in range(cameras):
            busy = number * active // cameras != (number + 1) * active // cameras
            source = sources[0 if number % 4 else 1] if busy else quiet[number % len(quiet)]
            picture = source[(tick + 37 * number) % len(source)] if busy else source[tick]
            frames.append(to_frame(f"camera-{number}", tick, tick / FPS, picture))
        ticks.append(frames)
    return ticks


def accuracy(detector: OnnxDetector, config: WatcherConfig) -> dict[str, object]:
    ticks = spans_of_vtest(8)
    truth = read_truth(SHARED / "data/groundtruth/PETS09-S2L1_gt.txt")
    result: dict[str, object] = {}
    for name, one in (("whole_frame", None), ("atlas", config)):
        run = play(ticks, detector, one)
        found = {frame.index: detections for frame, detections in zip(run.frames, run.found, strict=True)}
        result[name] = score(found, truth) | run.figures()
    return result


def load(
    detector: OnnxDetector, config: WatcherConfig, cameras: int = 43, active: int = 14, seconds: float = 20.0
) -> dict[str, object]:
    ticks = municipality(cameras, active, seconds)
    # Every whole frame costs the same, so a few ticks tell; before and after, as other work on the machine varies.
    whole = play(ticks[:5], detector, None)
    atlas = play(ticks, detector, config)
    after = play(ticks[:5], detector, None)
    whole.detect_cpu_s = (whole.detect_cpu_s + after.detect_cpu_s) / 2
    ours, theirs = atlas.figures(), whole.figures()
    per_core = {name: round(1e3 / (one["cpu_ms_per_frame"] * FPS), 1) for name, one in (("a", ours), ("w", theirs))}
    saved = ours["saved_by_idleness"] + ours["saved_by_packing"]
    return {
        "cameras": cameras,
        "active": active,
        "seconds": seconds,
        "atlas": ours,
        "atlas_batches_of_16": play(ticks[: len(ticks) // 2], detector, config, batch=16).figures(),
        "whole_frame": theirs,
        "cameras_per_core": {"atlas": per_core["a"], "whole_frame": per_core["w"]},
        "ratio_cameras_per_core": round(theirs["cpu_ms_per_frame"] / ours["cpu_ms_per_frame"], 2),
        "ratio_passes": round(ours["frames"] / ours["passes"], 2),
        "share_of_saving": {
            "idleness": round(ours["saved_by_idleness"] / saved, 3),
            "packing": round(ours["saved_by_packing"] / saved, 3),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="default: the one that `veedor models pull` fetches")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (SHARED / "data/video/vtest.avi").exists():
        sys.exit(f"bench/detection.py needs vtest.avi and its ground truth under {SHARED} (set VEEDOR_SHARED)")
    detector = OnnxDetector(options.model or default_model_path(fetch=True))
    config = WatcherConfig()
    result = {
        "figure": "detection",
        "cores": os.cpu_count(),
        "threads": 1,
        "load_average_before": os.getloadavg()[0],
        "vtest_5fps": accuracy(detector, config),
        "municipality": load(detector, config),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
