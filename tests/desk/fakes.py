"""Stand-ins for what needs cameras and disks full of footage. Everything of the desk itself is real in these tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from veedor.kit.errors import Conflict, NotFound
from veedor.kit.messages import Message
from veedor.model.camera import Camera, SourceKind, StreamHealth, StreamRole, StreamSource, StreamState
from veedor.model.detection import ObjectClass
from veedor.model.event import Event, Severity
from veedor.model.packet import ClockSource
from veedor.model.recording import Gap, GapReason, Segment
from veedor.model.track import ArchivedTrack
from veedor.model.track_query import TrackPage, TrackQuery
from veedor.site.archive.archive import TrackArchive
from veedor.wire.ports import (
    LiveFragment,
    LockReport,
    LockState,
    MergedGap,
    Playback,
    PlayWish,
    RecordedSpan,
    RecordedTimeline,
    SiteStatus,
)
from veedor.wire.ptz import PtzPreset, PtzState, Steerer

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffdb") + b"picture" + bytes.fromhex("ffd9")
MIME = 'video/mp4; codecs="avc1.42c01e"'


def camera(camera_id: str = "plaza", agency_id: str = "muni") -> Camera:
    return Camera(
        id=camera_id,
        name=camera_id.title(),
        agency_id=agency_id,
        kind=SourceKind.RTSP,
        streams=(
            StreamSource(StreamRole.MAIN, "rtsp://10.0.0.5/main"),
            StreamSource(StreamRole.SUB, "rtsp://10.0.0.5/sub"),
        ),
        username="viewer",
    )


class FakeFootage:
    """Two ten-second segments of every camera, from START, then a gap."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.data = bytes(range(256)) * 8
        self.codec = "h264"
        for number in (1, 2):
            (directory / f"{number}.mp4").write_bytes(self.data)

    def _all(self, camera_id: str) -> list[Segment]:
        return [
            Segment(
                id=number,
                camera_id=camera_id,
                role=StreamRole.MAIN,
                run=1,
                started_at=START + timedelta(seconds=10 * (number - 1)),
                ended_at=START + timedelta(seconds=10 * number),
                clock=ClockSource.ARRIVAL,
                clock_offset_s=None,
                codec="h264",
                width=1280,
                height=720,
                octets=len(self.data),
                packets=250,
                sha256="0" * 64,
                path=f"{number}.mp4",
            )
            for number in (1, 2)
        ]

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        return [one for one in self._all(camera_id) if one.started_at < end and one.ended_at > start]

    def segment(self, segment_id: int) -> Segment:
        for one in self._all("plaza"):
            if one.id == segment_id:
                return one
        raise NotFound(kind="segment", name=str(segment_id))

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        return [Gap(camera_id, StreamRole.MAIN, START + timedelta(seconds=20), None, GapReason.LOST)]

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: tuple[datetime, datetime] | None = None
    ) -> datetime | None:
        return START + timedelta(seconds=20)

    def segment_path(self, segment_id: int) -> Path:
        return self._directory / self.segment(segment_id).path

    def clip(
        self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None, **_within: Any
    ) -> Iterator[bytes]:
        if not self.segments(camera_id, start, end):
            raise NotFound(kind="footage", name=camera_id)
        return iter([b"ftyp", b"moov", b"mdat"])

    def still(self, camera_id: str, at: datetime, role: StreamRole | None = None, **_within: Any) -> bytes:
        if not START <= at <= START + timedelta(seconds=25):
            raise NotFound(kind="footage", name=camera_id)
        return JPEG

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        gap = MergedGap(START + timedelta(seconds=20), None, GapReason.LOST, 1)
        return RecordedTimeline(StreamRole.MAIN, (RecordedSpan(START, gap.started_at, "h264"),), (gap,))

    def play(self, camera_id: str, start: datetime, end: datetime, wish: PlayWish) -> Playback:
        if not self.segments(camera_id, start, end):
            raise NotFound(kind="footage", name=camera_id)
        chunks = iter([b"ftyp", b"moov", b"mdat"])
        return Playback(wish.prefer, self.codec, MIME, START, end, False, self.codec != "h264", chunks)

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        return LockReport(lock_id, LockState.HELD, tuple(self.segments(camera_id, start, end)))

    def unlock(self, lock_id: str) -> LockReport:
        return LockReport(lock_id, LockState.RELEASED)


class FakeLive:
    """An init, then a fragment every 50 ms; `watching` counts open viewers."""

    def __init__(self) -> None:
        self.watching = 0
        self.asked: list[StreamRole] = []
        self.stalled = threading.Event()
        self.keyframes_only = range(0)  # numbers of the fragments that are

    async def watch(self, camera_id: str, role: StreamRole) -> AsyncIterator[LiveFragment]:
        self.watching += 1
        self.asked.append(role)
        try:
            yield LiveFragment(b"init-" + camera_id.encode(), True, MIME, None)
            number = 0
            while True:
                if not self.stalled.is_set():
                    number += 1
                    at = START + timedelta(seconds=number)
                    thin = number in self.keyframes_only
                    yield LiveFragment(b"media-%d" % number, False, MIME, at, keyframes_only=thin)
                await asyncio.sleep(0.05)
        finally:
            self.watching -= 1

    def snapshot(self, camera_id: str) -> bytes:
        return JPEG


class FakeCameras:
    def __init__(self, *cameras: Camera) -> None:
        self._cameras = {one.id: one for one in cameras}
        self.passwords: dict[str, str | None] = {}
        self.state = StreamState.ONLINE

    def cameras(self) -> list[Camera]:
        return list(self._cameras.values())

    def camera(self, camera_id: str) -> Camera:
        try:
            return self._cameras[camera_id]
        except KeyError:
            raise NotFound(kind="camera", name=camera_id) from None

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        self._cameras[camera.id] = camera
        self.passwords[camera.id] = password
        return camera

    def remove(self, camera_id: str) -> None:
        self.camera(camera_id)
        del self._cameras[camera_id]

    def health(self) -> list[StreamHealth]:
        return [
            StreamHealth(one.id, StreamRole.MAIN, self.state, START, packets=100, octets=12345)
            for one in self._cameras.values()
        ]


class FakePtz:
    """One motor; the lock is the first one's until `release`. The real one is tested in tests/site/ptz."""

    def __init__(self) -> None:
        self.holder: Steerer | None = None
        self.moves: list[tuple[float, float, float]] = []
        self.left = 0
        self._listeners: list[Callable[[str, Steerer | None], None]] = []

    def state(self, camera_id: str) -> PtzState:
        return PtzState(True, self.holder)

    def _take(self, camera_id: str, who: Steerer) -> None:
        if self.holder and self.holder.user_id != who.user_id and self.holder.rank >= who.rank:
            raise Conflict(problem=self.holder.name)
        changed, self.holder = self.holder is None or self.holder.user_id != who.user_id, who
        for listener in self._listeners if changed else ():
            listener(camera_id, who)

    def move(self, camera_id: str, who: Steerer, velocity: tuple[float, float, float]) -> None:
        self._take(camera_id, who)
        self.moves.append(velocity)

    def leave(self, camera_id: str, who: Steerer, *, release: bool = False) -> None:
        self.left += 1
        if release:
            self.holder = None

    def presets(self, camera_id: str) -> list[PtzPreset]:
        return [PtzPreset("1", "Puerta")]

    def go_to(self, camera_id: str, who: Steerer, token: str) -> None:
        if token != "1":
            raise NotFound(kind="preset", name=token)

    def save_preset(self, camera_id: str, who: Steerer, name: str, token: str | None = None) -> PtzPreset:
        return PtzPreset(token or "2", name)

    def remove_preset(self, camera_id: str, who: Steerer, token: str) -> None:
        self.go_to(camera_id, who, token)

    def on_change(self, listener: Callable[[str, Steerer | None], None]) -> None:
        self._listeners.append(listener)


class FakeSite:
    """`archive`: what searches look at, where a test has one."""

    def __init__(self, cameras: FakeCameras) -> None:
        self._cameras = cameras
        self.archive: TrackArchive | None = None

    def search(self, query: TrackQuery) -> TrackPage:
        return self.archive.search(query) if self.archive is not None else TrackPage(())

    def status(self) -> SiteStatus:
        return SiteStatus(
            version="0.1.0",
            started_at=START,
            streams=self._cameras.health(),
            analysis=[{"camera_id": "plaza", "name": 'Plaza "1"', "frames_analysed": 50, "frames_dropped": 1}],
            workers=[{"name": "worker-0", "pid": 1, "restarts": 0, "passes_per_s": 4.5}],
            recording=[{"camera_id": "plaza", "role": "main", "packets": 100, "octets": 12345, "problem": None}],
            disks=[{"path": "/data", "total_bytes": 1000, "free_bytes": 500, "days_left": 3.5}],
            problems=[Message("error-store-full", {"path": "/data"})],
        )

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]:
        path = np.array([[0, 0.1, 0.1, 0.2, 0.3], [1, 0.2, 0.1, 0.3, 0.3]], np.float32)
        return [ArchivedTrack(camera_id, 7, ObjectClass.CAR, START, START + timedelta(seconds=1), path)]

    def live_tracks(self, camera_id: str) -> dict[str, Any]:
        return {"captured_at": START, "tracks": [{"track_id": 7, "class": "car", "box_norm": [0.1, 0.1, 0.2, 0.3]}]}

    def places(self, camera_id: str) -> dict[str, Any]:
        return {"zones": {"Vereda": ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))}, "lines": {"Pista": ((0, 0.5), (1, 0.5))}}

    def events(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[Event]:
        return [
            Event(
                id="e1",
                camera_id="plaza",
                rule="paradero",
                kind="loitering",
                severity=Severity.MEDIUM,
                started_at=START,
                completed_at=START + timedelta(seconds=5),
                ended_at=None,
                explanation=Message("cli-json"),
                track_ids=(7,),
                zone="Paradero",
            )
        ]
