"""Alerts of other sites: rows without pictures, which stay where the cameras are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts import repository
from veedor.desk.alerts.service import BURST
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.bulk import among
from veedor.desk.inward.source import Source
from veedor.desk.stream.hub import LiveFeedHub, Told
from veedor.model.act import SubjectKind
from veedor.model.alert import AlertStatus, ClipState
from veedor.model.event import Event
from veedor.wire.messages import event_from_json


@dataclass(frozen=True, slots=True)
class Looked:
    """Batches that hold no acts: what was there of their alerts is asked once, and what they change is written once.

    `rows`: by id, also those that the batches make. `bursts`: of each that is raised and does not follow another of the
    batches closely, the burst that it joins, where there is one. `recent`: of a camera and rule, when the last alert of
    the batches was raised, and its burst. `told`: for the feed, in order.
    """

    rows: dict[str, AlertRow]
    acted_on: frozenset[str]
    bursts: dict[str, str]
    recent: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


def look(session: Session, bodies: Iterable[Mapping[str, Any]]) -> Looked:
    """For `raised`, `ended` and `clip_settled` of each of `bodies`; `write` follows."""
    if not (bodies := list(bodies)):
        return Looked({}, frozenset(), {})
    ids = [str(body["event"]["id"] if "event" in body else body["alert_id"]) for body in bodies]
    rows = {row.id: row for row in session.scalars(sa.select(AlertRow).where(among(AlertRow.id, ids)))}
    acted_on = sa.select(ActRow.subject_id).where(
        ActRow.subject_kind == SubjectKind.ALERT.value, among(ActRow.subject_id, ids)
    )
    last: dict[tuple[str, str], datetime] = {}
    first_ones: list[repository.Raised] = []
    for body in bodies:
        if "raised_at" in body and body["event"]["id"] not in rows:
            event, raised_at = body["event"], datetime.fromisoformat(body["raised_at"])
            place = event["camera_id"], event["rule"]
            if place not in last or not _follows(last[place], raised_at):
                first_ones.append(repository.Raised(event["id"], *place, raised_at))
            last[place] = raised_at
    bursts = repository.groups_of(session, first_ones, BURST)
    return Looked(rows, frozenset(session.scalars(acted_on)), bursts)


def write(session: Session, feed: LiveFeedHub, looked: Looked) -> None:
    """What the batches came to."""
    session.flush()
    if looked.told:
        feed.publish_many(session, looked.told)


def raised(session: Session, source: Source, body: Mapping[str, Any], looked: Looked | None = None) -> None:
    """Store the alert, once; its event's end where this one knows it and the stored one does not."""
    event = event_from_json(body["event"])
    source.must_own(body["agency_id"], event.id)
    known = _known(session, event.id, looked)
    if known is not None:
        source.must_own(known.agency_id, event.id)
        if event.ended_at is not None:
            _end(session, source, known, body["event"], looked)
        return
    raised_at = datetime.fromisoformat(body["raised_at"])
    row = AlertRow(
        id=event.id,
        agency_id=source.agency_id,
        camera_id=event.camera_id,
        camera_name=str(body["camera_name"])[:200],
        rule=event.rule,
        kind=event.kind,
        severity=event.severity.value,
        event=body["event"],
        raised_at=raised_at,
        completed_at=event.completed_at,
        ended_at=event.ended_at,
        group_id=_group(session, event, raised_at, looked) or event.id,
        has_snapshot=True,  # at its site, and fetched from there when somebody looks
        clip_state=ClipState.PENDING.value,
        status=AlertStatus.NEW.value,
        version=0,
    )
    session.add(row)
    if looked is not None:
        looked.rows[row.id] = row
        looked.recent[event.camera_id, event.rule] = raised_at, row.group_id
    if looked is None or row.id in looked.acted_on:  # acts on it may have come before it
        session.flush()
        repository.project(session, row)
    told = {
        "id": row.id,
        "camera_id": row.camera_id,
        "camera_name": row.camera_name,
        "rule": row.rule,
        "severity": row.severity,
        "raised_at": row.raised_at.isoformat(),
        "explanation": row.event["explanation"],
        "group_id": row.group_id,
    }
    _tell(session, source, ("alert.raised", told, row.agency_id, row.camera_id), looked)


def ended(session: Session, source: Source, body: Mapping[str, Any], looked: Looked | None = None) -> None:
    """Note the end of an alert that is here; of one that is not, its raising has yet to come, with its end."""
    row = _known(session, body["event_id"], looked)
    if row is not None:
        source.must_own(row.agency_id, row.id)
        _end(session, source, row, body["event"], looked)


def clip_settled(session: Session, source: Source, body: Mapping[str, Any], looked: Looked | None = None) -> None:
    """The clip can be had at the site, or never will be."""
    row = _known(session, body["alert_id"], looked)
    if row is None:
        return
    source.must_own(row.agency_id, row.id)
    state = ClipState.READY if body["state"] == ClipState.READY.value else ClipState.FAILED
    row.clip_state = state.value
    told = {"id": row.id, "state": state.value}
    _tell(session, source, ("alert.clip", told, row.agency_id, row.camera_id), looked)


def _end(session: Session, source: Source, row: AlertRow, event: dict[str, Any], looked: Looked | None) -> None:
    ended_at = event_from_json(event).ended_at
    if row.ended_at is not None or ended_at is None:
        return
    row.ended_at, row.event = ended_at, event
    told = {"id": row.id, "ended_at": ended_at.isoformat()}
    _tell(session, source, ("alert.ended", told, row.agency_id, row.camera_id), looked)


def _known(session: Session, alert_id: str, looked: Looked | None) -> AlertRow | None:
    return session.get(AlertRow, alert_id) if looked is None else looked.rows.get(alert_id)


def _group(session: Session, event: Event, raised_at: datetime, looked: Looked | None) -> str | None:
    """The burst that a new alert joins. A camera's alerts come in the order in which they were raised, so the batch's
    last one is newer than any that was there."""
    if looked is None:
        return repository.group_of(session, event.camera_id, event.rule, raised_at, BURST)
    last = looked.recent.get((event.camera_id, event.rule))
    return last[1] if last is not None and _follows(last[0], raised_at) else looked.bursts.get(event.id)


def _follows(before: datetime, raised_at: datetime) -> bool:
    return raised_at - BURST < before <= raised_at


def _tell(session: Session, source: Source, told: Told, looked: Looked | None) -> None:
    if looked is None:
        session.flush()
        source.feed.publish(session, *told)
    else:
        looked.told.append(told)
