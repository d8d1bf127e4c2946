"""Reading footage: spans, clips, stills, locks."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from datetime import timedelta

import av
import pytest
from recording_parts import camera, record, recorder, rows, sent_units

from rendered import START, packets
from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.errors import Conflict, NotFound, UserError
from veedor.kit.mp4.nal import split_length_prefixed
from veedor.model.camera import StreamRole
from veedor.model.recording import GapReason
from veedor.site.record.footage import FootageStore
from veedor.wire.ports import LockState, PlayWish
from waiting import wait_until


def at(seconds: float):
    return START + timedelta(seconds=seconds)


def opened(clip: bytes) -> tuple[list[tuple[bytes, ...]], int, list[float]]:
    """Access units of an MP4, how many pictures it decodes to, and their times."""
    with av.open(io.BytesIO(clip), format="mp4") as container:
        units = [tuple(split_length_prefixed(bytes(one))) for one in container.demux(video=0) if one.size]
    with av.open(io.BytesIO(clip), format="mp4") as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    return units, len(times), times


@pytest.fixture
def store(tmp_path):
    record(tmp_path, list(packets(seconds=35)), clock=SimulatedClock(START))
    footage = FootageStore(tmp_path, SystemClock())
    yield footage
    footage.close()


def test_segments_that_overlap_a_span(store):
    found = store.segments("cam", at(9.9), at(20))
    assert [(one.started_at, one.ended_at) for one in found] == [(at(0), at(10)), (at(10), at(20))]
    assert store.segments("cam", at(100), at(200)) == []
    assert store.segments("other", at(0), at(20)) == []
    assert store.recorded_until("cam") == at(35)
    assert store.recorded_until("other") is None
    assert store.segment_path(found[0].id).is_file()
    with pytest.raises(NotFound):
        store.segment_path(12345)


@pytest.mark.parametrize(("start", "end"), [(0, 35), (3.5, 4.2), (8.3, 12.6), (9.0, 31.0)])
def test_a_clip_begins_at_the_keyframe_and_ends_on_time(store, start, end):
    sent = list(packets(seconds=35))
    units, shown, times = opened(b"".join(store.clip("cam", at(start), at(end))))
    first = int(start) * 25
    expected = [packet for packet in sent[first:] if packet.captured_at < at(end)]
    assert units == sent_units(expected)
    assert shown == len(expected)
    assert times == pytest.approx([index / 25 for index in range(len(expected))], abs=1e-3)


def test_a_clip_reads_the_open_segment(tmp_path):
    one = recorder(tmp_path)
    one.start()
    one.watch(camera())
    for packet in packets(seconds=14.5):
        one.packet(packet)
    footage = FootageStore(tmp_path, SystemClock())
    try:
        wait_until(lambda: footage.recorded_until("cam") == at(14))
        units, _, _ = opened(b"".join(footage.clip("cam", at(8), at(13))))
        assert units == sent_units(list(packets(seconds=13))[200:])
        assert footage.still("cam", at(13.5))[:2] == b"\xff\xd8"
    finally:
        footage.close()
        one.stop()


@pytest.mark.parametrize("at_step", ["fragment-written", "synced", "renamed", "folders-synced", "rows-written"])
def test_what_is_recorded_can_be_read_at_every_moment(tmp_path, at_step):
    """A segment is never out of sight between its rename and its row: clip, playback, still and `recorded_until` are
    asked for by the disk thread itself, in the middle of its work, when the next segment has begun."""
    feeding = threading.Lock()
    holder: list[FootageStore] = []
    seen: list[tuple[int, list[tuple[bytes, ...]], list[tuple[bytes, ...]]]] = []
    sent = list(packets(seconds=45))

    def look(name: str) -> None:
        with feeding:  # what is fed together is written together, and the segments that end in it are finished after
            pass
        if name != at_step or not holder or (until := holder[0].recorded_until("cam")) is None:
            return
        clip, shown, _ = opened(b"".join(holder[0].clip("cam", at(0), until)))
        played = holder[0].play("cam", at(0), until, PlayWish())
        assert played.until == until
        assert holder[0].still("cam", until)[:2] == b"\xff\xd8"
        seen.append((shown, clip, opened(b"".join(played.chunks))[0]))

    one = recorder(tmp_path, SimulatedClock(START), step=look)
    one.start()
    holder.append(FootageStore(tmp_path, SystemClock()))
    one.watch(camera())
    for begin in range(0, len(sent), 375):
        with feeding:
            for packet in sent[begin : begin + 375]:
                one.packet(packet)
        wait_until(lambda: one.status()[0]["queue_octets"] == 0)
    one.stop()
    holder[0].close()
    units = sent_units(sent)
    assert len(seen) >= 3
    for shown, clip, played in seen:
        assert clip == played == units[:shown]
    counts = [shown for shown, _, _ in seen]
    assert counts == sorted(counts)
    assert counts[-1] >= 1000


def test_a_slow_viewer_of_an_open_segment_is_shown_it_all(tmp_path):
    """What playback found in an open file is read from the finished one when it has been moved meanwhile."""
    one = recorder(tmp_path)
    one.start()
    one.watch(camera())
    sent = list(packets(seconds=25))
    for packet in sent[:150]:
        one.packet(packet)
    footage = FootageStore(tmp_path, SystemClock())
    try:
        wait_until(lambda: footage.recorded_until("cam") == at(5))
        played = footage.play("cam", at(0), at(5), PlayWish())
        clip = footage.clip("cam", at(0), at(5))
        for packet in sent[150:]:
            one.packet(packet)
        wait_until(lambda: len(footage.segments("cam", at(0), at(1))) == 1)
        for chunks in (played.chunks, clip):
            assert opened(b"".join(chunks))[0] == sent_units(sent[:125])
    finally:
        footage.close()
        one.stop()


def test_gaps_are_cut_out_of_a_clip(tmp_path):
    first = list(packets(seconds=5))
    second = list(packets(seconds=5, session=2, start=at(60)))
    record(tmp_path, first + second, clock=SimulatedClock(START))
    footage = FootageStore(tmp_path, SystemClock())
    units, _, times = opened(b"".join(footage.clip("cam", at(0), at(100))))
    assert units == sent_units(first + second)
    assert times[-1] == pytest.approx(9.96, abs=0.01)
    gaps = footage.gaps("cam", at(1), at(100))
    assert [(gap.started_at, gap.ended_at, gap.reason) for gap in gaps] == [
        (at(5), at(60), GapReason.LOST),
        (at(65), None, GapReason.STARTED),
    ]
    footage.close()


def test_an_hour_back_hides_nothing(tmp_path):
    """The wall clock steps back: two stretches of footage claim the same hour, and both can be had."""
    stream = [
        replace(packet, captured_at=packet.captured_at - timedelta(seconds=15)) if index >= 500 else packet
        for index, packet in enumerate(packets(seconds=40))
    ]
    record(tmp_path, stream, clock=SimulatedClock(START))
    footage = FootageStore(tmp_path, SystemClock())
    found = footage.segments("cam", at(6), at(9))
    assert sorted({one.run for one in found}) == [1, 2]
    units, _, _ = opened(b"".join(footage.clip("cam", at(0), at(100))))
    assert units == sent_units(stream)
    footage.close()


def test_a_change_of_picture_size_leaves_the_longer_part(tmp_path):
    small = list(packets(seconds=3))
    large = list(packets(seconds=8, session=2, start=at(3), width=192, height=128))
    record(tmp_path, small + large, clock=SimulatedClock(START))
    footage = FootageStore(tmp_path, SystemClock())
    units, _, _ = opened(b"".join(footage.clip("cam", at(0), at(11))))
    assert units == sent_units(large)
    footage.close()


def test_stills_are_of_the_last_picture_before(store):
    early, late = store.still("cam", at(3.02)), store.still("cam", at(3.5))
    assert early[:2] == late[:2] == b"\xff\xd8"
    assert early != late
    assert store.still("cam", at(38))[:2] == b"\xff\xd8"  # 3 s after the last picture
    with pytest.raises(NotFound):
        store.still("cam", at(41))
    with pytest.raises(NotFound):
        store.still("cam", at(-1))


def test_no_footage_is_said_before_the_first_byte(store):
    with pytest.raises(NotFound):
        store.clip("cam", at(100), at(110))
    with pytest.raises(UserError):
        store.clip("cam", at(10), at(10))


def test_a_damaged_file_costs_a_clip_only_that_file(tmp_path):
    record(tmp_path, list(packets(seconds=30)), clock=SimulatedClock(START))
    paths = [tmp_path / row["path"] for row in rows(tmp_path, "SELECT path FROM segments ORDER BY number")]
    paths[0].write_bytes(b"\x00\x00\x00\x08free" * 10)
    paths[1].write_bytes(paths[1].read_bytes()[:20_000])
    footage = FootageStore(tmp_path, SystemClock())
    units, _, _ = opened(b"".join(footage.clip("cam", at(0), at(30))))
    sent = sent_units(list(packets(seconds=30)))
    assert units[-250:] == sent[-250:]
    footage.close()


def test_locks_hold_and_let_go(store, tmp_path):
    report = store.lock("case-1", "cam", at(8), at(12))
    assert report.state is LockState.HELD
    assert [one.started_at for one in report.segments] == [at(0), at(10)]
    assert all(one.locked for one in report.segments)
    assert store.lock("case-1", "cam", at(8), at(12)) == report
    with pytest.raises(Conflict):
        store.lock("case-1", "cam", at(8), at(13))
    assert [one.locked for one in store.segments("cam", at(0), at(35))] == [True, True, False, False]
    assert store.unlock("case-1").state is LockState.RELEASED
    assert store.unlock("case-1").state is LockState.RELEASED
    assert not any(one.locked for one in store.segments("cam", at(0), at(35)))
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_lock_covers_footage_still_to_come(tmp_path):
    record(tmp_path, list(packets(seconds=5)), clock=SimulatedClock(START))
    footage = FootageStore(tmp_path, SystemClock())
    assert len(footage.lock("case", "cam", at(0), at(100)).segments) == 1
    record(tmp_path, list(packets(seconds=5, start=at(50))), clock=SimulatedClock(at(50)))
    assert [one.locked for one in footage.segments("cam", at(0), at(100))] == [True, True]
    assert len(footage.lock("case", "cam", at(0), at(100)).segments) == 2
    footage.close()


def test_without_a_role_main_comes_before_sub(tmp_path):
    wanted = recorder(tmp_path, SimulatedClock(START))
    wanted.start()
    both = camera("cam", sub=True)
    wanted.watch(replace(both, record=replace(both.record, sub=True)))
    for packet in packets(seconds=3):
        wanted.packet(packet)
    for packet in packets("cam", StreamRole.SUB, seconds=6):
        wanted.packet(packet)
    wanted.stop()
    footage = FootageStore(tmp_path, SystemClock())
    assert {one.role for one in footage.segments("cam", at(0), at(2))} == {StreamRole.MAIN}
    assert {one.role for one in footage.segments("cam", at(4), at(5))} == {StreamRole.SUB}
    assert {one.role for one in footage.segments("cam", at(0), at(2), StreamRole.SUB)} == {StreamRole.SUB}
    footage.close()
