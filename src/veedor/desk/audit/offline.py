"""Checking the audit of a data folder without its desk, as an outside auditor does with a copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.tables import AuditRow
from veedor.desk.database import Database, database_file, database_url
from veedor.kit.clock import SystemClock
from veedor.kit.errors import NotFound


def verify_file(data_directory: Path, noted_head: tuple[int, str] | None = None) -> list[dict[str, Any]]:
    """The verdict on each agency's chain. Raises NotFound where the folder has no desk, StoreError."""
    if not database_file(data_directory).is_file():
        raise NotFound(kind="desk", name=str(data_directory))
    if os.access(data_directory, os.W_OK):
        return _verify(data_directory, noted_head)
    with tempfile.TemporaryDirectory() as copy:  # SQLite must write beside a file to read it; evidence may be read-only
        for name in (database_file(data_directory).name, f"{database_file(data_directory).name}-wal"):
            if (data_directory / name).exists():
                shutil.copyfile(data_directory / name, Path(copy) / name)
        return _verify(Path(copy), noted_head)


def _verify(folder: Path, noted_head: tuple[int, str] | None) -> list[dict[str, Any]]:
    database = Database(database_url(folder))
    try:
        with database.reading() as session:
            agencies = list(session.scalars(sa.select(AuditRow.agency_id).distinct().order_by(AuditRow.agency_id)))
        verdicts = []
        for agency_id in agencies:
            verdict = ChainedAuditLog(database, SystemClock(), agency_id).verify(noted_head)
            verdicts.append({"agency_id": agency_id, "intact": verdict.intact, **asdict(verdict)})
        return verdicts
    finally:
        database.close()
