"""What the recorder's tests share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import av

from veedor.kit.clock import Clock, SystemClock
from veedor.kit.mp4.nal import split_annex_b, split_length_prefixed
from veedor.model.camera import Camera, RecordSettings, SourceKind, StreamRole, StreamSource
from veedor.model.packet import Packet
from veedor.site.record.config import RecordConfig
from veedor.site.record.recorder import Recorder


def camera(camera_id: str = "cam", *, sub: bool = False, **record: object) -> Camera:
    streams = [StreamSource(StreamRole.MAIN, "rtsp://192.0.2.1/main")]
    if sub:
        streams.append(StreamSource(StreamRole.SUB, "rtsp://192.0.2.1/sub"))
    settings = RecordSettings(**record)  # type: ignore[arg-type]
    return Camera(camera_id, f"Camera {camera_id}", "agency", SourceKind.RTSP, tuple(streams), record=settings)


def recorder(root: Path, clock: Clock | None = None, **config: object) -> Recorder:
    config.setdefault("reserve_bytes", 0)
    config.setdefault("settle_s", 0.0)
    return Recorder(RecordConfig(root, **config), clock or SystemClock())  # type: ignore[arg-type]


def record(root: Path, stream: list[Packet], *, clock: Clock | None = None, **config: object) -> Recorder:
    """Record `stream` with a camera of its own, and stop."""
    one = recorder(root, clock, **config)
    one.start()
    for camera_id in sorted({packet.camera_id for packet in stream}):
        one.watch(camera(camera_id))
    for packet in stream:
        one.packet(packet)
    one.stop()
    return one


def rows(root: Path, query: str, *values: object) -> list[sqlite3.Row]:
    db = sqlite3.connect(root / "index.db")
    db.row_factory = sqlite3.Row
    try:
        return db.execute(query, values).fetchall()
    finally:
        db.close()


def stored_units(root: Path, role: str = "main") -> list[tuple[bytes, ...]]:
    """Every stored access unit of a role as NAL units, in the order of recording, as libav reads the files."""
    units = []
    for row in rows(root, "SELECT path FROM segments WHERE role = ? ORDER BY run, number", role):
        units += units_of(root / row["path"])
    return units


def units_of(path: Path) -> list[tuple[bytes, ...]]:
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context.name
        found = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [(unit,) if codec == "mjpeg" else tuple(split_length_prefixed(unit)) for unit in found]


def sent_units(stream: list[Packet]) -> list[tuple[bytes, ...]]:
    return [(packet.data,) if packet.info.codec == "mjpeg" else tuple(split_annex_b(packet.data)) for packet in stream]
