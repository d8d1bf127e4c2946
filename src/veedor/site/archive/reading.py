"""The tracks of one camera in a span, put together from blocks and parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import ObjectClass
from veedor.model.track import ArchivedTrack
from veedor.site.archive.blocks import HOUR_US, StoredBlock, heads
from veedor.site.archive.path import unpack

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAME_US = 2_000  # blocks keep milliseconds
LONGEST_US = HOUR_US + 120_000_000  # of a row in a block


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of one track: `points` in seconds after `started_us`."""

    track_id: int
    first_ms: int
    started_us: int
    ended_us: int
    object_class: int
    points: NDArray[np.float64]


def pieces(database: sqlite3.Connection, camera_id: str, start_us: int, end_us: int) -> list[Piece]:
    """What overlaps [start, end) in one day's file."""
    query = "SELECT track_id, first_us, started_us, ended_us, object_class, points FROM part WHERE camera_id = ?"
    query += " AND started_us >= ? AND started_us < ? AND ended_us >= ?"
    parts = database.execute(query, (camera_id, start_us - 60_000_000, end_us, start_us))
    found = [Piece(one[0], one[1] // 1000, one[2], one[3], one[4], unpack(one[5])) for one in parts]
    if int(database.execute("PRAGMA user_version").fetchone()[0]) >= 2:
        found += _stored(database, camera_id, start_us, end_us)
    return found


def _stored(database: sqlite3.Connection, camera_id: str, start_us: int, end_us: int) -> Iterable[Piece]:
    for head in heads(database, start_us - LONGEST_US - HOUR_US, end_us):
        block = StoredBlock(database, head, frozenset((camera_id,)))
        if head.last_us < start_us or not block.size:
            continue
        began = block.started_us()
        maybe = began + block.column("dwell_ms").astype(np.int64) * 1000 >= start_us
        rows = block.rows(np.flatnonzero(maybe & (began < end_us)))
        offsets = rows.offsets
        for index in range(len(rows)):
            points = rows.points[offsets[index] : offsets[index + 1]]
            piece = _cut(points, int(rows.started_us[index]), start_us, end_us)
            if piece is not None:
                points, started_us, ended_us = piece
                first_ms = int(rows.first_us[index]) // 1000
                kind = int(rows.object_class[index])
                yield Piece(int(rows.track_id[index]), first_ms, started_us, ended_us, kind, points)


def _cut(
    points: NDArray[np.float64], began_us: int, start_us: int, end_us: int
) -> tuple[NDArray[np.float64], int, int] | None:
    """The points from the last before the span to the first after it; None where none of the path is in it."""
    times_us = began_us + np.rint(points[:, 0] * 1e6).astype(np.int64)
    if times_us[-1] < start_us or times_us[0] >= end_us:
        return None
    low = max(int(np.searchsorted(times_us, start_us, side="right")) - 1, 0)
    high = min(int(np.searchsorted(times_us, end_us)) + 1, len(points))
    kept = points[low:high].copy()
    kept[:, 0] -= kept[0, 0]
    return kept, int(times_us[low]), int(times_us[high - 1])


def together(camera_id: str, found: Iterable[Piece]) -> list[ArchivedTrack]:
    """Tracks of their pieces, by start."""
    by_track: dict[tuple[int, int], list[Piece]] = {}
    for piece in found:
        by_track.setdefault((piece.track_id, piece.first_ms), []).append(piece)
    tracks = [_joined(camera_id, sorted(some, key=lambda one: one.started_us)) for some in by_track.values()]
    return sorted(tracks, key=lambda one: (one.started_at, one.track_id))


def _joined(camera_id: str, some: Sequence[Piece]) -> ArchivedTrack:
    """One track. A piece that continues another repeats its last point, which is dropped."""
    started_us = some[0].started_us
    stretches = []
    last_us: int | None = None
    for piece in some:
        points = piece.points.copy()
        points[:, 0] += (piece.started_us - started_us) / 1e6
        continues = last_us is not None and abs(piece.started_us - last_us) < _SAME_US
        stretches.append(points[1:] if continues else points)
        last_us = piece.ended_us
    number = some[-1].object_class
    return ArchivedTrack(
        camera_id,
        some[0].track_id,
        ObjectClass.of(number),
        _EPOCH + timedelta(microseconds=started_us),
        _EPOCH + timedelta(microseconds=max(piece.ended_us for piece in some)),
        np.vstack(stretches).astype(np.float32),
    )
