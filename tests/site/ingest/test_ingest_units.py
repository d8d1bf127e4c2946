"""Access units from RTP payloads: H.264 and H.265 byte by byte."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veedor.kit.mp4.nal import split_annex_b, to_length_prefixed
from veedor.site.ingest.units import MAX_UNIT, AccessUnit, H264Units, H265Units, NalUnits

CODE = b"\x00\x00\x00\x01"
SPS, PPS, AUD = bytes([0x67, 66, 0, 10]), bytes([0x68, 1]), b"\x09\xf0"
IDR, SLICE, LATER = b"\x65\x88idr-picture", b"\x41\x9apicture", b"\x41\x1asecond-slice"
H5_VPS, H5_SPS, H5_IDR, H5_SLICE = b"\x40\x01vps", b"\x42\x01sps", b"\x26\x01\xafidr", b"\x02\x01\xd0trail"


def feed(units: NalUnits, *payloads: bytes) -> AccessUnit | None:
    """Each payload in a buffer of its own that is overwritten afterwards, as the receive buffer is."""
    for payload in payloads:
        buffer = bytearray(b"##" + payload + b"##")
        units.add(memoryview(buffer), 2, 2 + len(payload))
        units.detach()
        buffer[:] = b"?" * len(buffer)
    return units.take()


def fu_a(unit: bytes, *cuts: int) -> list[bytes]:
    edges = [1, *cuts, len(unit)]
    pieces = []
    for number, (start, end) in enumerate(pairwise(edges)):
        flags = (0x80 if number == 0 else 0) | (0x40 if end == len(unit) else 0)
        pieces.append(bytes([unit[0] & 0xE0 | 28, flags | unit[0] & 0x1F]) + unit[start:end])
    return pieces


def fu(unit: bytes, *cuts: int) -> list[bytes]:
    edges = [2, *cuts, len(unit)]
    pieces = []
    for number, (start, end) in enumerate(pairwise(edges)):
        flags = (0x80 if number == 0 else 0) | (0x40 if end == len(unit) else 0)
        kind = unit[0] >> 1 & 0x3F
        pieces.append(bytes([unit[0] & 0x81 | 49 << 1, unit[1], flags | kind]) + unit[start:end])
    return pieces


def together(head: bytes, *units: bytes) -> bytes:
    return head + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def annex_b(*units: bytes) -> bytes:
    return b"".join(CODE + unit for unit in units)


def whole(*units: bytes, key: bool, damaged: bool) -> AccessUnit:
    return AccessUnit(annex_b(*units), key, damaged, tuple(map(len, units)))


def test_single_units_make_an_access_unit() -> None:
    assert feed(H264Units(), AUD, SPS, PPS, IDR) == whole(AUD, SPS, PPS, IDR, key=True, damaged=False)
    assert feed(H264Units(), SLICE, LATER) == whole(SLICE, LATER, key=False, damaged=False)
    assert feed(H265Units(), H5_VPS, H5_SPS, H5_IDR) == whole(H5_VPS, H5_SPS, H5_IDR, key=True, damaged=False)
    assert feed(H265Units(), H5_SLICE) == whole(H5_SLICE, key=False, damaged=False)


def test_aggregated_units_are_taken_apart() -> None:
    assert feed(H264Units(), together(b"\x78", SPS, PPS, IDR)) == whole(SPS, PPS, IDR, key=True, damaged=False)
    packet = together(b"\x60\x01", H5_VPS, H5_SPS, H5_IDR)
    assert feed(H265Units(), packet) == whole(H5_VPS, H5_SPS, H5_IDR, key=True, damaged=False)


def test_fragments_are_joined_and_their_header_put_back() -> None:
    assert feed(H264Units(), *fu_a(IDR, 4, 5, 9)) == whole(IDR, key=True, damaged=False)
    assert feed(H265Units(), *fu(H5_IDR, 3, 5)) == whole(H5_IDR, key=True, damaged=False)
    whole_in_one = fu_a(SLICE)  # start and end in the same packet: forbidden, and done
    assert feed(H264Units(), *whole_in_one) == whole(SLICE, key=False, damaged=False)


def test_decoding_order_numbers_are_left_out() -> None:
    single = H5_SLICE[:2] + b"\x00\x07" + H5_SLICE[2:]
    assert feed(H265Units(donl=True), single) == whole(H5_SLICE, key=False, damaged=False)
    start, end = fu(H5_IDR, 4)
    assert feed(H265Units(donl=True), start[:3] + b"\x00\x01" + start[3:], end).data == annex_b(H5_IDR)
    first, second = (len(unit).to_bytes(2, "big") + unit for unit in (H5_SPS, H5_IDR))
    assert feed(H265Units(donl=True), b"\x60\x01\x00\x05" + first + b"\x00" + second).data == annex_b(H5_SPS, H5_IDR)


def test_a_recovery_point_is_a_keyframe() -> None:
    timing, recovery = b"\x06\x01\x02ab\x80", b"\x06\x01\x02ab\x06\x01\xc4\x80"
    assert not feed(H264Units(), timing, SLICE).is_keyframe
    assert feed(H264Units(), recovery, SLICE).is_keyframe
    long = b"\x06\x05\xff\x01" + b"x" * 256 + b"\x06\x01\xc4\x80"
    assert feed(H264Units(), long, SLICE).is_keyframe
    assert not feed(H264Units(), b"\x06\x05\xff", SLICE).is_keyframe  # cut off in the middle of a length


@pytest.mark.parametrize("missing", range(4))
def test_a_unit_with_a_missing_fragment_is_left_out_and_said(missing: int) -> None:
    units = H264Units()
    pieces = fu_a(LATER, 3, 6, 9)
    units.add(memoryview(SLICE), 0, len(SLICE))
    for number, piece in enumerate(pieces):
        if number == missing:
            units.gap()
        else:
            units.add(memoryview(piece), 0, len(piece))
    if missing == 3:  # only the next packet shows that the end is missing
        units.gap()
    assert units.take() == whole(SLICE, key=False, damaged=True)


def test_a_damaged_keyframe_is_no_keyframe() -> None:
    units = H264Units()
    start, _end = fu_a(IDR, 5)
    assert feed(units, IDR, start) == whole(IDR, key=False, damaged=True)
    assert feed(units, IDR) == whole(IDR, key=True, damaged=False)  # the next one is


def test_after_missing_packets_a_picture_counts_as_whole_only_if_its_beginning_is_there() -> None:
    for first, damaged in ((SLICE, False), (AUD, False), (LATER, True)):
        units = H264Units()
        units.gap()
        assert feed(units, first, SLICE).damaged is damaged
    for first, damaged in ((H5_SLICE, False), (b"\x02\x01\x50later", True)):
        units = H265Units()
        units.gap()
        assert feed(units, first).damaged is damaged


def test_fragments_without_a_beginning_and_nonsense_do_no_harm() -> None:
    units = H264Units()
    assert feed(units, *fu_a(SLICE, 4)[1:]) is None
    assert feed(units, b"\x1c") is None
    assert feed(units, b"\x78\xff\xff\x41") is None
    assert feed(units, b"\x1e???", SLICE) == whole(SLICE, key=False, damaged=True)
    assert feed(units, SLICE) == whole(SLICE, key=False, damaged=False)
    five = H265Units()
    assert feed(five, b"\x02") is None
    assert feed(five, b"\x64\x01??") is None  # 50: PACI
    assert feed(five, H5_SLICE) == whole(H5_SLICE, key=False, damaged=False)


def test_start_codes_that_were_left_in_are_understood() -> None:
    assert feed(H264Units(), annex_b(SPS, PPS, IDR)) == whole(SPS, PPS, IDR, key=True, damaged=False)


def test_an_endless_unit_is_given_up() -> None:
    units = H264Units()
    part = memoryview(b"\x7c\x05" + b"x" * 65_000)
    start = memoryview(fu_a(IDR, 5)[0])
    units.add(start, 0, len(start))
    for _ in range(MAX_UNIT // 65_000 + 10):
        units.add(part, 0, len(part))
    assert sum(len(one) for one in units._parts) <= MAX_UNIT
    assert units.take() is None


nal_unit = st.binary(min_size=3, max_size=200).map(
    lambda data: data.replace(b"\x00", b"\x01").replace(b"\xff", b"\x02")
)


@settings(deadline=None)
@given(
    bodies=st.lists(nal_unit, min_size=1, max_size=6),
    codec=st.sampled_from(["h264", "hevc"]),
    data=st.data(),
)
def test_however_units_are_packed_the_same_comes_out(bodies: list[bytes], codec: str, data: st.DataObject) -> None:
    """Whole, in fragments cut anywhere, or several in one packet; with the buffer overwritten after any packet."""
    head = b"\x41" if codec == "h264" else b"\x02\x01"
    units = [head + body for body in bodies]
    payloads: list[bytes] = []
    at = 0
    while at < len(units):
        how = data.draw(st.sampled_from(["single", "fragments", "together"]))
        unit = units[at]
        if how == "single":
            payloads.append(unit)
        elif how == "fragments":
            cuts = sorted(data.draw(st.sets(st.integers(len(head) + 1, len(unit) - 1), max_size=4)))
            payloads += (fu_a if codec == "h264" else fu)(unit, *cuts)
        else:
            several = units[at : at + data.draw(st.integers(1, 3))]
            payloads.append(together(b"\x78" if codec == "h264" else b"\x60\x01", *several))
            at += len(several) - 1
        at += 1
    unit = feed(H264Units() if codec == "h264" else H265Units(), *payloads)
    assert split_annex_b(unit.data) == units
    assert not unit.damaged
    assert unit.unit_octets == tuple(map(len, units))
    assert to_length_prefixed(unit.data, unit.unit_octets) == to_length_prefixed(unit.data)


def test_zeros_behind_a_unit_are_no_part_of_it() -> None:
    for payloads in ([SLICE + b"\x00\x00"], fu_a(SLICE + b"\x00\x00", 4)):
        unit = feed(H264Units(), *payloads)
        assert unit.unit_octets == ()  # so whoever wants units looks for them
        assert to_length_prefixed(unit.data, unit.unit_octets) == len(SLICE).to_bytes(4, "big") + SLICE


def test_sizes_that_do_not_fit_are_not_believed() -> None:
    data = annex_b(SLICE, LATER)
    assert to_length_prefixed(data, (len(SLICE),)) == to_length_prefixed(data)


@settings(deadline=None)
@given(
    payloads=st.lists(st.binary(min_size=1, max_size=40), max_size=20), codec=st.sampled_from([H264Units, H265Units])
)
def test_noise_never_raises(payloads: list[bytes], codec) -> None:
    units = codec()
    feed(units, *payloads)
    units.gap()
    slice_ = SLICE if codec is H264Units else H5_SLICE
    assert feed(units, slice_).data == annex_b(slice_)
