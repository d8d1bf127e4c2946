"""How fast the rules are, and how right, beside supervision's zones and lines. JSON on standard output.

    VEEDOR_SHARED=../shared python bench/rules.py [--out bench/results/rules.json] [--peer .venvs/peers-a/bin/python]

Speed: the tracks of PETS09-S2L1 (ground truth; without it, drawn ones) through two zones and a line on one thread,
through nine rules of the first kinds, and through one rule of every kind at once. The peer does less: it says who is
inside and who crossed; it keeps no times, makes no events. Crossings: walkers with trembling feet whose crossings are
known by construction. Objects: CAVIAR's labels. Beside it: what decoding a 1080p H.264 camera of 25 frames a second
costs (the pedestrian clip enlarged, which is cheaper to decode than a camera's own 1080p), all its frames, of which
the pipeline takes five. All figures are processor time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SHARED = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
SIZE = (768, 576)
FPS = 5
ZONES = {
    "A": [[0.1, 0.2], [0.5, 0.1], [0.6, 0.5], [0.5, 0.9], [0.1, 0.9]],
    "B": [[0.5, 0.2], [0.9, 0.1], [0.9, 0.5], [0.8, 0.9], [0.6, 0.9]],
}
LINE = [[0.5, 0.1], [0.5, 0.9]]
REPEATS = 5
FULL_HD_FPS = 25.0


# -- inputs


def tracks() -> np.ndarray:
    """(n, 6): frame, id, left, top, width, height."""
    file = SHARED / "data" / "groundtruth" / "PETS09-S2L1_gt.txt"
    if file.exists():
        return np.loadtxt(file, delimiter=",")[:, :6]
    return walkers(np.random.default_rng(1), 40)[0]


def walkers(rng: np.random.Generator, count: int) -> tuple[np.ndarray, int]:
    """Tracks (n, 6) of people near the line, and how often they really cross it.

    A quarter each: walks across; walks up to the line, stands on it and goes back; the same and goes on; walks round
    the line's end. Feet tremble by 1.5 % of the box's height, as a detector's do.
    """
    rows, crossings = [], 0
    for person in range(count):
        kind, frame, side = person % 4, int(rng.integers(0, 200)), float(rng.choice([-1, 1]))
        y = float(rng.uniform(0.35, 0.75))
        stops = {
            0: [(0.3, y, 0), (-0.3, y, 0)],
            1: [(0.3, y, 0), (0.0, y, 20), (0.3, y, 0)],
            2: [(0.3, y, 0), (0.0, y, 20), (-0.3, y, 0)],
            3: [(0.3, 0.8, 0), (0.3, 0.97, 0), (-0.3, 0.97, 0), (-0.3, 0.8, 0)],
        }[kind]
        crossings += kind in (0, 2)
        place = np.asarray(stops[0][:2])
        for x, to_y, wait in stops:
            target = np.asarray((x, to_y))
            steps = max(1, int(np.hypot(*(target - place)) / 0.02))
            points = [place + (target - place) * k / steps for k in range(1, steps + 1)] + [target] * wait
            for point in points:
                frame += 1
                foot_x, foot_y = point + rng.normal(0, 0.0015, 2)
                left, top = (0.5 + side * foot_x - 0.02) * SIZE[0], (foot_y - 0.1) * SIZE[1]
                rows.append((frame, person + 1, left, top, 0.04 * SIZE[0], 0.1 * SIZE[1]))
            place = target
    return np.asarray(rows), crossings


# -- veedor


def every_kind() -> str:
    """One rule of each kind, all of them on, over the whole picture where the kind allows it."""
    from veedor.site.rules.kinds import KINDS

    needed = {"zone": "A", "tripwire": "L", "more_than": 4, "steps": ["tripwire", "loitering"]}
    needed |= {"after": "tripwire", "missing": "loitering"}
    rules = []
    for kind, rule in KINDS.items():
        fields = rule.Params.model_fields
        asked = {key for key in needed if key in fields and (fields[key].is_required() or rule.Params.needs == key)}
        rules.append({"name": kind, "kind": kind, "enabled": True, **{key: needed[key] for key in asked}})
    return json.dumps({"zones": ZONES, "tripwires": {"L": {"from": LINE[0], "to": LINE[1]}}, "rules": rules})


def rules_text(all_kinds: bool) -> str:
    rules: list[dict[str, Any]] = [
        {"name": "a", "kind": "zone_intrusion", "zone": "A"},
        {"name": "b", "kind": "zone_intrusion", "zone": "B"},
        {"name": "c", "kind": "tripwire", "tripwire": "L"},
    ]
    if all_kinds:
        rules += [
            {"name": "d", "kind": "loitering", "zone": "A", "dwell_s": 20},
            {"name": "e", "kind": "occupancy", "zone": "B", "more_than": 4},
            {"name": "f", "kind": "object_left", "dwell_s": 20},
            {"name": "g", "kind": "stopped_vehicle", "zone": "A"},
            {"name": "h", "kind": "camera_offline"},
            {"name": "i", "kind": "camera_tampered"},
        ]
    return json.dumps({"zones": ZONES, "tripwires": {"L": {"from": LINE[0], "to": LINE[1]}}, "rules": rules})


def observations(rows: np.ndarray, size: tuple[int, int] = SIZE, fps: float = FPS) -> list[Any]:
    from datetime import UTC, datetime

    from veedor.model.track import Tracks
    from veedor.site.rules.replay import from_frames

    frames = {}
    for frame in np.unique(rows[:, 0]).astype(int).tolist():
        part = rows[rows[:, 0] == frame]
        boxes = np.column_stack((part[:, 2:4], part[:, 2:4] + part[:, 4:6])).astype(np.float32)
        ones = np.ones(len(part), np.float32)
        unknown = np.zeros(len(part), np.int32)
        frames[frame] = Tracks(part[:, 1].astype(np.int64), boxes, ones, unknown, ones.astype(np.bool_))
    return list(from_frames(frames, size, fps, datetime(2026, 1, 1, tzinfo=UTC)))


def our_speed(rows: np.ndarray, text: str, fps: float = FPS, repeats: int = REPEATS) -> float:
    """Frames per second of processor time, the best of some runs. Tracks have no class: every rule takes them."""
    from veedor.site.rules import RuleEngine, RuleSet
    from veedor.site.rules.ground import Ground

    rules, video, best = RuleSet.loads(text, name="bench"), observations(rows, fps=fps), float("inf")
    ground = Ground((40.0, 0.0, 0.0, 0.0, 30.0, 0.0, 0.0, 0.0, 1.0))
    for _ in range(repeats):
        engine, began = RuleEngine(rules, "c", ground=ground), time.process_time()
        for obs in video:
            engine.step(obs)
        best = min(best, time.process_time() - began)
    return len(video) / best


def beside_decoding(rows: np.ndarray) -> tuple[float, float | None]:
    """One rule of every kind: frames per second of processor time; and `decoding_ms`. By turns, the best of some, since
    what else the machine does changes from one second to the next, and both with it."""
    turns = [(our_speed(rows, every_kind(), repeats=1), decoding_ms()) for _ in range(REPEATS)]
    decoding = [spent_ms for _, spent_ms in turns if spent_ms is not None]
    return max(speed for speed, _ in turns), min(decoding, default=None)


def decoding_ms() -> float | None:
    """Processor time per second of video of a 1080p camera, as the pipeline decodes it: every frame, on one thread, one
    in five of them taken out as a picture."""
    from scenes import Size, scene
    from veedor.compose.clips import cache_directory
    from veedor.site.ingest.decode import Decoder, VideoFile

    source = SHARED / "data" / "video" / "vtest.avi"
    if not source.exists():
        return None
    clip = scene("busy", Size(1920, 1080, FULL_HD_FPS, 4_000_000), source, cache_directory() / "bench")
    with VideoFile(clip) as video:
        packets, info = list(video)[: round(10 * FULL_HD_FPS)], video.info
    decoder, taken, frames = Decoder(info), -1, 0

    def wanted(media_s: float) -> bool:
        nonlocal taken
        number = int(media_s * FPS + 1e-6)
        is_next, taken = number != taken, number
        return is_next

    began = time.process_time()
    for packet in packets:
        frames += len(decoder.decode(packet, wanted))
    frames += len(decoder.flush(wanted))
    spent_s = time.process_time() - began
    if frames < 0.9 * len(packets) / FULL_HD_FPS * FPS:
        sys.exit(f"only {frames} pictures of {clip} were decoded")
    return 1000 * spent_s / len(packets) * FULL_HD_FPS


def our_crossings(rows: np.ndarray) -> int:
    from veedor.site.rules import RuleEngine, RuleSet

    engine = RuleEngine(RuleSet.loads(rules_text(False), name="bench"), "c")
    for obs in observations(rows):
        engine.step(obs)
    return sum(engine.crossings()["c"].values())


def left_objects() -> dict[str, Any] | None:
    """`object_left` (5 s) on the CAVIAR clips, at 25 and at 5 frames a second, against the labels."""
    from veedor.site.rules import RuleEngine, RuleSet

    folder = SHARED / "data" / "behaviour" / "caviar"
    if not folder.exists():
        return None
    labels = json.loads(gzip.decompress((folder / "events.json.gz").read_bytes()))
    wanted = {
        one["clip"]: one["start"] / 25 for one in labels if (one["kind"], one["label"]) == ("role", "leaving object")
    }
    rules = RuleSet.loads("rules: [{name: left, kind: object_left, dwell_s: 5}]", name="bench")
    result: dict[str, Any] = {}
    for fps in (25, 5):
        found, false_alarms, errors_s, clips = 0, 0, [], 0
        for file in sorted(folder.glob("*/*.tracks.txt.gz")):
            with gzip.open(file, "rt") as text:
                rows = np.loadtxt(text, delimiter=",")
            rows = rows[(rows[:, 0] - 1) % (25 // fps) == 0]
            rows[:, 0] = (rows[:, 0] - 1) // (25 // fps) + 1
            engine, clips = RuleEngine(rules, "c"), clips + 1
            starts = {event.id: event.start_s for event in engine.run(observations(rows, (384, 288), fps))}.values()
            label_s = wanted.get(file.parent.name)
            hits = [s for s in starts if label_s is not None and abs(s - label_s) < 2]
            found += bool(hits)
            false_alarms += len(starts) - len(hits)
            errors_s += [abs(s - label_s) for s in hits if label_s is not None]
        result[f"{fps}_fps"] = {
            "clips": clips,
            "labelled": len(wanted),
            "found": found,
            "false_alarms": false_alarms,
            "start_error_s": round(max(errors_s, default=0.0), 3),
        }
    return result


# -- the peer, in its own environment


def peer_main(file: Path) -> None:
    """Runs under the peer's Python: the same zones, line and tracks through supervision."""
    import supervision as sv

    data = np.load(file)

    def frames(rows: np.ndarray) -> list[Any]:
        result = []
        for frame in range(1, int(rows[:, 0].max()) + 1):
            part = rows[rows[:, 0] == frame]
            xyxy = np.column_stack((part[:, 2:4], part[:, 2:4] + part[:, 4:6])).astype(np.float32).reshape(-1, 4)
            result.append(
                sv.Detections(xyxy=xyxy, class_id=np.zeros(len(part), int), tracker_id=part[:, 1].astype(int))
            )
        return result

    scale = np.asarray(SIZE)

    def parts(threshold: int) -> tuple[list[Any], Any]:
        foot = (sv.Position.BOTTOM_CENTER,)
        zones = [sv.PolygonZone((np.asarray(z) * scale).astype(int), triggering_anchors=foot) for z in ZONES.values()]
        ends = [sv.Point(*(np.asarray(point) * scale)) for point in LINE]
        return zones, sv.LineZone(*ends, triggering_anchors=foot, minimum_crossing_threshold=threshold)

    video, best = frames(data["tracks"]), float("inf")
    for _ in range(REPEATS):
        zones, line = parts(1)
        began = time.process_time()
        for detections in video:
            for zone in zones:
                zone.trigger(detections)
            line.trigger(detections)
        best = min(best, time.process_time() - began)
    counts = {}
    for threshold in (1, 2):
        _, line = parts(threshold)
        for detections in frames(data["walkers"]):
            line.trigger(detections)
        counts[f"crossings_threshold_{threshold}"] = line.in_count + line.out_count
    print(json.dumps({"version": sv.__version__, "frames_per_s": len(video) / best, **counts}))


def peer(python: Path, rows: np.ndarray, people: np.ndarray) -> dict[str, Any] | None:
    if not python.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tracks.npz"
        np.savez(file, tracks=rows, walkers=people)
        done = subprocess.run(
            [str(python), __file__, "--run-peer", str(file)], check=True, capture_output=True, text=True
        )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", "--out", dest="out", type=Path)
    parser.add_argument("--peer", type=Path, default=Path(__file__).parents[1] / ".venvs/peers-a/bin/python")
    parser.add_argument("--run-peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run_peer:
        peer_main(options.run_peer)
        return
    rows = tracks()
    people, truth = walkers(np.random.default_rng(7), 400)
    three, nine = our_speed(rows, rules_text(False)), our_speed(rows, rules_text(True))
    every, decoding = beside_decoding(rows)
    theirs = peer(options.peer, rows, people)
    result = {
        "machine": {"cores": os.cpu_count(), "load_1min": os.getloadavg()[0], "python": platform.python_version()},
        "tracks_per_frame": round(len(rows) / rows[:, 0].max(), 2),
        "frames_per_s": {"two_zones_and_a_line": round(three), "nine_rules": round(nine), "every_kind": round(every)},
        "core_share_43_cameras_5_fps_nine_rules": round(43 * 5 / nine, 4),
        "core_share_of_one_camera_5_fps_every_kind": round(5 / every, 5),
        "every_kind_ms_a_frame": round(1000 / every, 3),
        "decoding_1080p_25_fps_core_share": round(decoding / 1000, 4) if decoding else None,
        "every_kind_share_of_decoding": round(FPS * 1000 / every / decoding, 4) if decoding else None,
        "crossings": {"true": truth, "counted": our_crossings(people)},
        "left_objects_caviar": left_objects(),
        "peer_supervision": theirs,
        "speed_ratio_to_peer": round(three / theirs["frames_per_s"], 2) if theirs else None,
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
