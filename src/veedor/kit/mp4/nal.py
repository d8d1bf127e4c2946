"""NAL units of H.264 (ITU-T H.264, 7.3) and H.265 (ITU-T H.265, 7.3): framing, and the few header fields MP4 needs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from veedor.kit.errors import VeedorError

H264_SPS, H264_PPS = 7, 8
HEVC_VPS, HEVC_SPS, HEVC_PPS = 32, 33, 34
MAX_PARAMETER_SETS = 64


class BadBitstream(VeedorError):
    """A parameter set cannot be read. params: problem"""

    key = "error-mp4-bitstream"


def is_annex_b(data: bytes) -> bool:
    """Whether `data` begins with a start code (else it is length-prefixed, as in MP4)."""
    return data.startswith((b"\x00\x00\x01", b"\x00\x00\x00\x01"))


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units between start codes, without them and without trailing zero bytes (Annex B of both standards)."""
    units = []
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        begin = start + 3
        start = data.find(b"\x00\x00\x01", begin)
        unit = data[begin:] if start < 0 else data[begin:start]
        if unit.endswith(b"\x00"):
            unit = unit.rstrip(b"\x00")
        if unit:
            units.append(unit)
    return units


def to_length_prefixed(data: bytes, sizes: tuple[int, ...] = ()) -> bytes:
    """An Annex B access unit with each start code replaced by the unit's length, 4 bytes. `sizes`: of the units, where
    they are known, each behind a start code of 4 bytes: then they need not be searched for."""
    if sizes and sum(sizes) + 4 * len(sizes) == len(data):
        view, at = memoryview(data), 0
        pieces: list[bytes | memoryview] = []
        for size in sizes:
            pieces += (struct.pack(">I", size), view[at + 4 : at + 4 + size])
            at += 4 + size
        return b"".join(pieces)
    parts: list[bytes] = []
    for unit in split_annex_b(data):
        parts.append(struct.pack(">I", len(unit)))
        parts.append(unit)
    return b"".join(parts)


def split_length_prefixed(data: bytes, length_size: int = 4) -> Iterator[bytes]:
    """The NAL units of an MP4 sample; stops at the first length that does not fit."""
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if size > len(data) - at:
            return
        if size:
            yield data[at : at + size]
        at += size


def nal_type(codec: str, unit: bytes) -> int:
    """nal_unit_type."""
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def parameter_sets(codec: str, units: list[bytes]) -> dict[int, list[bytes]]:
    """The distinct VPS, SPS and PPS among `units`, by type, in order."""
    wanted = (H264_SPS, H264_PPS) if codec == "h264" else (HEVC_VPS, HEVC_SPS, HEVC_PPS)
    sets: dict[int, list[bytes]] = {kind: [] for kind in wanted}
    for unit in units:
        kind = nal_type(codec, unit)
        if kind in sets and unit not in sets[kind] and len(sets[kind]) < MAX_PARAMETER_SETS:
            sets[kind].append(unit)
    return sets


class Bits:
    """Reads the bits of a raw byte sequence payload, emulation prevention bytes removed (7.4.1)."""

    def __init__(self, unit: bytes, skip_bytes: int) -> None:
        self._data = unit[skip_bytes:].replace(b"\x00\x00\x03", b"\x00\x00")
        self._at = 0

    def read(self, count: int) -> int:
        end = self._at + count
        if end > len(self._data) * 8:
            raise BadBitstream(problem="parameter set ends early")
        first, last = self._at // 8, (end + 7) // 8
        value = int.from_bytes(self._data[first:last], "big") >> (last * 8 - end)
        self._at = end
        return value & ((1 << count) - 1)

    def ue(self) -> int:
        """Exp-Golomb (9.1)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise BadBitstream(problem="number too long")
        return (1 << zeros) - 1 + self.read(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Cropped size in pixels, with what hvcC wants to know besides."""

    width: int
    height: int
    chroma_format: int = 1
    luma_depth: int = 8
    chroma_depth: int = 8


_H264_BASELINE = 66
_H264_HIGH = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


def h264_size(sps: bytes) -> PictureSize:
    """Picture size from a sequence parameter set (H.264, 7.3.2.1.1). Raises BadBitstream."""
    return _h264_until_vui(Bits(sps, 1))[0]


def h264_reorder_depth(sps: bytes) -> int | None:
    """By how many places pictures are reordered at most; None where the stream does not say. Raises BadBitstream."""
    bits = Bits(sps, 1)
    _size, profile, order = _h264_until_vui(bits)
    told = _vui_reorder_depth(bits) if bits.read(1) else None
    if told is None and (profile == _H264_BASELINE or order == 2):
        return 0  # no B-frames; output in order of decoding
    return told


def _h264_until_vui(bits: Bits) -> tuple[PictureSize, int, int]:
    """Size, profile and pic_order_cnt_type; `bits` then stand at vui_parameters_present_flag."""
    profile = bits.read(8)
    bits.read(16)
    bits.ue()
    chroma = 1
    if profile in _H264_HIGH:
        chroma = bits.ue()
        if chroma == 3:
            bits.read(1)
        bits.ue()
        bits.ue()
        bits.read(1)
        if bits.read(1):
            _skip_scaling_lists(bits, 12 if chroma == 3 else 8)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.read(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()
    bits.ue()
    bits.read(1)
    width = (bits.ue() + 1) * 16
    map_height = bits.ue() + 1
    frames_only = bits.read(1)
    if not frames_only:
        bits.read(1)
    bits.read(1)
    height = map_height * 16 * (2 - frames_only)
    if bits.read(1):
        step_x = 2 if chroma in (1, 2) else 1
        step_y = (2 if chroma == 1 else 1) * (2 - frames_only)
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * step_x
        height -= (top + bottom) * step_y
    return _sane(width, height), profile, order


def _vui_reorder_depth(bits: Bits) -> int | None:
    """max_num_reorder_frames (H.264, E.1.1)."""
    if bits.read(1) and bits.read(8) == 255:
        bits.read(32)
    if bits.read(1):
        bits.read(1)
    if bits.read(1):
        bits.read(4)
        if bits.read(1):
            bits.read(24)
    if bits.read(1):
        bits.ue()
        bits.ue()
    if bits.read(1):
        bits.read(65)
    rates = 0
    for _ in range(2):
        if bits.read(1):
            _skip_hrd(bits)
            rates += 1
    if rates:
        bits.read(1)
    bits.read(1)
    if not bits.read(1):
        return None
    bits.read(1)
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_hrd(bits: Bits) -> None:
    """hrd_parameters (H.264, E.1.2)."""
    count = bits.ue() + 1
    bits.read(8)
    for _ in range(min(count, 32)):
        bits.ue()
        bits.ue()
        bits.read(1)
    bits.read(20)


def _skip_scaling_lists(bits: Bits, count: int) -> None:
    for index in range(count):
        if not bits.read(1):
            continue
        last, following = 8, 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.se()) % 256
            last = following or last


def hevc_size(sps: bytes) -> PictureSize:
    """Picture size, chroma format and depths from a sequence parameter set (H.265, 7.3.2.2.1). Raises BadBitstream."""
    return _hevc_until_order(Bits(sps, 2))[0]


def hevc_reorder_depth(sps: bytes) -> int:
    """By how many places pictures are reordered at most (sps_max_num_reorder_pics). Raises BadBitstream."""
    bits = Bits(sps, 2)
    sub_layers = _hevc_until_order(bits)[1]
    bits.ue()
    depth = 0
    for _ in range(sub_layers + 1 if bits.read(1) else 1):
        bits.ue()
        depth = bits.ue()
        bits.ue()
    return depth


def _hevc_until_order(bits: Bits) -> tuple[PictureSize, int]:
    """Size and sps_max_sub_layers_minus1; `bits` then stand at log2_max_pic_order_cnt_lsb_minus4."""
    bits.read(4)
    sub_layers = bits.read(3)
    bits.read(1)
    bits.read(88)
    bits.read(8)
    present = [(bits.read(1), bits.read(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.read(2 * (8 - sub_layers))
    for profile_present, level_present in present:
        bits.read(88 * profile_present + 8 * level_present)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.read(1)
    width, height = bits.ue(), bits.ue()
    if bits.read(1):
        step_x, step_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * step_x
        height -= (top + bottom) * step_y
    luma, chroma_depth = bits.ue() + 8, bits.ue() + 8
    return _sane(width, height, chroma, luma, chroma_depth), sub_layers


def _sane(width: int, height: int, *rest: int) -> PictureSize:
    if not (0 < width <= 16384 and 0 < height <= 16384):
        raise BadBitstream(problem=f"picture of {width}x{height}")
    return PictureSize(width, height, *rest)
