"""Events: immutable facts that a rule found, with a start and an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from veedor.kit.messages import Message


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class TrackOverlay:
    """A track as drawn on a snapshot: box in 0..1 of the picture, recent path of the foot point in 0..1."""

    track_id: int
    label: str
    box_norm: tuple[float, float, float, float]
    path_norm: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. Emitted when its condition completes (`ended_at` may be None: it goes on), and once more, same id,
    with `ended_at`, when it is over. Nothing else about it ever changes.

    `completed_at`: captured_at of the frame that completed the condition: alert latency counts from there.
    `media_*_s` and `frame` are the same moments on the observation clock and in analysed frames, for offline use.
    """

    id: str
    camera_id: str
    rule: str  # the rule's name in the camera's rules
    kind: str  # zone_intrusion, tripwire, loitering ...
    severity: Severity
    started_at: datetime
    completed_at: datetime
    ended_at: datetime | None
    explanation: Message
    track_ids: tuple[int, ...] = ()
    zone: str | None = None  # name of the zone or tripwire
    start_s: float = 0.0
    end_s: float | None = None
    start_frame: int = 0
    end_frame: int | None = None
    overlays: tuple[TrackOverlay, ...] = ()
    zone_norm: tuple[tuple[float, float], ...] = field(default=())  # what to draw of the zone, 0..1
