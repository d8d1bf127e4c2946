"""What the test camera server serves, what can go wrong with it, and what it sent."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from veedor.simulator.media import VIDEO_CLOCK_HZ, Timeline


@dataclass(frozen=True, slots=True)
class Faults:
    """How one path misbehaves; all of it can be changed while it plays. The default is a good camera."""

    drop_fraction: float = 0.0  # of RTP packets that are not sent
    garbage_fraction: float = 0.0  # of RTP packets whose payload is overwritten with noise
    stall: bool = False  # connected, but nothing is sent
    refuse: bool = False  # closes the connection on the first request
    reject_login: bool = False  # 401 whatever the password
    status: int | None = None  # answer DESCRIBE with this status (404, 500 ...)
    redirect_to: str | None = None  # answer DESCRIBE with 302 and this Location
    sender_reports: bool = True
    clock_offset_s: float = 0.0  # the camera's clock less ours, in sender reports


@dataclass(frozen=True, slots=True)
class ServedStream:
    """One camera stream. `path` like "/cam1/main". `start_offset_s`: it begins at the first keyframe from there on.

    `fps` plays the file at another rate. `audio` adds G.711 sound (a tone where the file has none).
    `login`: "digest", "basic" or "both" (what it offers), where `username` is set.
    """

    path: str
    file: Path
    start_offset_s: float = 0.0
    fps: float | None = None
    faults: Faults = field(default_factory=Faults)
    username: str | None = None
    password: str | None = None
    login: str = "digest"
    audio: bool = False


@dataclass(frozen=True, slots=True)
class SentUnit:
    """One access unit as sent on one connection.

    `payload_sha256`: `simulator.hashing.payload_hash` of it. `intact` False: a fault dropped or spoilt part of it.
    `captured_at` is when the (simulated) camera took it by the server's clock, `sent_at` when it was written; both
    aware UTC. A connection starts with the keyframe before it, so its first units were captured before they are sent.
    """

    payload_sha256: str
    is_keyframe: bool
    captured_at: datetime
    sent_at: datetime
    octets: int
    intact: bool


class ConnectionLog:
    """What one connection was sent, kept in arrays so that hours fit into memory."""

    def __init__(self, timeline: Timeline, started_at: datetime) -> None:
        self.started_at = started_at
        self.closed = False
        self._timeline = timeline
        self._numbers = array("q")
        self._captured_s = array("d")
        self._sent_s = array("d")
        self._intact = bytearray()

    def add(self, number: int, captured_s: float, sent_s: float, intact: bool) -> None:
        """Times in seconds since 1970."""
        self._numbers.append(number)
        self._captured_s.append(captured_s)
        self._sent_s.append(sent_s)
        self._intact.append(intact)

    def __len__(self) -> int:
        return len(self._numbers)

    def units(self) -> list[SentUnit]:
        """In the order of sending."""
        count = len(self._intact)
        return [self._unit(i) for i in range(count)]

    def _unit(self, i: int) -> SentUnit:
        unit = self._timeline.unit(self._numbers[i])
        return SentUnit(
            payload_sha256=unit.sha256,
            is_keyframe=unit.is_keyframe,
            captured_at=datetime.fromtimestamp(self._captured_s[i], UTC),
            sent_at=datetime.fromtimestamp(self._sent_s[i], UTC),
            octets=unit.octets,
            intact=bool(self._intact[i]),
        )


def ticks(seconds: float) -> int:
    """Seconds on RTP's video clock."""
    return round(seconds * VIDEO_CLOCK_HZ)
