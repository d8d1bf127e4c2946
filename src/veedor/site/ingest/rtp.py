"""RTP (RFC 3550, 5): headers, sequence numbers, and timestamps on a line without wraps."""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod

from veedor.site.ingest.raw import Take
from veedor.site.ingest.rtcp import Reception, SenderReport

_HEADER = struct.Struct(">BBHII")
_HEADER_OCTETS = 12
_PLAIN = 0x80  # version 2, no padding, no extension, no contributors
_LATE = 0xFF00  # a number up to 256 behind is late or twice; further off, the camera has begun anew
_WRAP = 1 << 32
LEAP_S, BACK_S = 10.0, 0.5  # as AssemblerConfig judges them


class RtpTrack(ABC):
    """One media track. `packet` takes what came on its channel, whatever that is.

    Views that it is given are of a buffer that is used again: `detach` copies what is still needed of it.
    """

    def __init__(self, payload_type: int, clock_hz: int, emit: Take) -> None:
        self.emit = emit
        self.clock_hz = clock_hz
        self.now_s = 0.0  # when the batch at hand was read, monotonic
        self.lost = 0  # RTP packets, by their numbers
        self.timeline = Timeline(clock_hz)
        self.ssrc = 0
        self._payload_type = payload_type
        self._next = -1  # the number that comes next; 65536 where it wraps
        self._cycles = 0
        self._first = 0
        self._reported = (0, 0)  # expected and lost at the last receiver report
        self._report: tuple[int, float] | None = None

    def packet(self, data: memoryview, at: int, end: int) -> None:
        """One RTP packet from `at` to `end`."""
        if end - at < _HEADER_OCTETS:
            return
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data, at)
        if second & 0x7F != self._payload_type:
            return
        start = at + _HEADER_OCTETS
        if first != _PLAIN:
            start, end = payload_span(data, at, end)
        if sequence != self._next and not self._follows(sequence, ssrc):
            return
        self._next = sequence + 1
        if start < end:
            self.payload(data, start, end, timestamp, second >= 0x80)

    def _follows(self, sequence: int, ssrc: int) -> bool:
        """Whether a packet out of turn is to be taken; what is missing before it is counted."""
        self.ssrc = ssrc
        if self._next < 0:
            self._first = sequence
            return True
        missing = (sequence - self._next) & 0xFFFF
        if missing >= _LATE:
            return False
        if sequence < self._next:
            self._cycles += 1 << 16
        if missing:
            if missing < 0x8000:
                self.lost += missing
            self.gap()
        return True

    @abstractmethod
    def payload(self, data: memoryview, start: int, end: int, timestamp: int, marker: bool) -> None:
        """The next packet's payload."""

    @abstractmethod
    def gap(self) -> None:
        """Packets are missing before the next payload."""

    def detach(self) -> None:  # noqa: B027 (only tracks that keep views have something to do)
        """The buffer is about to be used again."""

    def flush(self) -> None:  # noqa: B027 (only tracks that hold something back have something to do)
        """The stream is over: what is whole goes out."""

    # -- reports

    def sender_report(self, report: SenderReport) -> None:
        self.timeline.report(report)
        self._report = (report.middle, self.now_s)

    def reception(self, now_s: float) -> Reception | None:
        """For a receiver report; None before the first packet."""
        if self._next < 0:
            return None
        highest = self._cycles + self._next - 1
        expected = highest - self._first + 1
        before, lost_before = self._reported
        self._reported = (expected, self.lost)
        recent = max(1, expected - before)
        middle, at_s = self._report or (0, now_s)
        fraction = min(1.0, max(0.0, (self.lost - lost_before) / recent))
        return Reception(self.ssrc, fraction, self.lost, highest, middle, now_s - at_s)


def payload_span(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """Where the payload lies, with contributors, extension and padding; (end, end) where it makes no sense."""
    first = data[at]
    start = at + _HEADER_OCTETS + 4 * (first & 0x0F)
    if first & 0x10 and start + 4 <= end:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 0x20 and start < end:
        end -= data[end - 1]
    return (start, end) if first >> 6 == 2 and start < end else (end, end)


class Timeline:
    """32-bit timestamps of one track as ticks that do not wrap, and the camera's wall clock beside them."""

    def __init__(self, clock_hz: int) -> None:
        self.leapt = False  # the newest timestamp was far from the one before
        self._clock_hz = clock_hz
        self._leap, self._back = int(LEAP_S * clock_hz), int(-BACK_S * clock_hz)
        self._newest: int | None = None
        self._ticks = 0
        self._report: tuple[int, float] | None = None

    def ticks(self, timestamp: int) -> int:
        """The timestamp on the line; it begins with the first one's own value."""
        if self._newest is None:
            self._newest = self._ticks = timestamp
            return timestamp
        step = _signed(timestamp - self._newest)
        self._newest = timestamp
        self._ticks += step
        self.leapt = not self._back <= step <= self._leap
        if self.leapt and self._report is not None and abs(_signed(timestamp - self._report[0])) > self._leap:
            self._report = None  # of the time before: the next report says what the new timestamps mean
        return self._ticks

    def report(self, report: SenderReport) -> None:
        self._report = (report.timestamp, report.unix_s)

    def unix_s(self, timestamp: int) -> float | None:
        """The camera's wall clock at a timestamp, once it has told."""
        if self._report is None:
            return None
        stamp, unix_s = self._report
        step = _signed(timestamp - stamp)
        unix_s += step / self._clock_hz
        if step > 1 << 30:  # no report for hours: keep it within reach of 32 bits
            self._report = (timestamp, unix_s)
        return unix_s


def _signed(difference: int) -> int:
    """A difference of 32-bit timestamps, whichever way is shorter."""
    difference &= _WRAP - 1
    return difference - _WRAP if difference >> 31 else difference
