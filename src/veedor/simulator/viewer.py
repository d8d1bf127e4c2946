"""One client that plays one path: stamps packets for it, applies faults, sends by TCP or UDP, and keeps the log."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from veedor.simulator.media import AUDIO_CHUNK_S
from veedor.simulator.rtp import PCMA_PAYLOAD_TYPE, PacketTemplate, goodbye, sender_report, template_of
from veedor.simulator.stream import ConnectionLog, Faults

_MAX_BACKLOG_BYTES = 32_000_000  # a client that lets this much wait is cut off, as a camera would


@dataclass
class MediaTrack:
    """Where one media track goes, and its RTP state. `send_rtp`, `send_rtcp` take a datagram (UDP)."""

    clock_hz: int
    channel: int | None = None
    send_rtp: Callable[[bytes], None] | None = None
    send_rtcp: Callable[[bytes], None] | None = None

    def __post_init__(self) -> None:
        self.ssrc = secrets.randbits(32)
        self.sequence = secrets.randbits(16)
        self.base = secrets.randbits(31)
        self.packets = 0
        self.octets = 0

    def timestamp(self, seconds: float) -> int:
        return (self.base + round(seconds * self.clock_hz)) & 0xFFFFFFFF


class Viewer:
    """A playing client. Times `*_s` are seconds since the server's start; `wall_zero_s` is that moment since 1970."""

    def __init__(
        self, transport: asyncio.Transport, log: ConnectionLog, wall_zero_s: float, reorder_s: float = 0.0
    ) -> None:
        self.video: MediaTrack | None = None
        self.audio: MediaTrack | None = None
        self.log = log
        self.jump_s = 0.0  # added to RTP timestamps
        self._transport = transport
        self._wall_zero_s = wall_zero_s
        self.reorder_s = reorder_s  # a picture is sent this much after it was taken, at most: see Clip.reorder_90k
        self._random = random.Random(7)  # noqa: S311 (which packets a fault hits)

    def send_unit(self, number: int, template: PacketTemplate, pts_s: float, sent_s: float, faults: Faults) -> None:
        """Send one access unit. `pts_s`: when it is shown, which is `reorder_s` after it was taken."""
        if self.video is None or faults.stall:
            return
        intact = self._send(self.video, template, pts_s, faults)
        self.log.add(number, self._wall_zero_s + pts_s - self.reorder_s, self._wall_zero_s + sent_s, intact)
        if self._transport.get_write_buffer_size() > _MAX_BACKLOG_BYTES:
            self._transport.abort()

    def send_sound(self, number: int, chunk: bytes, faults: Faults) -> None:
        """Send one chunk of sound."""
        if self.audio is not None and not faults.stall:
            self._send(self.audio, template_of([chunk], PCMA_PAYLOAD_TYPE), number * AUDIO_CHUNK_S, faults)

    def _send(self, track: MediaTrack, template: PacketTemplate, media_s: float, faults: Faults) -> bool:
        stamp = track.timestamp(media_s + self.jump_s)
        data = template.stamped(track.sequence, stamp, track.ssrc, track.channel or 0)
        track.sequence = (track.sequence + len(template.headers)) & 0xFFFF
        track.packets += len(template.headers)
        track.octets += len(data) - 16 * len(template.headers)
        spoilt = faults.drop_fraction > 0 or faults.garbage_fraction > 0
        if track.send_rtp is None and not spoilt:
            self._transport.write(data)
            return True
        intact = True
        for start, end in template.spans():
            if self._random.random() < faults.drop_fraction:
                intact = False
                continue
            if self._random.random() < faults.garbage_fraction:
                intact = False
                data[start + 16 : end] = self._random.randbytes(end - start - 16)
            if track.send_rtp is None:
                self._transport.write(bytes(data[start:end]))
            else:
                track.send_rtp(bytes(data[start + 4 : end]))
        return intact

    def send_reports(self, now_s: float, faults: Faults) -> None:
        """A sender report for each media track: what the camera's clock and its RTP clock show now."""
        if not faults.sender_reports or faults.stall:
            return
        unix_s = self._wall_zero_s + now_s + faults.clock_offset_s
        for track in filter(None, (self.video, self.audio)):
            delay_s = self.reorder_s if track is self.video else 0.0
            stamp = track.timestamp(now_s + delay_s + self.jump_s)
            self._send_rtcp(track, sender_report(track.ssrc, unix_s, stamp, track.packets, track.octets))

    def say_goodbye(self) -> None:
        """BYE on each media track: an orderly end."""
        for track in filter(None, (self.video, self.audio)):
            self._send_rtcp(track, goodbye(track.ssrc))

    def _send_rtcp(self, track: MediaTrack, report: bytes) -> None:
        if track.send_rtcp is not None:
            track.send_rtcp(report)
        else:
            head = b"$" + bytes([(track.channel or 0) + 1]) + len(report).to_bytes(2, "big")
            self._transport.write(head + report)

    def close(self, *, abort: bool = False) -> None:
        """End the connection; with `abort`, without sending what waits."""
        self.log.closed = True
        if abort:
            self._transport.abort()
        else:
            self._transport.close()
