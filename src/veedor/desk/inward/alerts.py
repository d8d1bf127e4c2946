"""Alerts of other sites: rows without pictures, which stay where the cameras are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts import repository
from veedor.desk.alerts.service import BURST
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.inward.source import Source
from veedor.model.act import SubjectKind
from veedor.model.alert import AlertStatus, ClipState
from veedor.wire.messages import event_from_json


@dataclass(frozen=True, slots=True)
class Looked:
    """What was there of the alerts of a batch before it: asked once instead of for each."""

    rows: dict[str, AlertRow]
    acted_on: frozenset[str]


def look(session: Session, bodies: Iterable[Mapping[str, Any]]) -> Looked:
    """For `raised` of each of `bodies`, in a batch that holds no acts."""
    ids = [str(body["event"]["id"]) for body in bodies]
    rows = session.scalars(sa.select(AlertRow).where(AlertRow.id.in_(ids)))
    acted_on = sa.select(ActRow.subject_id).where(
        ActRow.subject_kind == SubjectKind.ALERT.value, ActRow.subject_id.in_(ids)
    )
    return Looked({row.id: row for row in rows}, frozenset(session.scalars(acted_on)))


def raised(session: Session, source: Source, body: Mapping[str, Any], looked: Looked | None = None) -> None:
    """Store the alert, once; its event's end where this one knows it and the stored one does not."""
    event = event_from_json(body["event"])
    source.must_own(body["agency_id"], event.id)
    known = session.get(AlertRow, event.id) if looked is None else looked.rows.get(event.id)
    if known is not None:
        source.must_own(known.agency_id, event.id)
        if event.ended_at is not None:
            _end(session, source, known, body["event"])
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
        group_id=repository.group_of(session, event.camera_id, event.rule, raised_at, BURST) or event.id,
        has_snapshot=True,  # at its site, and fetched from there when somebody looks
        clip_state=ClipState.PENDING.value,
        status=AlertStatus.NEW.value,
        version=0,
    )
    session.add(row)
    if looked is not None:
        looked.rows[row.id] = row
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
    source.feed.publish(session, "alert.raised", told, row.agency_id, row.camera_id)


def ended(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Note the end of an alert that is here; of one that is not, its raising has yet to come, with its end."""
    row = session.get(AlertRow, body["event_id"])
    if row is not None:
        source.must_own(row.agency_id, row.id)
        _end(session, source, row, body["event"])


def clip_settled(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """The clip can be had at the site, or never will be."""
    row = session.get(AlertRow, body["alert_id"])
    if row is None:
        return
    source.must_own(row.agency_id, row.id)
    state = ClipState.READY if body["state"] == ClipState.READY.value else ClipState.FAILED
    row.clip_state = state.value
    session.flush()
    told = {"id": row.id, "state": state.value}
    source.feed.publish(session, "alert.clip", told, row.agency_id, row.camera_id)


def _end(session: Session, source: Source, row: AlertRow, event: dict[str, Any]) -> None:
    ended_at = event_from_json(event).ended_at
    if row.ended_at is not None or ended_at is None:
        return
    row.ended_at, row.event = ended_at, event
    session.flush()
    told = {"id": row.id, "ended_at": ended_at.isoformat()}
    source.feed.publish(session, "alert.ended", told, row.agency_id, row.camera_id)
