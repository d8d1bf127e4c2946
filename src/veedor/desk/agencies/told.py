"""The tree of agencies as it is told to others: made anew only when one of them has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.repository import agencies
from veedor.wire import sync

_TOLD = sa.select(
    AgencyRow.id,
    AgencyRow.name,
    AgencyRow.kind,
    AgencyRow.parent_id,
    AgencyRow.area,
    AgencyRow.public_key,
    AgencyRow.hosted,
).order_by(AgencyRow.id)


@dataclass(frozen=True, slots=True)
class Told:
    rows: Sequence[Any]
    agencies: list[dict[str, Any]]
    digest: str


class ToldAgencies:
    """Safe to share between threads: two that come at once make the same."""

    def __init__(self) -> None:
        self._kept: Told | None = None

    def of(self, session: Session) -> Told:
        """As this database has them now. Rows are compared, since not whatever changes one counts its revision up."""
        rows, kept = session.execute(_TOLD).all(), self._kept
        if kept is None or kept.rows != rows:
            told = [sync.agency_to_json(one) for one in agencies(session)]
            kept = self._kept = Told(rows, told, sync.agencies_digest(told))
        return kept
