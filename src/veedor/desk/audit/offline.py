"""Checking the audit of a data folder without its desk, as an outside auditor does with a copy."""

from __future__ import annotations

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
    database = Database(database_url(data_directory))
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
