"""A simulated town: planted acts among thousands of ordinary trips, by rules; and planted oddities, by what was
learned.

    python bench/city.py --json bench/results/city.json
    FULL=1 python bench/city.py ...        # more days

SUMO drives a day of trips over sixteen crossings with lights; four of them have a camera, 10 m up, calibrated, that
sees 60 m of road (boxes are sized by distance, tremble by 2 % of their size, and 3 % of them are missing). What SUMO
does not do is planted by changing single vehicles: reversed in time (wrong way), twice as fast, halted for three
minutes, two that meet and stay, a truck that comes by five times, over the pavement, at three in the night. No
picture is rendered: this is about rules and what is learned, not about detection. AUC: of planted against ordinary
tracks of a day that was not learned.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))

from tracker import ENVIRONMENTS, environment
from veedor.model.detection import ObjectClass
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Baseline, Normality, empty
from veedor.site.normality.grid import Aspect
from veedor.site.normality.scoring import score_of
from veedor.site.rules.backtest import backtest
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet

ENVIRONMENTS["city"] = "requirements-city.txt"
PEERS = Path(__file__).parent / "peers"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
CAMERAS = 4
NEAR_M, FOCAL, UP, LIFT = 25.0, 0.625, 29.39, -0.1957  # see `picture`
SHAKE, MISSING = 0.02, 0.03
RULES = """\
zones:
  Cruce: [[0.05, 0.05], [0.95, 0.05], [0.95, 0.99], [0.05, 0.99]]
rules:
  - {name: stopped, kind: stopped_vehicle, zone: Cruce, dwell_s: 150, cooldown_s: 0}
  - {name: speeding, kind: speeding, enabled: true, limit_kmh: 75, cooldown_s: 0}
  - {name: collision, kind: collision, enabled: true, cooldown_s: 0}
  - {name: circling, kind: vehicle_circling, enabled: true, classes: [truck], times: 4, span_s: 1800, cooldown_s: 0}
"""
WRONG_WAY = """\
zones:
  Carril: [[0.42, 0.45], [0.497, 0.45], [0.497, 0.98], [0.36, 0.98]]
tripwires:
  Eje: {from: [0.36, 0.8], to: [0.5, 0.8]}
rules:
  - {name: wrong, kind: wrong_way, zone: Carril, tripwire: Eje, allowed: left_to_right, dwell_s: 0.8, cooldown_s: 0}
"""
PLANTED_RULES = ("wrong", "stopped", "speeding", "collision", "circling")
ODDITIES = ("wrong", "speeding", "stopped", "place", "hour")


@dataclass(frozen=True)
class Drive:
    """A vehicle near one crossing: seconds of the day, metres east and north of it. `act`: what was planted."""

    seconds: NDArray[np.float64]
    xy: NDArray[np.float64]
    truck: bool
    act: str = ""


def picture(xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2) places 0..1 in the picture and (n,) distances: a camera south of the crossing that looks north."""
    away = NEAR_M + xy[:, 1] + 30.0
    safe = np.maximum(away, 1.0)
    return np.column_stack((0.5 + FOCAL * xy[:, 0] / safe, LIFT + UP / safe)), away


def ground() -> Ground:
    """The inverse of `picture`, as a calibration gives it."""
    rows = (UP / FOCAL, 0, -0.5 * UP / FOCAL, 0, -NEAR_M, UP + NEAR_M * LIFT, 0, 1, -LIFT)
    return Ground(tuple(float(one) for one in rows))


def drives(rows: NDArray[np.float32], camera: int) -> list[Drive]:
    """The vehicles that a camera sees, each pass a drive of its own."""
    mine = rows[rows[:, 0] == camera].astype(np.float64)
    found = []
    for vehicle in np.unique(mine[:, 1]):
        one = mine[mine[:, 1] == vehicle]
        where, away = picture(one[:, 3:5])
        seen = (away > NEAR_M * 0.98) & (where > 0.01).all(axis=1) & (where < 0.99).all(axis=1)
        one = one[seen]
        if not len(one):
            continue
        parts = np.split(one, np.flatnonzero(np.diff(one[:, 2]) > 3.0) + 1)
        found += [
            Drive(part[:, 2], part[:, 3:5], bool(part[0, 5]))
            for part in parts
            if len(part) >= 4 and part[-1, 2] - part[0, 2] >= 3
        ]
    return found


def archived(one: Drive, number: int, day: int, rng: np.random.Generator) -> ArchivedTrack:
    """The drive as a track of the archive, seen by an imperfect detector."""
    seen = rng.random(len(one.seconds)) >= MISSING
    seen[[0, -1]] = True
    where, away = picture(one.xy[seen])
    width = FOCAL * (3.6 if one.truck else 2.6) / away
    height = width * 16 / 9 * (0.9 if one.truck else 0.7)
    shaken = rng.normal(0, SHAKE, (2, len(away)))
    x, y = where[:, 0] + shaken[0] * width, where[:, 1] + shaken[1] * height
    at = one.seconds[seen] - one.seconds[0]
    path = np.column_stack((at, x - width / 2, y - height, x + width / 2, y)).astype(np.float32)
    start = MONDAY + timedelta(days=day, seconds=float(one.seconds[0]))
    kind = ObjectClass.TRUCK if one.truck else ObjectClass.CAR
    return ArchivedTrack("c", number, kind, start, start + timedelta(seconds=float(at[-1])), path)


# -- planting


def crossing(one: Drive) -> bool:
    """Whether it drives straight through, without a long wait: acts are planted on those."""
    gone = np.hypot(*(one.xy[-1] - one.xy[0]))
    return bool(gone > 35 and one.seconds[-1] - one.seconds[0] < 14 and not one.truck)


def planted(ordinary: list[Drive], act: str, count: int, rng: np.random.Generator) -> list[Drive]:
    """`count` times the act, on vehicles chosen by chance; several drives for an act of several. Their times are kept
    apart."""
    able = [one for one in ordinary if crossing(one) and 6 * 3600 < one.seconds[0] < 22 * 3600]
    chosen = [able[n] for n in rng.choice(len(able), min(count, len(able)), replace=False)]
    found: list[Drive] = []
    for number, one in enumerate(chosen):
        found += _acted(one, f"{act}:{number}", act, able, rng)
    return found


def _acted(  # noqa: PLR0911
    one: Drive, name: str, act: str, able: list[Drive], rng: np.random.Generator
) -> list[Drive]:
    first = one.seconds[0]
    if act == "wrong":
        return [Drive(first + (one.seconds[-1] - one.seconds[::-1]), one.xy[::-1], one.truck, name)]
    if act == "speeding":
        fast = first + (one.seconds - first) / 2.2
        at = np.arange(first, fast[-1], 0.2)
        return [Drive(at, _along(at, fast, one.xy), one.truck, name)]
    if act == "stopped":
        return [_halted(one, len(one.seconds) // 2, 180.0, name)]
    if act == "hour":
        return [replace(one, seconds=one.seconds - first + 3 * 3600 + rng.uniform(0, 3600), act=name)]
    if act == "place":
        angle = rng.uniform(0, np.pi)
        at = np.arange(0, 6.01, 0.2)
        way = np.outer(at - 3, (np.cos(angle), np.sin(angle))) * 4 + rng.choice((-14, 14), 2)
        return [Drive(first + at, way, one.truck, name)]
    if act == "collision":
        other = able[int(rng.integers(len(able)))]
        near, far = (int(np.argmin(np.hypot(*way.xy.T))) for way in (one, other))
        shift = one.seconds[near] - other.seconds[far]
        moved = replace(other, seconds=other.seconds + shift, xy=other.xy + (one.xy[near] - other.xy[far]))
        return [_halted(one, near, 90.0, name, stay=True), _halted(moved, far, 90.0, name, stay=True)]
    times = first + 240.0 * np.arange(5) + rng.uniform(-20, 20, 5)
    return [replace(one, seconds=one.seconds - first + at, truck=True, act=name) for at in times]


def _along(at: NDArray[np.float64], times: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.interp(at, times, xy[:, side]) for side in (0, 1)])


def _halted(one: Drive, where: int, seconds: float, name: str, *, stay: bool = False) -> Drive:
    """It stops at its point number `where`; with `stay` for good."""
    wait = one.seconds[where] + np.arange(0.2, seconds, 0.2)
    after = slice(len(one.seconds), None) if stay else slice(where + 1, None)
    at = np.concatenate((one.seconds[: where + 1], wait, one.seconds[after] + seconds))
    xy = np.concatenate((one.xy[: where + 1], np.repeat(one.xy[where][None], len(wait), axis=0), one.xy[after]))
    return Drive(at, xy, one.truck, name)


# -- what is found


def wrong_way_rules() -> RuleSet:
    """For the lane that comes towards the camera."""
    return RuleSet.loads(WRONG_WAY, name="city")


def by_rule(ordinary: list[Drive], day: int, rng: np.random.Generator, camera: int) -> dict[str, Counter[str]]:
    """Of one camera and day: planted acts, those found, and events that nobody planted."""
    counted = {name: Counter() for name in PLANTED_RULES}
    for act in PLANTED_RULES:
        odd = planted(ordinary, act, 150 if act == "wrong" else 20, rng)
        if act == "wrong":  # those in the lane that the rule watches
            odd = [one for one in odd if _through_zone(one)][:20]
        tracks = [archived(one, number, day, rng) for number, one in enumerate([*ordinary, *odd])]
        names = {number: one.act for number, one in enumerate([*ordinary, *odd])}
        rules = wrong_way_rules() if act == "wrong" else RuleSet.loads(RULES, name="city")
        span = (MONDAY + timedelta(days=day), MONDAY + timedelta(days=day + 1))
        found = backtest(rules, tracks, span, camera_id="c", ground=ground())
        events = [event for event in found.events if event.rule == act]
        hit = {names[track] for event in events for track in event.track_ids if names[track]}
        false = [event for event in events if not any(names[track] for track in event.track_ids)]
        counted[act].update(planted=len({one.act for one in odd}), found=len(hit), false=len(false))
        print(f"camera {camera}, {act}: {dict(counted[act])}", file=sys.stderr, flush=True)
    return counted


def _through_zone(one: Drive) -> bool:
    where, _ = picture(one.xy)
    inside = (where[:, 0] > 0.42) & (where[:, 0] < 0.49) & (where[:, 1] > 0.5) & (where[:, 1] < 0.95)
    return bool(inside.sum() >= 7 and one.xy[-1, 1] - one.xy[0, 1] > 20)


def auc(odd: list[float], usual: list[float]) -> float:
    """The chance that an odd track scores higher than a usual one (Mann-Whitney)."""
    values = np.concatenate((odd, usual))
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):  # ties share their mean rank
        same = values == value
        if same.sum() > 1:
            ranks[same] = ranks[same].mean()
    return float((ranks[: len(odd)].sum() - len(odd) * (len(odd) + 1) / 2) / (len(odd) * len(usual)))


def surprise(track: ArchivedTrack, normality: Normality) -> float:
    """How rare a track is, as one number: the least rate of its aspects, larger is rarer."""
    known = normality.at(track.started_at)
    if known is None:
        return 0.0
    scores = score_of(track, known.usual)
    found = [known.rarity.excess(aspect, score) for aspect, score in scores.items()]
    return max((one for one in found if one is not None), default=-100.0)


def alerts(track: ArchivedTrack, normality: Normality, per_day: float) -> bool:
    """Whether the rule `unusual` would find it rare enough, its daily limit aside."""
    known = normality.at(track.started_at)
    scores = score_of(track, known.usual) if known else {}
    rates = [known.rarity.per_day(aspect, score) for aspect, score in scores.items()] if known else []
    return any(rate is not None and rate <= per_day / len(Aspect) for rate in rates)


def learned(days: list[list[Drive]], rng: np.random.Generator) -> Baseline:
    baseline = empty(MONDAY)
    for day, ordinary in enumerate(days):
        tracks = [archived(one, number, day, rng) for number, one in enumerate(ordinary)]
        baseline = baseline.after(tracks, MONDAY + timedelta(days=day + 1), UTC, MONDAY)
    return baseline


def by_learning(days: list[list[Drive]], test: list[Drive], rng: np.random.Generator, work: Path) -> dict[str, Any]:
    """AUC of one camera, ours and the peers', over all oddities and for each."""
    at = len(days)
    odd = [one for act in ODDITIES for one in planted(test, act, 15, rng)]
    baseline = learned(days, rng)
    every = [*test, *odd]
    tracks = [archived(one, number, at, rng) for number, one in enumerate(every)]
    normality = Normality(UTC, baseline)
    scores = {"veedor": {n: surprise(track, normality) for n, track in enumerate(tracks)}}
    before = [archived(one, n, day, rng) for day, some in enumerate(days) for n, one in enumerate(some)]
    peers(before, tracks, work, scores)
    usual = [n for n, one in enumerate(every) if not one.act]
    result: dict[str, Any] = {"ordinary": len(usual), "planted": len(odd)}
    for name, told in scores.items():
        kinds = {act: [n for n, one in enumerate(every) if one.act.startswith(act)] for act in ODDITIES}
        result[name] = {
            "all": auc([told[n] for n in range(len(test), len(every))], [told[n] for n in usual]),
            **{act: auc([told[n] for n in those], [told[n] for n in usual]) for act, those in kinds.items()},
        }
    told = [alerts(track, normality, 3.0) for track in tracks]
    result["ordinary_alerts_at_3_a_day"] = sum(told[: len(test)])
    result["planted_found_at_3_a_day"] = sum(told[len(test) :])
    return result


def peers(
    before: list[ArchivedTrack], after: list[ArchivedTrack], work: Path, scores: dict[str, dict[int, float]]
) -> None:
    arrays = {}
    for name, tracks in (("train", before), ("test", after)):
        parts, times = [], []
        for number, track in enumerate(tracks):
            path = track.path.astype(np.float64)
            size = np.sqrt((path[:, 3] - path[:, 1]) * (path[:, 4] - path[:, 2]) * 16 / 9)
            foot = (np.full(len(path), number), (path[:, 1] + path[:, 3]) / 2, path[:, 4], size)
            thin = _each_second(path[:, 0])
            parts.append(np.column_stack(foot)[thin])
            midnight = track.started_at.replace(hour=0, minute=0, second=0, microsecond=0)
            times.append(path[thin, 0] + (track.started_at - midnight).total_seconds())
        arrays[name], arrays[f"{name}_t"] = np.concatenate(parts), np.concatenate(times)
    np.savez(work / "in.npz", **arrays)
    words = [str(environment("city")), str(PEERS / "oddity.py"), str(work / "in.npz"), str(work / "out.npz")]
    subprocess.run(words, check=True)
    told = np.load(work / "out.npz")
    for name in ("gaussian", "forest"):
        scores[name] = dict(zip(told["names"].tolist(), told[name].tolist(), strict=True))
        scores[name] |= {n: 0.0 for n in range(len(after)) if n not in scores[name]}


def _each_second(seconds: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.unique(np.searchsorted(seconds, np.arange(0, seconds[-1] + 1e-3, 1.0)).clip(0, len(seconds) - 1))


def towns(days: int, trips: int, work: Path) -> Iterator[NDArray[np.float32]]:
    for day in range(days):
        out = work / f"day{day}.npz"
        words = [
            str(environment("city")),
            str(PEERS / "city_sim.py"),
            str(out),
            "--seed",
            str(day + 1),
            "--step",
            "0.2",
        ]
        subprocess.run([*words, "--trips", str(trips)], check=True, stdout=subprocess.DEVNULL)
        print(f"day {day + 1} of {days} driven", file=sys.stderr, flush=True)
        yield np.load(out)["rows"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("FULL")))
    parser.add_argument("--cameras", type=int)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cameras = options.cameras or (CAMERAS if options.full else 1)
    days = 8 if options.full else 5
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        rows = list(towns(days, 6_000, Path(folder)))
        rules = {name: Counter() for name in PLANTED_RULES}
        learning = []
        for camera in range(cameras):
            seen = [drives(one, camera) for one in rows]
            for name, counted in by_rule(seen[-1], days - 1, rng, camera).items():
                rules[name].update(counted)
            learning.append(by_learning(seen[:-1], seen[-1], rng, Path(folder)))
            print(json.dumps(learning[-1]), file=sys.stderr, flush=True)
    result = {
        "figure": "city",
        "camera_days": cameras,
        "rules": {
            name: {
                **counted,
                "recall": round(counted["found"] / max(counted["planted"], 1), 3),
                "false_per_camera_day": round(counted["false"] / cameras, 2),
            }
            for name, counted in rules.items()
        },
        "learning": {"days": days - 1, "cameras": learning},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
