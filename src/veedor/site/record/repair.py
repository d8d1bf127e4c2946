"""Mending what `check.py` finds. Footage is never deleted: what has no row gets one, or goes to `quarantine`."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.mp4.boxes import BadMp4
from veedor.kit.sqlite import store_errors, transaction
from veedor.model.recording import GapReason
from veedor.site.record.check import Finding, Kind, Report, check
from veedor.site.record.config import RecordConfig
from veedor.site.record.files import make_folder, prepare_store, sync_folder
from veedor.site.record.index import GapNoted, GapOpened, Index, RunEnded
from veedor.site.record.layout import INDEX_NAME, QUARANTINE_FOLDER, StreamKey, inside, parse_path, segment_files, to_us
from veedor.site.record.locks import insert_lock, read_lock_files
from veedor.site.record.recovery import Recovery, free_name, measured_row, read_segment
from veedor.site.record.room import Room
from veedor.site.record.storelock import WriterLock

log = logging.getLogger(__name__)


def repair(config: RecordConfig, clock: Clock, *, deep: bool | None = None) -> Report:
    """Check, mend, check again. The report has what was found, `repaired` where the second look found it gone.

    Takes the folder for itself: raises StoreLocked while a site records into it.
    """
    with store_errors(config.directory):
        prepare_store(config.directory)
    lock = WriterLock(config.directory)
    try:
        before = _unlocked_check(config, deep)
        if any(finding.kind in (Kind.INDEX_CORRUPT, Kind.INDEX_MISSING) for finding in before.findings):
            _set_index_aside(config.directory, clock.now())
        index = Index(config.directory)
        try:
            _Mender(config, index, clock).run(before.findings)
        finally:
            index.close()
        after = _unlocked_check(config, deep)
    finally:
        lock.close()
    left = {(finding.kind, finding.path, finding.detail) for finding in after.findings}
    mended = [
        replace(finding, repaired=True)
        for finding in before.findings
        if (finding.kind, finding.path, finding.detail) not in left
    ]
    after.findings = mended + after.findings
    return after


def _unlocked_check(config: RecordConfig, deep: bool | None) -> Report:
    """A check under our own lock: it is not another process that holds it."""
    report = check(config, deep=deep, held=False)
    report.live = False
    return report


def _set_index_aside(root: Path, now: datetime) -> None:
    """Keep the damaged index: somebody may want what is left in it."""
    folder = root / QUARANTINE_FOLDER
    make_folder(root, folder)
    for suffix in ("", "-wal", "-shm"):
        path = root / f"{INDEX_NAME}{suffix}"
        if path.exists():
            path.rename(free_name(folder / f"{INDEX_NAME}.{now:%Y%m%dT%H%M%SZ}{suffix}"))
    sync_folder(folder)
    sync_folder(root)


class _Mender:
    def __init__(self, config: RecordConfig, index: Index, clock: Clock) -> None:
        self._config = config
        self._root = config.directory
        self._index = index
        self._now_us = to_us(clock.now())
        self._clock = clock

    def run(self, findings: list[Finding]) -> None:
        Room(self._config, self._index, self._clock).sweep(self._index.garbage())
        if any(finding.kind in (Kind.INDEX_CORRUPT, Kind.INDEX_MISSING) for finding in findings):
            self._rebuild()
        Recovery(self._config, self._index, self._now_us).run()
        for finding in findings:
            try:
                self._mend(finding)
            except (StoreError, OSError) as problem:
                log.error("repair of %s: %s", finding.path, problem)
        for finding in check(self._config, deep=False, held=False).findings:
            if finding.kind is Kind.GAP_MISSING and finding.key is not None:
                self._mend_gap(finding, finding.key)

    def _mend(self, finding: Finding) -> None:
        if finding.kind is Kind.ORPHAN_FILE:
            self._adopt(finding.path)
        elif finding.kind in (Kind.MISSING_FILE, Kind.SIZE, Kind.UNREADABLE):
            self._drop_row(finding)
        elif finding.kind is Kind.LOCK_LOST:
            self._restore_locks()

    def _mend_gap(self, finding: Finding, key: StreamKey) -> None:
        if finding.ended_us is None:
            self._index.write([GapOpened(key, finding.started_us, GapReason.CRASHED)])
        else:
            self._index.write([GapNoted(key, finding.started_us, finding.ended_us, GapReason.MISSING)])

    def _adopt(self, path: str) -> None:
        """Give a file its row; one that is no segment is set aside."""
        file = inside(self._root, path)
        name = parse_path(path)
        if name is not None and self._index.has_segment(name.run, name.number):
            name = None  # a copy: the row belongs to another file
        try:
            if name is None:
                raise BadMp4(problem="not a segment's name")
            found = read_segment(file, name)
            if found.head.name.path != path:
                raise BadMp4(problem="in the wrong place")
            self._index.write([measured_row(file, found, self._recorded_us(file)), RunEnded(name.run)])
        except (BadMp4, OSError) as problem:
            log.warning("%s goes to %s: %s", path, QUARANTINE_FOLDER, problem)
            self._set_aside(file)

    @staticmethod
    def _recorded_us(file: Path) -> int:
        return int(file.stat().st_mtime * 1_000_000)

    def _set_aside(self, file: Path) -> None:
        folder = self._root / QUARANTINE_FOLDER
        make_folder(self._root, folder)
        file.rename(free_name(folder / file.name))
        sync_folder(folder)
        sync_folder(file.parent)

    def _drop_row(self, finding: Finding) -> None:
        """The footage is not there, or damaged: a gap says so, what is left of the file goes to quarantine.
        A locked segment keeps its row: the lock's owner must see it."""
        with store_errors(self._index.path):
            locked = self._index.connection.execute(
                "SELECT 1 FROM lock_segments WHERE segment_id = ?", (finding.segment_id,)
            ).fetchone()
        if locked is not None or finding.key is None or finding.ended_us is None:
            return
        with suppress(ValueError):
            file = inside(self._root, finding.path)
            if file.is_file():
                self._set_aside(file)
        with store_errors(self._index.path), transaction(self._index.connection) as db:
            db.execute("DELETE FROM segments WHERE id = ?", (finding.segment_id,))
        self._index.write([GapNoted(finding.key, finding.started_us, finding.ended_us, GapReason.MISSING)])

    # -- without an index

    def _rebuild(self) -> None:
        """Rows for every file there is, in the order of recording; then the locks, from their files."""
        known = [(name, path) for path in segment_files(self._root) if (name := parse_path(path)) is not None]
        for _, path in sorted(known, key=lambda one: (one[0].run, one[0].number)):
            self._adopt(path)
        self._restore_locks()

    def _restore_locks(self) -> None:
        connection: sqlite3.Connection = self._index.connection
        with store_errors(self._index.path), transaction(connection) as db:
            for lock_id, camera_id, times_us in read_lock_files(self._root):
                insert_lock(db, lock_id, camera_id, times_us)
