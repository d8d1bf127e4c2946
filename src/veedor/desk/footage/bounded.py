"""Footage for somebody to whom a span alone was granted: what is shown lies inside it.

What is decided is the span that a request names. But stored footage is played from a keyframe, and files reach over the
ends of a span; so whoever hands footage out does it through this, with the span of the grant that allowed the look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from veedor.access.grants import Span
from veedor.desk.context import DeskPorts
from veedor.kit.errors import NotFound
from veedor.model.camera import StreamRole
from veedor.model.recording import Gap, Segment
from veedor.wire.ports import Footage, LockReport, MergedGap, Playback, PlayWish, RecordedSpan, RecordedTimeline

Timed = TypeVar("Timed", Gap, MergedGap, RecordedSpan)


def bounded(ports: DeskPorts, span: Span | None) -> DeskPorts:
    """The ports for a look that a grant for `span` allowed; None: it is not for a span."""
    return ports if span is None else replace(ports, footage=BoundedFootage(ports.footage, span))


def lies_within(segment: Segment, span: Span | None) -> bool:
    """Whether the whole file may be given out."""
    return span is None or span[0] <= segment.started_at <= segment.ended_at <= span[1]


class BoundedFootage:
    """wire.ports.Footage of [start, end) alone. Lists name the files that reach over its ends, with their true times;
    none of these is given out."""

    def __init__(self, footage: Footage, span: Span) -> None:
        self._footage = footage
        self._span = span

    def _part(self, start: datetime, end: datetime) -> Span:
        """Raises NotFound where nothing of the span is inside."""
        first, last = max(start, self._span[0]), min(end, self._span[1])
        if first >= last:
            raise NotFound(kind="footage", name="span")
        return first, last

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        return self._footage.segments(camera_id, *self._part(start, end), role)

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        first, last = self._part(start, end)
        return _inside(self._footage.gaps(camera_id, first, last, role), first, last)

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: Span | None = None
    ) -> datetime | None:
        until = self._footage.recorded_until(camera_id, role, within=within)
        return min(until, self._span[1]) if until is not None else None

    def segment(self, segment_id: int) -> Segment:
        return self._footage.segment(segment_id)

    def segment_path(self, segment_id: int) -> Path:
        if not lies_within(self._footage.segment(segment_id), self._span):
            raise NotFound(kind="segment", name=str(segment_id))
        return self._footage.segment_path(segment_id)

    def clip(
        self,
        camera_id: str,
        start: datetime,
        end: datetime,
        role: StreamRole | None = None,
        *,
        within: Span | None = None,  # noqa: ARG002  it is this one's own
    ) -> Iterator[bytes]:
        return self._footage.clip(camera_id, *self._part(start, end), role, within=self._span)

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        """With what reaches beyond the span cut off, and what goes on ended there."""
        first, last = self._part(start, end)
        told = self._footage.timeline(camera_id, first, last, resolution_s, role)
        spans, gaps = tuple(_inside(told.spans, first, last)), tuple(_inside(told.gaps, first, last))
        return RecordedTimeline(told.role if spans or gaps else None, spans, gaps)

    def play(self, camera_id: str, start: datetime, end: datetime, wish: PlayWish) -> Playback:
        return self._footage.play(camera_id, *self._part(start, end), replace(wish, within=self._span))

    def still(
        self,
        camera_id: str,
        at: datetime,
        role: StreamRole | None = None,
        *,
        within: Span | None = None,  # noqa: ARG002  it is this one's own
    ) -> bytes:
        return self._footage.still(camera_id, at, role, within=self._span)

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        return self._footage.lock(lock_id, camera_id, start, end)

    def unlock(self, lock_id: str) -> LockReport:
        return self._footage.unlock(lock_id)


def _inside(found: Iterable[Timed], first: datetime, last: datetime) -> list[Timed]:
    """What of them lies in [first, last), cut at its ends; what has not ended yet ends there."""
    return [
        replace(one, started_at=max(one.started_at, first), ended_at=min(one.ended_at or last, last))
        for one in found
        if one.started_at < last and (one.ended_at or last) > first
    ]
