"""Hashes that say whether a stored access unit is the one that was sent, whatever container it went through.

The same H.264 or H.265 access unit takes two forms: with start codes (Annex B, on the wire) and with length prefixes
(in MP4). Muxers also move parameter sets into the file's header and drop delimiters. So the hash is taken over the
remaining NAL units alone, each preceded by its length.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

# NAL unit types that carry no picture and that muxers may drop or move.
_H264_IGNORED = frozenset({7, 8, 9, 10, 11, 12})  # SPS, PPS, AUD, end of sequence, end of stream, filler (H.264 7.4.1)
_H265_IGNORED = frozenset({32, 33, 34, 35, 36, 37, 38})  # VPS, SPS, PPS, AUD, EOS, EOB, filler (H.265 7.4.2)
_START_CODE = re.compile(b"\x00\x00\x01")


def payload_hash(access_unit: bytes | memoryview, codec: str = "h264") -> str:
    """SHA-256 (hex) of an access unit's pictures: Annex-B and length-prefixed forms give the same.

    `codec` is libav's name; for other codecs than h264 and hevc the bytes are hashed as they are.
    """
    data = bytes(access_unit)
    if codec not in ("h264", "hevc"):
        return hashlib.sha256(data).hexdigest()
    return hash_nal_units(split_nal_units(data), codec)


def hash_nal_units(nals: Iterable[bytes], codec: str) -> str:
    """The same hash from NAL units that are already apart."""
    digest = hashlib.sha256()
    for nal in nals:
        if not is_parameter_or_delimiter(nal, codec):
            digest.update(len(nal).to_bytes(4, "big"))
            digest.update(nal)
    return digest.hexdigest()


def is_parameter_or_delimiter(nal: bytes, codec: str) -> bool:
    """Whether the NAL unit holds no picture and is left out of the hash."""
    return nal_type(nal, codec) in (_H264_IGNORED if codec == "h264" else _H265_IGNORED)


def nal_type(nal: bytes, codec: str) -> int:
    """nal_unit_type: H.264 7.3.1, H.265 7.3.1.2."""
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def split_nal_units(data: bytes) -> list[bytes]:
    """NAL units of an access unit in either form, without trailing zero bytes, empty ones left out.

    00 00 00 01 at the start is taken for a start code (a NAL unit of one byte is no real one); anything else that
    divides exactly by 4-byte lengths is length-prefixed.
    """
    if not data.startswith(b"\x00\x00\x00\x01"):
        prefixed = _length_prefixed(data)
        if prefixed is not None:
            return prefixed
    starts = [match.end() for match in _START_CODE.finditer(data)]
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    units = (data[start:end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=True))
    return [unit for unit in units if unit]


def _length_prefixed(data: bytes) -> list[bytes] | None:
    units: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if length == 0 or at + length > len(data):
            return None
        unit = data[at : at + length].rstrip(b"\x00")
        if unit:
            units.append(unit)
        at += length
    return units
