"""RTP payloads to access units in Annex B: H.264 (RFC 6184) and H.265 (RFC 7798), non-interleaved modes.

Payloads come as views of a receive buffer; they are joined once, when the access unit is whole. A NAL unit of which
a fragment is missing is left out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from veedor.kit.mp4 import nal
from veedor.site.ingest.raw import START_CODE

MAX_UNIT = 16 << 20
_START_TO_HEAD = tuple(START_CODE + bytes([head]) for head in range(256))


class AccessUnit(NamedTuple):
    """`damaged`: packets of it were lost; what is here is whole NAL units. `unit_octets`: as in Packet."""

    data: bytes
    is_keyframe: bool
    damaged: bool
    unit_octets: tuple[int, ...] = ()


class NalUnits(ABC):
    """Collects the NAL units of one access unit after the other."""

    def __init__(self) -> None:
        self.pictures = 0  # whole NAL units of picture data so far
        self.damaged = False
        self.unsure = False  # packets are missing before the next NAL unit
        self._is_key = False
        self._parts: list[bytes | memoryview] = []
        self._octets = 0
        self._sizes: list[int] = []  # of whole units
        self._padded = False  # a unit ends in zeros, which do not belong to it
        self._open_at = -1  # where in `_parts` a unit begins whose end is yet to come
        self._open_kind = self._open_octets = 0

    @abstractmethod
    def add(self, data: memoryview, start: int, end: int) -> None:
        """The payload of the next RTP packet."""

    @abstractmethod
    def _kind(self, data: memoryview, at: int) -> int: ...

    @abstractmethod
    def _finished(self, kind: int, last: bytes | memoryview) -> None:
        """A unit of this kind is whole; `last` is its last part."""

    @abstractmethod
    def _begins_picture(self, kind: int, first: int) -> bool:
        """Whether nothing of the picture can be missing before this unit; `first` is the byte after its header."""

    def gap(self) -> None:
        """Packets are missing before the next payload."""
        self.unsure = True
        self._cut()

    def take(self) -> AccessUnit | None:
        """End the access unit. None where no picture of it is left; then nothing of it is kept."""
        self._cut()
        unit = None
        if self.pictures:
            sizes = () if self._padded else tuple(self._sizes)
            unit = AccessUnit(b"".join(self._parts), self._is_key and not self.damaged, self.damaged, sizes)
        self._clear()
        return unit

    def _clear(self) -> None:
        self._parts, self._sizes = [], []
        self._octets = self.pictures = 0
        self._is_key = self.damaged = self._padded = False
        self._open_at = -1

    def detach(self) -> None:
        """Copy what is of the receive buffer."""
        parts, at = self._parts, self._open_at
        if at >= 0:
            self._parts = [b"".join(parts[:at]), b"".join(parts[at:])]
            self._open_at = 1
        elif parts:
            self._parts = [b"".join(parts)]

    # -- for the codecs

    def _whole(self, data: memoryview, start: int, end: int) -> None:
        """One unit in one piece."""
        if self._open_at >= 0:
            self._cut()
        kind = self._kind(data, start)
        if self.unsure:
            self._judge(kind, data, start + self._HEAD, end)
        body = data[start:end]
        self._octets += end - start
        self._parts += (START_CODE, body)
        self._sizes.append(end - start)
        if body[-1] == 0:
            self._padded = True
        self._finished(kind, body)
        if self._octets > MAX_UNIT:
            self._overflow()

    def _open(self, kind: int, head: bytes, body: memoryview) -> None:
        """The first fragment of a unit."""
        if self._open_at >= 0:
            self._cut()
        if self.unsure:
            self._judge(kind, body, 0, len(body))
        self._open_at, self._open_kind = len(self._parts), kind
        self._open_octets = self._octets
        self._octets += len(body)
        self._parts += (head, body)

    def _continue(self, body: memoryview) -> None:
        self._octets += len(body)
        if self._octets > MAX_UNIT:
            self._overflow()
        elif self._open_at >= 0:
            self._parts.append(body)
        else:
            self.damaged = True  # its beginning is missing
            self.unsure = False

    def _close(self) -> None:
        """The last fragment is there."""
        if self._open_at >= 0:
            self._open_at = -1
            self._sizes.append(self._octets - self._open_octets + self._HEAD)
            last = self._parts[-1]
            if last[-1:] == b"\x00":
                self._padded = True
            self._finished(self._open_kind, last)

    def _cut(self) -> None:
        """Leave out the unit that is open: its end is missing."""
        if self._open_at >= 0:
            del self._parts[self._open_at :]
            self._open_at = -1
            self.damaged = True

    def _judge(self, kind: int, data: memoryview, at: int, end: int) -> None:
        """After missing packets: whether this unit begins its picture, or something of the picture is missing."""
        self.unsure = False
        if self.pictures or not (at < end and self._begins_picture(kind, data[at])):
            self.damaged = True

    def _aggregate(self, data: memoryview, start: int, end: int, skip: tuple[int, int] = (0, 0)) -> None:
        """Several units, each after its length. `skip`: octets before the first length, and before the others."""
        at = start + skip[0]
        while at + 2 < end:
            size = data[at] << 8 | data[at + 1]
            at += 2
            if not self._HEAD <= size <= end - at:
                self.damaged = True
                return
            self._whole(data, at, at + size)
            at += size + skip[1]

    def _overflow(self) -> None:
        self._clear()
        self.damaged = True

    _HEAD = 1  # octets of a NAL unit's header


class H264Units(NalUnits):
    """RFC 6184: single NAL units, STAP-A, FU-A."""

    def add(self, data: memoryview, start: int, end: int) -> None:
        head = data[start]
        kind = head & 0x1F
        if kind == 28:
            if end - start < 3:
                self.gap()
                return
            flags = data[start + 1]
            if flags & 0x80:
                self._open(flags & 0x1F, _START_TO_HEAD[head & 0xE0 | flags & 0x1F], data[start + 2 : end])
            else:
                self._continue(data[start + 2 : end])
            if flags & 0x40:
                self._close()
        elif 0 < kind < 24:
            self._whole(data, start, end)
        elif kind == 24:
            self._aggregate(data, start + 1, end)
        elif kind == 0 and nal.is_annex_b(bytes(data[start : start + 4])):  # some cameras leave the start codes in
            for unit in nal.split_annex_b(bytes(data[start:end])):
                self._whole(memoryview(unit), 0, len(unit))
        else:
            self.damaged = True

    def _kind(self, data: memoryview, at: int) -> int:
        return data[at] & 0x1F

    def _finished(self, kind: int, last: bytes | memoryview) -> None:
        if kind in (1, 5, 2):
            self.pictures += 1
            if kind == 5:
                self._is_key = True
        elif kind == 6 and not self._is_key:
            self._is_key = _has_recovery_point(bytes(last))

    def _begins_picture(self, kind: int, first: int) -> bool:
        return first >> 7 == 1 if kind in (1, 2, 5) else 6 <= kind <= 9  # first_mb_in_slice is 0


class H265Units(NalUnits):
    """RFC 7798: single NAL units, aggregation packets, fragmentation units. `donl`: each carries a decoding order
    number (sprop-max-don-diff above 0), which is left aside."""

    _HEAD = 2

    def __init__(self, *, donl: bool = False) -> None:
        super().__init__()
        self._donl = 2 if donl else 0

    def add(self, data: memoryview, start: int, end: int) -> None:
        if end - start < 3:
            self.gap()
            return
        kind = data[start] >> 1 & 0x3F
        if kind == 49:
            flags = data[start + 2]
            inner = flags & 0x3F
            if flags & 0x80:
                head = START_CODE + bytes((data[start] & 0x81 | inner << 1, data[start + 1]))
                self._open(inner, head, data[start + 3 + self._donl : end])
            else:
                self._continue(data[start + 3 : end])
            if flags & 0x40:
                self._close()
        elif kind == 48:
            self._aggregate(data, start + 2, end, (self._donl, self._donl // 2))
        elif kind < 48:
            if self._donl:
                unit = memoryview(bytes(data[start : start + 2]) + bytes(data[start + 4 : end]))
                self._whole(unit, 0, len(unit))
            else:
                self._whole(data, start, end)
        else:
            self.damaged = True

    def _kind(self, data: memoryview, at: int) -> int:
        return data[at] >> 1 & 0x3F

    def _finished(self, kind: int, last: bytes | memoryview) -> None:  # noqa: ARG002
        if kind < 32:
            self.pictures += 1
            if 16 <= kind <= 23:  # a picture at which decoding may begin (IRAP)
                self._is_key = True

    def _begins_picture(self, kind: int, first: int) -> bool:
        return first >> 7 == 1 if kind < 32 else kind <= 39  # first_slice_segment_in_pic_flag


def _has_recovery_point(sei: bytes) -> bool:
    """Whether supplemental information says that decoding may begin here (H.264, D.1.8): cameras that refresh their
    picture bit by bit send no IDR pictures."""
    at = 1
    while at + 2 <= len(sei) and sei[at] != 0x80:
        kind = size = 0
        while at < len(sei) and sei[at] == 0xFF:
            kind, at = kind + 255, at + 1
        kind, at = kind + (sei[at] if at < len(sei) else 0), at + 1
        while at < len(sei) and sei[at] == 0xFF:
            size, at = size + 255, at + 1
        size, at = size + (sei[at] if at < len(sei) else 0), at + 1
        if kind == 6:
            return True
        at += size
    return False
