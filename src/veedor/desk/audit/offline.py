"""Checking the audit of a data folder without its desk, as an outside auditor does with a copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.tables import AuditRow
from veedor.desk.audit.walk import SEAL, AuditVerdict
from veedor.desk.database import Database, database_file, database_url
from veedor.desk.sealing.reveal import Reveal
from veedor.kit.clock import SystemClock
from veedor.kit.errors import NotFound

NotedHead = tuple[str | None, int, str]
"""Whose chain, sequence and hash of an entry that must be in it."""


def verify_file(data_directory: Path, heads: Sequence[NotedHead] = ()) -> list[dict[str, Any]]:
    """The verdict on each agency's chain; a head of no agency counts for all of them. Raises NotFound where the folder
    has no desk, StoreError."""
    if not database_file(data_directory).is_file():
        raise NotFound(kind="desk", name=str(data_directory))
    if os.access(data_directory, os.W_OK):
        return _verify(data_directory, heads)
    with tempfile.TemporaryDirectory() as copy:  # SQLite must write beside a file to read it; evidence may be read-only
        for name in (database_file(data_directory).name, f"{database_file(data_directory).name}-wal"):
            if (data_directory / name).exists():
                shutil.copyfile(data_directory / name, Path(copy) / name)
        return _verify(Path(copy), heads)


def _verify_old(folder: Path, heads: Sequence[NotedHead]) -> list[dict[str, Any]]:
    """A database of an earlier version, which is left as it is: a copy is brought up to date. Raises StoreError."""
    with tempfile.TemporaryDirectory() as copy:
        with sqlite3.connect(database_file(folder)) as there, sqlite3.connect(database_file(Path(copy))) as here:
            there.backup(here)
        there.close()
        here.close()
        database = Database(database_url(Path(copy)))
        try:
            database.migrate()
        finally:
            database.close()
        return _verify(Path(copy), heads)


def _sealed(database: Database, verdict: AuditVerdict) -> list[dict[str, Any]]:
    """What openings lie in this very database; the secrets of one's own seals are not in it."""
    with database.reading() as session:
        seals = Reveal(session, SystemClock().now())
        found = [(seals.of({SEAL: one.told}, one.agency_id), one) for one in verdict.sealed]
    return [{"seal": asdict(seal), "entries": one.entries} for seal, one in found if seal is not None]


def _verify(folder: Path, heads: Sequence[NotedHead]) -> list[dict[str, Any]]:
    database = Database(database_url(folder))
    try:
        if not sa.inspect(database.engine).has_table("seal_openings"):
            return _verify_old(folder, heads)
        with database.reading() as session:
            agencies = list(session.scalars(sa.select(AuditRow.agency_id).distinct().order_by(AuditRow.agency_id)))
        verdicts = []
        for agency_id in agencies:
            noted = [(sequence, hash_) for agency, sequence, hash_ in heads if agency in (None, agency_id)]
            verdict = ChainedAuditLog(database, SystemClock(), agency_id).verify(*noted)
            told = asdict(verdict) | {"sealed": _sealed(database, verdict)}
            verdicts.append({"agency_id": agency_id, "intact": verdict.intact, **told})
        return verdicts
    finally:
        database.close()
