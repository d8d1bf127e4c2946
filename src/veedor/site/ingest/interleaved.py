"""What comes on one RTSP connection (RFC 2326, 10.12): RTP and RTCP packets behind `$`, and messages in between."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from veedor.site.ingest.errors import CameraFault

DOLLAR = 0x24
MAX_HEAD = 65_536
_FRAME = struct.Struct(">BBH")
_MAX_GARBAGE = 1 << 20  # octets without one packet between them

Take = Callable[[memoryview, int, int], None]


class Interleaved:
    """Cuts what came into packets and messages. `channels`: who takes a channel's packets."""

    def __init__(self, channels: Mapping[int, Take], on_message: Callable[[bytes, bytes], None], shown: str) -> None:
        self.skipped = 0  # octets that were neither
        self._channels = channels
        self._on_message = on_message
        self._shown = shown
        self._garbage = 0

    def feed(self, data: memoryview, end: int) -> int:
        """Take what is whole; where the rest begins. Raises CameraFault where nothing makes sense any more."""
        at = 0
        unpack, channels = _FRAME.unpack_from, self._channels
        while end - at >= 4:
            mark, channel, size = unpack(data, at)
            if mark != DOLLAR:
                after = self._other(data, at, end)
                if after == at:
                    break
                at = after
                continue
            stop = at + 4 + size
            if stop > end:
                break
            take = channels.get(channel)
            if take is not None:
                take(data, at + 4, stop)
            at = stop
        return at

    def _other(self, data: memoryview, at: int, end: int) -> int:
        """A message, or garbage up to the next packet; where to go on, `at` itself where more must come first."""
        if _may_be_message(bytes(data[at : min(end, at + 16)])):
            rest = bytes(data[at : min(end, at + MAX_HEAD)])
            head, found, _ = rest.partition(b"\r\n\r\n")
            if not found and len(rest) < MAX_HEAD:
                return at
            length = content_length(head) if found else None
            if length is not None:
                stop = at + len(head) + 4 + length
                if stop > end:
                    return at
                self._garbage = 0
                self._on_message(head, bytes(data[at + len(head) + 4 : stop]))
                return stop
        return self._resynchronised(data, at, end)

    def _resynchronised(self, data: memoryview, at: int, end: int) -> int:
        """The next place that looks like a packet of a channel that is in use, or like an answer."""
        text = bytes(data[at:end])
        place = 1
        while place < len(text):
            dollar, answer = text.find(b"$", place), text.find(b"RTSP/1.0 ", place)
            place = min(one for one in (dollar, answer, len(text)) if one >= 0)
            if place == answer or place + 5 > len(text) or self._is_packet(text, place):
                break
            place += 1
        self.skipped += place
        self._garbage += place
        if self._garbage > _MAX_GARBAGE:
            raise CameraFault(address=self._shown, problem="neither RTP nor RTSP")
        return at + place

    def _is_packet(self, text: bytes, place: int) -> bool:
        if text[place + 1] not in self._channels or text[place + 4] >> 6 != 2:
            return False
        self._garbage = 0
        return True


def _may_be_message(start: bytes) -> bool:
    """Whether this is the beginning of an answer, or of a request (a word of capital letters and underscores)."""
    if b"RTSP/".startswith(start[:5]):
        return True
    word, blank, _ = start.partition(b" ")
    return word.replace(b"_", b"").isalpha() and word.isupper() and (bool(blank) or len(start) < 16)


def content_length(head: bytes) -> int | None:
    """The length of the body behind a message's head; None where it makes no sense."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            return int(text) if text.isdigit() and len(text) <= 6 and int(text) <= 256 * 1024 else None
    return 0
