"""RTP (RFC 3550): packets of an access unit made once and stamped for each send; sender reports.

H.264 after RFC 6184 (single NAL units and FU-A), H.265 after RFC 7798 (single NAL units and fragmentation units).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

VIDEO_PAYLOAD_TYPE = 96
PCMA_PAYLOAD_TYPE = 8  # RFC 3551
MAX_PAYLOAD = 1400
NTP_UNIX_DIFFERENCE_S = 2_208_988_800  # from 1900 to 1970
_STAMP = struct.Struct(">HII")  # sequence number, timestamp, SSRC: bytes 2 to 12 of the header


@dataclass(frozen=True, slots=True)
class PacketTemplate:
    """The RTP packets of one access unit in RTSP's interleaved framing, still without sequence, time and SSRC.

    `headers`: where each RTP header begins in `framed` (the 4 bytes before it are `$`, channel, length).
    """

    framed: bytes
    headers: tuple[int, ...]

    def stamped(self, sequence: int, timestamp: int, ssrc: int, channel: int = 0) -> bytearray:
        """A copy that can be sent over TCP as it is."""
        data = bytearray(self.framed)
        for number, at in enumerate(self.headers):
            _STAMP.pack_into(data, at + 2, (sequence + number) & 0xFFFF, timestamp, ssrc)
            if channel:
                data[at - 3] = channel
        return data

    def spans(self) -> Iterator[tuple[int, int]]:
        """Start (framing included) and end of each packet in `framed`."""
        ends = (*(at - 4 for at in self.headers[1:]), len(self.framed))
        return ((at - 4, end) for at, end in zip(self.headers, ends, strict=True))


def build_template(nals: Iterable[bytes], codec: str) -> PacketTemplate:
    """Packets for the NAL units of one access unit; the last has the marker bit."""
    payloads = [payload for nal in nals for payload in _payloads(nal, codec)]
    return template_of(payloads, VIDEO_PAYLOAD_TYPE)


def template_of(payloads: list[bytes], payload_type: int) -> PacketTemplate:
    """Packets with these payloads; the last has the marker bit."""
    framed = bytearray()
    headers = []
    for number, payload in enumerate(payloads):
        marker = 0x80 if number == len(payloads) - 1 else 0
        framed += struct.pack(">cBH", b"$", 0, 12 + len(payload))
        headers.append(len(framed))
        framed += struct.pack(">BBHII", 0x80, marker | payload_type, 0, 0, 0) + payload
    return PacketTemplate(bytes(framed), tuple(headers))


def _payloads(nal: bytes, codec: str) -> Iterator[bytes]:
    if len(nal) <= MAX_PAYLOAD:
        yield nal
        return
    if codec == "h264":
        indicator, kind, body = bytes([nal[0] & 0xE0 | 28]), nal[0] & 0x1F, nal[1:]
    else:
        indicator, kind, body = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[0] >> 1 & 0x3F, nal[2:]
    room = MAX_PAYLOAD - len(indicator) - 1
    for at in range(0, len(body), room):
        flags = (0x80 if at == 0 else 0) | (0x40 if at + room >= len(body) else 0)
        yield indicator + bytes([flags | kind]) + body[at : at + room]


def sender_report(ssrc: int, unix_s: float, timestamp: int, packets: int, octets: int) -> bytes:
    """An RTCP sender report without report blocks (RFC 3550, 6.4.1): at `unix_s`, the RTP clock shows `timestamp`."""
    ntp = round((unix_s + NTP_UNIX_DIFFERENCE_S) * (1 << 32)) & ((1 << 64) - 1)
    return struct.pack(
        ">BBHIQIII", 0x80, 200, 6, ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    )


def goodbye(ssrc: int) -> bytes:
    """An RTCP BYE (RFC 3550, 6.6)."""
    return struct.pack(">BBHI", 0x81, 203, 1, ssrc)
