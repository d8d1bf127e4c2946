"""A stream reader on a real connection, and what came out of it."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from veedor.kit.clock import Clock, SystemClock
from veedor.model.camera import (
    Camera,
    RecordSettings,
    SourceKind,
    StreamHealth,
    StreamRole,
    StreamSource,
    Transport,
)
from veedor.model.packet import Media, Packet
from veedor.model.recording import GapReason
from veedor.simulator.hashing import payload_hash
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.reader import IngestConfig, StreamReader

LOOPBACK = NetworkPolicy(allowed=(ipaddress.ip_network("127.0.0.0/8"),))
CONFIG = IngestConfig(
    connect_timeout_s=2.0, read_timeout_s=1.0, backoff_first_s=0.05, backoff_max_s=0.2, networks=LOOPBACK
)


class Collected:
    """A PacketSink that keeps everything, and checks on the way what every sink may rely on."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.ended: list[tuple[int, GapReason, datetime]] = []
        self.health: list[StreamHealth] = []
        self.broken: list[str] = []
        self._last: dict[tuple[int, Media], Packet] = {}
        self._lock = threading.Lock()

    def packet(self, packet: Packet) -> None:
        key = (packet.session, packet.info.media)
        before = self._last.get(key)
        if self.ended and packet.session <= self.ended[-1][0]:
            self.broken.append(f"packet of session {packet.session} after its end")
        if packet.sequence != (before.sequence + 1 if before else 0):
            self.broken.append(f"sequence {packet.sequence} after {before and before.sequence}")
        if before and packet.dts_ticks <= before.dts_ticks:
            self.broken.append(f"dts {packet.dts_ticks} after {before.dts_ticks}")
        if packet.pts_ticks < packet.dts_ticks:
            self.broken.append(f"pts {packet.pts_ticks} before dts {packet.dts_ticks}")
        with self._lock:
            self._last[key] = packet
            self.packets.append(packet)

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        self.ended.append((session, reason, at))

    @property
    def video(self) -> list[Packet]:
        with self._lock:
            return [packet for packet in self.packets if packet.info.media is Media.VIDEO]

    @property
    def sessions(self) -> list[int]:
        return list(dict.fromkeys(packet.session for packet in self.video))

    def hashes(self) -> list[str]:
        return [payload_hash(packet.data, packet.info.codec) for packet in self.video]


def camera(url: str, *, transport: Transport = Transport.TCP, audio: bool = False, user: str | None = None) -> Camera:
    kinds = {"rtsp": SourceKind.RTSP, "rtsps": SourceKind.RTSP, "http": SourceKind.MJPEG, "file": SourceKind.FILE}
    kind = kinds[url.partition(":")[0]]
    source = StreamSource(StreamRole.MAIN, url, transport)
    return Camera("cam-1", "Plaza", "agency", kind, (source,), username=user, record=RecordSettings(audio=audio))


def reader_of(
    target: Camera,
    sink: Collected,
    *,
    config: IngestConfig = CONFIG,
    password: str | None = None,
    clock: Clock | None = None,
) -> StreamReader:
    return StreamReader(
        target,
        StreamRole.MAIN,
        open_with=config,
        password=lambda: password,
        clock=clock or SystemClock(),
        sink=sink,
        on_health=sink.health.append,
    )


@contextmanager
def reading(target: Camera, **how: object) -> Iterator[tuple[StreamReader, Collected]]:
    """A running reader; when the block ends it must stop, and must have kept what a sink may rely on."""
    sink = Collected()
    reader = reader_of(target, sink, **how)  # type: ignore[arg-type]
    reader.start()
    try:
        yield reader, sink
    finally:
        assert reader.stop(10.0)
    assert not sink.broken


def file_policy(folder: Path) -> NetworkPolicy:
    return NetworkPolicy(file_directories=(folder,))
