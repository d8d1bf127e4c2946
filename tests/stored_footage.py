"""A small, honest site store for the desk's tests: real MP4 segments in a folder, read through the `Footage` port."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from veedor.kit.errors import NotFound, Unavailable
from veedor.kit.hashing import sha256_file
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource
from veedor.model.recording import Gap, Segment
from veedor.wire.ports import LockReport, LockState

START = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
SEGMENT_S = 2.0
_FPS = 10


@lru_cache(maxsize=64)
def rendered_segment(number: int) -> bytes:
    """An H.264 MP4 of SEGMENT_S whose grey level tells its number."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=_FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"bf": "0", "preset": "ultrafast"}
        for index in range(int(SEGMENT_S * _FPS)):
            level = (number * 20 + index) % 256
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), level, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, _FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return sink.getvalue()


class StoredFootage:
    """Implements `wire.ports.Footage` over finished segments of one run per camera."""

    def __init__(self, root: Path, cameras: tuple[str, ...] = ("cam-1",), segments: int = 10) -> None:
        self.root = root
        self.gap_rows: list[Gap] = []
        self.locks: dict[str, LockState] = {}
        self.lock_calls: list[str] = []
        self.unavailable = False
        self.reached: datetime | None = START + timedelta(seconds=SEGMENT_S * segments)
        self._segments: list[Segment] = []
        self._guard = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)
        for camera in cameras:
            for number in range(segments):
                self._add(camera, number)

    def _add(self, camera: str, number: int) -> None:
        path = self.root / f"{camera}-{number}.mp4"
        if not path.exists():
            path.write_bytes(rendered_segment(number))
        started = START + timedelta(seconds=SEGMENT_S * number)
        self._segments.append(
            Segment(
                id=len(self._segments) + 1,
                camera_id=camera,
                role=StreamRole.MAIN,
                run=1,
                started_at=started,
                ended_at=started + timedelta(seconds=SEGMENT_S),
                clock=ClockSource.SENDER_REPORT,
                clock_offset_s=0.125,
                codec="h264",
                width=64,
                height=48,
                octets=path.stat().st_size,
                packets=int(SEGMENT_S * _FPS),
                sha256=sha256_file(path),
                path=path.name,
            )
        )

    def forget(self, camera: str, number: int) -> None:
        """As if that segment had never been recorded."""
        name = f"{camera}-{number}.mp4"
        self._segments = [segment for segment in self._segments if segment.path != name]

    def _require_site(self) -> None:
        if self.unavailable:
            raise Unavailable(name="site", problem="no answer")

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        self._require_site()
        return [
            segment
            for segment in self._segments
            if segment.camera_id == camera_id
            and role in (None, segment.role)
            and segment.started_at < end
            and segment.ended_at > start
        ]

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        return [
            gap
            for gap in self.gap_rows
            if gap.camera_id == camera_id
            and role in (None, gap.role)
            and gap.started_at < end
            and (gap.ended_at or end) > start
        ]

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: tuple[datetime, datetime] | None = None
    ) -> datetime | None:
        self._require_site()
        known = any(segment.camera_id == camera_id for segment in self._segments)
        return self.reached if known and role in (None, StreamRole.MAIN) else None

    def segment_path(self, segment_id: int) -> Path:
        for segment in self._segments:
            if segment.id == segment_id:
                return self.root / segment.path
        raise NotFound(kind="segment", name=str(segment_id))

    def clip(
        self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None, **_within: Any
    ) -> Iterator[bytes]:
        found = self.segments(camera_id, start, end, role)
        if not found:
            raise NotFound(kind="footage", name=camera_id)
        sink = io.BytesIO()
        with av.open(sink, "w", format="mp4") as target:
            self._copy(found, target)
        data = sink.getvalue()
        for offset in range(0, len(data), 4096):
            yield data[offset : offset + 4096]

    def _copy(self, found: list[Segment], target: av.container.OutputContainer) -> None:
        stream, shift = None, 0
        for segment in found:
            with av.open(str(self.root / segment.path)) as source:
                video = source.streams.video[0]
                stream = stream or target.add_stream_from_template(video)
                last = shift
                for packet in source.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    last = max(last, packet.dts + (packet.duration or 1))
                    packet.stream = stream
                    target.mux(packet)
                shift = last

    def still(self, camera_id: str, at: datetime, role: StreamRole | None = None, **_within: Any) -> bytes:
        if not self.segments(camera_id, at - timedelta(seconds=5), at, role):
            raise NotFound(kind="footage", name=camera_id)
        return b"\xff\xd8\xff\xe0" + at.isoformat().encode() + b"\xff\xd9"

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        self._require_site()
        with self._guard:
            self.lock_calls.append(lock_id)
            self.locks[lock_id] = LockState.HELD
        return LockReport(lock_id, LockState.HELD, tuple(self.segments(camera_id, start, end)))

    def unlock(self, lock_id: str) -> LockReport:
        self._require_site()
        with self._guard:
            self.locks[lock_id] = LockState.RELEASED
        return LockReport(lock_id, LockState.RELEASED)

    def segment(self, segment_id: int) -> Segment:
        for segment in self._segments:
            if segment.id == segment_id:
                return segment
        raise NotFound(kind="segment", name=str(segment_id))
