"""Events of other sites, alerts or not: the index that a hub keeps of what happened where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteEventRow
from veedor.model.event import Event
from veedor.wire.messages import event_from_json


def happened(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an event as it is now: its beginning and its end are one row, in whichever order they come."""
    happened_many(session, source, [body])


def happened_many(session: Session, source: Source, bodies: Iterable[Mapping[str, Any]]) -> None:
    """`happened` for each, with three statements for all: most of what a site tells are events."""
    news: dict[str, tuple[Event, Any]] = {}
    for body in bodies:
        event = event_from_json(body["event"])
        source.must_own(body["agency_id"], event.id)
        known = news.get(event.id)
        if known is None or known[0].ended_at is None:
            news[event.id] = event, body["event"]
    query = sa.select(SiteEventRow.id, SiteEventRow.agency_id, SiteEventRow.ended_at)
    there = {row.id: row for row in session.execute(query.where(SiteEventRow.id.in_(news)))}
    for row in there.values():
        source.must_own(row.agency_id, row.id)
    fresh = [_row(source, event, told) for key, (event, told) in news.items() if key not in there]
    if fresh:
        session.execute(sa.insert(SiteEventRow), fresh)
    going_on = [
        {"id": key, "ended_at": event.ended_at, "body": told}
        for key, (event, told) in news.items()
        if key in there and there[key].ended_at is None
    ]
    if going_on:
        session.execute(sa.update(SiteEventRow), going_on)


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
