"""Events of other sites, alerts or not: the index that a hub keeps of what happened where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.bulk import among, write_many
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteEventRow
from veedor.model.event import Event
from veedor.wire.messages import event_from_json

Told = tuple[Source, Mapping[str, Any]]
"""Who tells it, and the message's body."""


def happened(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an event as it is now: its beginning and its end are one row, in whichever order they come."""
    happened_many(session, [(source, body)])


def happened_many(session: Session, told: Iterable[Told]) -> None:
    """`happened` for each, of any number of sites, in one statement: most of what a site tells are events."""
    news: dict[str, tuple[Source, Event, Any]] = {}
    for source, body in told:
        event = event_from_json(body["event"])
        source.must_own(body["agency_id"], event.id)
        known = news.get(event.id)
        if known is not None:
            source.must_own(known[0].agency_id, event.id)
        if known is None or known[1].ended_at is None:
            news[event.id] = source, event, body["event"]
    changed = write_many(
        session,
        SiteEventRow,
        [_row(*one) for one in news.values()],
        key="id",
        update=("ended_at", "body"),
        only_if="site_events.ended_at IS NULL AND site_events.agency_id = excluded.agency_id",
    )
    unchanged = [key for key in news if key not in changed]
    if unchanged:  # they had ended before, or are another agency's
        query = sa.select(SiteEventRow.id, SiteEventRow.agency_id).where(among(SiteEventRow.id, unchanged))
        for row in session.execute(query):
            news[row.id][0].must_own(row.agency_id, row.id)


def _row(source: Source, event: Event, told: Any) -> dict[str, Any]:
    return {
        "id": event.id,
        "site_id": source.site_id,
        "agency_id": source.agency_id,
        "camera_id": event.camera_id,
        "kind": event.kind,
        "rule": event.rule[:200],
        "started_at": event.started_at,
        "ended_at": event.ended_at,
        "body": told,
    }
