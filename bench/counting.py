"""Tripwire counts by direction against counts derived from ground truth, beside supervision's LineZone.

    VEEDOR_SHARED=../shared python bench/counting.py [--json bench/results/counting.json] [--peer PYTHON] [--no-video]

Three lines in each sequence (upright, level, slanting) of MOT17-val, MOT15 and KITTI-car; those whose camera itself
moves apart. The truth is geometry: the path of each ground-truth foot point, averaged over a second, cut with the line,
between places that are a tenth of the box's height away from it. The rule's margin is the same: without one the truth
would rest on the annotator's hand ("every cut is true" gives the error then, too). That the two are the same flatters
the rule, so `by_margin_of_the_truth` has the error on still cameras with margins that it does not share. The same
tracks go through `counting`, through LineZone (its default, and with its threshold at 2) and through two zones with an
inertia of frames, as Frigate has them, at their own rate and thinned to about 5 fps; then our tracker's tracks of the
given detections; then, for PETS09-S2L1, everything from pixels. Error: sum over lines and directions of
|counted - true|, by the sum of true.
"""

from __future__ import annotations

import argparse
import configparser
import gzip
import itertools
import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import counting_zones

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("VEEDOR_SHARED", ROOT.parent / "shared"))
MOT15 = ("PETS09-S2L1", "TUD-Campus", "TUD-Stadtmitte")
# cameras that stand still, as those for which lines are drawn; and cameras on the move, where a line is no place
GROUPS = {
    "still": ("MOT17-val/MOT17-02", "MOT17-val/MOT17-09", *(f"MOT15-train/{name}" for name in MOT15)),
    "moving": ("MOT17-val/MOT17-05", "MOT17-val/MOT17-10", *(f"KITTI-car/{number:04d}" for number in range(10))),
}
LINES = {"upright": ((0.5, 0.0), (0.5, 1.0)), "level": ((0.0, 0.6), (1.0, 0.6)), "slanting": ((0.25, 0.25), (0.8, 1.0))}
CLEAR = 0.1  # of the box's height; the rule's own margin is the same
MARGINS = (0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2)
WAYS = ("left_to_right", "right_to_left")
Counts = Counter[tuple[str, str]]  # (line, way)


# -- sequences


def sequence(name: str) -> tuple[Path, tuple[int, int], float]:
    """Folder, size of the picture, and frames per second."""
    folder = SHARED / "data" / "mot" / name
    ini = configparser.ConfigParser()
    ini.read(folder / "seqinfo.ini")
    info = ini["Sequence"]
    return folder, (int(info["imWidth"]), int(info["imHeight"])), float(info["frameRate"])


def ground_truth(folder: Path) -> np.ndarray:
    """(n, 6): frame, id, left, top, width, height of what the set says is to be tracked."""
    with gzip.open(folder / "gt" / "gt.txt.gz", "rt") as text:
        rows = np.loadtxt(text, delimiter=",", ndmin=2)
    return rows[rows[:, 6] > 0][:, :6]


def thinned(rows: np.ndarray, step: int) -> np.ndarray:
    kept = rows[(rows[:, 0] - 1) % step == 0].copy()
    kept[:, 0] = (kept[:, 0] - 1) // step + 1
    return kept


# -- the truth


def truth(rows: np.ndarray, size: tuple[int, int], fps: float, *, bare: bool = False, margin: float = CLEAR) -> Counts:
    """Crossings of every line by the smoothed paths. `bare`: also those that no foot point can be sure of."""
    counts: Counts = Counter()
    half = max(1, round(fps / 2))
    for track_id in np.unique(rows[:, 1]):
        part = rows[rows[:, 1] == track_id]
        part = part[np.argsort(part[:, 0])]
        feet = np.column_stack((part[:, 2] + part[:, 4] / 2, part[:, 3] + part[:, 5])) / size
        feet = np.clip(feet, 1e-6, 1 - 1e-6)  # feet below the picture stand at its border
        if len(feet) < 2 * half + 1:
            continue
        frames = np.arange(part[0, 0], part[-1, 0] + 1)
        path = np.column_stack([np.interp(frames, part[:, 0], feet[:, axis]) for axis in (0, 1)])
        reach = [min(half, i, len(path) - 1 - i) for i in range(len(path))]  # a path's ends stay where they are
        smooth = np.array([path[i - k : i + k + 1].mean(axis=0) for i, k in enumerate(reach)])
        heights = np.interp(frames, part[:, 0], part[:, 5]) / size[1]
        for name, line in LINES.items():
            found = cuts(smooth, np.asarray(line))
            scale = (size[0] / size[1], 1)
            sure = clear(found, smooth * scale, np.asarray(line) * scale, margin * heights)
            for way in [way for _, way in settled(found, fps)] if bare else sure:
                counts[name, way] += 1
    return counts


def cuts(path: np.ndarray, line: np.ndarray) -> list[tuple[int, str]]:
    """Step and direction of every cut of a path (n, 2) with a line (2, 2)."""
    start, along = line[0], line[1] - line[0]
    offset = path - start
    side = along[0] * offset[:, 1] - along[1] * offset[:, 0]  # > 0: right of the line, y down
    found = []
    for step in np.flatnonzero((side[:-1] > 0) != (side[1:] > 0)).tolist():
        share = side[step] / (side[step] - side[step + 1])
        point = path[step] + share * (path[step + 1] - path[step])
        place = float(np.dot(point - start, along) / np.dot(along, along))
        if 0 <= place <= 1:
            found.append((step, "left_to_right" if side[step + 1] > 0 else "right_to_left"))
    return found


def settled(found: list[tuple[int, str]], fps: float) -> list[tuple[int, str]]:
    """Without pairs of cuts, there and back, within a second."""
    kept: list[tuple[int, str]] = []
    for step, way in found:
        if kept and step - kept[-1][0] <= fps and way != kept[-1][1]:
            kept.pop()
        else:
            kept.append((step, way))
    return kept


def clear(found: list[tuple[int, str]], path: np.ndarray, line: np.ndarray, margins: np.ndarray) -> list[str]:
    """The directions of crossings between places that are `margins` (picture heights) away from the line: not those of
    feet that stand on it, or of tracks that begin or end there, whose side is a matter of the annotator's hand.

    `path`, `line`: in picture heights. Between two such places the path cuts the line an odd number of times.
    """
    along, offset = line[1] - line[0], path - line[0]
    distance = (along[0] * offset[:, 1] - along[1] * offset[:, 0]) / np.hypot(*along)
    far = np.flatnonzero(np.abs(distance) >= margins)
    ways = []
    for before, after in itertools.pairwise(far.tolist()):
        cut = sum(before <= step < after for step, _ in found)
        if (distance[before] > 0) != (distance[after] > 0) and cut % 2:
            ways.append("left_to_right" if distance[after] > 0 else "right_to_left")
    return ways


# -- ours


def counted(rows: np.ndarray, size: tuple[int, int], fps: float) -> Counts:
    """The counting rule over tracks (n, 6)."""
    from rules import observations
    from veedor.site.rules import RuleEngine, RuleSet

    lines = {name: {"from": list(start), "to": list(end)} for name, (start, end) in LINES.items()}
    rules = [{"name": name, "kind": "counting", "tripwire": name} for name in LINES]
    engine = RuleEngine(RuleSet.loads(json.dumps({"tripwires": lines, "rules": rules}), name="bench"), "c")
    for obs in observations(rows, size, fps):
        engine.step(obs)
    result: Counts = Counter()
    for name, by_way in engine.crossings().items():
        for (_, way), count in by_way.items():
            result[name, way] += count
    return result


def tracked(folder: Path, step: int, fps: float) -> np.ndarray:
    """Our tracker's tracks of the given detections."""
    from veedor.model.detection import Detections
    from veedor.site.track import Tracker, motchallenge

    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "det.txt"
        file.write_bytes(gzip.decompress((folder / "det" / "det.txt.gz").read_bytes()))
        detections = motchallenge.read_detections(file)
    tracker, rows = Tracker(), []
    for number, frame in enumerate(range(1, max(detections) + 1, step), 1):
        tracks = tracker.update(detections.get(frame, Detections.empty()), (number - 1) / fps)
        for track_id, box, seen in zip(tracks.track_id.tolist(), tracks.xyxy.tolist(), tracks.observed, strict=True):
            if seen:
                rows.append((number, track_id, box[0], box[1], box[2] - box[0], box[3] - box[1]))
    return np.asarray(rows, float).reshape(-1, 6)


def from_pixels(fps: float) -> np.ndarray | None:
    """Tracks of people in vtest.avi, by `veedor analyze`'s own code; None without the video."""
    video = SHARED / "data" / "video" / "vtest.avi"
    if not video.exists():
        return None
    from veedor.compose.offline import Outputs, analyze_file

    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "tracks.txt"
        analyze_file(video, None, fps, Outputs(tracks=out), "en", lambda *_: None)
        rows = np.loadtxt(out, delimiter=",", ndmin=2)
    rows = rows[rows[:, 7] == 1]
    rows[:, 0] = (rows[:, 0] - 1) // round(10 / fps) + 1
    return rows[:, :6]


# -- the peer, in its own environment


def peer_main(file: Path) -> None:
    """Runs under the peer's Python: the same tracks through supervision's LineZone."""
    import supervision as sv

    data = np.load(file)
    result: dict[str, Any] = {"version": sv.__version__}
    for name in [key for key in data.files if not key.startswith("size")]:
        rows, size = data[name], data[f"size_{name}"]
        for threshold in (1, 2):
            found = {}
            for line, ends in LINES.items():
                points = [sv.Point(*(np.asarray(end) * size)) for end in ends]
                foot = (sv.Position.BOTTOM_CENTER,)
                zone = sv.LineZone(*points, triggering_anchors=foot, minimum_crossing_threshold=threshold)
                for frame in range(1, int(rows[:, 0].max()) + 1):
                    part = rows[rows[:, 0] == frame]
                    xyxy = np.column_stack((part[:, 2:4], part[:, 2:4] + part[:, 4:6])).astype(np.float32)
                    ids, classes = part[:, 1].astype(int), np.zeros(len(part), int)
                    zone.trigger(sv.Detections(xyxy=xyxy.reshape(-1, 4), class_id=classes, tracker_id=ids))
                found[line] = [zone.in_count, zone.out_count]
            result[f"{name}|{threshold}"] = found
    print(json.dumps(result))


def peer(python: Path, inputs: dict[str, tuple[np.ndarray, tuple[int, int]]]) -> dict[str, Any]:
    if not python.exists():
        return {"missing": f"{python} is not there: bench/tracker.py makes it"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tracks.npz"
        sizes = {f"size_{name}": np.asarray(size) for name, (_, size) in inputs.items()}
        np.savez(file, **{name: rows for name, (rows, _) in inputs.items()}, **sizes)  # type: ignore[arg-type]
        command = [str(python), __file__, "--run-peer", str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def theirs(found: dict[str, Any], name: str, threshold: int, ours: Counts) -> Counts:
    """A peer's counts. Which side it calls in is taken to be the one that agrees better with ours."""
    readings: list[Counts] = []
    for ways in (WAYS, WAYS[::-1]):
        readings.append(Counter())
        for line, pair in found[f"{name}|{threshold}"].items():
            for way, count in zip(ways, pair, strict=True):
                readings[-1][line, way] += count
    return min(readings, key=lambda one: off(one, ours))


def off(counts: Counts, true: Counts) -> int:
    return sum(abs(counts[key] - true[key]) for key in set(counts) | set(true))


# -- all of it


def group_figures(names: tuple[str, ...], python: Path) -> dict[str, Any]:
    """Sums over the sequences of a group, at their own rate and at about 5 fps."""
    result: dict[str, Any] = {}
    for rate in ("native", "5 fps"):
        inputs, true, found, all_true = {}, {}, Counter[str](), 0
        for full_name in names:
            path, size, fps = sequence(full_name)
            step, name, gt = 1 if rate == "native" else max(1, round(fps / 5)), path.name, ground_truth(path)
            rows, true[name] = thinned(gt, step), truth(gt, size, fps)
            bare, ours = truth(gt, size, fps, bare=True), counted(rows, size, fps / step)
            inputs[name], all_true = (rows, size), all_true + bare.total()
            found["veedor"] += off(ours, true[name])
            found["veedor, every cut is true"] += off(ours, bare)
            found["two zones, as in Frigate"] += off(counting_zones.counted(rows, size, LINES), true[name])
            found["veedor, of detections"] += off(
                counted(tracked(path, step, fps / step), size, fps / step), true[name]
            )
        said = peer(python, inputs)
        for threshold in () if "missing" in said else (1, 2):
            for name in inputs:
                counts = theirs(said, name, threshold, true[name])
                found[f"supervision, threshold {threshold}"] += off(counts, true[name])
        sums = {key: share(wrong, sum(one.total() for one in true.values())) for key, wrong in found.items()}
        sums["veedor, every cut is true"] = share(found["veedor, every cut is true"], all_true)
        result[rate] = {"true": sum(one.total() for one in true.values()), "cuts": all_true, **sums}
        result[rate]["supervision"] = said.get("version", said.get("missing"))
    return result


def by_margin() -> dict[str, dict[str, float]]:
    """Margin of the truth -> the rule's error on ground-truth tracks of still cameras, at their own rate."""
    sums = {margin: [0, 0] for margin in MARGINS}
    for name in GROUPS["still"]:
        path, size, fps = sequence(name)
        rows = ground_truth(path)
        ours = counted(rows, size, fps)
        for margin, one in sums.items():
            true = truth(rows, size, fps, margin=margin)
            one[0] += off(ours, true)
            one[1] += true.total()
    return {f"{margin:g}": {"true": true, **share(wrong, true)} for margin, (wrong, true) in sums.items()}


def share(wrong: int, true: int) -> dict[str, float]:
    return {"off_by": wrong, "error": round(wrong / max(1, true), 4)}


def pixel_figures() -> dict[str, Any] | None:
    path, size, fps = sequence("MOT15-train/PETS09-S2L1")
    # the benchmark calls the clip 7 fps; the file runs at 10, and so does the analysis
    true = truth(ground_truth(path), size, fps)
    result: dict[str, Any] = {"true": true.total()}
    for rate in (10.0, 5.0):
        rows = from_pixels(rate)
        if rows is None:
            return None
        result[f"{rate:g} fps"] = share(off(counted(rows, size, rate), true), true.total())
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peer", type=Path, default=ROOT / ".venvs" / "peers-a" / "bin" / "python")
    parser.add_argument("--no-video", action="store_true")
    parser.add_argument("--run-peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_peer:
        peer_main(options.run_peer)
        return
    pixels: Callable[[], Any] = (lambda: None) if options.no_video else pixel_figures
    result = {name: group_figures(names, options.peer) for name, names in GROUPS.items()} | {"from_pixels": pixels()}
    result["by_margin_of_the_truth"] = by_margin()
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
