"""Marks of a timeline: the site's events and the desk's alerts, an alert once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from veedor.desk.alerts.schemas import sentence
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.need import Permit
from veedor.desk.scoping import owner_of, within
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.wire.messages import event_from_json

_WINDOWS = tuple(timedelta(hours=hours) for hours in (1, 12, 96, 24 * 31))


@dataclass(frozen=True, slots=True)
class Mark:
    id: str
    camera_id: str
    at: datetime
    ended_at: datetime | None
    kind: str
    rule: str
    severity: Severity
    explanation: Message
    is_alert: bool
    count: int = 1

    def words(self, lang: str) -> str:
        return sentence(self.explanation, lang)


def between(permit: Permit, start: datetime, end: datetime, cameras: Sequence[str]) -> list[Mark]:
    """Of the cameras that the person may look at, by time."""
    scope = permit.scope
    allowed = [one for one in dict.fromkeys(cameras) if scope.covers(owner_of(permit.ports, one), one)]
    found = {one.id: _mark(one, is_alert=False) for one in permit.ports.site.events(start, end, allowed)}
    # An event is complete some seconds, seldom minutes, after it began.
    query = (
        sa.select(AlertRow.event)
        .where(
            within(scope, AlertRow.agency_id, AlertRow.camera_id),
            AlertRow.camera_id.in_(allowed),
            AlertRow.completed_at >= start,
            AlertRow.completed_at < end + timedelta(hours=1),
        )
        .order_by(AlertRow.completed_at)
    )
    with permit.ports.database.reading() as session:
        events = [event_from_json(row) for row in session.scalars(query)]
    found |= {one.id: _mark(one, is_alert=True) for one in events if start <= one.started_at < end}
    return sorted((one for one in found.values() if one.camera_id in allowed), key=lambda one: (one.at, one.id))


def thinned(found: Sequence[Mark], resolution_s: float) -> list[Mark]:
    """The first of those of one camera, severity and sort that fall into one step of the resolution."""
    if resolution_s <= 0:
        return list(found)
    kept: dict[tuple[str, Severity, bool, int], Mark] = {}
    for one in found:
        place = (one.camera_id, one.severity, one.is_alert, int(one.at.timestamp() // resolution_s))
        first = kept.get(place)
        kept[place] = replace(first, count=first.count + 1) if first else one
    return list(kept.values())


def nearest(permit: Permit, at: datetime, cameras: Sequence[str], *, backwards: bool) -> Mark | None:
    """The next one after `at`, or the last one before it; looked for in growing windows."""
    for window in _WINDOWS:
        start, end = (at - window, at) if backwards else (at + timedelta(milliseconds=1), at + window)
        found = between(permit, start, end, cameras)
        if found:
            return found[-1] if backwards else found[0]
    return None


def _mark(event: Event, *, is_alert: bool) -> Mark:
    return Mark(
        event.id,
        event.camera_id,
        event.started_at,
        event.ended_at,
        event.kind,
        event.rule,
        event.severity,
        event.explanation,
        is_alert,
    )
