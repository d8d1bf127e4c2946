"""RTP headers, sequence numbers, timestamps, and where pictures end."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import picture, rtp

from veedor.site.ingest.datagrams import Reorder
from veedor.site.ingest.order import DecodeOrder
from veedor.site.ingest.pictures import VideoTrack
from veedor.site.ingest.raw import RawPacket
from veedor.site.ingest.rtcp import Goodbye, SenderReport, parse_rtcp, receiver_report
from veedor.site.ingest.rtp import Timeline
from veedor.site.ingest.units import H264Units

CODE = b"\x00\x00\x00\x01"


class Receiving:
    def __init__(self, depth: int | None = 0) -> None:
        self.got: list[RawPacket] = []
        self.track = VideoTrack(96, 90_000, H264Units(), DecodeOrder(depth, 0), self.got.append)

    def take(self, packet: bytes) -> None:
        self.track.packet(memoryview(packet), 0, len(packet))
        self.track.detach()

    @property
    def pictures(self) -> list[bytes]:
        return [raw.data for raw in self.got]


def annex_b(*numbers: int) -> list[bytes]:
    return [CODE + picture(number) for number in numbers]


def test_sequence_numbers_and_timestamps_wrap_without_a_trace() -> None:
    seen = Receiving()
    for number in range(40):
        seen.take(rtp(picture(number), 65_520 + number, 2**32 - 20 * 3600 + number * 3600, marker=True))
    seen.track.flush()
    assert seen.pictures == annex_b(*range(40))
    assert {b.pts_ticks - a.pts_ticks for a, b in pairwise(seen.got)} == {3600}
    assert (seen.track.lost, seen.track.damaged) == (0, 0)
    reception = seen.track.reception(0.0)
    assert (reception.highest_sequence, reception.lost) == (65_520 + 39, 0)


def test_what_is_missing_is_counted() -> None:
    seen = Receiving()
    for number in range(60):
        if number not in (20, 21, 30):
            seen.take(rtp(picture(number), 65_500 + number, number * 3600, marker=True))
    seen.track.flush()
    assert seen.pictures == annex_b(*(number for number in range(60) if number not in (20, 21, 30)))
    assert seen.track.lost == 3
    assert seen.track.reception(0.0).lost == 3


def test_a_picture_of_which_a_packet_is_missing_is_said_to_be_damaged() -> None:
    seen = Receiving()
    for number in range(30):
        for part in range(3):  # three slices each; only the first begins the picture
            unit = picture(number) if part == 0 else bytes([0x41, 0x20 | part, 0x55])
            if (number, part) not in ((12, 1), (15, 0), (18, 2)):
                seen.take(rtp(unit, number * 3 + part, number * 3600, marker=part == 2))
    seen.track.flush()
    assert len(seen.got) == 30
    assert seen.track.lost == 3
    assert seen.track.damaged == 3
    assert seen.got[12].data == CODE + picture(12) + CODE + bytes([0x41, 0x22, 0x55])


def test_a_camera_that_begins_anew_is_followed() -> None:
    seen = Receiving()
    for number in range(20):
        seen.take(rtp(picture(number), number, number * 3600, marker=True))
    for number in range(20):
        seen.take(rtp(picture(number), 40_000 + number, 5_000_000 + number * 3600, marker=True))
    seen.track.flush()
    assert seen.pictures == annex_b(*range(20), *range(20))


def test_late_and_doubled_packets_are_left_out() -> None:
    seen = Receiving()
    for number in (0, 1, 2, 2, 1, 3):
        seen.take(rtp(picture(number), number, number * 3600, marker=True))
    seen.track.flush()
    assert seen.pictures == annex_b(0, 1, 2, 3)


def test_contributors_extension_and_padding_are_stepped_over() -> None:
    seen = Receiving()
    body = picture(0)
    contributors = struct.pack(">BBHII", 0x82, 96, 1, 7, 7) + b"CSRCCSRC" + body
    extension = struct.pack(">BBHIIHH", 0x90, 96, 2, 7, 7, 0xBEDE, 2) + b"12345678" + body
    padding = struct.pack(">BBHII", 0xA0, 96, 3, 7, 7) + body + b"\x00\x00\x03"
    only_padding = struct.pack(">BBHII", 0xA0, 96, 4, 7, 7) + b"\x00\x00\x03"
    for packet in (contributors, extension, padding, only_padding):
        seen.take(packet)
    seen.track.flush()
    assert seen.pictures == [(CODE + body) * 3]


@settings(deadline=None)
@given(packets=st.lists(st.binary(max_size=60), max_size=30))
def test_noise_never_raises(packets: list[bytes]) -> None:
    seen = Receiving()
    for packet in packets:
        seen.take(packet)
        seen.take(packet[:1] + b"\x60" + packet[2:])  # of our payload type
    seen.track.flush()


# -- where pictures end


@pytest.mark.parametrize("markers", ["each", "none", "every slice", "parameter sets too"])
def test_pictures_end_where_they_end_whatever_the_marker_says(markers: str) -> None:
    seen = Receiving()
    sets = [b"\x67\x42\x00\x0a", b"\x68\xce"]
    sequence = 0
    wanted = []
    for number in range(40):
        units = [picture(number), bytes([0x41, 0x20, number + 1])]
        if number % 10 == 0:
            units = sets + units
        wanted.append(b"".join(CODE + unit for unit in units))
        for place, unit in enumerate(units):
            last = place == len(units) - 1
            marker = {"each": last, "none": False, "every slice": len(unit) > 4 or last}.get(
                markers, last or unit in sets
            )
            seen.take(rtp(unit, sequence, number * 3600, marker=marker))
            sequence += 1
    seen.track.flush()
    assert seen.pictures == wanted


def test_an_honest_marker_is_believed_and_saves_a_picture_of_delay() -> None:
    seen = Receiving()
    for number in range(30):
        seen.take(rtp(picture(number), number, number * 3600, marker=True))
        if number > 10:
            assert len(seen.got) == number + 1


def test_a_marker_that_begins_to_lie_is_believed_no_more() -> None:
    seen = Receiving()
    sequence = 0
    for number in range(60):
        for place in range(2):
            unit = picture(number) if place == 0 else bytes([0x41, 0x20, number + 1])
            seen.take(rtp(unit, sequence, number * 3600, marker=place == 1 or number >= 20))
            sequence += 1
    seen.track.flush()
    whole = [CODE + picture(number) + CODE + bytes([0x41, 0x20, number + 1]) for number in range(60)]
    assert seen.pictures[:20] == whole[:20]
    assert seen.pictures[-39:] == whole[-39:]  # one was cut in two, none was lost
    assert b"".join(seen.pictures) == b"".join(whole)


def test_parameter_sets_with_a_time_of_their_own_go_with_the_next_picture() -> None:
    seen = Receiving()
    sequence = 0
    for number in range(30):
        if number % 10 == 0:
            seen.take(rtp(b"\x67\x42\x00\x0a", sequence, number * 3600 - 1, marker=True))
            sequence += 1
        seen.take(rtp(picture(number), sequence, number * 3600, marker=True))
        sequence += 1
    seen.track.flush()
    assert len(seen.got) == 30
    assert seen.pictures[10] == CODE + b"\x67\x42\x00\x0a" + CODE + picture(10)
    assert seen.got[10].is_keyframe


def test_what_a_broken_connection_cut_off_is_not_handed_over() -> None:
    seen = Receiving()
    for number in range(20):
        seen.take(rtp(picture(number), number, number * 3600, marker=True))
    seen.take(rtp(picture(20), 20, 20 * 3600, marker=False))
    seen.track.flush()
    assert seen.pictures == annex_b(*range(20))


# -- times


def test_decode_times_of_pictures_in_order_are_their_own() -> None:
    order = DecodeOrder(0, 0)
    assert [order.decode_ticks(pts) for pts in (10, 20, 30)] == [10, 20, 30]
    assert order.step_ticks == 10


B_FRAMES = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11, 15, 13, 14, 18, 16, 17, 21, 19, 20]  # in order of decoding


@pytest.mark.parametrize(("depth", "period"), [(1, 0), (2, 0), (1, 100), (None, 0)])
def test_decode_times_of_b_frames_rise_and_never_pass_their_own(depth: int | None, period: int) -> None:
    order = DecodeOrder(depth, period)
    dts = [order.decode_ticks(place * 100) for place in B_FRAMES]
    known = [one for one in dts if one is not None]
    assert dts.index(known[0]) == (12 if depth is None else 0 if period else depth)
    assert None not in dts[dts.index(known[0]) :]
    assert all(b - a == 100 for a, b in pairwise(known))
    assert all(one <= place * 100 for one, place in zip(dts, B_FRAMES, strict=True) if one is not None)
    assert order.depth == (depth or 1)


def test_b_frames_that_appear_though_none_were_announced_are_learned() -> None:
    order = DecodeOrder(0, 0)
    plain = [order.decode_ticks(pts * 100) for pts in range(20)]
    assert plain == [pts * 100 for pts in range(20)]
    mixed = [order.decode_ticks((20 + place) * 100) for place in B_FRAMES]
    assert order.depth == 1
    assert all(b > a for a, b in pairwise(mixed[3:]))


def test_a_leap_of_time_is_dated_at_once() -> None:
    order = DecodeOrder(2, 100)
    for place in B_FRAMES:
        order.decode_ticks(place * 100)
    order.restart()
    assert order.decode_ticks(1_000_000) == 1_000_000 - 200


def test_the_cameras_clock_follows_its_reports_over_wraps_and_leaps() -> None:
    line = Timeline(90_000)
    assert line.unix_s(5) is None
    line.report(SenderReport(7, 1_700_000_000.0, 2**32 - 90_000, 1))
    assert line.unix_s(0) == pytest.approx(1_700_000_001.0)
    assert line.unix_s(2**32 - 180_000) == pytest.approx(1_699_999_999.0)
    stamp = 0
    for _ in range(30):  # without a report for a day and more
        stamp = (stamp + 3600 * 90_000) % 2**32
        line.unix_s(stamp)
    assert line.unix_s(stamp) == pytest.approx(1_700_000_001.0 + 30 * 3600)
    line.ticks(stamp)
    line.ticks((stamp + 3600 * 90_000) % 2**32)
    assert line.leapt
    assert line.unix_s(stamp) is None


@settings(deadline=None)
@given(start=st.integers(0, 2**32 - 1), steps=st.lists(st.integers(-40_000, 800_000), max_size=50))
def test_ticks_never_wrap(start: int, steps: list[int]) -> None:
    line = Timeline(90_000)
    stamp = ticks = line.ticks(start)
    for step in steps:
        stamp = (stamp + step) % 2**32
        ticks += step
        assert line.ticks(stamp) == ticks
        assert not line.leapt


# -- RTCP


def test_reports_are_read_and_written() -> None:
    ntp = (1_700_000_000 + 2_208_988_800) << 32 | 1 << 31
    report = struct.pack(">BBHIQIII", 0x80, 200, 6, 7, ntp, 1234, 5, 6)
    name = struct.pack(">BBHI", 0x81, 202, 2, 7) + b"\x01\x01x\x00"
    (found, bye) = parse_rtcp(report + name + struct.pack(">BBHI", 0x81, 203, 1, 7))
    assert found == SenderReport(7, 1_700_000_000.5, 1234, ntp >> 16 & 0xFFFFFFFF)
    assert isinstance(bye, Goodbye)
    assert list(parse_rtcp(report[:20])) == []
    assert list(parse_rtcp(struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 0, 1234, 5, 6))) == []  # a camera without a clock
    after_2036 = struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 100 << 32, 1, 5, 6)
    assert next(iter(parse_rtcp(after_2036))).unix_s == pytest.approx(2**32 - 2_208_988_800 + 100)

    seen = Receiving()
    for number in (0, 1, 3):
        seen.take(rtp(picture(number), number, number, marker=True))
    seen.track.now_s = 10.0
    seen.track.sender_report(found)
    data = receiver_report(99, seen.track.reception(12.0))
    head, kind, words, own, source, lost, highest, _jitter, middle, since = struct.unpack_from(">BBHIIIIIII", data)
    assert (head, kind, words, own, source) == (0x81, 201, 7, 99, 7)
    assert (lost >> 24, lost & 0xFFFFFF, highest) == (64, 1, 3)
    assert (middle, since) == (found.middle, 2 * 65_536)
    assert data[32:34] == b"\x81\xca"  # SDES with our name follows
    assert len(data) % 4 == 0


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_rtcp_noise_never_raises(data: bytes) -> None:
    list(parse_rtcp(data))


# -- reordering (UDP)


class Window:
    def __init__(self) -> None:
        self.got: list[int] = []
        self.reorder = Reorder(lambda data, at, end: self.got.append(data[at + 2] << 8 | data[at + 3]))

    def take(self, sequence: int, now_s: float = 0.0) -> None:
        packet = rtp(b"x", sequence, 0)
        self.reorder.packet(memoryview(packet), 0, len(packet), now_s)


def test_packets_that_overtook_others_wait_for_them() -> None:
    window = Window()
    for sequence in (65_534, 0, 65_535, 3, 2, 1, 1, 4):
        window.take(sequence & 0xFFFF)
    assert window.got == [65_534, 65_535, 0, 1, 2, 3, 4]


def test_what_does_not_come_is_not_waited_for() -> None:
    window = Window()
    window.take(1, 0.0)
    window.take(3, 0.01)
    window.take(4, 0.05)
    assert window.got == [1]
    window.reorder.tick(0.2)
    assert window.got == [1, 3, 4]
    window.take(2, 0.21)  # too late
    assert window.got == [1, 3, 4]
    for sequence in range(6, 6 + 128):
        window.take(sequence, 0.3)
    assert window.got[3:] == list(range(6, 6 + 128))
    window.take(30_000, 0.4)
    window.take(30_001, 0.4)
    assert window.got[-2:] == [30_000, 30_001]  # a camera that began anew


@settings(deadline=None)
@given(st.data())
def test_small_disorder_is_put_right(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    delays = data.draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    window = Window()
    window.take(65_500)
    for number in sorted(range(count), key=lambda n: (n + delays[n], n)):
        window.take((65_501 + number) & 0xFFFF)
    assert window.got == [(65_500 + number) & 0xFFFF for number in range(count + 1)]
