"""fsck: every kind of damage is found, and mended without deleting footage."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_parts import camera, record, recorder, rows, sent_units, stored_units

from rendered import START, packets
from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.errors import StoreLocked
from veedor.kit.mp4.boxes import BadMp4, read_layout
from veedor.site.record.check import Kind, check
from veedor.site.record.config import RecordConfig
from veedor.site.record.footage import FootageStore
from veedor.site.record.repair import repair


@pytest.fixture
def root(tmp_path) -> Path:
    folder = tmp_path / "store"
    record(folder, list(packets(seconds=35)), clock=SimulatedClock(START))
    return folder


def config(root: Path) -> RecordConfig:
    return RecordConfig(root, reserve_bytes=0)


def kinds(report) -> list[Kind]:
    return [finding.kind for finding in report.problems]


def files(root: Path) -> list[Path]:
    return [root / row["path"] for row in rows(root, "SELECT path FROM segments ORDER BY number")]


def mend(root: Path) -> None:
    assert kinds(repair(config(root), SystemClock(), deep=True)) == []
    assert check(config(root), deep=True).findings == []
    recorder(root).stop()


def test_a_sound_store_is_sound_and_predicts(root):
    report = check(config(root), deep=True)
    assert (report.findings, report.segments, report.hashed) == ([], 4, True)
    assert [one.camera_id for one in report.forecasts] == ["cam"]
    assert report.forecasts[0].octets_per_s == pytest.approx(report.octets / 35, rel=0.01)
    assert 0 < report.forecasts[0].days <= 30


def test_an_empty_folder_is_sound(tmp_path):
    assert check(config(tmp_path / "none")).findings == []


def test_a_missing_file_becomes_a_gap(root):
    files(root)[1].unlink()
    assert kinds(check(config(root))) == [Kind.MISSING_FILE]
    mend(root)
    gaps = rows(root, "SELECT * FROM gaps WHERE reason = 'missing'")
    assert [(row["ended_us"] - row["started_us"]) / 1e6 for row in gaps] == [10.0]


def test_a_truncated_file_goes_to_quarantine(root):
    path = files(root)[2]
    path.write_bytes(path.read_bytes()[:-100])
    assert kinds(check(config(root))) == [Kind.SIZE]
    mend(root)
    assert (root / "quarantine" / path.name).is_file()


def test_a_changed_byte_is_found_and_never_papered_over(root):
    path = files(root)[2]
    data = bytearray(path.read_bytes())
    data[-50] ^= 1
    path.write_bytes(data)
    assert kinds(check(config(root), deep=False)) == []
    assert kinds(check(config(root))) == [Kind.HASH]
    assert kinds(repair(config(root), SystemClock())) == [Kind.HASH]


def test_a_file_without_a_row_is_indexed_again(root):
    whole = stored_units(root)
    db = sqlite3.connect(root / "index.db")
    db.execute("DELETE FROM segments WHERE number IN (1, 3)")
    db.commit()
    db.close()
    assert sorted(kinds(check(config(root)))) == [Kind.GAP_MISSING, Kind.ORPHAN_FILE, Kind.ORPHAN_FILE]
    mend(root)
    assert stored_units(root) == whole


def test_a_stranger_is_set_aside(root):
    strange = files(root)[0].parent / "holiday.mp4"
    strange.write_bytes(b"not ours" * 1000)
    assert kinds(check(config(root))) == [Kind.ORPHAN_FILE]
    mend(root)
    assert (root / "quarantine" / "holiday.mp4").read_bytes() == b"not ours" * 1000


def test_a_missing_gap_row_is_written(root):
    record(root, list(packets(seconds=15, start=START + timedelta(seconds=500))), clock=SimulatedClock(START))
    db = sqlite3.connect(root / "index.db")
    db.execute("DELETE FROM gaps")
    db.commit()
    db.close()
    assert kinds(check(config(root))) == [Kind.GAP_MISSING, Kind.GAP_MISSING]
    mend(root)
    gaps = rows(root, "SELECT * FROM gaps ORDER BY started_us")
    assert [(row["reason"], row["ended_us"] is None) for row in gaps] == [("missing", False), ("crashed", True)]


@pytest.mark.parametrize("damage", ["gone", "zeroed", "noise", "cut"])
def test_a_lost_index_is_built_anew_with_its_locks(root, damage):
    footage = FootageStore(root, SystemClock())
    footage.lock("case", "cam", START, START + timedelta(seconds=15))
    footage.close()
    whole = stored_units(root)
    before = rows(root, "SELECT run, number, started_us, sha256, packets, codec, width FROM segments ORDER BY number")
    index = root / "index.db"
    data = index.read_bytes()
    if damage == "gone":
        index.unlink()
    elif damage == "zeroed":
        index.write_bytes(bytes(len(data)))
    elif damage == "noise":
        index.write_bytes(b"garbage!" * 4096)
    else:
        index.write_bytes(data[: len(data) // 2])
    assert kinds(check(config(root)))
    mend(root)
    assert stored_units(root) == whole
    after = rows(root, "SELECT run, number, started_us, sha256, packets, codec, width FROM segments ORDER BY number")
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
    assert len(rows(root, "SELECT * FROM lock_segments")) == 2
    record(root, list(packets(seconds=3, start=START + timedelta(seconds=99))), clock=SimulatedClock(START))
    assert stored_units(root) == whole + sent_units(list(packets(seconds=3)))


def test_a_locked_segment_that_is_damaged_keeps_its_row(root):
    footage = FootageStore(root, SystemClock())
    footage.lock("case", "cam", START, START + timedelta(seconds=5))
    footage.close()
    files(root)[0].unlink()
    assert kinds(repair(config(root), SystemClock())) == [Kind.MISSING_FILE]


def test_retention_around_a_locked_segment_is_no_missing_gap(root):
    footage = FootageStore(root, SystemClock())
    footage.lock("case", "cam", START + timedelta(seconds=12), START + timedelta(seconds=13))
    footage.close()
    clock = SimulatedClock(START)
    clock.advance(86_400 * 40)
    one = recorder(root, clock)
    one.start()
    one.watch(camera(keep_days=30))
    for packet in packets(seconds=12, start=START + timedelta(days=40)):
        one.packet(packet)
    one.stop()
    assert [row[0] for row in rows(root, "SELECT COUNT(*) FROM segments WHERE run = 1")] == [1]
    assert check(config(root), deep=True).findings == []


def test_check_beside_a_running_recorder(root):
    one = recorder(root)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=15, start=START + timedelta(seconds=100)):
        one.packet(packet)
    report = check(config(root))
    assert (report.live, report.findings) == (True, [])
    with pytest.raises(StoreLocked):
        repair(config(root), SystemClock())
    one.stop()


def test_paths_that_lead_out_of_the_folder_are_never_followed(root, tmp_path):
    outside = tmp_path / "outside.mp4"
    outside.write_bytes(b"precious")
    db = sqlite3.connect(root / "index.db")
    db.execute("UPDATE segments SET path = '../outside.mp4' WHERE number = 0")
    db.execute("INSERT INTO garbage VALUES ('../outside.mp4', 0)")
    db.commit()
    db.close()
    assert Kind.MISSING_FILE in kinds(check(config(root)))
    repair(config(root), SystemClock())
    assert outside.read_bytes() == b"precious"


@pytest.mark.parametrize("mode", [[], ["--repair"]])
def test_the_command(root, tmp_path, mode):
    site = tmp_path / "veedor.yaml"
    site.write_text(
        f"site: Test\nagency: agency\nsecret_key: {tmp_path}/key\nrecording: {{directory: {root}, reserve_bytes: 0}}\n"
    )
    files(root)[1].unlink()
    run = [sys.executable, "-c", "from veedor.cli import main; main()", "check", "--config", str(site), "--json"]
    done = subprocess.run([*run, *mode], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == (0 if mode else 5), done.stderr
    said = json.loads(done.stdout)
    assert said["clean"] is bool(mode)
    found = [(one["kind"], one["repaired"]) for one in said["findings"]]
    assert ("missing-file", bool(mode)) in found


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_box_walker_survives_anything(data, tmp_path_factory):
    base = tmp_path_factory.getbasetemp() / "walker"
    source = base / "source"
    if not source.exists():
        record(base / "store", list(packets(seconds=3)))
        source.write_bytes(next((base / "store").glob("cam/main/*/*.mp4")).read_bytes())
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, 2500))
        content[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    mangled = base / "mangled"
    mangled.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with mangled.open("rb") as file:
        try:
            layout = read_layout(file)
        except BadMp4:
            return
    assert layout.whole_end <= layout.file_size
    for entry in layout.fragments:
        for samples in entry.tracks.values():
            assert all(one.position + one.size <= entry.end for one in samples)
