"""Encoded media as it arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from veedor.model.camera import StreamRole


class Media(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"


class ClockSource(StrEnum):
    """Where `captured_at` comes from."""

    SENDER_REPORT = "sender_report"  # the camera's own clock, through RTCP (RFC 3550, 6.4.1)
    ARRIVAL = "arrival"  # our clock when the packet arrived, smoothed along PTS
    FILE = "file"  # a file played at real-time speed: our clock at its start plus PTS


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a decoder or muxer must know; one object per media track and session."""

    media: Media
    codec: str  # libav's name: h264, hevc, mjpeg, aac, pcm_mulaw ...
    time_base: Fraction
    extradata: bytes = b""
    width: int = 0
    height: int = 0
    fps: float | None = None  # as declared
    sample_rate: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded access unit of one stream.

    `pts_ticks` and `dts_ticks` are in `info.time_base`, start anywhere and never go back within a session
    (ingest opens a new session when they do). `captured_at` is aware UTC. `session` counts connections of this
    stream since the process started; `sequence` counts packets of this media track within the session, from 0.
    `unit_octets`: the sizes of the NAL units in `data`, each behind a start code of four octets; empty: not known.
    """

    camera_id: str
    role: StreamRole
    session: int
    sequence: int
    info: MediaInfo
    data: bytes
    pts_ticks: int
    dts_ticks: int
    duration_ticks: int
    is_keyframe: bool
    captured_at: datetime
    clock: ClockSource
    unit_octets: tuple[int, ...] = ()

    @property
    def pts_s(self) -> float:
        return float(self.pts_ticks * self.info.time_base)
