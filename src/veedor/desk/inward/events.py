"""Events of other sites, alerts or not: the index that a hub keeps of what happened where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteEventRow
from veedor.wire.messages import event_from_json


def happened(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an event as it is now: its beginning and its end are one row, in whichever order they come."""
    event = event_from_json(body["event"])
    source.must_own(body["agency_id"], event.id)
    row = session.get(SiteEventRow, event.id)
    if row is None:
        row = SiteEventRow(
            id=event.id,
            site_id=source.site_id,
            agency_id=source.agency_id,
            camera_id=event.camera_id,
            kind=event.kind,
            rule=event.rule[:200],
            started_at=event.started_at,
            ended_at=event.ended_at,
            body=body["event"],
        )
        session.add(row)
    source.must_own(row.agency_id, event.id)
    if row.ended_at is None:
        row.ended_at, row.body = event.ended_at, body["event"]
    session.flush()
