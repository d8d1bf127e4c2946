"""Tracks and scene changes on disk: one SQLite file per day (UTC), its own retention, written by one thread.

Invariants
1. `append` never waits for the disk. Parts wait in memory for at most `write_every_s`; open tracks are cut into parts
   of about `part_s`. A crash loses no more than that of each path.
2. A part lies in the file of the day on which it started; so a track over midnight has parts in two files.
3. A file is removed whole, when all of its day is older than `keep_days`.
4. While the disk takes nothing, parts wait, at most `most_waiting`; then the oldest go, and `problem` says so.
5. Parts of tracks that are over are moved into blocks (blocks.py) every `seal_every_s`, in one transaction: a track is
   in one or the other at any moment. Files of older versions are read as they are, and sealed one after the other.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.sqlite import open_database, store_errors, transaction
from veedor.model.camera import Calibration
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import ArchivedTrack
from veedor.model.track_query import TrackPage, TrackQuery
from veedor.site.archive.blocks import HOUR_US, SCHEMA
from veedor.site.archive.collector import ArchiveConfig, Collector, Part, SceneChange, Watched, micros
from veedor.site.archive.columns import Rows
from veedor.site.archive.parts import USUAL_ASPECT, seal, store_rows
from veedor.site.archive.reading import LONGEST_US, Piece, pieces, together
from veedor.site.archive.search import DayFile, reader, search

log = logging.getLogger(__name__)

_MIGRATIONS = (
    """
    CREATE TABLE part (
        camera_id TEXT NOT NULL,
        started_us INTEGER NOT NULL,   -- microseconds since 1970, UTC
        ended_us INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        first_us INTEGER NOT NULL,     -- when the track began; with track_id it names the track
        object_class INTEGER NOT NULL, -- number of ObjectClass
        points BLOB NOT NULL           -- see path.py
    );
    CREATE INDEX part_when ON part (camera_id, started_us);
    CREATE TABLE scene (
        camera_id TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        learned INTEGER NOT NULL,
        view_shift REAL NOT NULL,
        sharpness REAL NOT NULL,
        covered REAL NOT NULL,
        frozen_s REAL NOT NULL
    );
    CREATE INDEX scene_when ON scene (camera_id, at_us)
    """,
    f"""
    ALTER TABLE part ADD COLUMN colour INTEGER NOT NULL DEFAULT 0;  -- number of VehicleColour; 0: none
    ALTER TABLE part ADD COLUMN aspect REAL NOT NULL DEFAULT {USUAL_ASPECT};  -- width by height of the picture
    {SCHEMA}
    """,
    """
    CREATE TABLE watched (            -- when pictures were analysed: what is between the rows, nobody saw
        camera_id TEXT NOT NULL,
        from_us INTEGER NOT NULL,
        until_us INTEGER NOT NULL,
        ticks INTEGER NOT NULL,       -- pictures
        width INTEGER NOT NULL,       -- pixels of the analysed picture
        height INTEGER NOT NULL
    );
    CREATE INDEX watched_when ON watched (camera_id, from_us)
    """,
)
Row = Part | SceneChange | Watched
T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE_OCTETS = 16_384  # blocks are read in long stretches
_SUFFIXES = ("", "-wal", "-shm")


class TrackArchive:
    """`append` from any thread; `start` writes in the background; `tracks` and `scene` read, also across days."""

    def __init__(self, directory: Path, clock: Clock, config: ArchiveConfig = ArchiveConfig()) -> None:
        self._directory = directory
        self._clock = clock
        self._config = config
        self._lock = threading.Lock()  # collectors and what waits
        self._writing = threading.Lock()  # the open file; never taken by `append`
        self._collectors: dict[str, Collector] = {}
        self._waiting: list[Row] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._open: tuple[date, sqlite3.Connection] | None = None
        self._cleaned_on: date | None = None
        self._sealed_s = float("-inf")
        self._unsealed: set[date] | None = None  # days with parts; None: not looked yet
        self.problem: StoreError | None = None  # why nothing can be written now
        self.lost = 0  # parts that had to be dropped since start

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every open track and write all that waits."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(20.0)
        with self._lock:
            for collector in self._collectors.values():
                self._waiting += collector.finish()
                watched = collector.last_watched()
                self._waiting += [watched] if watched is not None else []
        self._try_write()
        with self._writing:
            self._close()

    def append(self, camera_id: str, observation: Observation) -> None:
        """Take one observation. Never waits for the disk, never raises StoreError."""
        with self._lock:
            collector = self._collectors.get(camera_id)
            if collector is None:
                collector = self._collectors[camera_id] = Collector(camera_id, self._config)
            self._waiting += collector.append(observation)
            change = collector.scene_change(observation)
            watched = collector.watched(observation)
            self._waiting += [one for one in (change, watched) if one is not None]
            if len(self._waiting) > 2 * self._config.most_waiting:  # nobody writes
                self.lost += len(self._waiting) - self._config.most_waiting
                self._waiting = self._waiting[-self._config.most_waiting :]

    def flush(self) -> None:
        """Write what is complete, now. Raises StoreError; what could not be written waits on."""
        with self._writing:
            with self._lock:
                batch, self._waiting = self._waiting, []
            try:
                for day, rows in groupby(sorted(batch, key=_when), key=lambda row: _day(_when(row))):
                    self._write(day, list(rows))
                    batch = [row for row in batch if _day(_when(row)) != day]
            except BaseException:
                self._put_back(batch)
                raise

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]:
        """Tracks that overlap [start, end), by start. Of a long one, the parts (about 6 s each) that overlap.

        Written within `part_s + write_every_s` of happening. Raises StoreError.
        """
        found: list[Piece] = []
        early = start - timedelta(microseconds=LONGEST_US)
        for some in self._read(early, end, lambda database: pieces(database, camera_id, micros(start), micros(end))):
            found += some
        return together(camera_id, found)

    def search(self, query: TrackQuery, calibrations: Mapping[str, Calibration] | None = None) -> TrackPage:
        """Tracks that fit, also those that began seconds ago. Of what takes longer than `search_s`, the first part.

        Raises StoreError; ValueError where the cursor is none.
        """
        files = [DayFile(_day_us(day), self._file(day)) for day in self.days()]
        return search(files, query, calibrations or {}, self._clock, self._config.search_s)

    def seal(self) -> int:
        """Move what is over into blocks; how many parts that were. Raises StoreError."""
        now_us = micros(self._clock.now().astimezone(UTC))
        moved = 0
        with self._writing:
            if self._unsealed is None:
                self._unsealed = set(self.days())
            for day in sorted(self._unsealed, reverse=True)[:2]:
                database = self._database(day)
                with store_errors(self._file(day)):
                    moved += seal(database, now_us)
                    left = database.execute("SELECT 1 FROM part LIMIT 1").fetchone() is not None
                    merged = (now_us - _day_us(day)) // HOUR_US > 26
                if not left and merged:
                    self._unsealed.discard(day)
        return moved

    def store(self, rows: Rows) -> None:
        """Finished tracks as they are, of any days: for those that come from elsewhere. Raises StoreError."""
        day = rows.started_us // (24 * HOUR_US)
        with self._writing:
            for one in np.unique(day):
                at = (_EPOCH + timedelta(days=int(one))).date()
                database = self._database(at)
                with store_errors(self._file(at)), transaction(database):
                    store_rows(database, rows.take(np.flatnonzero(day == one)))

    def scene(self, camera_id: str, start: datetime, end: datetime) -> list[tuple[datetime, SceneFacts]]:
        """Changes of the scene's facts within [start, end), by time. Raises StoreError."""
        columns = "at_us, learned, view_shift, sharpness, covered, frozen_s"
        query = f"SELECT {columns} FROM scene WHERE camera_id = ? AND at_us >= ? AND at_us < ? ORDER BY at_us"  # noqa: S608
        return [
            (
                _EPOCH + timedelta(microseconds=row[0]),
                SceneFacts(bool(row[1]), *row[2:]),
            )
            for rows in self._read(
                start, end, lambda database: database.execute(query, (camera_id, micros(start), micros(end))).fetchall()
            )
            for row in rows
        ]

    def watched(self, camera_id: str, start: datetime, end: datetime) -> list[Watched] | None:
        """When pictures were analysed, within [start, end) and by time: rows that follow each other touch. None where
        a day is of an older version, which did not keep it. Raises StoreError."""
        query = (
            "SELECT camera_id, from_us, until_us, ticks, width, height FROM watched"
            " WHERE camera_id = ? AND from_us < ? AND until_us > ? ORDER BY from_us"
        )
        known = True

        def rows(database: sqlite3.Connection) -> list[Watched]:
            nonlocal known
            if int(database.execute("PRAGMA user_version").fetchone()[0]) < 3:
                known = False
                return []
            found = database.execute(query, (camera_id, micros(end), micros(start)))
            return [Watched(*row) for row in found]

        early = start - timedelta(seconds=2 * self._config.watched_s)  # a row lies in the file of its start
        found = [row for some in self._read(early, end, rows) for row in some]
        return found if known else None

    def days(self) -> list[date]:
        """Days of which there is a file, oldest first."""
        if not self._directory.is_dir():
            return []
        found = []
        for file in self._directory.glob("tracks-*.db"):
            try:
                found.append(date.fromisoformat(file.stem.removeprefix("tracks-")))
            except ValueError:
                continue  # not ours
        return sorted(found)

    def oldest(self) -> datetime | None:
        """Since when there may be tracks; None where there are none."""
        days = self.days()
        return datetime.combine(days[0], time(), UTC) if days else None

    def retain(self) -> list[date]:
        """Remove the days that are older than `keep_days`; returns them."""
        oldest = (self._clock.now() - timedelta(days=self._config.keep_days)).astimezone(UTC).date()
        gone = [day for day in self.days() if day < oldest]
        with self._writing:
            for day in gone:
                if self._open is not None and self._open[0] == day:
                    self._close()
                for suffix in reversed(_SUFFIXES):
                    path = Path(f"{self._file(day)}{suffix}")
                    with store_errors(path):
                        path.unlink(missing_ok=True)
        return gone

    # -- inside

    def _file(self, day: date) -> Path:
        return self._directory / f"tracks-{day.isoformat()}.db"

    def _run(self) -> None:
        while not self._clock.wait(self._stop, self._config.write_every_s):
            self._try_write()
            self._try_seal()
            today = self._clock.now().astimezone(UTC).date()
            if today != self._cleaned_on:
                self._cleaned_on = today
                try:
                    self.retain()
                except Exception:
                    log.exception("old tracks could not be removed")

    def _try_write(self) -> None:
        try:
            self.flush()
        except Exception as problem:  # the thread must go on: it is the only one that writes
            if self.problem is None:
                log.exception("tracks cannot be archived now")
            told = problem if isinstance(problem, StoreError) else None
            self.problem = told or StoreError(path=str(self._directory), problem=repr(problem))
        else:
            self.problem = None

    def _try_seal(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._sealed_s < self._config.seal_every_s:
            return
        self._sealed_s = now_s
        try:
            self.seal()
        except Exception:  # they stay parts, which are read as well
            log.exception("tracks could not be put into blocks")

    def _put_back(self, batch: Sequence[Row]) -> None:
        with self._lock:
            self._waiting = [*batch, *self._waiting]
            extra = len(self._waiting) - self._config.most_waiting
            if extra > 0:
                self.lost += extra
                self._waiting = self._waiting[extra:]

    def _write(self, day: date, rows: Sequence[Row]) -> None:
        parts = [row for row in rows if isinstance(row, Part)]
        changes = [row for row in rows if isinstance(row, SceneChange)]
        stretches = [row for row in rows if isinstance(row, Watched)]
        path = self._file(day)
        database = self._database(day)
        if self._unsealed is not None:
            self._unsealed.add(day)
        with store_errors(path), transaction(database):
            database.executemany(
                "INSERT INTO part (camera_id, track_id, first_us, started_us, ended_us, object_class, points,"
                " colour, aspect) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(p.camera_id, p.track_id, p.first_us, p.started_us, p.ended_us, p.object_class, p.points),
                        *(p.colour, p.aspect),
                    )
                    for p in parts
                ],
            )
            database.executemany(
                "INSERT INTO scene VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (c.camera_id, c.at_us, f.learned, f.view_shift, f.sharpness, f.covered, f.frozen_s)
                    for c in changes
                    for f in (c.facts,)
                ],
            )
            database.executemany(
                "INSERT INTO watched VALUES (?, ?, ?, ?, ?, ?)",
                [(w.camera_id, w.from_us, w.until_us, w.ticks, w.width, w.height) for w in stretches],
            )

    def _database(self, day: date) -> sqlite3.Connection:
        """The file of a day, open for writing. Caller holds `_writing`."""
        if self._open is None or self._open[0] != day:
            self._close()
            path = self._file(day)
            if not path.exists():
                _lay_out(path)
            self._open = (day, open_database(path, _MIGRATIONS))
        return self._open[1]

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _read(self, start: datetime, end: datetime, work: Callable[[sqlite3.Connection], list[T]]) -> Iterator[list[T]]:
        """What `work` finds in each day's file that [start, end) touches, each through a connection of its own."""
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
        for day in self.days():
            if not first <= day <= last:
                continue
            path = self._file(day)
            with store_errors(path), closing(reader(path)) as database:
                found = work(database)
            yield found


def _lay_out(path: Path) -> None:
    """A page size can be chosen only before anything is in the file."""
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"PRAGMA page_size = {_PAGE_OCTETS}")
            database.execute("PRAGMA journal_mode = WAL")


def _day_us(day: date) -> int:
    return (day - _EPOCH.date()).days * 24 * HOUR_US


def _when(row: Row) -> int:
    if isinstance(row, Part):
        return row.started_us
    return row.from_us if isinstance(row, Watched) else row.at_us


def _day(at_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=at_us)).date()
