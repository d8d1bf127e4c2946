"""The live feed: what happened, in order, durable, so that a page that reconnects misses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.scope import Scope
from veedor.desk.accounts.tables import SessionRow, UserRow
from veedor.desk.bulk import write_many
from veedor.desk.database import Database
from veedor.desk.grants.tables import CounterRow
from veedor.desk.scope_clause import within
from veedor.desk.stream.tables import FeedRow
from veedor.kit.clock import Clock

Told = tuple[str, dict[str, Any], str, str | None]
"""What `publish` is given: kind, payload, agency and camera."""

_KEEP = timedelta(days=7)
_PRUNE_EVERY = 500  # published items


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing to tell. `sequence` grows; a reader asks for what comes after the last it has."""

    sequence: int
    kind: str
    payload: dict[str, Any]
    at: datetime
    agency_id: str
    camera_id: str | None = None


class LiveFeedHub:
    """Publishes into, and reads from, the feed of one database. Any number of hubs may share a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._unpruned = 0

    def publish(
        self, session: Session, kind: str, payload: dict[str, Any], agency_id: str, camera_id: str | None = None
    ) -> int:
        """Add an item in the caller's transaction: it is told when, and only if, that commits.

        `kind` is `<noun>.<what>`: alert.raised, alert.act, alert.clip, incident.act, evidence.act; the noun decides
        who may hear it (see `endpoints.MAY_HEAR`). `payload` is plain JSON without pictures.
        `camera_id`: who may see that camera of another agency hears it too. Returns the sequence.
        """
        row = FeedRow(agency_id=agency_id, camera_id=camera_id, kind=kind, payload=payload, at=self._clock.now())
        session.add(row)
        session.flush()
        if row.sequence % _PRUNE_EVERY == 0:
            session.execute(sa.delete(FeedRow).where(FeedRow.at < self._clock.now() - _KEEP))
        return row.sequence

    def publish_many(self, session: Session, items: Sequence[Told]) -> None:
        """`publish` for each, in this order, in one statement."""
        at = self._clock.now()
        rows = [
            {"agency_id": agency_id, "camera_id": camera_id, "kind": kind, "payload": payload, "at": at}
            for kind, payload, agency_id, camera_id in items
        ]
        write_many(session, FeedRow, rows)
        self._unpruned += len(rows)  # of several threads at once it may miss some: the next ones make up for it
        if self._unpruned >= _PRUNE_EVERY:
            self._unpruned = 0
            session.execute(sa.delete(FeedRow).where(FeedRow.at < at - _KEEP))

    def after(self, sequence: int, scope: Scope, limit: int = 500) -> list[FeedItem]:
        """Items of `scope` later than `sequence`, in order."""
        return self._read(sequence, limit, within(scope, FeedRow.agency_id, FeedRow.camera_id))

    def of_everybody(self, sequence: int, limit: int = 500) -> list[FeedItem]:
        """All items later than `sequence`, whoever's: for somebody who hears of so much that to look for it costs more
        than to pass over the rest. The caller decides of each whether it may be told."""
        return self._read(sequence, limit)

    def _read(self, sequence: int, limit: int, *where: sa.ColumnElement[bool]) -> list[FeedItem]:
        query = sa.select(FeedRow).where(FeedRow.sequence > sequence, *where).order_by(FeedRow.sequence).limit(limit)
        with self._database.reading() as session:
            return [
                FeedItem(row.sequence, row.kind, row.payload, row.at, row.agency_id, row.camera_id)
                for row in session.scalars(query)
            ]

    def bounds(self) -> tuple[int, int]:
        """First and last sequence that are kept, whoever's (0, 0: none): who is behind the first, or ahead of the last
        since a backup was restored, must load everything anew."""
        query = sa.select(sa.func.min(FeedRow.sequence), sa.func.max(FeedRow.sequence))
        with self._database.reading() as session:
            first, last = session.execute(query).one()
        return int(first or 0), int(last or 0)

    def on_news(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each commit of this process that tells something, or that may change who hears it; returns
        how to stop it. A hint: poll as well."""
        return self._database.on_commit(wake, FeedRow, CounterRow, SessionRow, UserRow)
