"""The archive of tracks: how many rows it takes, what they cost on disk, how long searches last.

python bench/archive.py                  # 2 million tracks of 43 cameras
FULL=1 python bench/archive.py           # 100 million: 43 cameras x 30 days

Tracks are made up: lanes, people who stand about, vehicles, as many an hour as 43 cameras would give. They go in
through `TrackArchive.store`, as finished tracks; besides, an hour of observations goes in through `append`, `flush` and
`seal`, as it does at a site, for the rate of that way. Every query asks for 50 tracks; pages are timed each by itself,
and a query whose time was over before all was looked at is followed to its end, which is told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from veedor.kit.clock import Clock, SimulatedClock, SystemClock
from veedor.model.detection import ObjectClass as Kind
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from veedor.model.track_query import Between, Order, Sector, TrackQuery, VehicleColour, ZoneWish
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import micros
from veedor.site.archive.columns import Identity, Rows, summarized

CAMERAS = tuple(f"01JCAMERA00000000000000{number:03d}" for number in range(43))
END = datetime(2026, 11, 1, tzinfo=UTC)
PER_HOUR = 100_000_000 // (30 * 24)
KINDS = np.asarray([Kind.PERSON, Kind.CAR, Kind.MOTORCYCLE, Kind.BUS, Kind.TRUCK, Kind.BICYCLE], np.uint8)
SHARES = (0.5, 0.35, 0.08, 0.03, 0.03, 0.01)


def made_up(hour: int, count: int, random: np.random.Generator, cameras: tuple[str, ...] = CAMERAS) -> Rows:
    """An hour of tracks: four of five follow one of six lanes of their camera, the others stay about where they are."""
    camera = np.sort(random.integers(0, len(cameras), count))
    kind = random.choice(KINDS, count, p=SHARES)
    length_s = np.clip(random.lognormal(2.1, 0.8, count), 0.6, 600)
    points = np.maximum(2, np.ceil(length_s / 1.9).astype(np.int64) + 1)
    total = int(points.sum())
    first = np.cumsum(points) - points
    share = (np.arange(total) - np.repeat(first, points)) / np.repeat(points - 1, points)
    lane = camera * 6 + random.integers(0, 6, count)
    lanes = np.random.default_rng(7).uniform(0.05, 0.95, (len(cameras) * 6, 4))
    stays = random.random(count) < 0.2
    ends = np.clip(lanes[lane] + random.normal(0, 0.03, (count, 4)), 0, 1)
    ends[stays, 2:] = ends[stays, :2] + random.normal(0, 0.02, (int(stays.sum()), 2))
    way = np.repeat(ends[:, :2], points, axis=0)
    way = way + (np.repeat(ends[:, 2:], points, axis=0) - way) * share[:, None] + random.normal(0, 0.004, (total, 2))
    high = np.repeat(random.uniform(0.06, 0.3, count), points) * (0.6 + 0.8 * way[:, 1])
    wide = high * np.repeat(np.where(kind == Kind.PERSON, 0.25, 0.7), points)
    boxes = np.stack((way[:, 0] - wide, way[:, 1] - high, way[:, 0] + wide, way[:, 1]), axis=1)
    started_us = hour * 3_600_000_000 + np.sort(random.integers(0, 3_600_000, count)) * 1000
    order = np.lexsort((started_us, camera))
    who = Identity(
        cameras,
        camera[order],
        started_us[order],
        started_us[order],
        random.integers(1, 10_000_000, count),
        kind,
        random.choice(9, count, p=(0.02, 0.25, 0.2, 0.25, 0.1, 0.09, 0.03, 0.03, 0.03)).astype(np.uint8),
    )
    path = np.column_stack((np.rint(share * np.repeat(length_s, points) * 1000) / 1000, np.clip(boxes, 0, 1)))
    return summarized(who, points, path, np.full(count, 16 / 9))


def fill(archive: TrackArchive, tracks: int, clock: Clock) -> float:
    """Tracks a second."""
    random = np.random.default_rng(1)
    last = micros(END) // 3_600_000_000
    began_s, stored_s, done = clock.monotonic(), 0.0, 0
    for back in range(tracks // PER_HOUR, 0, -1):
        rows = made_up(last - back, PER_HOUR, random)
        at_s = clock.monotonic()
        archive.store(rows)
        stored_s += clock.monotonic() - at_s
        done += PER_HOUR
        if back % 24 == 0:
            print(f"  {done:,} tracks after {clock.monotonic() - began_s:,.0f} s", flush=True)
    return done / stored_s


def live_rate(folder: Path, clock: Clock) -> dict[str, float]:
    """Observations as the analysis makes them: ten minutes of 43 cameras at 5 a second, two tracks in each."""
    site = SimulatedClock(END)
    archive = TrackArchive(folder, site)
    began_s = clock.monotonic()
    frames = 600 * 5
    for frame in range(frames):
        t = frame / 5
        ids = np.asarray([frame // 40, 1_000_000 + frame // 60], np.int64)
        x = 640 * (0.1 + 0.8 * (frame % 40) / 40)
        boxes = np.asarray([[x - 20, 100, x + 20, 200], [300, 100, 340, 100 + frame % 60]], np.float32)
        tracks = Tracks(ids, boxes, np.ones(2, np.float32), np.asarray([1, 4], np.int32), np.ones(2, bool))
        for camera in CAMERAS:
            archive.append(camera, Observation(camera, t, END + timedelta(seconds=t), frame, 640, 360, tracks))
        if frame % 10 == 9:
            archive.flush()
    taken_s = clock.monotonic() - began_s
    site.advance(900)
    at_s = clock.monotonic()
    parts = archive.seal()
    sealed_s = clock.monotonic() - at_s
    archive.stop()
    return {
        "observations_per_s": round(frames * len(CAMERAS) / taken_s),
        "times_real_time": round(600 / taken_s, 1),
        "parts_sealed_per_s": round(parts / sealed_s),
    }


def queries(days: float) -> dict[str, TrackQuery]:
    start, all_ = END - timedelta(days=days), CAMERAS
    plaza = ((0.42, 0.55), (0.58, 0.55), (0.58, 0.7), (0.42, 0.7))
    corner = ((0.0, 0.0), (0.02, 0.0), (0.02, 0.02), (0.0, 0.02))
    noon = END - timedelta(hours=min(12, days * 12))
    return {
        "a day, cars going north": TrackQuery(
            END - timedelta(days=min(1, days)), END, all_, (Kind.CAR,), sectors=(Sector.N,)
        ),
        "one camera, an hour, people": TrackQuery(noon - timedelta(hours=1), noon, CAMERAS[3:4], (Kind.PERSON,)),
        "red fast cars": TrackQuery(
            start, END, all_, (Kind.CAR,), speed_hps=Between(0.4), colours=(VehicleColour.RED,)
        ),
        "five cameras, people two minutes": TrackQuery(start, END, CAMERAS[5:10], (Kind.PERSON,), dwell_s=Between(120)),
        "one camera, lorries into a zone": TrackQuery(start, END, CAMERAS[8:9], (Kind.TRUCK,), zone=ZoneWish(plaza)),
        "people who stayed in a zone 10 s": TrackQuery(start, END, all_, (Kind.PERSON,), zone=ZoneWish(plaza, 10)),
        "people seen longest": TrackQuery(start, END, all_, (Kind.PERSON,), order=Order.LONGEST),
        "green buses going north-west, slowly": TrackQuery(
            *(start, END, all_, (Kind.BUS,)),
            sectors=(Sector.NW,),
            colours=(VehicleColour.GREEN,),
            speed_hps=Between(None, 0.02),
        ),
        "nobody is that fast": TrackQuery(start, END, all_, (Kind.PERSON,), speed_hps=Between(60)),
        "slow and long, seldom": TrackQuery(
            start, END, all_, (Kind.BICYCLE,), speed_hps=Between(0.5), dwell_s=Between(200)
        ),
        "one camera, a corner where nobody goes": TrackQuery(start, END, CAMERAS[20:21], zone=ZoneWish(corner)),
        "old page: a day three quarters back": TrackQuery(
            END - timedelta(days=0.75 * days), END - timedelta(days=0.74 * days), all_, (Kind.MOTORCYCLE,)
        ),
    }


def ask(archive: TrackArchive, query: TrackQuery, clock: Clock) -> tuple[list[float], int, bool]:
    """Seconds of each page until the first that has all it was asked for, tracks, and whether one page was enough."""
    took, found = [], 0
    while True:
        at_s = clock.monotonic()
        page = archive.search(query)
        took.append(clock.monotonic() - at_s)
        found += len(page.tracks)
        if page.searched_to is None or found >= query.limit or page.cursor is None:
            return took, found, len(took) == 1 and page.searched_to is None
        query = TrackQuery(**{name: getattr(query, name) for name in query.__slots__} | {"cursor": page.cursor})


def measure(archive: TrackArchive, days: float, rounds: int, clock: Clock) -> dict[str, object]:
    pages: list[float] = []
    told = {}
    for name, query in queries(days).items():
        runs = [ask(archive, query, clock) for _ in range(rounds)]
        pages += [one for took, _, _ in runs for one in took]
        told[name] = {
            "first_page_s": round(float(np.median([took[0] for took, _, _ in runs])), 4),
            "whole_s": round(float(np.median([sum(took) for took, _, _ in runs])), 4),
            "found": runs[0][1],
            "one_page": runs[0][2],
        }
        print(f"  {name}: {told[name]}", flush=True)
    return {
        "p50_s": round(float(np.percentile(pages, 50)), 4),
        "p95_s": round(float(np.percentile(pages, 95)), 4),
        "worst_s": round(max(pages), 4),
        "queries": told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    full = bool(os.environ.get("FULL"))
    parser.add_argument("--tracks", type=int, default=100_000_000 if full else 2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the archive is made, and kept")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "archive.json")
    options = parser.parse_args()
    clock = SystemClock()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="archive-"))
    try:
        archive = TrackArchive(folder / "archive", clock)
        rate = fill(archive, options.tracks, clock) if not archive.days() else 0.0
        archive.stop()
        octets = sum(one.stat().st_size for one in (folder / "archive").iterdir())
        days = options.tracks / PER_HOUR / 24
        result: dict[str, object] = {
            "at": clock.now().isoformat(timespec="seconds"),
            "tracks": options.tracks // PER_HOUR * PER_HOUR,
            "cameras": len(CAMERAS),
            "days": round(days, 2),
            "stored_per_s": round(rate),
            "octets": octets,
            "octets_per_track": round(octets / (options.tracks // PER_HOUR * PER_HOUR), 1),
            "search": measure(archive, days, options.rounds, clock),
            "live": live_rate(folder / "live", clock),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "load": [round(one, 1) for one in os.getloadavg()],
        }
    finally:
        if options.folder is None:
            shutil.rmtree(folder)
    print(json.dumps(result, indent=2))
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
