"""Stored footage: segments, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource


@dataclass(frozen=True, slots=True)
class Segment:
    """One finished file of footage that a player can open alone. Times are aware UTC, [started_at, ended_at)."""

    id: int
    camera_id: str
    role: StreamRole
    run: int  # segments of one run follow each other without a gap
    started_at: datetime
    ended_at: datetime
    clock: ClockSource
    clock_offset_s: float | None  # camera clock less ours at the start, where known
    codec: str
    width: int
    height: int
    octets: int
    packets: int
    sha256: str
    path: str  # relative to the recording folder, "/" between parts
    locked: bool = False


class GapReason(StrEnum):
    STARTED = "started"  # the site process was not running
    CRASHED = "crashed"  # it ended without closing the segment
    LOST = "lost"  # the stream ended, stalled or refused
    CODEC_CHANGED = "codec_changed"
    CLOCK_STEPPED = "clock_stepped"  # timestamps jumped
    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    DISABLED = "disabled"
    MISSING = "missing"  # a file that the index names is not there, or is damaged


@dataclass(frozen=True, slots=True)
class Gap:
    """A span without footage, and why. `ended_at` None: it goes on."""

    camera_id: str
    role: StreamRole
    started_at: datetime
    ended_at: datetime | None
    reason: GapReason
