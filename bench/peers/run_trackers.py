"""Run other projects' trackers on MOTChallenge detections; runs inside their own virtual environment.

    python run_trackers.py --data DIR --out DIR --trackers norfair_iou,sv_bytetrack --high 0.6 --low 0.1 --new 0.7

DIR/<sequence>/{seqinfo.ini,det/det.txt} in; OUT/<tracker>/<sequence>.txt and OUT/<tracker>/timing.json out. Run it with
one thread (OMP_NUM_THREADS=1 ...). No picture is read, so that appearance and camera-motion parts are off.

The clock runs in the update calls alone: what brings our rows into a peer's own type of detections, and its tracks back
into rows, is not charged to it, as it is not to ours, which is given its own type too.
"""

from __future__ import annotations

import argparse
import configparser
import contextlib
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")

Rows = list[tuple[float, ...]]  # id, x1, y1, x2, y2


@dataclass(frozen=True)
class Peer:
    """One peer on one sequence, frame by frame."""

    prepare: Callable[[np.ndarray], Any]  # detections (n, 5), xyxy and confidence, to what the peer takes
    update: Callable[[Any], Any]  # what is timed
    read: Callable[[Any, Any], Rows]  # what it was given, what it gave


def supervision_peer(update: Callable[[Any], Any], least: float) -> Peer:
    """A peer that takes and gives supervision's detections; from the confidence `least` up."""
    import supervision

    def prepare(rows: np.ndarray) -> Any:
        kept = rows[rows[:, 4] > least]
        return supervision.Detections(
            xyxy=kept[:, :4].astype(np.float32),
            confidence=kept[:, 4].astype(np.float32),
            class_id=np.zeros(len(kept), int),
        )

    def read(_given: Any, found: Any) -> Rows:
        if found.tracker_id is None:
            return []
        return [(number, *box) for number, box in zip(found.tracker_id, found.xyxy, strict=True) if number >= 0]

    return Peer(prepare, update, read)


def sv_bytetrack(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Peer:
    import supervision

    tracker = supervision.ByteTrack(
        track_activation_threshold=options.high,
        lost_track_buffer=30,
        minimum_matching_threshold=0.9,
        frame_rate=round(fps),
        minimum_consecutive_frames=1,
    )
    return supervision_peer(tracker.update_with_detections, options.low)


def norfair_iou(_fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Peer:
    import norfair

    tracker = norfair.Tracker(
        distance_function="iou", distance_threshold=0.7, initialization_delay=2, hit_counter_max=30
    )

    def prepare(rows: np.ndarray) -> list[Any]:
        return [
            norfair.Detection(points=row[:4].reshape(2, 2), scores=np.full(2, row[4]))
            for row in rows[rows[:, 4] > options.high]
        ]

    def read(given: list[Any], active: list[Any]) -> Rows:
        now = {id(one) for one in given}
        return [(one.id, *one.last_detection.points.ravel()) for one in active if id(one.last_detection) in now]

    return Peer(prepare, lambda given: tracker.update(detections=given), read)


def rf_sort(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Peer:
    from trackers import SORTTracker

    tracker = SORTTracker(
        lost_track_buffer=30,
        track_activation_threshold=options.high,
        minimum_consecutive_frames=3,
        minimum_iou_threshold=0.3,
        frame_rate=fps,
    )
    return supervision_peer(tracker.update, options.high)


def rf_bytetrack(fps: float, options: argparse.Namespace, _size: tuple[int, int]) -> Peer:
    from trackers import ByteTrackTracker

    tracker = ByteTrackTracker(
        lost_track_buffer=30,
        track_activation_threshold=options.new,
        minimum_consecutive_frames=1,
        minimum_iou_threshold=0.1,
        high_conf_det_threshold=options.high,
        frame_rate=fps,
    )
    return supervision_peer(tracker.update, options.low)


def boxmot_peer(make: Callable[[], Any], size: tuple[int, int], least: float) -> Peer:
    import torch

    torch.set_num_threads(1)
    declare_torchvision_operators(torch)
    with contextlib.suppress(ImportError):
        from loguru import logger

        logger.remove()
    tracker = make()
    picture = np.zeros((size[1], size[0], 3), np.uint8)

    def prepare(rows: np.ndarray) -> np.ndarray:
        kept = rows[rows[:, 4] > least]
        return np.c_[kept, np.zeros(len(kept))].astype(np.float32)

    def read(_given: np.ndarray, found: Any) -> Rows:
        rows = np.asarray(found)
        return [(row[4], *row[:4]) for row in rows] if len(rows) else []

    return Peer(prepare, lambda given: tracker.update(given, picture), read)


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


def box_bytetrack(fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Peer:
    def make() -> Any:
        from boxmot.trackers import ByteTrack

        return ByteTrack(
            min_conf=options.low, track_thresh=options.high, match_thresh=0.9, track_buffer=30, frame_rate=round(fps)
        )

    return boxmot_peer(make, size, options.low)


def box_ocsort(_fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Peer:
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

    return boxmot_peer(make, size, options.low)


class StillCamera:
    """In the place of BoT-SORT's camera-motion compensation, which wants pixels."""

    def apply(self, *_args: Any, **_options: Any) -> np.ndarray:
        return np.eye(2, 3)


def box_botsort(fps: float, options: argparse.Namespace, size: tuple[int, int]) -> Peer:
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

    return boxmot_peer(make, size, options.low)


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


def run(name: str, sequences: dict[str, Any], options: argparse.Namespace, out: Path) -> dict[str, Any]:
    """How many frames, and the seconds of each sequence."""
    seconds, count = {}, 0
    for sequence, (frames, fps, size) in sequences.items():
        peer, lines, spent = TRACKERS[name](fps, options, size), [], 0.0
        for number, rows in enumerate(frames, start=1):
            given = peer.prepare(rows)
            began = time.perf_counter()
            found = peer.update(given)
            spent += time.perf_counter() - began
            for track, x1, y1, x2, y2 in peer.read(given, found):
                lines.append(f"{number},{int(track)},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,-1,-1,-1\n")
        seconds[sequence] = spent
        count += len(frames)
        (out / f"{sequence}.txt").write_text("".join(lines))
    return {"frames": count, "seconds": seconds}


if __name__ == "__main__":
    main()
