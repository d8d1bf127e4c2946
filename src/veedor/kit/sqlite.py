"""Opening SQLite safely: WAL, a busy timeout, ordered migrations, and driver errors turned into our own.

Hot tables of the site (recording index, track archive) use this; the desk uses SQLAlchemy.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from veedor.kit.errors import StoreCorrupt, StoreError, StoreFull, StoreLocked, StoreReadOnly
from veedor.kit.reasons import os_reason


def open_database(path: Path, migrations: Sequence[str], *, busy_timeout_s: float = 10.0) -> sqlite3.Connection:
    """Open (creating it) the database at `path` and bring it to the newest of `migrations`.

    `migrations[i]` is a script that takes a database from version i to i+1 (`PRAGMA user_version`). Each runs in one
    transaction. Rows come back as `sqlite3.Row`. The connection is in autocommit mode: write inside `transaction`.
    Raises StoreLocked, StoreCorrupt, StoreFull, StoreReadOnly, each naming the file.
    """
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        said = f"{version} > {len(migrations)}"
        raise StoreError(path=str(path), problem="newer schema", detail="reason-newer-database", said=said)
    for number in range(version, len(migrations)):
        # executescript commits first, so the script carries its own transaction.
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{migrations[number]};\nPRAGMA user_version = {number + 1};\nCOMMIT;"
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One write transaction: commits at the end, rolls back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite and operating-system errors about `path` into the StoreError tree."""
    try:
        yield
    except sqlite3.DatabaseError as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreLocked(path=str(path)) from problem
        if code == sqlite3.SQLITE_FULL:
            raise StoreFull(path=str(path)) from problem
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise StoreReadOnly(path=str(path)) from problem
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            detail = "reason-not-a-database" if code == sqlite3.SQLITE_NOTADB else "reason-database-damaged"
            raise StoreCorrupt(path=str(path), detail=detail, **_said(problem)) from problem
        raise StoreError(path=str(path), detail="reason-database-said", **_said(problem)) from problem
    except OSError as problem:
        raise os_store_error(path, problem) from problem


def _said(problem: object) -> dict[str, str]:
    """SQLite's own English: alone for programs, and between our words for people."""
    return {"problem": str(problem), "said": str(problem)}


def os_store_error(path: Path, problem: OSError) -> StoreError:
    """The StoreError that says what `problem` means for `path`."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(path=str(path))
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnly(path=str(path))
    return StoreError(path=str(path), **os_reason(problem))
