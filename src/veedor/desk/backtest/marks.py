"""Judgements kept, and found again: true, or a false alarm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.backtest.tables import BacktestMarkRow

_SLACK = timedelta(seconds=2)

Told = Mapping[str, Any]
"""A row of a report, see `site/backtest/report.py`."""


class Marks:
    """The marks of one camera in a span, and which of them is about an event: the mark of that very event, else one of
    the same kind and place that overlaps it and shares a track (as the comparison of two runs has it)."""

    def __init__(self, session: Session, camera_id: str, start: datetime, end: datetime) -> None:
        query = sa.select(BacktestMarkRow).where(
            BacktestMarkRow.camera_id == camera_id,
            BacktestMarkRow.started_at < end,
            BacktestMarkRow.ended_at >= start - _SLACK,
        )
        self._by_id: dict[str, BacktestMarkRow] = {}
        self._by_place: dict[tuple[str, str | None], list[BacktestMarkRow]] = defaultdict(list)
        for row in session.scalars(query):
            self._by_id[row.id] = row
            self._by_place[row.kind, row.zone].append(row)

    def of(self, told: Told) -> BacktestMarkRow | None:
        found = self._by_id.get(told["id"])
        if found is not None:
            return found
        first, last = times(told)
        tracks = set(told["track_ids"])
        for row in self._by_place.get((told["kind"], told["zone"]), ()):
            overlaps = row.started_at <= last + _SLACK and row.ended_at + _SLACK >= first
            if overlaps and (tracks & set(row.track_ids) or not (tracks or row.track_ids)):
                return row
        return None


def mark(session: Session, camera_id: str, told: Told, is_true: bool | None, who: Principal, at: datetime) -> None:
    """Keep what somebody says of the event; None takes back what was said."""
    first, last = times(told)
    row = Marks(session, camera_id, first, last + _SLACK).of(told)
    if is_true is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = BacktestMarkRow(
            id=told["id"],
            agency_id=who.agency_id,
            camera_id=camera_id,
            kind=told["kind"],
            zone=told["zone"],
            started_at=first,
            ended_at=last,
            track_ids=list(told["track_ids"]),
        )
        session.add(row)
    row.is_true, row.marked_by, row.marked_by_name, row.marked_at = is_true, who.user_id, who.username, at


def times(told: Told) -> tuple[datetime, datetime]:
    """When it began, and ended or was complete."""
    return datetime.fromisoformat(told["started_at"]), datetime.fromisoformat(told["ended_at"] or told["completed_at"])


def counted(verdicts: Sequence[bool | None]) -> tuple[int, int]:
    """True ones, and judged ones."""
    return sum(one is True for one in verdicts), sum(one is not None for one in verdicts)
