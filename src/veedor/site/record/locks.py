"""Evidence locks: a row and, beside it, a file, so that a lost index cannot cost a lock."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import Conflict
from veedor.kit.files import sync, write_file
from veedor.kit.sqlite import store_errors, transaction
from veedor.site.record import queries
from veedor.site.record.layout import INDEX_NAME, LOCKS_FOLDER, safe_name, to_us
from veedor.wire.ports import LockReport, LockState

log = logging.getLogger(__name__)


class EvidenceLocks:
    """Locks of one recordings folder. The caller sees to it that one thread at a time uses it."""

    def __init__(self, directory: Path, db: sqlite3.Connection, clock: Clock) -> None:
        self._folder = directory / LOCKS_FOLDER
        self._path = directory / INDEX_NAME
        self._db = db
        self._clock = clock

    def hold(self, lock_id: str, camera_id: str, start_us: int, end_us: int) -> LockReport:
        """Lock every finished segment of the span now, and each later one as it is finished. Raises Conflict where
        the id stands for another span, and the StoreError tree: then nothing is held."""
        with store_errors(self._path):
            known = self._db.execute("SELECT * FROM locks WHERE id = ?", (lock_id,)).fetchone()
        if known is not None:
            if (known["camera_id"], known["started_us"], known["ended_us"]) != (camera_id, start_us, end_us):
                raise Conflict(problem=f"lock {lock_id} holds another span")
            return self._report(lock_id, LockState.HELD if known["released_us"] is None else LockState.RELEASED)
        now_us = to_us(self._clock.now())
        fields = {
            "id": lock_id,
            "camera_id": camera_id,
            "started_us": start_us,
            "ended_us": end_us,
            "requested_us": now_us,
        }
        write_file(self._file(lock_id), json.dumps(fields).encode())
        with store_errors(self._path), transaction(self._db) as db:
            insert_lock(db, lock_id, camera_id, (start_us, end_us, now_us))
        return self._report(lock_id, LockState.HELD)

    def release(self, lock_id: str) -> LockReport:
        """Release; a lock that is unknown or released already is released."""
        with store_errors(self._path), transaction(self._db) as db:
            db.execute("DELETE FROM lock_segments WHERE lock_id = ?", (lock_id,))
            db.execute(
                "UPDATE locks SET released_us = ? WHERE id = ? AND released_us IS NULL",
                (to_us(self._clock.now()), lock_id),
            )
        with store_errors(self._folder):
            if self._file(lock_id).exists():
                self._file(lock_id).unlink()
                sync(self._folder)
        return LockReport(lock_id, LockState.RELEASED)

    def _report(self, lock_id: str, state: LockState) -> LockReport:
        with store_errors(self._path):
            return LockReport(lock_id, state, tuple(queries.locked_segments(self._db, lock_id)))

    def _file(self, lock_id: str) -> Path:
        return self._folder / f"{safe_name(lock_id)}.json"


def insert_lock(db: sqlite3.Connection, lock_id: str, camera_id: str, times_us: tuple[int, int, int]) -> None:
    """The rows of a lock, inside a transaction. `times_us`: start, end, when it was asked for."""
    start_us, end_us, _ = times_us
    db.execute(
        "INSERT OR IGNORE INTO locks (id, camera_id, started_us, ended_us, requested_us) VALUES (?, ?, ?, ?, ?)",
        (lock_id, camera_id, *times_us),
    )
    db.execute(
        "INSERT OR IGNORE INTO lock_segments SELECT ?, id FROM segments WHERE camera_id = ? AND started_us < ?"
        " AND started_us >= ? - (SELECT duration_us FROM longest) AND (ended_us > ? OR started_us >= ?)",
        (lock_id, camera_id, end_us, start_us, start_us, start_us),
    )


def read_lock_files(directory: Path) -> list[tuple[str, str, tuple[int, int, int]]]:
    """The locks that the folder's files tell of: id, camera, times. Files that make no sense are logged."""
    found = []
    folder = directory / LOCKS_FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            fields = json.loads(path.read_bytes())
            times = (int(fields["started_us"]), int(fields["ended_us"]), int(fields["requested_us"]))
            found.append((str(fields["id"]), str(fields["camera_id"]), times))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.error("lock file %s: %s", path.name, problem)
    return found
