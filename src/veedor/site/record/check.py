"""fsck of the recordings folder: index against files, both ways. Reads only; `repair.py` mends.

An interrupted recording (a crash that no start has followed yet) is no problem: it is listed, and the next start, or
a repair, finishes it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from veedor.kit.errors import StoreCorrupt, StoreLocked
from veedor.kit.hashing import sha256_file
from veedor.kit.messages import Message
from veedor.kit.mp4.boxes import BadMp4
from veedor.kit.sqlite import open_database, store_errors
from veedor.model.camera import StreamRole
from veedor.site.record.config import RecordConfig
from veedor.site.record.forecast import Forecast, forecasts
from veedor.site.record.layout import (
    INDEX_NAME,
    OPEN_FOLDER,
    StreamKey,
    from_us,
    inside,
    parse_open,
    parse_path,
    segment_files,
)
from veedor.site.record.locks import read_lock_files
from veedor.site.record.recovery import read_segment
from veedor.site.record.schema import MIGRATIONS
from veedor.site.record.storelock import WriterLock

HASH_UP_TO_OCTETS = 20_000_000_000  # of footage; above it hashes are only compared when asked for
TOLERANCE_US = 1_000_000


class Kind(StrEnum):
    INTERRUPTED = "interrupted"
    INDEX_CORRUPT = "index-corrupt"
    INDEX_MISSING = "index-missing"
    MISSING_FILE = "missing-file"
    ORPHAN_FILE = "orphan-file"
    SIZE = "size"
    HASH = "hash"
    UNREADABLE = "unreadable"
    OVERLAP = "overlap"
    GAP_MISSING = "gap-missing"
    GARBAGE = "garbage"
    LOCK_LOST = "lock-lost"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `path`: what it is about; times are of the span concerned."""

    kind: Kind
    path: str
    detail: str = ""
    segment_id: int | None = None
    key: StreamKey | None = None
    started_us: int = 0
    ended_us: int | None = 0
    repaired: bool = False

    @property
    def is_problem(self) -> bool:
        return self.kind is not Kind.INTERRUPTED and not self.repaired

    @property
    def message(self) -> Message:
        return Message(f"record-check-{self.kind}", {"path": self.path, "detail": self.detail})


@dataclass(slots=True)
class Report:
    """What a check found. `hashed`: whether every file's content was compared."""

    segments: int = 0
    octets: int = 0
    hashed: bool = True
    live: bool = False  # another process records into the folder now
    findings: list[Finding] = field(default_factory=list)
    forecasts: list[Forecast] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_problem]


def check(config: RecordConfig, *, deep: bool | None = None, held: bool | None = None) -> Report:
    """Compare index and files. `deep` None: content is compared up to HASH_UP_TO_OCTETS. `held`: whether another
    process writes into the folder; None: find out. Raises StoreError where the folder itself cannot be read."""
    root = config.directory
    report = Report(live=_is_held(root) if held is None else held)
    try:
        db = _open_index(root)
    except StoreCorrupt as problem:
        report.findings.append(Finding(Kind.INDEX_CORRUPT, INDEX_NAME, str(problem.params.get("problem", ""))))
        return report
    if db is None:
        if any(True for _ in segment_files(root)):
            report.findings.append(Finding(Kind.INDEX_MISSING, INDEX_NAME))
        return report
    try:
        with store_errors(root / INDEX_NAME):
            Checker(config, db, report, deep).run()
            report.forecasts = forecasts(db, config)
    except StoreCorrupt as problem:
        report.findings.append(Finding(Kind.INDEX_CORRUPT, INDEX_NAME, str(problem.params.get("problem", ""))))
    finally:
        db.close()
    return report


def _is_held(root: Path) -> bool:
    if not root.is_dir():
        return False
    try:
        WriterLock(root).close()
    except StoreLocked:
        return True
    return False


def _open_index(root: Path) -> sqlite3.Connection | None:
    """The index, looked through for damage. Raises StoreCorrupt."""
    path = root / INDEX_NAME
    if not path.exists():
        return None
    db = open_database(path, MIGRATIONS)
    try:
        with store_errors(path):
            said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except StoreCorrupt:
        db.close()
        raise
    if said != "ok":
        db.close()
        raise StoreCorrupt(path=str(path), problem=said, detail="reason-database-damaged", said=said)
    return db


class Checker:
    """One check of an index that can be read."""

    def __init__(self, config: RecordConfig, db: sqlite3.Connection, report: Report, deep: bool | None) -> None:
        self._root = config.directory
        self._db = db
        self._report = report
        self._deep = deep
        self._open_runs = {row["id"]: row for row in db.execute("SELECT * FROM runs WHERE open = 1")}

    def run(self) -> None:
        totals = self._db.execute("SELECT COUNT(*), COALESCE(SUM(octets), 0) FROM segments").fetchone()
        self._report.segments, self._report.octets = int(totals[0]), int(totals[1])
        self._report.hashed = self._report.octets <= HASH_UP_TO_OCTETS if self._deep is None else self._deep
        self._rows()
        self._files()
        self._interrupted()
        streams = self._db.execute("SELECT DISTINCT camera_id, role FROM segments").fetchall()
        for row in streams:
            self._timeline(StreamKey(row[0], StreamRole(row[1])))
        self._locks()
        if self._report.live:
            self._look_again()

    def _add(self, finding: Finding) -> None:
        self._report.findings.append(finding)

    # -- rows to files

    def _rows(self) -> None:
        for row in self._db.execute("SELECT * FROM segments ORDER BY id").fetchall():
            found = self._look_at(row)
            if found is not None:
                kind, detail = found
                key = StreamKey(row["camera_id"], StreamRole(row["role"]))
                span = (row["started_us"], row["ended_us"])
                self._add(Finding(kind, row["path"], detail, row["id"], key, *span))

    def _look_at(self, row: sqlite3.Row) -> tuple[Kind, str] | None:
        try:
            path = inside(self._root, row["path"])
        except ValueError:
            return Kind.MISSING_FILE, "path outside the folder"
        try:
            size = path.stat().st_size if path.is_file() else None
        except FileNotFoundError:  # a running recorder's retention took it between the two
            size = None
        if size is None:
            return Kind.MISSING_FILE, ""
        if size != row["octets"]:
            return Kind.SIZE, f"{size} / {row['octets']}"
        return self._read(path, row) if self._report.hashed else None

    @staticmethod
    def _read(path: Path, row: sqlite3.Row) -> tuple[Kind, str] | None:
        name = parse_path(row["path"])
        try:
            if sha256_file(path) != row["sha256"]:
                return Kind.HASH, ""
            if name is not None:
                read_segment(path, name)
        except (OSError, BadMp4) as problem:
            return Kind.UNREADABLE, str(problem)
        return None

    # -- files to rows

    def _files(self) -> None:
        garbage = {row[0] for row in self._db.execute("SELECT path FROM garbage")}
        for path in sorted(garbage):
            self._add(Finding(Kind.GARBAGE, path))
        for path in segment_files(self._root):
            known = self._db.execute("SELECT 1 FROM segments WHERE path = ?", (path,)).fetchone()
            if known is not None or path in garbage:
                continue
            name = parse_path(path)
            if name is not None and name.run in self._open_runs:
                self._add(Finding(Kind.INTERRUPTED, path))
            else:
                self._add(Finding(Kind.ORPHAN_FILE, path))

    def _interrupted(self) -> None:
        if self._report.live:
            return
        folder = self._root / OPEN_FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if parse_open(path.name) is not None:
                self._add(Finding(Kind.INTERRUPTED, f"{OPEN_FOLDER}/{path.name}"))

    def _locks(self) -> None:
        """Each lock's file has its row."""
        for lock_id, camera_id, _ in read_lock_files(self._root):
            row = self._db.execute("SELECT released_us FROM locks WHERE id = ?", (lock_id,)).fetchone()
            if row is None:
                self._add(Finding(Kind.LOCK_LOST, lock_id, camera_id))

    # -- time

    def _timeline(self, key: StreamKey) -> None:
        """Between segments in the order of recording there is no hole without a gap row.

        What is older than the oldest segment that no lock holds has been through retention: holes there are its work.
        """
        where = (key.camera_id, key.role)
        oldest = self._db.execute(
            "SELECT MIN(id) FROM segments s WHERE camera_id = ? AND role = ?"
            " AND NOT EXISTS (SELECT 1 FROM lock_segments l WHERE l.segment_id = s.id)",
            where,
        ).fetchone()[0]
        rows = self._db.execute(
            "SELECT run, number, started_us, ended_us, path FROM segments WHERE camera_id = ? AND role = ? AND id >= ?"
            " ORDER BY run, number",
            (*where, oldest if oldest is not None else 1 << 62),
        ).fetchall()
        for before, after in pairwise(rows):
            hole = after["started_us"] - before["ended_us"]
            if before["run"] == after["run"] and hole < -TOLERANCE_US:
                self._add(Finding(Kind.OVERLAP, after["path"], before["path"]))
            elif hole > TOLERANCE_US:
                self._hole(key, before["ended_us"], after["started_us"])
        if rows:
            self._tail(key, rows[-1])

    def _hole(self, key: StreamKey, started_us: int, ended_us: int) -> None:
        at = started_us
        for row in self._gaps(key, started_us, ended_us):
            if row["started_us"] > at + TOLERANCE_US:
                break
            at = max(at, ended_us if row["ended_us"] is None else row["ended_us"])
        if ended_us - at > TOLERANCE_US:
            self._add_gap(key, at, ended_us)

    def _gaps(self, key: StreamKey, started_us: int, ended_us: int) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT started_us, ended_us FROM gaps WHERE camera_id = ? AND role = ? AND started_us < ?"
            " AND (ended_us IS NULL OR ended_us > ?) ORDER BY started_us",
            (key.camera_id, key.role, ended_us, started_us),
        ).fetchall()

    def _tail(self, key: StreamKey, last: sqlite3.Row) -> None:
        """After the newest footage a run or a gap goes on."""
        going = self._db.execute(
            "SELECT 1 FROM gaps WHERE camera_id = ? AND role = ? AND ended_us IS NULL"
            " UNION SELECT 1 FROM runs WHERE camera_id = ? AND role = ? AND open = 1",
            (key.camera_id, key.role) * 2,
        ).fetchone()
        if going is None:
            self._add_gap(key, last["ended_us"], None)

    def _add_gap(self, key: StreamKey, started_us: int, ended_us: int | None) -> None:
        until = "…" if ended_us is None else f"{from_us(ended_us):%Y-%m-%d %H:%M:%S}"
        detail = f"{from_us(started_us):%Y-%m-%d %H:%M:%S} - {until}"
        path = f"{key.camera_id}/{key.role}"
        self._add(Finding(Kind.GAP_MISSING, path, detail, None, key, started_us, ended_us))

    # -- while another process records

    def _look_again(self) -> None:
        """Segments are finished and deleted while we look: what the index agrees with by now was no problem."""
        kept = []
        for finding in self._report.findings:
            # One statement, then the file: retention turns the row into garbage, unlinks, and forgets the garbage.
            row_is_there, is_garbage = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM segments WHERE path = :path),"
                " EXISTS (SELECT 1 FROM garbage WHERE path = :path)",
                {"path": finding.path},
            ).fetchone()
            exists = (self._root / finding.path).is_file()
            settled = finding.kind in (Kind.GARBAGE, Kind.INTERRUPTED, Kind.GAP_MISSING)
            if finding.kind in (Kind.MISSING_FILE, Kind.ORPHAN_FILE):
                settled = is_garbage or bool(row_is_there) == exists
            elif finding.kind in (Kind.SIZE, Kind.HASH, Kind.UNREADABLE):
                settled = is_garbage or not (row_is_there or exists)  # deleted while it was being read
            if not settled:
                kept.append(replace(finding))
        self._report.findings = kept
