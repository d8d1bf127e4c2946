"""What a timeline draws: a month of a camera is a quarter of a million segments, but a few hundred spans.

Segments of one run follow each other, so a run is told by its first and last segment; only one in which segments are
missing (retention around an evidence lock, a damaged file) is looked at closely.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from veedor.model.recording import Gap
from veedor.site.record.clip import Source
from veedor.site.record.layout import StreamKey, from_us, to_us
from veedor.wire.ports import MergedGap, RecordedSpan


@dataclass(frozen=True, slots=True)
class Span:
    started_us: int
    ended_us: int
    codec: str


def finished_spans(db: sqlite3.Connection, key: StreamKey, start_us: int, end_us: int) -> list[Span]:
    """Stretches of finished segments that overlap [start, end), by time; one for each unbroken part of a run."""
    runs = db.execute(
        "SELECT r.id, MIN(s.number), MAX(s.number), COUNT(s.number) FROM runs r JOIN segments s ON s.run = r.id"
        " WHERE r.camera_id = ? AND r.role = ? AND r.started_us < ? GROUP BY r.id",
        (key.camera_id, key.role, end_us),
    ).fetchall()
    found = []
    for run, first, last, count in runs:
        parts = [(first, last)] if count == last - first + 1 else _parts(db, run)
        for begin, end in parts:
            head, tail = (_segment(db, run, number) for number in (begin, end))
            if head is not None and tail is not None and tail.ended_us > start_us and head.started_us < end_us:
                found.append(Span(head.started_us, tail.ended_us, head.codec))
    return sorted(found, key=lambda one: one.started_us)


def _parts(db: sqlite3.Connection, run: int) -> list[tuple[int, int]]:
    rows = db.execute(
        "SELECT MIN(number), MAX(number) FROM"
        " (SELECT number, number - ROW_NUMBER() OVER (ORDER BY number) AS part FROM segments WHERE run = ?)"
        " GROUP BY part ORDER BY 1",
        (run,),
    ).fetchall()
    return [(int(row[0]), int(row[1])) for row in rows]


def _segment(db: sqlite3.Connection, run: int, number: int) -> Span | None:
    row = db.execute(
        "SELECT started_us, ended_us, codec FROM segments WHERE run = ? AND number = ?", (run, number)
    ).fetchone()
    return Span(int(row[0]), int(row[1]), str(row[2])) if row else None


def merged_spans(spans: Sequence[Span], opened: Sequence[Source], resolution_us: int) -> tuple[RecordedSpan, ...]:
    """`spans` and the files that are being written, those closer together than the resolution joined."""
    last_codec = spans[-1].codec if spans else ""
    every = [*spans, *(Span(one.started_us, one.ended_us, last_codec) for one in opened)]
    out: list[Span] = []
    for one in sorted(every, key=lambda span: span.started_us):
        # A file follows its predecessor within a picture; 200 ms is no gap to anybody.
        near = out and one.started_us - out[-1].ended_us <= max(resolution_us, 200_000)
        if near and one.codec in (out[-1].codec, ""):
            out[-1] = Span(out[-1].started_us, max(out[-1].ended_us, one.ended_us), out[-1].codec)
        else:
            out.append(one)
    return tuple(RecordedSpan(from_us(one.started_us), from_us(one.ended_us), one.codec) for one in out)


def merged_gaps(gaps: Sequence[Gap], resolution_us: int) -> tuple[MergedGap, ...]:
    """`gaps` by time, those closer together than the resolution told as one."""
    out: list[MergedGap] = []
    longest_us = 0
    for gap in gaps:
        length_us = to_us(gap.ended_at) - to_us(gap.started_at) if gap.ended_at else 1 << 62
        last = out[-1] if out else None
        if last and last.ended_at and to_us(gap.started_at) - to_us(last.ended_at) < resolution_us:
            reason = gap.reason if length_us > longest_us else last.reason
            ended = max(last.ended_at, gap.ended_at) if gap.ended_at else None
            out[-1] = MergedGap(last.started_at, ended, reason, last.count + 1)
            longest_us = max(longest_us, length_us)
        else:
            out.append(MergedGap(gap.started_at, gap.ended_at, gap.reason, 1))
            longest_us = length_us
    return tuple(out)
