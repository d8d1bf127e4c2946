"""What readers ask of the index. Spans are [start, end) in microseconds since 1970, UTC."""

from __future__ import annotations

import sqlite3

from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource
from veedor.model.recording import Gap, GapReason, Segment
from veedor.site.record.layout import StreamKey, from_us

_LOCKED = "EXISTS (SELECT 1 FROM lock_segments l WHERE l.segment_id = s.id) AS locked"


def segments(db: sqlite3.Connection, key: StreamKey, start_us: int, end_us: int) -> list[Segment]:
    """Finished segments that overlap the span, by start, then in the order of writing.

    The longest segment bounds how early one may start that still overlaps, so that the index by start serves.
    """
    longest = db.execute("SELECT duration_us FROM longest").fetchone()[0]
    rows = db.execute(
        f"SELECT s.*, {_LOCKED} FROM segments s WHERE camera_id = ? AND role = ? AND started_us >= ?"  # noqa: S608
        " AND started_us < ? AND (ended_us > ? OR started_us >= ?) ORDER BY started_us, id",
        (key.camera_id, key.role, start_us - longest, end_us, start_us, start_us),
    ).fetchall()
    return [segment_of(row) for row in rows]


def segment(db: sqlite3.Connection, segment_id: int) -> Segment | None:
    row = db.execute(f"SELECT s.*, {_LOCKED} FROM segments s WHERE id = ?", (segment_id,)).fetchone()  # noqa: S608
    return segment_of(row) if row else None


def locked_segments(db: sqlite3.Connection, lock_id: str) -> list[Segment]:
    rows = db.execute(
        "SELECT s.*, 1 AS locked FROM segments s JOIN lock_segments l ON l.segment_id = s.id WHERE l.lock_id = ?"
        " ORDER BY s.started_us, s.id",
        (lock_id,),
    ).fetchall()
    return [segment_of(row) for row in rows]


def gaps(db: sqlite3.Connection, key: StreamKey, start_us: int, end_us: int) -> list[Gap]:
    """Gaps that overlap the span, by start."""
    rows = db.execute(
        "SELECT * FROM gaps WHERE camera_id = ? AND role = ? AND started_us < ?"
        " AND (ended_us IS NULL OR ended_us > ? OR started_us >= ?) ORDER BY started_us, id",
        (key.camera_id, key.role, end_us, start_us, start_us),
    ).fetchall()
    return [
        Gap(
            row["camera_id"],
            StreamRole(row["role"]),
            from_us(row["started_us"]),
            None if row["ended_us"] is None else from_us(row["ended_us"]),
            GapReason(row["reason"]),
        )
        for row in rows
    ]


def last_end_us(db: sqlite3.Connection, key: StreamKey) -> int | None:
    """Where the footage that was finished last ends."""
    row = db.execute(
        "SELECT ended_us FROM segments WHERE camera_id = ? AND role = ? ORDER BY started_us DESC LIMIT 1",
        (key.camera_id, key.role),
    ).fetchone()
    return int(row[0]) if row else None


def segment_of(row: sqlite3.Row) -> Segment:
    """The value of a row that has a `locked` column."""
    return Segment(
        id=row["id"],
        camera_id=row["camera_id"],
        role=StreamRole(row["role"]),
        run=row["run"],
        started_at=from_us(row["started_us"]),
        ended_at=from_us(row["ended_us"]),
        clock=ClockSource(row["clock"]),
        clock_offset_s=row["clock_offset_s"],
        codec=row["codec"],
        width=row["width"],
        height=row["height"],
        octets=row["octets"],
        packets=row["packets"],
        sha256=row["sha256"],
        path=row["path"],
        locked=bool(row["locked"]),
    )
