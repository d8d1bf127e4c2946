"""Run other projects' trackers on MOTChallenge detections; runs inside their own virtual environment.

    python run_trackers.py --data DIR --out DIR --trackers norfair_iou,sv_bytetrack --high 0.6 --low 0.1 --new 0.7

DIR/<sequence>/{seqinfo.ini,det/det.txt} in; OUT/<tracker>/<sequence>.txt and OUT/<tracker>/timing.json out. Run it with
one thread (OMP_NUM_THREADS=1 ...). No picture is read, so that appearance and camera-motion parts are off; the time is
that of the update calls alone.
"""

from __future__ import annotations

import argparse
import configparser
import contextlib
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")

Step = Callable[[np.ndarray], list[tuple[float, ...]]]  # detections (n, 5) xyxy+confidence -> id, x1, y1, x2, y2


def supervision_detections(rows: np.ndarray) -> Any:
    import supervision

    return supervision.Detections(
        xyxy=rows[:, :4].astype(np.float32),
        confidence=rows[:, 4].astype(np.float32),
        class_id=np.zeros(len(rows), int),
    )


def sv_bytetrack(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Step:
    import supervision

    tracker = supervision.ByteTrack(
        track_activation_threshold=options.high,
        lost_track_buffer=30,
        minimum_matching_threshold=0.9,
        frame_rate=round(fps),
        minimum_consecutive_frames=1,
    )

    def step(rows: np.ndarray) -> list[tuple[float, ...]]:
        found = tracker.update_with_detections(supervision_detections(rows[rows[:, 4] > options.low]))
        return [(number, *box) for number, box in zip(found.tracker_id, found.xyxy, strict=True)]

    return step


def norfair_iou(_fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Step:
    import norfair

    tracker = norfair.Tracker(
        distance_function="iou", distance_threshold=0.7, initialization_delay=2, hit_counter_max=30
    )

    def step(rows: np.ndarray) -> list[tuple[float, ...]]:
        given = [
            norfair.Detection(points=row[:4].reshape(2, 2), scores=np.full(2, row[4]))
            for row in rows[rows[:, 4] > options.high]
        ]
        now = {id(one) for one in given}
        active = [one for one in tracker.update(detections=given) if id(one.last_detection) in now]
        return [(one.id, *one.last_detection.points.ravel()) for one in active]

    return step


def trackers_step(tracker: Any, least: float) -> Step:
    """A step of a tracker of Roboflow's `trackers`."""

    def step(rows: np.ndarray) -> list[tuple[float, ...]]:
        found = tracker.update(supervision_detections(rows[rows[:, 4] > least]))
        if found.tracker_id is None:
            return []
        return [(number, *box) for number, box in zip(found.tracker_id, found.xyxy, strict=True) if number >= 0]

    return step


def rf_sort(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Step:
    from trackers import SORTTracker

    tracker = SORTTracker(
        lost_track_buffer=30,
        track_activation_threshold=options.high,
        minimum_consecutive_frames=3,
        minimum_iou_threshold=0.3,
        frame_rate=fps,
    )
    return trackers_step(tracker, options.high)


def rf_bytetrack(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Step:
    from trackers import ByteTrackTracker

    tracker = ByteTrackTracker(
        lost_track_buffer=30,
        track_activation_threshold=options.new,
        minimum_consecutive_frames=1,
        minimum_iou_threshold=0.1,
        high_conf_det_threshold=options.high,
        frame_rate=fps,
    )
    return trackers_step(tracker, options.low)


def boxmot_step(make: Callable[[], Any], size: tuple[int, int], least: float) -> Step:
    import torch

    torch.set_num_threads(1)
    declare_torchvision_operators(torch)
    with contextlib.suppress(ImportError):
        from loguru import logger

        logger.remove()
    tracker = make()
    picture = np.zeros((size[1], size[0], 3), np.uint8)

    def step(rows: np.ndarray) -> list[tuple[float, ...]]:
        kept = rows[rows[:, 4] > least]
        found = np.asarray(tracker.update(np.c_[kept, np.zeros(len(kept))].astype(np.float32), picture))
        return [(row[4], *row[:4]) for row in found] if len(found) else []

    return step


_libraries: list[Any] = []


def declare_torchvision_operators(torch: Any) -> None:
    """Boxmot imports torchvision, which will not load beside a torch built without CUDA unless its operators are
    known. No tracker here calls one."""
    if _libraries:
        return
    library = torch.library.Library("torchvision", "DEF")
    _libraries.append(library)
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    pools = ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d")
    for name in (*pools, *(f"_{pool}_backward" for pool in pools)):
        library.define(f"{name}(Tensor x) -> Tensor")


def box_bytetrack(fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Step:
    def make() -> Any:
        from boxmot.trackers import ByteTrack

        return ByteTrack(
            min_conf=options.low, track_thresh=options.high, match_thresh=0.9, track_buffer=30, frame_rate=round(fps)
        )

    return boxmot_step(make, size, options.low)


def box_ocsort(_fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Step:
    def make() -> Any:
        from boxmot.trackers import OcSort

        return OcSort(
            det_thresh=options.high,
            min_conf=options.low,
            max_age=30,
            min_hits=3,
            iou_threshold=0.3,
            asso_func="iou",
            use_byte=False,
            delta_t=3,
            inertia=0.2,
        )

    return boxmot_step(make, size, options.low)


class StillCamera:
    """In the place of BoT-SORT's camera-motion compensation, which wants pixels."""

    def apply(self, *_args: Any, **_options: Any) -> np.ndarray:
        return np.eye(2, 3)


def box_botsort(fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Step:
    def make() -> Any:
        from boxmot.trackers import BotSort

        tracker = BotSort(
            reid_weights=None,
            device="cpu",
            half=False,
            with_reid=False,
            track_high_thresh=options.high,
            track_low_thresh=options.low,
            new_track_thresh=options.new,
            match_thresh=0.8,
            track_buffer=30,
            frame_rate=round(fps),
        )
        tracker.cmc = StillCamera()
        return tracker

    return boxmot_step(make, size, options.low)


TRACKERS = {
    make.__name__: make
    for make in (sv_bytetrack, norfair_iou, rf_sort, rf_bytetrack, box_bytetrack, box_ocsort, box_botsort)
}


def load(folder: Path) -> tuple[list[np.ndarray], float, tuple[int, int]]:
    """Per frame the detections (n, 5): xyxy, confidence; frames/s; width and height."""
    ini = configparser.ConfigParser()
    ini.read(folder / "seqinfo.ini")
    info = ini["Sequence"]
    rows = np.loadtxt(folder / "det" / "det.txt", delimiter=",", usecols=range(7), ndmin=2)
    boxes = np.c_[rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6], rows[:, 6]]
    frames = [boxes[rows[:, 0] == number] for number in range(1, int(info["seqLength"]) + 1)]
    return frames, float(info["frameRate"]), (int(info["imWidth"]), int(info["imHeight"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trackers", required=True)
    for name, value in (("high", 0.6), ("low", 0.1), ("new", 0.7)):
        parser.add_argument(f"--{name}", type=float, default=value)
    options = parser.parse_args()
    sequences = {folder.parent.name: load(folder.parent) for folder in sorted(options.data.glob("*/seqinfo.ini"))}
    for name in options.trackers.split(","):
        out = options.out / name
        out.mkdir(parents=True, exist_ok=True)
        try:
            timing = run(name, sequences, options, out)
        except Exception as problem:  # one peer that does not run must not hide the others
            (out / "problem.txt").write_text(f"{type(problem).__name__}: {problem}")
        else:
            (out / "timing.json").write_text(json.dumps(timing))


def run(name: str, sequences: dict[str, Any], options: argparse.Namespace, out: Path) -> dict[str, float]:
    seconds, count = 0.0, 0
    for sequence, (frames, fps, size) in sequences.items():
        step, lines = TRACKERS[name](fps, options, size), []
        for number, rows in enumerate(frames, start=1):
            began = time.perf_counter()
            found = step(rows)
            seconds += time.perf_counter() - began
            for track, x1, y1, x2, y2 in found:
                lines.append(f"{number},{int(track)},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,-1,-1,-1\n")
        count += len(frames)
        (out / f"{sequence}.txt").write_text("".join(lines))
    return {"frames": count, "seconds": seconds}


if __name__ == "__main__":
    main()
