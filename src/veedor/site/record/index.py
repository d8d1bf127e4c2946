"""The index of footage: what the writer, retention and recovery do to it. (`queries.py` has what readers ask.)"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veedor.kit.errors import StoreCorrupt
from veedor.kit.sqlite import open_database, store_errors, transaction
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource
from veedor.model.recording import GapReason
from veedor.site.record.layout import INDEX_NAME, SegmentName, StreamKey, segment_files
from veedor.site.record.schema import MIGRATIONS


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, written before the first of its files is finished."""

    id: int
    key: StreamKey
    started_us: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run ended in order."""

    id: int


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A finished file."""

    name: SegmentName
    ended_us: int
    recorded_us: int
    clock: ClockSource
    clock_offset_s: float | None
    codec: str
    width: int
    height: int
    octets: int
    packets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class GapOpened:
    """No footage from `at_us` on. Where a gap goes on already, it stays; unless it only said that nothing ran."""

    key: StreamKey
    at_us: int
    reason: GapReason


@dataclass(frozen=True, slots=True)
class StreamSeen:
    """A stream is to be recorded from `at_us` on: unless a gap goes on already, or a run of before, one begins.
    `upcoming_run`: runs from this number on are later than this (their rows may be written first)."""

    key: StreamKey
    at_us: int
    upcoming_run: int


@dataclass(frozen=True, slots=True)
class GapClosed:
    """Footage again from `at_us` on."""

    key: StreamKey
    at_us: int


@dataclass(frozen=True, slots=True)
class GapNoted:
    """A span that is over already."""

    key: StreamKey
    started_us: int
    ended_us: int
    reason: GapReason


Row = RunRow | RunEnded | SegmentRow | GapOpened | GapClosed | GapNoted | StreamSeen

# Reasons that say why the process was not recording, to be followed by what then keeps the stream away.
_PROCESS_REASONS = (GapReason.STARTED, GapReason.CRASHED, GapReason.DISABLED)


def require_index(directory: Path) -> None:
    """Refuse to begin a new index beside footage of an old one: its run numbers would clash. Raises StoreCorrupt."""
    path = directory / INDEX_NAME
    if not path.exists() and any(True for _ in segment_files(directory)):
        raise StoreCorrupt(path=str(path), problem="missing", detail="reason-index-missing")


class Index:
    """One writing connection. All rows of one `write` are one transaction."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / INDEX_NAME
        self.connection = open_database(self.path, MIGRATIONS)

    def close(self) -> None:
        self.connection.close()

    def write(self, rows: Sequence[Row]) -> None:
        """Commit `rows` in their order. Writing the same rows again changes nothing. Raises the StoreError tree."""
        with store_errors(self.path), transaction(self.connection) as db:
            for row in rows:
                _WRITERS[type(row)](db, row)

    # -- what start-up and retention ask

    def next_run(self) -> int:
        with store_errors(self.path):
            row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
        return int(row[0]) + 1 if row else 1

    def open_runs(self) -> list[RunRow]:
        """Runs that did not end in order."""
        with store_errors(self.path):
            rows = self.connection.execute("SELECT * FROM runs WHERE open = 1 ORDER BY id").fetchall()
        return [RunRow(row["id"], _key(row), row["started_us"]) for row in rows]

    def last_segment(self, run: int) -> sqlite3.Row | None:
        with store_errors(self.path):
            found: sqlite3.Row | None = self.connection.execute(
                "SELECT * FROM segments WHERE run = ? ORDER BY number DESC LIMIT 1", (run,)
            ).fetchone()
        return found

    def has_segment(self, run: int, number: int) -> bool:
        with store_errors(self.path):
            return (
                self.connection.execute("SELECT 1 FROM segments WHERE run = ? AND number = ?", (run, number)).fetchone()
                is not None
            )

    def octets_by_camera(self) -> dict[str, int]:
        """Stored bytes of each camera."""
        with store_errors(self.path):
            rows = self.connection.execute("SELECT camera_id, SUM(octets) FROM segments GROUP BY camera_id").fetchall()
        return {row[0]: int(row[1]) for row in rows}

    def oldest_unlocked(
        self, *, camera_id: str | None = None, before_us: int | None = None, limit: int = 100
    ) -> list[sqlite3.Row]:
        """The oldest segments that no lock holds: of one camera or of all, recorded before a moment or ever."""
        query = "SELECT id, camera_id, path, octets, recorded_us FROM segments s WHERE 1"
        values: list[object] = []
        if camera_id is not None:
            query += " AND camera_id = ?"
            values.append(camera_id)
        if before_us is not None:
            query += " AND recorded_us < ?"
            values.append(before_us)
        query += " AND NOT EXISTS (SELECT 1 FROM lock_segments l WHERE l.segment_id = s.id)"
        query += " ORDER BY recorded_us, id LIMIT ?"
        with store_errors(self.path):
            return self.connection.execute(query, (*values, limit)).fetchall()

    def condemn(self, segment_ids: Iterable[int], deleted_us: int) -> list[sqlite3.Row]:
        """Turn segments into garbage rows, in one transaction, leaving out any that a lock holds by now.
        Returns what was condemned: id, camera_id, path, octets."""
        condemned = []
        with store_errors(self.path), transaction(self.connection) as db:
            for segment_id in segment_ids:
                row = db.execute(
                    "DELETE FROM segments WHERE id = ? AND NOT EXISTS"
                    " (SELECT 1 FROM lock_segments l WHERE l.segment_id = segments.id)"
                    " RETURNING id, camera_id, path, octets",
                    (segment_id,),
                ).fetchone()
                if row is not None:
                    db.execute("INSERT OR REPLACE INTO garbage VALUES (?, ?)", (row["path"], deleted_us))
                    condemned.append(row)
        return condemned

    def garbage(self) -> list[str]:
        with store_errors(self.path):
            return [row[0] for row in self.connection.execute("SELECT path FROM garbage ORDER BY path")]

    def drop_garbage(self, paths: Iterable[str]) -> None:
        with store_errors(self.path), transaction(self.connection) as db:
            db.executemany("DELETE FROM garbage WHERE path = ?", [(path,) for path in paths])

    def prune_gaps(self, camera_id: str, before_us: int) -> None:
        """Forget gaps that ended before the retained span began, and runs without segments."""
        with store_errors(self.path), transaction(self.connection) as db:
            db.execute("DELETE FROM gaps WHERE camera_id = ? AND ended_us < ?", (camera_id, before_us))
            db.execute(
                "DELETE FROM runs WHERE camera_id = ? AND open = 0 AND started_us < ?"
                " AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.run = runs.id)",
                (camera_id, before_us),
            )


def _key(row: sqlite3.Row) -> StreamKey:
    return StreamKey(row["camera_id"], StreamRole(row["role"]))


def _write_run(db: sqlite3.Connection, row: RunRow) -> None:
    db.execute(
        "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, 1)", (row.id, row.key.camera_id, row.key.role, row.started_us)
    )


def _write_run_end(db: sqlite3.Connection, row: RunEnded) -> None:
    db.execute("UPDATE runs SET open = 0 WHERE id = ?", (row.id,))


def _write_segment(db: sqlite3.Connection, row: SegmentRow) -> None:
    """Insert, and put the segment under every lock that holds its span."""
    name = row.name
    _write_run(db, RunRow(name.run, name.key, name.started_us))
    added = db.execute(
        "INSERT INTO segments (run, number, camera_id, role, started_us, ended_us, recorded_us, clock, clock_offset_s,"
        " codec, width, height, octets, packets, sha256, path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (
            name.run,
            name.number,
            name.key.camera_id,
            name.key.role,
            name.started_us,
            row.ended_us,
            row.recorded_us,
            row.clock,
            row.clock_offset_s,
            row.codec,
            row.width,
            row.height,
            row.octets,
            row.packets,
            row.sha256,
            name.path,
        ),
    ).fetchone()
    if added is None:
        return
    db.execute(
        "INSERT INTO lock_segments SELECT id, ? FROM locks WHERE camera_id = ? AND released_us IS NULL"
        " AND started_us < ? AND ended_us > ?",
        (added[0], name.key.camera_id, max(row.ended_us, name.started_us + 1), name.started_us),
    )
    db.execute("UPDATE longest SET duration_us = max(duration_us, ?)", (row.ended_us - name.started_us,))


def _write_gap_opened(db: sqlite3.Connection, row: GapOpened) -> None:
    key = (row.key.camera_id, row.key.role)
    going = db.execute(
        "SELECT id, started_us, reason FROM gaps WHERE camera_id = ? AND role = ? AND ended_us IS NULL", key
    ).fetchone()
    if going is not None:
        if row.reason is GapReason.STARTED and going["reason"] == GapReason.DISABLED:
            # the readers end before the recorder does: it is the process that stops, not the camera that is disabled
            db.execute("UPDATE gaps SET reason = ? WHERE id = ?", (row.reason, going["id"]))
        if GapReason(going["reason"]) not in _PROCESS_REASONS or row.reason in _PROCESS_REASONS:
            return
        db.execute("UPDATE gaps SET ended_us = max(started_us, ?) WHERE id = ?", (row.at_us, going["id"]))
    db.execute(
        "INSERT INTO gaps (camera_id, role, started_us, ended_us, reason) VALUES (?, ?, ?, NULL, ?)",
        (*key, row.at_us, row.reason),
    )


def _write_stream_seen(db: sqlite3.Connection, row: StreamSeen) -> None:
    key = (row.key.camera_id, row.key.role)
    db.execute(
        "INSERT INTO gaps (camera_id, role, started_us, ended_us, reason) SELECT ?, ?, ?, NULL, ? WHERE NOT EXISTS"
        " (SELECT 1 FROM gaps WHERE camera_id = ? AND role = ? AND ended_us IS NULL) AND NOT EXISTS"
        " (SELECT 1 FROM runs WHERE camera_id = ? AND role = ? AND open = 1 AND id < ?)",
        (*key, row.at_us, GapReason.STARTED, *key, *key, row.upcoming_run),
    )


def _write_gap_closed(db: sqlite3.Connection, row: GapClosed) -> None:
    db.execute(
        "UPDATE gaps SET ended_us = max(started_us, ?) WHERE camera_id = ? AND role = ? AND ended_us IS NULL",
        (row.at_us, row.key.camera_id, row.key.role),
    )


def _write_gap_noted(db: sqlite3.Connection, row: GapNoted) -> None:
    values = (row.key.camera_id, row.key.role, row.started_us, max(row.started_us, row.ended_us), row.reason)
    known = db.execute(
        "SELECT 1 FROM gaps WHERE camera_id = ? AND role = ? AND started_us = ? AND ended_us = ? AND reason = ?", values
    ).fetchone()
    if known is None:
        db.execute("INSERT INTO gaps (camera_id, role, started_us, ended_us, reason) VALUES (?, ?, ?, ?, ?)", values)


_WRITERS: dict[type[Any], Callable[[sqlite3.Connection, Any], None]] = {
    RunRow: _write_run,
    RunEnded: _write_run_end,
    SegmentRow: _write_segment,
    GapOpened: _write_gap_opened,
    GapClosed: _write_gap_closed,
    GapNoted: _write_gap_noted,
    StreamSeen: _write_stream_seen,
}
