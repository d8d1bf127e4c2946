"""RTP payloads to JPEG pictures (RFC 2435): the headers that RTP leaves out are put back."""

from __future__ import annotations

import struct
from functools import lru_cache

from veedor.site.ingest.units import MAX_UNIT, AccessUnit

# Zigzag order, and ITU-T T.81, tables K.1 and K.2 (quantization), K.3 to K.6 (how many codes of each length; values).
_ZIGZAG = (
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
    21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
    61, 54, 47, 55, 62, 63,
)  # fmt: skip
_LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
    51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
    120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66,
    *[99] * 38,
)  # fmt: skip
_LUMA_DC = bytes.fromhex("00010501010101010100000000000000") + bytes(range(12))
_CHROMA_DC = bytes.fromhex("00030101010101010101010000000000") + bytes(range(12))
_LUMA_AC = bytes.fromhex(
    "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aa"
    "b2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_CHROMA_AC = bytes.fromhex(
    "00020102040403040705040400010277"
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9"
    "aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
)
_HUFFMAN = b"".join(
    b"\xff\xc4" + struct.pack(">HB", 3 + len(table), place) + table
    for place, table in ((0x00, _LUMA_DC), (0x10, _LUMA_AC), (0x01, _CHROMA_DC), (0x11, _CHROMA_AC))
)
_SCAN = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"


class JpegUnits:
    """One picture after the other. A picture of which a packet is missing is left out."""

    def __init__(self) -> None:
        self.pictures = 0
        self.damaged = False
        self._parts: list[bytes | memoryview] = []
        self._octets = 0
        self._sent_tables: dict[int, bytes] = {}

    def add(self, data: memoryview, start: int, end: int) -> None:
        """The payload of the next RTP packet."""
        at = start + 8
        if at > end:
            self.gap()
            return
        offset = int.from_bytes(data[start + 1 : start + 4], "big")
        kind, quality, width, height = data[start + 4 : at]
        restart = 0
        if 64 <= kind < 128 and at + 4 <= end:
            restart = data[at] << 8 | data[at + 1]
            at += 4
        if kind & 0x3F > 1 or kind >= 128 or not width or not height:
            self.gap()
            return
        if offset == 0:
            self._forget()
            tables, at = self._tables(data, at, end, quality)
            if not tables:
                self.damaged = True
                return
            self._parts.append(_header(kind & 1, width * 8, height * 8, restart, tables))
            self.pictures = 1
        if offset != self._octets or offset > MAX_UNIT:
            self.gap()
        elif self.pictures:
            self._parts.append(data[at:end])
            self._octets += end - at

    def _tables(self, data: memoryview, at: int, end: int, quality: int) -> tuple[bytes, int]:
        """The quantization tables of a picture, in zigzag order, and where its data begins; empty: unknown."""
        if quality < 128:
            return (_standard_tables(quality), at) if 0 < quality < 100 else (b"", end)
        if at + 4 > end:
            return b"", end
        precision, size = data[at + 1], data[at + 2] << 8 | data[at + 3]
        at += 4
        if size == 0 and quality < 255:
            return self._sent_tables.get(quality, b""), at
        if precision or size not in (64, 128) or at + size > end:
            return b"", end  # tables of 16 bits are for 12-bit pictures
        tables = bytes(data[at : at + size])
        if quality < 255:
            self._sent_tables[quality] = tables
        return tables, at + size

    def gap(self) -> None:
        """Packets are missing before the next payload."""
        self._forget()
        self.damaged = True

    def take(self) -> AccessUnit | None:
        unit = None
        if self.pictures and not self.damaged:
            end = b"" if bytes(self._parts[-1][-2:]) == b"\xff\xd9" else b"\xff\xd9"
            unit = AccessUnit(b"".join((*self._parts, end)), True, False)
        self._forget()
        self.damaged = False
        return unit

    def detach(self) -> None:
        if self._parts:
            self._parts = [b"".join(self._parts)]

    def _forget(self) -> None:
        self._parts = []
        self._octets = self.pictures = 0


@lru_cache(maxsize=100)
def _standard_tables(quality: int) -> bytes:
    """RFC 2435, 4.2: the tables of Annex K, scaled as the reference encoder does."""
    factor = 5000 // quality if quality < 50 else 200 - 2 * quality
    return bytes(
        min(255, max(1, (table[place] * factor + 50) // 100)) for table in (_LUMA, _CHROMA) for place in _ZIGZAG
    )


def _header(kind: int, width: int, height: int, restart: int, tables: bytes) -> bytes:
    """Everything before the scan (ITU-T T.81, B.2). `kind` 0: 4:2:2, 1: 4:2:0."""
    chroma = 1 if len(tables) > 64 else 0
    parts = [b"\xff\xd8"]
    parts += [b"\xff\xdb\x00\x43" + bytes([n]) + tables[64 * n : 64 * n + 64] for n in range(chroma + 1)]
    if restart:
        parts.append(struct.pack(">2sHH", b"\xff\xdd", 4, restart))
    sampling = 0x22 if kind else 0x21
    components = bytes([1, sampling, 0, 2, 0x11, chroma, 3, 0x11, chroma])
    parts.append(struct.pack(">2sHBHHB", b"\xff\xc0", 17, 8, height, width, 3) + components)
    return b"".join((*parts, _HUFFMAN, _SCAN))
