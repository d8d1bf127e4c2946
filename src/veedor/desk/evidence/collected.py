"""The footage of a package: of this desk's own site, or collected from another one, as its owner signed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from veedor.desk.evidence.errors import StillRecording
from veedor.model.camera import StreamRole
from veedor.model.evidence import EvidenceItem
from veedor.model.grant import iso_time
from veedor.model.recording import Gap, Segment
from veedor.wire.footage_statement import SignedFootage
from veedor.wire.ports import LockReport

_STILLS = 3


class PackedFootage(Protocol):
    """What of `wire.ports.Footage` a package is made from."""

    def segments(
        self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None
    ) -> list[Segment]: ...

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]: ...

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: tuple[datetime, datetime] | None = None
    ) -> datetime | None: ...

    def segment_path(self, segment_id: int) -> Path: ...

    def clip(
        self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None
    ) -> Iterator[bytes]: ...

    def still(self, camera_id: str, at: datetime, role: StreamRole | None = None) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Collected:
    """Footage that came whole from another site. `origin`: for the manifest: owner, site, grant, purpose."""

    footage: PackedFootage
    statement: SignedFootage
    origin: Mapping[str, Any]
    segments: int
    octets: int


class FarEvidence(Protocol):
    """A hub's: evidence whose footage is at other sites, in the name of one person. Raises what the site raises."""

    def lock(self, item: EvidenceItem) -> LockReport: ...

    def unlock(self, item: EvidenceItem) -> LockReport:
        """Only of a camera of the person's own agency: access/ decides at its site."""

    def collect(self, item: EvidenceItem, package_id: str, folder: Path, stop: Callable[[], bool]) -> Collected:
        """Everything that is held, into `folder`: what is there from an earlier try is not fetched again. Both sides
        have written down that it was handed over when it returns."""


def finished_segments(footage: PackedFootage, item: EvidenceItem) -> list[Segment]:
    """Finished segments of every recorded stream. Raises StillRecording where the span reaches into one that is being
    written."""
    found: list[Segment] = []
    for role in StreamRole:
        segments = footage.segments(item.camera_id, item.started_at, item.ended_at, role)
        finished = max((segment.ended_at for segment in segments), default=item.started_at)
        readable = footage.recorded_until(item.camera_id, role, within=(item.started_at, item.ended_at))
        is_short = readable is not None and finished < min(readable, item.ended_at)
        if is_short and _is_open(footage, item, finished, role):
            raise StillRecording(camera=item.camera_name, until=iso_time(item.ended_at))
        found += segments
    return found


def _is_open(footage: PackedFootage, item: EvidenceItem, finished: datetime, role: StreamRole) -> bool:
    """Whether what follows the last finished segment is footage, not a gap that the recorder knows of."""
    later = footage.segments(item.camera_id, item.ended_at, item.ended_at + timedelta(hours=1), role)
    gaps = footage.gaps(item.camera_id, finished, item.ended_at, role)
    covered = finished
    for gap in sorted(gaps, key=lambda one: one.started_at):
        if gap.started_at <= covered + timedelta(seconds=1):
            covered = max(covered, gap.ended_at or item.ended_at)
    return not later and covered < item.ended_at


def still_times(item: EvidenceItem) -> list[datetime]:
    """Moments spread over the span."""
    step = (item.ended_at - item.started_at) / (_STILLS + 1)
    return [item.started_at + step * number for number in range(1, _STILLS + 1)]
