"""Retention, and disks that fill up or fail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from recording_parts import camera, record, recorder, rows, sent_units, stored_units

from rendered import START, packets
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreReadOnly
from veedor.model.camera import StreamRole
from veedor.model.recording import GapReason
from veedor.site.record.check import check
from veedor.site.record.config import RecordConfig
from veedor.site.record.footage import FootageStore
from waiting import wait_until

DAY_S = 86_400


def segment_count(root: Path) -> int:
    return int(rows(root, "SELECT COUNT(*) FROM segments")[0][0])


def footage_bytes(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*.mp4"))


def assert_sound(root: Path) -> None:
    assert check(RecordConfig(root, reserve_bytes=0), deep=True).problems == []


def test_footage_goes_after_its_days(tmp_path):
    clock = SimulatedClock(START)
    record(tmp_path, list(packets(seconds=30)), clock=clock)
    clock.advance(31 * DAY_S)
    one = recorder(tmp_path, clock)
    one.start()
    one.watch(camera(keep_days=30))
    wait_until(lambda: segment_count(tmp_path) == 0)
    one.stop()
    assert footage_bytes(tmp_path) == 0
    assert_sound(tmp_path)


def test_a_leaping_clock_does_not_make_all_footage_old(tmp_path):
    clock = SimulatedClock(START)
    one = recorder(tmp_path, clock)
    one.start()
    one.watch(camera(keep_days=30))
    for packet in packets(seconds=25):
        one.packet(packet)
    wait_until(lambda: segment_count(tmp_path) == 2)
    clock.step_wall(400 * DAY_S)
    clock.advance(5)
    for packet in packets(seconds=25, session=2, start=START + timedelta(seconds=60)):
        one.packet(packet)
    wait_until(lambda: segment_count(tmp_path) == 5)
    one.stop()
    assert segment_count(tmp_path) == 6


def test_a_cameras_bytes_bound_its_footage(tmp_path):
    one = recorder(tmp_path, SimulatedClock(START))
    stream = list(packets(seconds=60))
    record_size = sum(len(packet.data) for packet in stream)
    one.start()
    one.watch(camera("cam", max_bytes=record_size // 2))
    one.watch(camera("other"))
    for packet in stream:
        one.packet(packet)
    for packet in packets("other", seconds=60):
        one.packet(packet)
    one.session_ended("cam", StreamRole.MAIN, 1, GapReason.LOST, START)
    one.session_ended("other", StreamRole.MAIN, 1, GapReason.LOST, START)
    wait_until(lambda: segment_count(tmp_path) >= 9)
    one._clock.advance(5)
    wait_until(
        lambda: rows(tmp_path, "SELECT SUM(octets) FROM segments WHERE camera_id='cam'")[0][0] <= record_size // 2
    )
    one.stop()
    left = rows(tmp_path, "SELECT number FROM segments WHERE camera_id = 'cam' ORDER BY number")
    assert [row[0] for row in left] == list(range(6 - len(left), 6))  # the oldest went
    assert rows(tmp_path, "SELECT COUNT(*) FROM segments WHERE camera_id = 'other'")[0][0] == 6
    assert_sound(tmp_path)


class Disk:
    """A disk of `size` bytes, most of it pretended: what the folder holds is really there."""

    def __init__(self, root: Path, size: int) -> None:
        self.root, self.size = root, size

    def free(self, _path: Path) -> int:
        return self.size - footage_bytes(self.root)


def test_a_full_disk_deletes_the_oldest_and_says_so(tmp_path):
    disk = Disk(tmp_path, 1 << 40)
    clock = SimulatedClock(START)
    one = recorder(tmp_path, clock, free_bytes=disk.free, reserve_bytes=10_000, index_reserve_bytes=0)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=60):
        one.packet(packet)
    wait_until(lambda: segment_count(tmp_path) == 5)
    assert one.problems() == []
    disk.size = footage_bytes(tmp_path) // 2
    clock.advance(5)
    wait_until(lambda: segment_count(tmp_path) < 5)
    assert [message.key for message in one.problems()] == ["problem-record-below-minimum"]
    wait_until(lambda: disk.free(tmp_path) >= 10_000)
    numbers = [row[0] for row in rows(tmp_path, "SELECT number FROM segments ORDER BY number")]
    assert numbers == list(range(5 - len(numbers), 5))
    assert one.disks()[0]["blocked"] is None
    one.stop()
    assert_sound(tmp_path)


def test_locked_footage_is_never_deleted_and_recording_stops_loudly_until_there_is_room(tmp_path):
    disk = Disk(tmp_path, 1 << 40)
    clock = SimulatedClock(START)
    one = recorder(tmp_path, clock, free_bytes=disk.free, reserve_bytes=10_000, index_reserve_bytes=0)
    one.start()
    one.watch(camera())
    footage = FootageStore(tmp_path, clock)
    footage.lock("case", "cam", START, START + timedelta(days=2))
    first = list(packets(seconds=40))
    for packet in first:
        one.packet(packet)
    wait_until(lambda: segment_count(tmp_path) == 3)
    wait_until(lambda: footage.recorded_until("cam") == START + timedelta(seconds=39))
    disk.size = 0
    clock.advance(5)
    wait_until(lambda: one.disks()[0]["blocked"] == "disk_full")
    assert "problem-record-disk-full" in [message.key for message in one.problems()]
    for packet in packets(seconds=10, first=1000, start=START + timedelta(seconds=40)):
        one.packet(packet)
    assert one.status()[0]["packets_lost"] > 0
    disk.size = 1 << 40
    clock.advance(5)
    wait_until(lambda: one.disks()[0]["blocked"] is None)
    for packet in packets(seconds=10, first=1250, start=START + timedelta(seconds=50)):
        one.packet(packet)
    one.stop()
    found = rows(tmp_path, "SELECT started_us, ended_us FROM segments ORDER BY id")
    assert len(found) == 5
    gaps = rows(tmp_path, "SELECT * FROM gaps WHERE reason = 'disk_full'")
    assert [(row["started_us"], row["ended_us"]) for row in gaps] == [(found[3]["ended_us"], found[4]["started_us"])]
    footage.close()
    assert_sound(tmp_path)


@contextmanager
def small_disk(root: Path, megabytes: int) -> Iterator[None]:
    """A real file system that is really small."""
    root.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(root)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"cannot mount a small disk here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(root)], check=True)


def test_a_disk_that_is_really_full(tmp_path):
    root = tmp_path / "disk"
    with small_disk(root, 6):
        stream = list(packets(seconds=60))
        one = recorder(root, SimulatedClock(START), index_reserve_bytes=1 << 20, reserve_bytes=1 << 20)
        one.start()
        one.watch(camera())
        for packet in stream[:250]:
            one.packet(packet)
        wait_until(lambda: one.status()[0]["packets"] >= 200)
        filler = root / "filler"
        free = os.statvfs(root)
        filler.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - (64 << 10))))  # somebody else fills it
        for packet in stream[250:]:
            one.packet(packet)
        one._clock.advance(5)
        wait_until(lambda: one.status()[0]["queue_octets"] == 0 and one.problems())
        assert one.disks()[0]["blocked"] in (None, "disk_full")
        filler.unlink()
        one._clock.advance(5)
        wait_until(lambda: one.disks()[0]["blocked"] is None)
        again = list(packets(seconds=12, session=2, start=START + timedelta(seconds=90)))
        for packet in again:
            one.packet(packet)
        one.stop()
        assert stored_units(root)[-len(again) :] == sent_units(again)
        assert_sound(root)
        newest = rows(root, "SELECT MAX(ended_us) FROM segments")[0][0]
        assert newest == int((START + timedelta(seconds=102)).timestamp() * 1e6)


def test_a_write_that_fails_half_way_leaves_whole_fragments(tmp_path):
    """RLIMIT_FSIZE, in a process of its own."""
    script = f"""
import resource, signal, sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}
from recording_parts import record
from rendered import packets
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
from pathlib import Path
record(Path(sys.argv[1]), list(packets(seconds=400)), index_reserve_bytes=0, segment_s=1e6)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, capture_output=True, timeout=60)
    recorder(tmp_path).stop()
    kept = stored_units(tmp_path)
    assert 25 <= len(kept) < 10_000
    assert kept == sent_units(list(packets(seconds=400)))[: len(kept)]
    assert_sound(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    root = tmp_path / "disk"
    with small_disk(root, 4):
        record(root, list(packets(seconds=2)), index_reserve_bytes=0)
        subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
        with pytest.raises(StoreReadOnly) as problem:
            recorder(root)
        assert str(root) in problem.value.render("es")


def test_a_disk_that_refuses_files_stops_recording_until_it_takes_them_again(tmp_path):
    clock = SimulatedClock(START)
    one = recorder(tmp_path, clock)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=8):
        one.packet(packet)
    wait_until(lambda: one.status()[0]["packets"] == 175)
    (tmp_path / "open").rename(tmp_path / "away")
    for packet in packets(seconds=8, first=200, start=START + timedelta(seconds=8)):
        one.packet(packet)
    wait_until(lambda: one.disks()[0]["blocked"] == "disk_error")
    assert one.problems()
    (tmp_path / "away").rename(tmp_path / "open")
    clock.advance(5)
    wait_until(lambda: one.disks()[0]["blocked"] is None)
    for packet in packets(seconds=5, first=400, start=START + timedelta(seconds=30)):
        one.packet(packet)
    one.stop()
    reasons = [row[0] for row in rows(tmp_path, "SELECT reason FROM gaps ORDER BY id")]
    assert reasons == ["started", "disk_error", "started"]
    assert stored_units(tmp_path)[-125:] == sent_units(list(packets(seconds=5, first=400)))
    recorder(tmp_path).stop()  # the next start finds the file that could not be finished
    assert stored_units(tmp_path)[:175] == sent_units(list(packets(seconds=7)))
    assert_sound(tmp_path)
