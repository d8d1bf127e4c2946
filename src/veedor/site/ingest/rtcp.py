"""RTCP (RFC 3550, 6): the camera's sender reports in, our receiver reports out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

NTP_UNIX_DIFFERENCE_S = 2_208_988_800  # from 1900 to 1970
SENDER_REPORT, BYE = 200, 203
_NTP_ERA_S = 1 << 32
_EARLIEST_UNIX_S = 0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """At `unix_s` of the camera's wall clock its RTP clock showed `timestamp`. `middle`: bits 16 to 47 of NTP time."""

    ssrc: int
    unix_s: float
    timestamp: int
    middle: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The camera ends this track."""


def parse_rtcp(data: bytes) -> Iterator[SenderReport | Goodbye]:
    """What concerns us of a compound packet; stops at the first part that makes no sense."""
    at = 0
    while at + 4 <= len(data):
        first, kind, words = struct.unpack_from(">BBH", data, at)
        end = at + 4 + words * 4
        if first >> 6 != 2 or end > len(data):
            return
        if kind == SENDER_REPORT and words >= 6:
            ssrc, ntp, timestamp = struct.unpack_from(">IQI", data, at + 4)
            if ntp:  # a camera without a clock sends 0
                yield SenderReport(ssrc, _unix(ntp), timestamp, ntp >> 16 & 0xFFFFFFFF)
        elif kind == BYE:
            yield Goodbye()
        at = end


def _unix(ntp: int) -> float:
    unix_s = ntp / (1 << 32) - NTP_UNIX_DIFFERENCE_S
    return unix_s if unix_s >= _EARLIEST_UNIX_S else unix_s + _NTP_ERA_S  # the era that begins in 2036


@dataclass(frozen=True, slots=True)
class Reception:
    """What a receiver report tells the camera of one track."""

    source: int
    fraction_lost: float
    lost: int
    highest_sequence: int
    report_middle: int
    since_report_s: float


def receiver_report(own: int, seen: Reception | None) -> bytes:
    """A compound packet: the report, and our name, which RFC 3550 wants in each."""
    block = b""
    if seen is not None:
        block = struct.pack(
            ">IIIIII",
            seen.source,
            min(255, int(seen.fraction_lost * 256)) << 24 | min(max(0, seen.lost), 0x7FFFFF),
            seen.highest_sequence & 0xFFFFFFFF,
            0,  # jitter is not measured: packets are taken in batches
            seen.report_middle,
            min(0xFFFFFFFF, int(seen.since_report_s * 65_536)) if seen.report_middle else 0,
        )
    report = struct.pack(">BBHI", 0x80 | bool(block), 201, 1 + len(block) // 4, own) + block
    name = b"\x01\x06veedor\x00\x00"
    return (
        report
        + struct.pack(">BBHI", 0x81, 202, 1 + (len(name) + 3) // 4, own)
        + name.ljust((len(name) + 3) // 4 * 4, b"\x00")
    )
