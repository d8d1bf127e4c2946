"""SIGKILL between each pair of steps: no finished segment is lost, no orphan stays, every hole has its gap row."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from recording_parts import camera, recorder, rows, sent_units, units_of

from rendered import START, packets
from veedor.kit.clock import SystemClock
from veedor.model.camera import StreamRole
from veedor.site.record.check import Kind, check
from veedor.site.record.config import RecordConfig
from veedor.site.record.repair import repair

HERE = Path(__file__).parent
TESTS = HERE.parents[1]


def die_at(root: Path, step: str, nth: int, *, seconds: float = 45, start_s: float = 0, max_bytes: int = 0) -> None:
    """Record in a process of its own until it kills itself at the nth `step`."""
    arguments = [str(value) for value in (root, step, nth, seconds, start_s, max_bytes)]
    done = subprocess.run(
        [sys.executable, str(HERE / "dying_recorder.py"), *arguments],
        env={"PYTHONPATH": f"{HERE}:{TESTS}:{TESTS.parent / 'src'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def recover(root: Path) -> None:
    """What the next start does."""
    recorder(root).stop()


def stored(root: Path, camera_id: str) -> list[tuple[bytes, ...]]:
    found = []
    for row in rows(root, "SELECT path FROM segments WHERE camera_id = ? ORDER BY run, number", camera_id):
        found += units_of(root / row["path"])
    return found


def assert_whole(root: Path, camera_id: str, seconds: float = 45) -> int:
    """What is stored is the beginning of what was sent; then comes a gap. Returns how many packets are stored."""
    sent = sent_units(list(packets(camera_id, seconds=seconds)))
    kept = stored(root, camera_id)
    assert kept == sent[: len(kept)]
    if kept:
        ended_us = rows(root, "SELECT MAX(ended_us) FROM segments WHERE camera_id = ?", camera_id)[0][0]
        crashed = rows(root, "SELECT * FROM gaps WHERE camera_id = ? AND reason = 'crashed'", camera_id)
        assert [(row["started_us"], row["ended_us"]) for row in crashed] == [(ended_us, None)]
    return len(kept)


WRITING = ["fragment-written", "synced", "renamed", "folders-synced", "rows-written"]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("step", WRITING)
def test_killed_while_writing(tmp_path, step, nth):
    die_at(tmp_path, step, nth)
    config = RecordConfig(tmp_path, reserve_bytes=0)
    assert check(config).problems == []  # before any start: interrupted, and nothing worse
    written = {camera_id: fragments_on_disk(tmp_path, camera_id) for camera_id in "ab"}
    recover(tmp_path)
    assert list((tmp_path / "open").glob("*.mp4")) == []
    for camera_id in "ab":
        assert assert_whole(tmp_path, camera_id) >= written[camera_id]
    assert check(config, deep=True).findings == []


def fragments_on_disk(root: Path, camera_id: str) -> int:
    """Packets in every file of a camera, indexed or not, as libav reads them."""
    paths = [*root.glob(f"open/{camera_id}@*.mp4"), *root.glob(f"{camera_id}/main/*/*.mp4")]
    return sum(len(units_of(path)) for path in paths if path.stat().st_size > 2000)


def test_fragments_that_were_written_are_kept(tmp_path):
    """Both cameras' fragments are written in turn, each of a second: after 14 of them 7 s of each are safe."""
    die_at(tmp_path, "fragment-written", 14)
    recover(tmp_path)
    assert sum(assert_whole(tmp_path, camera_id) for camera_id in "ab") == 14 * 25


@pytest.mark.parametrize("step", ["garbage-written", "unlinked", "unlinks-synced", "garbage-dropped"])
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_while_deleting(tmp_path, step, nth):
    one = recorder(tmp_path)
    one.start()
    for camera_id in "ab":
        one.watch(camera(camera_id))
        for packet in packets(camera_id, seconds=40):
            one.packet(packet)
    one.stop()
    before = len(rows(tmp_path, "SELECT * FROM segments"))
    # the sweep at start passes these steps once, with nothing to do
    die_at(tmp_path, step, nth + (step != "garbage-written"), start_s=40, max_bytes=1000)
    config = RecordConfig(tmp_path, reserve_bytes=0)
    assert {finding.kind for finding in check(config).findings} <= {Kind.GARBAGE, Kind.INTERRUPTED}
    recover(tmp_path)
    assert check(config, deep=True).findings == []
    assert rows(tmp_path, "SELECT * FROM garbage") == []
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.glob("?/main/*/*.mp4")}
    assert files == {row["path"] for row in rows(tmp_path, "SELECT path FROM segments")}
    assert len(files) < before + 6


@pytest.mark.parametrize("step", ["recovery-cut", "recovery-renamed"])
def test_killed_again_while_recovering(tmp_path, step):
    die_at(tmp_path, "fragment-written", 30)
    die_at(tmp_path, step, 1, start_s=100)
    recover(tmp_path)
    assert sum(assert_whole(tmp_path, camera_id) for camera_id in "ab") == 30 * 25
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).findings == []


@pytest.mark.parametrize("step", WRITING)
def test_repair_does_what_a_start_does(tmp_path, step):
    die_at(tmp_path, step, 2)
    report = repair(RecordConfig(tmp_path, reserve_bytes=0), SystemClock(), deep=True)
    assert report.problems == []
    assert {assert_whole(tmp_path, camera_id) >= 0 for camera_id in "ab"} == {True}
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).findings == []


def test_a_half_written_fragment_is_cut_off(tmp_path):
    die_at(tmp_path, "fragment-written", 5)
    for path in (tmp_path / "open").glob("*.mp4"):
        with path.open("ab") as file:
            file.write(path.read_bytes()[-700:-100])
    recover(tmp_path)
    assert sum(assert_whole(tmp_path, camera_id) for camera_id in "ab") == 5 * 25


def test_the_gap_of_a_crash_closes_when_footage_resumes(tmp_path):
    die_at(tmp_path, "fragment-written", 6)
    one = recorder(tmp_path)
    one.start()
    one.watch(camera("a"))
    later = START + timedelta(seconds=100)
    for packet in packets("a", StreamRole.MAIN, seconds=3, start=later):
        one.packet(packet)
    one.stop()
    gaps = rows(tmp_path, "SELECT * FROM gaps WHERE camera_id = 'a' AND reason = 'crashed'")
    assert len(gaps) == 1
    assert gaps[0]["ended_us"] == int(later.timestamp() * 1_000_000)
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).findings == []
