"""Parts in the day's file become rows, and rows become blocks, once their tracks are over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from veedor.kit.sqlite import transaction
from veedor.site.archive import path
from veedor.site.archive.blocks import HOUR_US, BlockHead, StoredBlock, heads, remove_blocks, write_block
from veedor.site.archive.columns import Identity, Ints, Rows, joined, summarized

USUAL_ASPECT = 16 / 9  # of parts from before it was kept
MOST_STEP_US = 60_000_000  # between two points of a row
_SETTLED_US = 90_000_000  # a track unseen for so long has no further part to come
_MERGE_AFTER_US = HOUR_US // 6
_FLUSH_ROWS = 100_000

_NEW = "rowid, started_us, ended_us, track_id, first_us, object_class, colour, aspect, points"
_OLD = f"rowid, started_us, ended_us, track_id, first_us, object_class, 0, {USUAL_ASPECT}, points"


def part_columns(database: sqlite3.Connection) -> str:
    """What to select: a file that nobody has written to since an older version lacks columns."""
    return _OLD if int(database.execute("PRAGMA user_version").fetchone()[0]) < 2 else _NEW


@dataclass(frozen=True, slots=True, eq=False)
class PartRows:
    """`rows` of one camera, ordered by track and time. `parts`: the numbers of the parts, `of`: the row of each."""

    rows: Rows
    parts: Ints
    of: Ints
    goes_on: np.ndarray[Any, np.dtype[np.bool_]]  # a later row is of the same track


def rows_of_parts(camera_id: str, told: Sequence[Any]) -> PartRows | None:
    """Parts that belong together, put together. None where there are none."""
    if not told:
        return None
    number, started, ended, track, first, kind, colour = np.asarray([one[:7] for one in told], np.int64).T
    order = np.lexsort((started, first, track))
    number, started, ended, track, first, kind, colour = (
        one[order] for one in (number, started, ended, track, first, kind, colour)
    )
    aspect = np.asarray([told[one][7] for one in order])
    blobs = [told[one][8] for one in order]
    same = np.zeros(len(order), bool)
    same[1:] = (track[1:] == track[:-1]) & (first[1:] == first[:-1])
    step = np.zeros(len(order), np.int64)
    step[1:] = started[1:] - ended[:-1]
    life = (started - first) // HOUR_US
    begins = ~same | (step < 0) | (step > MOST_STEP_US)
    begins[1:] |= life[1:] != life[:-1]
    of = np.cumsum(begins) - 1
    heads_, tails = np.flatnonzero(begins), np.concatenate((np.flatnonzero(begins)[1:] - 1, [len(order) - 1]))
    count = np.asarray([len(one) // path.POINT_OCTETS for one in blobs], np.int64)
    points = path.unpack(b"".join(blobs))
    points[:, 0] += np.repeat((started - started[heads_][of]) / 1e6, count)
    repeated = ~begins & (step == 0)  # such a part begins with the last point of the one before
    kept = np.ones(len(points), bool)
    kept[(np.cumsum(count) - count)[repeated]] = False
    per_row = np.bincount(of, weights=count - repeated, minlength=len(heads_)).astype(np.int64)
    who = Identity(
        (camera_id,),
        np.zeros(len(heads_), np.int64),
        first[heads_] // 1000 * 1000,
        started[heads_] // 1000 * 1000,
        track[heads_],
        kind[tails].astype(np.uint8),
        _last_known(colour, heads_),
    )
    goes_on = np.concatenate((same[heads_[1:]], [False]))
    return PartRows(summarized(who, per_row, points[kept], aspect[heads_]), number, of, goes_on)


def _last_known(colour: Ints, starts: Ints) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Of each row the last part's colour that is one: votes are counted from part to part."""
    last = np.maximum.reduceat(np.where(colour > 0, np.arange(len(colour)), -1), starts)
    return np.where(last >= 0, colour[last], 0).astype(np.uint8)


def part_rows(
    database: sqlite3.Connection, cameras: Iterable[str], from_us: int, until_us: int, columns: str
) -> list[Rows]:
    """Rows of the parts that began within the span and are in no block yet."""
    query = f"SELECT {columns} FROM part WHERE camera_id = ? AND started_us >= ? AND started_us < ?"  # noqa: S608
    found = (rows_of_parts(one, database.execute(query, (one, from_us, until_us)).fetchall()) for one in cameras)
    return [one.rows for one in found if one is not None]


def seal(database: sqlite3.Connection, now_us: int) -> int:
    """Move the parts of tracks that are over into blocks, then join the blocks of hours that are over. Each step is one
    transaction. Returns how many parts were moved."""
    moved = 0
    waiting: list[Rows] = []
    parts: list[Ints] = []
    for camera_id in _cameras(database):
        cursor = database.cursor()
        cursor.row_factory = None
        query = f"SELECT {_NEW} FROM part WHERE camera_id = ?"  # noqa: S608
        found = rows_of_parts(camera_id, cursor.execute(query, (camera_id,)).fetchall())
        if found is None:
            continue
        over = found.goes_on | (found.rows.ended_us < now_us - _SETTLED_US)
        if over.any():
            waiting.append(found.rows.take(np.flatnonzero(over)))
            parts.append(found.parts[over[found.of]])
            moved += len(parts[-1])
        if sum(len(one) for one in waiting) >= _FLUSH_ROWS:
            _store(database, waiting, parts)
            waiting, parts = [], []
    if waiting:
        _store(database, waiting, parts)
    merge(database, now_us)
    return moved


def _cameras(database: sqlite3.Connection) -> list[str]:
    """By leaps through the index, so that it costs as many steps as there are cameras."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        row = database.execute("SELECT min(camera_id) FROM part WHERE camera_id > ?", (after,)).fetchone()
        if row[0] is None:
            return found
        found.append(row[0])


def _store(database: sqlite3.Connection, waiting: Sequence[Rows], parts: Sequence[Ints]) -> None:
    with transaction(database):
        store_rows(database, joined(waiting))
        numbers = [(one,) for some in parts for one in some.tolist()]
        database.executemany("DELETE FROM part WHERE rowid = ?", numbers)


def store_rows(database: sqlite3.Connection, rows: Rows) -> None:
    """A block for each hour. Within a transaction."""
    hour = rows.started_us // HOUR_US
    for one in np.unique(hour):
        write_block(database, rows.take(np.flatnonzero(hour == one)))


def merge(database: sqlite3.Connection, now_us: int) -> None:
    """One block in place of the several of each hour that is over."""
    hours: dict[int, list[BlockHead]] = {}
    for head in heads(database, 0, now_us - HOUR_US - _MERGE_AFTER_US):
        hours.setdefault(head.from_us // HOUR_US, []).append(head)
    for hour, blocks in hours.items():
        if len(blocks) < 2 or (hour + 1) * HOUR_US + _MERGE_AFTER_US > now_us:
            continue
        with transaction(database):
            whole = joined([_all_of(database, one) for one in blocks])
            remove_blocks(database, [one.id for one in blocks])
            write_block(database, whole)


def _all_of(database: sqlite3.Connection, head: BlockHead) -> Rows:
    block = StoredBlock(database, head, frozenset(name for name, _ in head.cameras))
    return block.rows(np.arange(head.tracks))
