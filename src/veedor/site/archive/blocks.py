"""Blocks: the tracks that began within one hour, column by column, in tables of the day's file.

Columns that searches look at first lie as they are, each in a row of `block_column`, ordered by camera and start; what
is needed of the few that remain (ids, paths) lies compressed in chunks of `CHUNK` tracks.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veedor.site.archive.columns import UNIT, Ints, Rows

HOUR_US = 3_600_000_000
CHUNK = 512
_COLUMNS = ("start_ms", "dwell_ms", "object_class", "colour", "heading", "speed", "cells")
_TYPES = {
    name: np.dtype(kind) for name, kind in zip(_COLUMNS, ("<u4", "<u4", "u1", "u1", "u1", "<u2", "<u8"), strict=True)
}
_WHOLE_SHARE = 0.3  # of a block's rows: from there on a column is read whole
_COUNT, _ID, _MS, _POINT = np.dtype("<u2"), np.dtype("<i8"), np.dtype("<u4"), np.dtype("<u2")

SCHEMA = """
    CREATE TABLE block (
        id INTEGER PRIMARY KEY,
        from_us INTEGER NOT NULL,       -- start of the first track; all began within one hour
        last_us INTEGER NOT NULL,       -- end of the last one
        tracks INTEGER NOT NULL,
        cameras TEXT NOT NULL,          -- [[id, tracks], ...] in the order of the rows
        classes INTEGER NOT NULL,       -- bits of the classes that occur
        colours INTEGER NOT NULL,       -- bits of the colours that occur
        most_speed INTEGER NOT NULL,
        most_dwell_ms INTEGER NOT NULL
    );
    CREATE INDEX block_when ON block (from_us);
    CREATE TABLE block_column (id INTEGER PRIMARY KEY, data BLOB NOT NULL);  -- id: block * 16 + number of the column
    CREATE TABLE block_paths (id INTEGER PRIMARY KEY, data BLOB NOT NULL)    -- id: block * 65536 + number of the chunk
"""


def write_block(database: sqlite3.Connection, rows: Rows) -> int:
    """Store `rows`, which are ordered by camera and start and begin within one hour; the block's number. Call it
    within a transaction."""
    from_us = int(rows.started_us.min())
    dwell_ms = (rows.ended_us - rows.first_us) // 1000
    counts = np.bincount(rows.camera, minlength=len(rows.cameras))
    meta = (
        from_us,
        int(rows.ended_us.max()),
        len(rows),
        json.dumps([[name, int(count)] for name, count in zip(rows.cameras, counts, strict=True) if count]),
        int(np.bitwise_or.reduce(1 << rows.object_class.astype(np.int64))),
        int(np.bitwise_or.reduce(1 << rows.colour.astype(np.int64))),
        int(rows.speed.max()),
        int(dwell_ms.max()),
    )
    block = database.execute(
        "INSERT INTO block (from_us, last_us, tracks, cameras, classes, colours, most_speed, most_dwell_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        meta,
    ).lastrowid
    assert block is not None  # noqa: S101 - an INSERT has one
    told = {
        "start_ms": (rows.started_us - from_us) // 1000,
        "dwell_ms": np.clip(dwell_ms, 0, 2**32 - 1),
        **{name: getattr(rows, name) for name in _COLUMNS[2:]},
    }
    database.executemany(
        "INSERT INTO block_column VALUES (?, ?)",
        [(block * 16 + number, told[name].astype(_TYPES[name]).tobytes()) for number, name in enumerate(_COLUMNS)],
    )
    offsets = rows.offsets
    database.executemany(
        "INSERT INTO block_paths VALUES (?, ?)",
        [
            (block * 65_536 + number, _pack(rows, offsets, low, min(low + CHUNK, len(rows))))
            for number, low in enumerate(range(0, len(rows), CHUNK))
        ],
    )
    return block


def remove_blocks(database: sqlite3.Connection, blocks: Sequence[int]) -> None:
    """Call it within a transaction."""
    for block in blocks:
        database.execute("DELETE FROM block WHERE id = ?", (block,))
        database.execute("DELETE FROM block_column WHERE id >= ? AND id < ?", (block * 16, block * 16 + 16))
        database.execute("DELETE FROM block_paths WHERE id >= ? AND id < ?", (block * 65_536, (block + 1) * 65_536))


def _pack(rows: Rows, offsets: Ints, low: int, high: int) -> bytes:
    """What is not searched by: point counts, ids, milliseconds before this piece, points as differences."""
    points = rows.points[offsets[low] : offsets[high]]
    values = np.empty((5, len(points)), np.uint16)
    values[0] = np.rint(points[:, 0] * 1000).astype(np.int64).astype(np.uint16)  # of which only differences count
    values[1:] = np.rint(np.clip(points[:, 1:], 0, 1) * UNIT).T
    moved = np.diff(values, axis=1, prepend=np.zeros((5, 1), np.uint16)).view(np.uint8).reshape(5, -1, 2)
    since_ms = (rows.started_us[low:high] - rows.first_us[low:high]) // 1000
    body = b"".join(
        (
            rows.count[low:high].astype(_COUNT).tobytes(),
            rows.track_id[low:high].astype(_ID).tobytes(),
            np.clip(since_ms, 0, 2**32 - 1).astype(_MS).tobytes(),
            np.ascontiguousarray(moved.transpose(0, 2, 1)).tobytes(),  # low octets apart from high ones: packs better
        )
    )
    return zlib.compress(body, 3)


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    count: Ints
    track_id: Ints
    since_ms: Ints
    offsets: Ints
    points: NDArray[np.float64]


def _unpack(data: bytes, size: int) -> _Chunk:
    """Raises ValueError, zlib.error where it is none."""
    body = zlib.decompress(data)
    at = 0

    def column(kind: np.dtype[Any]) -> Ints:
        nonlocal at
        found = np.frombuffer(body, kind, size, at).astype(np.int64)
        at += size * kind.itemsize
        return found

    count, track_id, since_ms = column(_COUNT), column(_ID), column(_MS)
    octets = np.frombuffer(body, np.uint8, -1, at).reshape(5, 2, -1).transpose(0, 2, 1)
    values = np.cumsum(np.ascontiguousarray(octets).view(_POINT)[..., 0], axis=1, dtype=np.uint16)
    offsets = np.concatenate(([0], np.cumsum(count)))
    points = np.empty((values.shape[1], 5))
    # Times are kept modulo 65 s; steps between points of a row are shorter, so that their sums give them back.
    steps = np.diff(values[0], prepend=values[0, :1]).astype(np.int64)
    steps[offsets[:-1]] = 0
    total = np.cumsum(steps)
    points[:, 0] = (total - np.repeat(total[offsets[:-1]], count)) / 1000
    points[:, 1:] = values[1:].T / UNIT
    return _Chunk(count, track_id, since_ms, offsets, points)


@dataclass(frozen=True, slots=True, eq=False)
class BlockHead:
    """A block's line. `cameras`: id and rows of each, in order."""

    id: int
    from_us: int
    last_us: int
    tracks: int
    cameras: tuple[tuple[str, int], ...]
    classes: int
    colours: int
    most_speed: int
    most_dwell_ms: int


def heads(database: sqlite3.Connection, from_us: int, until_us: int) -> list[BlockHead]:
    """Blocks that began within [from, until), by hour and number."""
    found = database.execute(
        "SELECT id, from_us, last_us, tracks, cameras, classes, colours, most_speed, most_dwell_ms FROM block"
        " WHERE from_us >= ? AND from_us < ? ORDER BY id",
        (from_us, until_us),
    )
    return [
        BlockHead(
            id=row[0],
            from_us=row[1],
            last_us=row[2],
            tracks=row[3],
            cameras=tuple((name, count) for name, count in json.loads(row[4])),
            classes=row[5],
            colours=row[6],
            most_speed=row[7],
            most_dwell_ms=row[8],
        )
        for row in found
    ]


@dataclass(slots=True, eq=False)
class StoredBlock:
    """The rows of some cameras in one block, read as they are asked for. Rows are counted within the selection."""

    database: sqlite3.Connection
    head: BlockHead
    wanted: frozenset[str]
    cameras: tuple[str, ...] = ()
    size: int = 0  # rows
    _slices: list[tuple[int, int]] = field(default_factory=list)
    _chunks: dict[int, _Chunk] = field(default_factory=dict)
    _read: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        low = 0
        names = []
        for name, count in self.head.cameras:
            if name in self.wanted:
                names.append(name)
                self._slices.append((low, low + count))
                self.size += count
            low += count
        self.cameras = tuple(names)

    def camera(self) -> Ints:
        """Of each row: index into `cameras`."""
        if "camera" not in self._read:
            sizes = [high - low for low, high in self._slices]
            self._read["camera"] = np.repeat(np.arange(len(self._slices)), sizes)
        return self._read["camera"]

    def started_us(self) -> Ints:
        if "started_us" not in self._read:
            self._read["started_us"] = self.column("start_ms").astype(np.int64) * 1000 + self.head.from_us
        return self._read["started_us"]

    def lies_within(self, from_us: int, until_us: int) -> bool:
        """Whether all rows are known to begin within the span."""
        return from_us <= self.head.from_us and (self.head.from_us // HOUR_US + 1) * HOUR_US <= until_us

    def column(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            self._read[name] = self._column(name)
        return self._read[name]

    def _column(self, name: str) -> NDArray[Any]:
        kind, row = _TYPES[name], self.head.id * 16 + _COLUMNS.index(name)
        if self.size >= _WHOLE_SHARE * self.head.tracks:
            (data,) = self.database.execute("SELECT data FROM block_column WHERE id = ?", (row,)).fetchone()
            whole = np.frombuffer(data, kind)
            return whole if self.size == self.head.tracks else np.concatenate([whole[a:b] for a, b in self._slices])
        pieces = []
        with self.database.blobopen("block_column", "data", row, readonly=True) as blob:
            for low, high in self._slices:
                blob.seek(low * kind.itemsize)
                pieces.append(np.frombuffer(blob.read((high - low) * kind.itemsize), kind))
        return np.concatenate(pieces)

    def rows(self, chosen: Ints) -> Rows:
        """Those rows with all that is known of them."""
        starts = np.asarray([low for low, _ in self._slices])
        sizes = np.asarray([high - low for low, high in self._slices])
        camera = self.camera()[chosen]
        before = np.concatenate(([0], np.cumsum(sizes)))[:-1]
        place = chosen - before[camera] + starts[camera]
        told = [self._told(one) for one in place.tolist()]
        started_us = self.started_us()[chosen]
        since_us = np.asarray([one[2] for one in told], np.int64) * 1000
        count = np.asarray([len(one[3]) for one in told], np.int64)
        first_us = started_us - since_us
        return Rows(
            self.cameras,
            camera,
            first_us,
            started_us,
            first_us + self.column("dwell_ms")[chosen].astype(np.int64) * 1000,
            np.asarray([one[1] for one in told], np.int64),
            self.column("object_class")[chosen],
            self.column("colour")[chosen],
            self.column("heading")[chosen],
            self.column("speed")[chosen],
            self.column("cells")[chosen],
            count,
            np.concatenate([one[3] for one in told]) if told else np.zeros((0, 5)),
        )

    def _told(self, place: int) -> tuple[int, int, int, NDArray[np.float64]]:
        number, index = divmod(place, CHUNK)
        chunk = self._chunks.get(number)
        if chunk is None:
            row = self.head.id * 65_536 + number
            (data,) = self.database.execute("SELECT data FROM block_paths WHERE id = ?", (row,)).fetchone()
            size = min(CHUNK, self.head.tracks - number * CHUNK)
            chunk = self._chunks[number] = _unpack(data, size)
        points = chunk.points[chunk.offsets[index] : chunk.offsets[index + 1]]
        return place, int(chunk.track_id[index]), int(chunk.since_ms[index]), points


@dataclass(frozen=True, slots=True, eq=False)
class MemoryBlock:
    """Rows that are in no block yet, looked at in the same way."""

    all: Rows

    @property
    def cameras(self) -> tuple[str, ...]:
        return self.all.cameras

    @property
    def size(self) -> int:
        return len(self.all)

    def camera(self) -> Ints:
        return self.all.camera

    def started_us(self) -> Ints:
        return self.all.started_us

    def lies_within(self, from_us: int, until_us: int) -> bool:  # noqa: ARG002
        return False

    def column(self, name: str) -> NDArray[Any]:
        if name == "dwell_ms":
            return (self.all.ended_us - self.all.first_us) // 1000
        return np.asarray(getattr(self.all, name))

    def rows(self, chosen: Ints) -> Rows:
        return self.all.take(chosen)
