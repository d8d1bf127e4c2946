"""The archive of tracks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.errors import StoreCorrupt, StoreError
from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import ArchivedTrack, Tracks
from veedor.model.track_query import TrackQuery
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import ArchiveConfig
from veedor.site.archive.path import Simplifier, pack, unpack
from waiting import wait_until

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(
    t: float,
    boxes: dict[int, tuple[float, float, float, float]],
    start: datetime = NOON,
    *,
    observed: bool = True,
    scene: SceneFacts | None = None,
    camera: str = "c1",
) -> Observation:
    """Boxes in 0..1 of a 640x360 picture, `t` seconds after `start`."""
    count = len(boxes)
    xyxy = np.asarray(list(boxes.values()), np.float32).reshape(-1, 4) * np.float32((640, 360, 640, 360))
    tracks = Tracks(
        np.asarray(list(boxes), np.int64),
        xyxy.astype(np.float32),
        np.ones(count, np.float32),
        np.full(count, ObjectClass.PERSON, np.int32),
        np.full(count, observed),
    )
    return Observation(camera, t, start + timedelta(seconds=t), round(t * 5), 640, 360, tracks, scene)


def box(x: float, y: float = 0.5) -> tuple[float, float, float, float]:
    return (x - 0.02, y - 0.1, x + 0.02, y)


def walk(archive: TrackArchive, seconds: float, start: datetime = NOON, track_id: int = 1) -> None:
    for number in range(int(seconds * 5) + 1):
        t = number / 5
        archive.append("c1", seen(t, {track_id: box(0.1 + 0.8 * t / seconds, 0.5 + 0.2 * np.sin(t / 4))}, start))


def everything(archive: TrackArchive) -> list[ArchivedTrack]:
    return archive.tracks("c1", NOON - 9 * DAY, NOON + 9 * DAY)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 5), min_size=1, max_size=60))
def test_what_is_left_out_follows_within_the_tolerance(raw: list[tuple[float, ...]]) -> None:
    times = np.cumsum([max(one[0] * 0.5, 0.01) for one in raw])
    samples = [(float(t), *one[1:]) for t, one in zip(times, raw, strict=True)]
    path = Simplifier(0.01, 2.0)
    for sample in samples:
        path.add(sample)
    kept = path.finish()
    points = unpack(pack(kept))
    assert set(kept) <= set(samples)
    assert np.diff([one[0] for one in kept]).max(initial=0) <= 2.0 + 0.5
    for sample in samples:
        at_s = sample[0] - samples[0][0]
        for column in range(1, 5):
            value = np.interp(at_s, points[:, 0], points[:, column])
            # a millisecond of rounding moves a fast edge; the steepest here is 1 per 0.01 s
            assert abs(value - sample[column]) <= 0.01 + 1e-4 + 0.1


def test_straight_paths_cost_little() -> None:
    path = Simplifier(0.004, 2.0)
    for number in range(500):
        x = number / 500
        path.add((number / 5, x, 0.1, x, 0.2))
    assert len(path.finish()) <= 52  # one each 2 s


def test_a_track_comes_back_as_it_went(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    walk(archive, 60)
    archive.stop()
    (track,) = everything(archive)
    assert (track.camera_id, track.track_id, track.object_class) == ("c1", 1, ObjectClass.PERSON)
    assert track.started_at == NOON
    assert abs((track.ended_at - NOON).total_seconds() - 60) < 0.01
    assert track.path.dtype == np.float32
    assert (np.diff(track.path[:, 0]) > 0).all()
    for t in np.arange(0, 60, 0.2):
        wanted = box(0.1 + 0.8 * t / 60, 0.5 + 0.2 * np.sin(t / 4))
        found = [np.interp(t, track.path[:, 0], track.path[:, column]) for column in range(1, 5)]
        assert np.abs(np.asarray(found) - wanted).max() < 0.0045
    assert len(track.path) < 150, "of 301 points"


def test_a_span_gets_the_parts_that_overlap_it(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    walk(archive, 60)
    archive.stop()
    (part,) = archive.tracks("c1", NOON + timedelta(seconds=30), NOON + timedelta(seconds=31))
    assert 20 <= (part.started_at - NOON).total_seconds() <= 30
    assert 31 <= (part.ended_at - NOON).total_seconds() <= 40
    assert archive.tracks("c1", NOON + timedelta(seconds=61), NOON + DAY) == []
    assert archive.tracks("c2", NOON, NOON + DAY) == []
    assert archive.tracks("c1", NOON - DAY, NOON) == []


def test_over_midnight_there_are_two_files_and_one_track(tmp_path: Path) -> None:
    start = datetime(2026, 3, 2, 23, 59, 40, tzinfo=UTC)
    archive = TrackArchive(tmp_path, SystemClock())
    walk(archive, 40, start)
    archive.stop()
    assert len(archive.days()) == 2
    (track,) = everything(archive)
    assert track.started_at == start
    assert abs((track.ended_at - start).total_seconds() - 40) < 0.01
    (late,) = archive.tracks("c1", datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    assert late.ended_at == track.ended_at, "the part over midnight lies in the older file"
    assert late.started_at <= datetime(2026, 3, 3, tzinfo=UTC)


def test_guesses_are_not_archived_and_gaps_show(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    for number in range(100):
        t = number / 5
        archive.append("c1", seen(t, {1: box(0.5)}, observed=not 5 <= t < 10))
    archive.stop()
    (track,) = everything(archive)
    steps = np.diff(track.path[:, 0])
    assert steps.max() == pytest.approx(5.2, abs=0.01)
    assert np.sort(steps)[-2] <= 2.01, "what was seen has a point each 2 s"


def test_an_id_that_comes_again_is_another_track(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    walk(archive, 10)
    archive.append("c1", seen(100, {1: box(0.9)}))  # 90 s later
    archive.append("c1", seen(1, {1: box(0.2)}, NOON + timedelta(seconds=200)))  # the tracker began anew
    archive.stop()
    assert [track.started_at for track in everything(archive)] == [
        NOON,
        NOON + timedelta(seconds=100),
        NOON + timedelta(seconds=201),
    ]


def test_a_stepped_wall_clock_bends_no_path(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    for number in range(100):
        t = number / 5
        start = NOON if t < 10 else NOON - timedelta(hours=1)
        archive.append("c1", seen(t, {1: box(0.1 + t / 40)}, start))
    archive.stop()
    (track,) = archive.tracks("c1", NOON, NOON + timedelta(minutes=1))
    assert (track.ended_at - track.started_at).total_seconds() == pytest.approx(9.8, abs=0.01)
    assert len(archive.tracks("c1", NOON - timedelta(hours=1), NOON - timedelta(minutes=30))) == 1


def test_old_days_go_whole(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    archive = TrackArchive(tmp_path, clock, ArchiveConfig(keep_days=2))
    for day in range(4):
        walk(archive, 10, NOON + day * DAY, track_id=day)
        archive.append("c1", seen(1e6 * (day + 1), {}))
        archive.flush()
    clock.advance(4 * 86_400)
    assert [day.day for day in archive.retain()] == [2, 3]
    assert [day.day for day in archive.days()] == [4, 5]
    assert {track.track_id for track in everything(archive)} == {2, 3}
    assert not list(tmp_path.glob("tracks-2026-03-02*"))
    archive.stop()


def test_scene_changes_are_kept_and_repetitions_are_not(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock())
    for number in range(100):
        covered = 0.9 if 40 <= number < 60 else 0.01 * (number % 3)
        archive.append("c1", seen(number / 5, {}, scene=SceneFacts(True, covered=covered)))
    archive.stop()
    changes = archive.scene("c1", NOON, NOON + DAY)
    assert [round(facts.covered, 1) for _, facts in changes] == [0.0, 0.9, 0.0]
    assert [(at - NOON).total_seconds() for at, _ in changes] == [0.0, 8.0, 12.0]


def test_a_disk_that_takes_nothing_loses_nothing_for_a_while(tmp_path: Path) -> None:
    blocker = tmp_path / "tracks-2026-03-02.db"
    blocker.mkdir()  # no database can be opened here
    archive = TrackArchive(tmp_path, SystemClock(), ArchiveConfig(most_waiting=8))
    walk(archive, 30)
    with pytest.raises(StoreError, match="tracks-2026-03-02"):
        archive.flush()
    blocker.rmdir()
    archive.flush()
    assert len(everything(archive)) == 1
    assert archive.lost == 0
    archive._close()
    for file in tmp_path.iterdir():
        file.unlink()
    blocker.mkdir()
    walk(archive, 200, NOON, track_id=5)
    with pytest.raises(StoreError):
        archive.flush()
    assert archive.lost > 0
    assert len(archive._waiting) == 8


def test_the_background_thread_says_what_is_wrong_and_when_it_is_over(tmp_path: Path) -> None:
    blocker = tmp_path / "tracks-2026-03-02.db"
    blocker.mkdir()
    archive = TrackArchive(tmp_path, SystemClock(), ArchiveConfig(write_every_s=0.02, keep_days=100_000))
    archive.start()
    walk(archive, 30)
    problem = wait_until(lambda: archive.problem)
    assert "tracks-2026-03-02" in problem.render("es")
    blocker.rmdir()
    wait_until(lambda: archive.problem is None and len(everything(archive)) == 1)
    archive.stop()


def test_what_nobody_writes_is_bounded(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock(), ArchiveConfig(most_waiting=5))
    walk(archive, 200)
    assert len(archive._waiting) <= 10
    assert archive.lost > 0


def test_a_damaged_day_is_named(tmp_path: Path) -> None:
    (tmp_path / "tracks-2026-03-02.db").write_bytes(b"no database at all" * 500)
    archive = TrackArchive(tmp_path, SystemClock())
    with pytest.raises(StoreCorrupt, match="tracks-2026-03-02"):
        everything(archive)
    archive.stop()


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_archive import box, seen
from veedor.kit.clock import SystemClock
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import ArchiveConfig
archive = TrackArchive(Path(sys.argv[1]), SystemClock(), ArchiveConfig(write_every_s=0.05, keep_days=100_000))
archive.start()
number = 0
while True:  # time runs as fast as the writer follows
    archive.append("c1", seen(number / 5, {1: box(0.5), 2: box(0.3)}))
    number += 1
    if number % 50 == 0:
        archive.flush()
        print(number / 5, flush=True)
"""


def test_killed_it_has_all_but_the_last_seconds(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ) as process:
        assert process.stdout is not None
        for _ in range(20):
            told_s = float(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    archive = TrackArchive(tmp_path, SystemClock())
    tracks = everything(archive)
    assert {track.track_id for track in tracks} == {1, 2}
    for track in tracks:
        assert (track.ended_at - NOON).total_seconds() >= told_s - ArchiveConfig().part_s - 0.4
        assert np.diff(track.path[:, 0]).max() <= 2.01, "no holes"
    archive.stop()


def test_a_track_in_a_block_is_the_track_that_it_was(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    archive = TrackArchive(tmp_path, clock)
    walk(archive, 60)
    walk(archive, 30, NOON + timedelta(minutes=59, seconds=50), track_id=2)
    archive.append("c1", seen(9000, {}))
    archive.flush()
    before = everything(archive)
    clock.advance(3 * 3600)
    assert archive.seal() > 10
    assert archive.seal() == 0
    after = everything(archive)
    assert [one.track_id for one in after] == [1, 2]
    for one, other in zip(before, after, strict=True):
        assert (one.started_at, one.ended_at, one.object_class) == (
            other.started_at,
            other.ended_at,
            other.object_class,
        )
        assert one.path.shape == other.path.shape
        assert np.abs(one.path - other.path).max() < 0.0006
    (part,) = archive.tracks("c1", NOON + timedelta(seconds=30), NOON + timedelta(seconds=31))
    assert (part.started_at - NOON).total_seconds() == pytest.approx(29, abs=1.1)
    assert (part.ended_at - NOON).total_seconds() == pytest.approx(32, abs=1.1)
    archive.stop()


def test_what_still_moves_is_sealed_once_it_is_over_and_read_as_one(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON + timedelta(hours=1, minutes=30))
    archive = TrackArchive(tmp_path, clock)
    for number in range(5 * 60 * 90):  # an hour and a half
        archive.append("c1", seen(number / 5, {1: box(0.5 + 0.3 * np.sin(number / 500))}))
    archive.flush()
    archive.seal()
    (track,) = everything(archive)
    assert (track.ended_at - track.started_at).total_seconds() == pytest.approx(5400, abs=10)
    assert (np.diff(track.path[:, 0]) > 0).all()
    assert np.diff(track.path[:, 0]).max() <= 2.01, "no hole between block and parts"
    archive.stop()


def test_files_of_the_version_before_are_read_and_sealed(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    archive = TrackArchive(tmp_path, clock)
    walk(archive, 60)
    archive.stop()
    with closing(sqlite3.connect(tmp_path / "tracks-2026-03-02.db")) as database:  # as version 1 wrote it
        for table in ("block", "block_column", "block_paths", "watched"):
            database.execute(f"DROP TABLE {table}")
        database.execute("ALTER TABLE part DROP COLUMN colour")
        database.execute("ALTER TABLE part DROP COLUMN aspect")
        database.execute("PRAGMA user_version = 1")
        database.commit()
    (before,) = everything(archive)
    query = TrackQuery(NOON - DAY, NOON + DAY, ("c1",))
    (unsealed,) = archive.search(query).tracks
    clock.advance(86_400)
    assert archive.seal() > 5
    (after,) = everything(archive)
    assert np.abs(before.path - after.path).max() < 0.0006
    (sealed,) = archive.search(query).tracks
    assert (sealed.id, sealed.dwell_s, sealed.heading_deg) == (unsealed.id, unsealed.dwell_s, unsealed.heading_deg)
    archive.stop()


def test_killed_while_it_seals_it_has_every_track_once(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", KILLED_SEALING, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(30)][-1]
        os.kill(process.pid, signal.SIGKILL)
    archive = TrackArchive(tmp_path, SystemClock())
    found = archive.search(TrackQuery(NOON - DAY, NOON + 9 * DAY, ("c1",), limit=500)).tracks
    assert len(found) == len({one.track_id for one in found}) >= min(told, 500)
    archive.stop()


KILLED_SEALING = """
import sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_archive import NOON, box, seen
from veedor.kit.clock import SimulatedClock
from veedor.site.archive.archive import TrackArchive
clock = SimulatedClock(NOON)
archive = TrackArchive(Path(sys.argv[1]), clock)
number = 0
while True:  # a track each half minute, sealed at once
    for step in range(5):
        archive.append("c1", seen(number * 30 + step, {number: box(0.2 + step / 10)}))
    archive.append("c1", seen(number * 30 + 29, {}))
    archive.flush()
    clock.advance(30)
    archive.seal()
    number += 1
    print(number, flush=True)
"""


def test_when_a_camera_was_analysed_is_kept(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SystemClock(), ArchiveConfig(watched_s=20.0))
    for number in (*range(500), *range(1000, 1300)):  # 100 s, 100 s of nothing, 60 s
        archive.append("c1", seen(number / 5, {}))
    archive.stop()
    rows = archive.watched("c1", NOON, NOON + DAY)
    assert rows is not None
    spans = [((row.from_us / 1e6 - NOON.timestamp()), (row.until_us / 1e6 - NOON.timestamp())) for row in rows]
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(259.8)
    pauses = [(a[1], b[0]) for a, b in pairwise(spans) if b[0] > a[1]]
    assert pauses == [(pytest.approx(99.8), pytest.approx(200.0))]
    assert sum(row.ticks for row in rows) == 800
    assert archive.watched("c1", NOON + timedelta(seconds=110), NOON + timedelta(seconds=190)) == []
    assert archive.watched("c2", NOON, NOON + DAY) == []
