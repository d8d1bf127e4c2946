"""Packets in, files out: nothing lost, every second accounted for."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import av
import pytest
from recording_parts import camera, record, recorder, rows, sent_units, stored_units, units_of

from rendered import START, packets
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreCorrupt, StoreLocked
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.recording import GapReason
from veedor.site.record.check import check
from veedor.site.record.config import RecordConfig
from waiting import wait_until


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_every_access_unit_is_in_a_file_that_plays_alone(tmp_path, codec):
    stream = list(packets(seconds=31, codec=codec))
    record(tmp_path, stream)
    assert stored_units(tmp_path) == sent_units(stream)
    found = rows(tmp_path, "SELECT * FROM segments ORDER BY number")
    lengths = [(row["ended_us"] - row["started_us"]) / 1e6 for row in found]
    assert all(9 <= length <= 11 for length in lengths[:-1])
    assert sum(lengths) == pytest.approx(31.0)
    for row in found:
        with av.open(str(tmp_path / row["path"])) as container:
            frames = list(container.decode(video=0))
        assert len(frames) == row["packets"]
        assert (frames[0].width, frames[0].height) == (row["width"], row["height"]) == (160, 96)
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).problems == []


def test_time_in_the_file_is_the_time_that_passed(tmp_path):
    record(tmp_path, list(packets(seconds=2)))
    path = tmp_path / rows(tmp_path, "SELECT path FROM segments")[0]["path"]
    with av.open(str(path)) as container:
        times = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.size]
    assert times == pytest.approx([index / 25 for index in range(50)], abs=1e-4)


def test_packets_before_the_first_keyframe_are_a_gap(tmp_path):
    stream = list(packets(seconds=4))[10:]
    recorder_ = record(tmp_path, stream, clock=SimulatedClock(START))
    assert stored_units(tmp_path) == sent_units(stream[15:])
    status = recorder_.status()
    gaps = rows(tmp_path, "SELECT * FROM gaps ORDER BY id")
    assert status == [] or status[0]["packets_lost"] == 0
    assert (gaps[0]["ended_us"] - gaps[0]["started_us"]) / 1e6 == pytest.approx(1.0)


def test_a_lost_session_leaves_a_gap_that_closes_with_the_next(tmp_path):
    clock = SimulatedClock(START)
    one = recorder(tmp_path, clock)
    one.start()
    one.watch(camera())
    first = list(packets(seconds=3))
    later = START + timedelta(seconds=60)
    second = list(packets(seconds=3, session=2, start=later))
    for packet in first:
        one.packet(packet)
    one.session_ended("cam", StreamRole.MAIN, 1, GapReason.LOST, START + timedelta(seconds=13))
    for packet in second:
        one.packet(packet)
    one.stop()
    gaps = rows(tmp_path, "SELECT * FROM gaps ORDER BY id")
    assert [row["reason"] for row in gaps] == ["started", "lost", "started"]
    assert (gaps[1]["ended_us"] - gaps[1]["started_us"]) / 1e6 == pytest.approx(57.0)
    assert gaps[2]["ended_us"] is None
    assert stored_units(tmp_path) == sent_units(first + second)
    assert len(rows(tmp_path, "SELECT * FROM runs WHERE open = 0")) == 2


@pytest.mark.parametrize("step_s", [-3600, 3600])
def test_a_clock_step_loses_nothing(tmp_path, step_s):
    stream = list(packets(seconds=30))
    stepped = [
        replace(packet, captured_at=packet.captured_at + timedelta(seconds=step_s)) if index >= 310 else packet
        for index, packet in enumerate(stream)
    ]
    record(tmp_path, stepped, clock=SimulatedClock(START))
    assert stored_units(tmp_path) == sent_units(stream)
    assert len(rows(tmp_path, "SELECT * FROM runs")) == 2
    noted = rows(tmp_path, "SELECT * FROM gaps WHERE reason = 'clock_stepped'")
    assert len(noted) == (1 if step_s > 0 else 0)
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).problems == []


def test_new_parameter_sets_in_band_begin_a_new_run(tmp_path):
    small = list(packets(seconds=3))
    large = [replace(packet, info=small[0].info) for packet in packets(seconds=3, first=75, width=192, height=128)]
    keyed = next(index for index, packet in enumerate(large) if packet.is_keyframe)
    stream = small + [
        replace(packet, captured_at=START + timedelta(seconds=3 + index / 25)) for index, packet in enumerate(large)
    ]
    assert keyed == 0
    record(tmp_path, stream)
    found = rows(tmp_path, "SELECT run, width, height FROM segments ORDER BY id")
    assert [tuple(row) for row in found] == [(1, 160, 96), (2, 192, 128)]
    assert stored_units(tmp_path) == sent_units(stream)


def test_a_pause_within_a_session_is_noted(tmp_path):
    first = list(packets(seconds=2))
    rest = [
        replace(
            packet,
            pts_ticks=packet.pts_ticks + 20 * 90_000,
            dts_ticks=packet.dts_ticks + 20 * 90_000,
            captured_at=packet.captured_at + timedelta(seconds=22),
        )
        for packet in packets(seconds=2, first=50)
    ]
    record(tmp_path, first + rest)
    noted = rows(tmp_path, "SELECT * FROM gaps WHERE reason = 'lost'")
    assert len(noted) == 1
    assert (noted[0]["ended_us"] - noted[0]["started_us"]) / 1e6 == pytest.approx(20.0, abs=0.1)
    assert stored_units(tmp_path) == sent_units(first + rest)


def test_the_substream_is_recorded_where_main_is_not_h264(tmp_path):
    one = recorder(tmp_path)
    one.start()
    one.watch(camera("hevc", sub=True))
    one.watch(camera("plain", sub=True))
    for name, codec in (("hevc", "hevc"), ("plain", "h264")):
        for packet in packets(name, seconds=2, codec=codec):
            one.packet(packet)
        for packet in packets(name, StreamRole.SUB, seconds=2):
            one.packet(packet)
    one.stop()
    found = rows(tmp_path, "SELECT DISTINCT camera_id, role FROM segments ORDER BY camera_id, role")
    assert [tuple(row) for row in found] == [("hevc", "main"), ("hevc", "sub"), ("plain", "main")]


@pytest.mark.parametrize("wanted", [True, False])
def test_sound_is_stored_only_when_asked_for(tmp_path, wanted):
    one = recorder(tmp_path)
    one.start()
    one.watch(camera(audio=wanted))
    sound = MediaInfo(Media.AUDIO, "pcm_mulaw", Fraction(1, 8000), sample_rate=8000, channels=1)
    for packet in packets(seconds=3):
        one.packet(packet)
        number = packet.sequence
        one.packet(
            Packet(
                "cam", StreamRole.MAIN, 1, number, sound, bytes([number % 256]) * 320, 88889 + number * 320,
                88889 + number * 320, 320, True, packet.captured_at, ClockSource.ARRIVAL,
            )
        )  # fmt: skip
    one.stop()
    path = tmp_path / rows(tmp_path, "SELECT path FROM segments")[0]["path"]
    with av.open(str(path)) as container:
        heard = b"".join(bytes(packet) for packet in container.demux(audio=0)) if container.streams.audio else None
    assert heard == (b"".join(bytes([number % 256]) * 320 for number in range(75)) if wanted else None)
    assert stored_units(tmp_path) == sent_units(list(packets(seconds=3)))


def test_the_open_segment_can_be_read_while_it_is_written(tmp_path):
    one = recorder(tmp_path)
    one.start()
    one.watch(camera())
    stream = list(packets(seconds=4))
    for packet in stream:
        one.packet(packet)
    try:
        path = wait_until(lambda: next((tmp_path / "open").glob("*.mp4"), None))
        read = wait_until(lambda: (found := units_of(path)) and len(found) >= 75 and found)
        assert read == sent_units(stream)[: len(read)]
    finally:
        one.stop()


def test_two_recorders_cannot_share_a_folder(tmp_path):
    one = recorder(tmp_path)
    with pytest.raises(StoreLocked):
        recorder(tmp_path)
    one.stop()
    recorder(tmp_path).stop()


def test_a_lost_index_is_not_silently_begun_anew(tmp_path):
    record(tmp_path, list(packets(seconds=2)))
    (tmp_path / "index.db").unlink()
    with pytest.raises(StoreCorrupt):
        recorder(tmp_path)


@pytest.mark.parametrize("hostile", ["../../etc", "a/b", ".hidden", "x" * 400, "cámara@1 ñ%", "open", "\x00bel"])
def test_camera_ids_cannot_leave_the_folder(tmp_path, hostile):
    root = tmp_path / "deep" / "store"
    stream = list(packets(hostile, seconds=2))
    record(root, stream)
    assert stored_units(root) == sent_units(stream)
    assert [path.name for path in (tmp_path).iterdir()] == ["deep"]
    assert check(RecordConfig(root, reserve_bytes=0), deep=True).problems == []


def test_a_stalled_disk_loses_packets_loudly_and_only_then(tmp_path):
    """The disk stands still inside a write: `packet` goes on returning at once, and what does not fit is a gap."""
    stalled = {"on": True}

    def step(name: str) -> None:
        if name == "fragment-written":
            wait_until(lambda: not stalled["on"], timeout_s=30)

    stream = list(packets(seconds=40))
    one = recorder(tmp_path, SimulatedClock(START), queue_bytes=20_000, step=step)
    one.start()
    one.watch(camera())
    began = time.monotonic()
    for packet in stream[:500]:
        one.packet(packet)
    assert time.monotonic() - began < 5
    stalled["on"] = False
    wait_until(lambda: one.status()[0]["queue_octets"] == 0)
    for packet in stream[500:]:
        one.packet(packet)
    one.session_ended("cam", StreamRole.MAIN, 1, GapReason.LOST, START + timedelta(seconds=40))
    wait_until(
        lambda: sum(one.status()[0][name] for name in ("packets", "packets_lost", "packets_before_keyframe")) == 1000
    )
    status = one.status()[0]
    one.stop()
    assert status["packets_lost"] > 0
    assert len(stored_units(tmp_path)) == status["packets"]
    assert rows(tmp_path, "SELECT * FROM gaps WHERE reason = 'disk_error'")
    assert check(RecordConfig(tmp_path, reserve_bytes=0), deep=True).problems == []


def test_a_stop_of_the_site_is_not_taken_for_a_disabled_camera(tmp_path):
    """When a site stops, its readers end first."""
    one = recorder(tmp_path)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=3):
        one.packet(packet)
    one.session_ended("cam", StreamRole.MAIN, 1, GapReason.DISABLED, START)
    one.stop()
    assert [row[0] for row in rows(tmp_path, "SELECT reason FROM gaps WHERE ended_us IS NULL")] == ["started"]


def test_a_camera_that_is_disabled_says_so(tmp_path):
    one = recorder(tmp_path)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=3):
        one.packet(packet)
    one.forget("cam")
    one.stop()
    assert [row[0] for row in rows(tmp_path, "SELECT reason FROM gaps WHERE ended_us IS NULL")] == ["disabled"]
