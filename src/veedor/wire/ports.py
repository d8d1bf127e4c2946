"""The ports through which site and desk meet. On one machine they are calls; between machines they are messages.

Everything here is called by code that has already passed `access/`: a port checks no rights.
Methods raise errors of `veedor.kit.errors` (NotFound, Unavailable, StoreError ...).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from veedor.kit.messages import Message
from veedor.model.camera import Camera, StreamHealth, StreamRole
from veedor.model.event import Event
from veedor.model.recording import Gap, GapReason, Segment
from veedor.model.track import ArchivedTrack
from veedor.model.track_query import SiteAnswer, TrackPage, TrackQuery


class AlertSink(Protocol):
    """Site -> desk. Each call is idempotent by event id and returns only when the fact is durable at the desk."""

    def raise_alert(self, event: Event, snapshot_jpeg: bytes | None) -> None:
        """An event that needs a human. `snapshot_jpeg` has the track and zone drawn."""

    def end_event(self, event: Event) -> None:
        """The event of an earlier alert is over: `event.ended_at` is set."""


class AgencySigner(Protocol):
    """The agency keys that are at this desk. Called by code that has passed `access/` for the person who signs."""

    def signs_for(self, agency_id: str) -> bool:
        """Whether this agency's key is here."""

    def sign(self, agency_id: str, data: bytes) -> bytes:
        """Ed25519, 64 bytes. NotFound where the agency's key is not here."""


class LockState(StrEnum):
    REQUESTED = "requested"
    HELD = "held"
    FAILED = "failed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class LockReport:
    """What a site holds for a lock. `segments` may be empty: no footage in that span."""

    lock_id: str
    state: LockState
    segments: tuple[Segment, ...] = ()
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class RecordedSpan:
    """Footage without a gap longer than was asked for, [started_at, ended_at)."""

    started_at: datetime
    ended_at: datetime
    codec: str


@dataclass(frozen=True, slots=True)
class MergedGap:
    """Gaps closer together than was asked for, told as one: `count` of them, with the longest one's reason."""

    started_at: datetime
    ended_at: datetime | None
    reason: GapReason
    count: int


@dataclass(frozen=True, slots=True)
class RecordedTimeline:
    """What a timeline draws for one camera. `role` is the stream that it tells of; None: nothing there at all."""

    role: StreamRole | None
    spans: tuple[RecordedSpan, ...]
    gaps: tuple[MergedGap, ...]


@dataclass(frozen=True, slots=True)
class PlayWish:
    """How somebody wants to look. `prefer`: the stream to try first. `hevc`: whether they can show H.265; where not,
    the other stream is taken, and where there is none, a working copy is made. `keyframes`: these alone. `within`: no
    picture from outside [first, end), though one more could be decoded or would be needed to decode the first."""

    prefer: StreamRole = StreamRole.MAIN
    hevc: bool = False
    keyframes: bool = False
    within: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Playback:
    """A stretch of footage for Media Source Extensions, pictures alone.

    Time 0 of the stream is `at`, and every picture's time is its wall time less that: gaps stay gaps. It begins with
    the keyframe at or before the start that was asked for; up to `until` it is complete: ask for the next from there.
    """

    role: StreamRole
    codec: str  # of the recording
    mime: str
    at: datetime
    until: datetime
    is_substitute: bool  # the preferred stream is there, but cannot be shown
    is_copy: bool  # encoded anew for this viewer: costs the site much
    chunks: Iterator[bytes]


class Footage(Protocol):
    """Desk -> site: recorded video. Spans are [start, end), aware UTC; `role` None means main, else sub."""

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        """Finished segments that overlap the span, by time."""

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        """Gaps that overlap the span, by time."""

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: tuple[datetime, datetime] | None = None
    ) -> datetime | None:
        """Up to when footage, the open segment included, can be read now. `within`: the span that the question
        belongs to; somebody who may look at that span alone is answered by another site only with it."""

    def segment(self, segment_id: int) -> Segment:
        """A finished segment by its id; NotFound. The desk asks whose it is before it gives the file out."""

    def segment_path(self, segment_id: int) -> Path:
        """The file of a finished segment, to be read and never written."""

    def clip(
        self,
        camera_id: str,
        start: datetime,
        end: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,
    ) -> Iterator[bytes]:
        """A playable MP4 that covers the span, from the keyframe at or before `start`; packets are copied. `within`: as
        in `PlayWish`, for sound too. Gaps are cut out. Raises NotFound where there is no footage at all."""

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        """Spans and gaps that overlap the span, merged to at most about span / resolution of each."""

    def play(self, camera_id: str, start: datetime, end: datetime, wish: PlayWish) -> Playback:
        """Footage of the span as it was recorded, in time. NotFound where there is none in the span."""

    def still(
        self,
        camera_id: str,
        at: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,
    ) -> bytes:
        """JPEG of the last recorded picture at or before `at`, at most 5 s before it; else NotFound. `within`: as in
        `PlayWish`."""

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        """Exempt the span from retention, all recorded roles; idempotent by `lock_id`. Durable when it returns HELD."""

    def unlock(self, lock_id: str) -> LockReport:
        """Give the span back to retention; idempotent."""


@dataclass(frozen=True, slots=True)
class LiveFragment:
    """A piece of fragmented MP4 for Media Source Extensions.

    `is_init`: ftyp+moov of a (new) session, with its `mime`; a viewer starts a new source buffer there.
    `captured_at` is that of the fragment's last frame. `dropped`: fragments left out so far, because this viewer or the
    line to it was too slow. `starts_gop`: it begins with a keyframe, so that a viewer can begin there.
    `keyframes_only`: the line has no room for more than the keyframe of each GOP, and this is one of them, alone.
    """

    data: bytes
    is_init: bool
    mime: str
    captured_at: datetime | None
    dropped: int = 0
    starts_gop: bool = False
    keyframes_only: bool = False


class LiveView(Protocol):
    """Desk -> site: what a camera shows now."""

    def watch(self, camera_id: str, role: StreamRole) -> AsyncIterator[LiveFragment]:
        """Fragments from now on: first an init, then media from a keyframe. It survives reconnects of the camera
        (a new init comes). A slow viewer loses whole GOPs, never delays others. Close the iterator to stop."""

    def snapshot(self, camera_id: str) -> bytes:
        """JPEG of the newest picture (at most 10 s old, else Unavailable)."""


class CameraDirectory(Protocol):
    """Desk -> site: desired cameras and observed health. Passwords go in, and never come out."""

    def cameras(self) -> list[Camera]: ...

    def camera(self, camera_id: str) -> Camera: ...

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        """Add or change. `password` None keeps the one there is. The running site follows within seconds."""

    def remove(self, camera_id: str) -> None:
        """Stop it and forget its configuration; footage stays until retention."""

    def health(self) -> list[StreamHealth]: ...


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How the site is: for the health page, metrics and the demo's report. Counters count since start."""

    version: str
    started_at: datetime
    streams: Sequence[StreamHealth]
    analysis: Sequence[dict[str, Any]]  # per camera: frames_analysed, frames_dropped, detections, tracks, events ...
    workers: Sequence[dict[str, Any]]  # per analytics process: name, host, ready, cameras, cpu_s, passes ...
    recording: Sequence[dict[str, Any]]  # per camera and role: packets, octets, segments, gaps, problem ...
    disks: Sequence[dict[str, Any]]  # path, total, free, days_left ...
    problems: Sequence[Message]  # what is wrong right now, in words, worst first


class SiteView(Protocol):
    """Desk -> site: facts."""

    def status(self) -> SiteStatus: ...

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]: ...

    def live_tracks(self, camera_id: str) -> dict[str, Any]:
        """The newest analysed frame's tracks: {"captured_at", "tracks": [{"track_id","class","box_norm"}]}"""

    def events(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[Event]: ...

    def places(self, camera_id: str) -> dict[str, Any]:
        """What the camera's rules look at: {"zones": {name: ring}, "lines": {name: (from, to)}}, in 0..1."""

    def search(self, query: TrackQuery) -> TrackPage:
        """Tracks that fit, on the cameras that the query names: whoever asks has been allowed each of them."""


class TrackSearch(Protocol):
    """Desk -> many sites: one query to each that has cameras in it, all at once."""

    def search(self, query: TrackQuery, cursors: Mapping[str, str] | None = None) -> Iterator[SiteAnswer]:
        """Answers as they come, one for each site, also for those that do not answer in time. `cursors`: ask these
        sites alone (by id), each from its own place."""
