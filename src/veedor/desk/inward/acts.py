"""Acts of other sites: merged, whatever the state here; the folds show what conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.acts.repository import merge
from veedor.desk.alerts import repository as alerts
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.evidence import repository as evidence
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.incidents import repository as incidents
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.inward.source import Source
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.evidence import EvidenceStatus
from veedor.wire.facts import act_from_json
from veedor.wire.subjects import HUB


def done(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Merge one act and bring its thing up to date. An act of a kind that only newer desks know has no effect here."""
    act = act_from_json(body["act"])
    if act is None:
        return
    if act.subject_kind is SubjectKind.INCIDENT:
        _on_incident(session, source, act, body.get("about") or {})
        return
    source.must_own(body["agency_id"], act.subject_id)
    row = _subject(session, source, act, body.get("about") or {})
    if row is not None:
        source.must_own(row.agency_id, act.subject_id)
    if not merge(session, [act], source.agency_id, source.received_at) or row is None:
        return
    told: dict[str, Any] = {"id": row.id, "act": act.kind.value, "by": act.actor_name}
    match row:
        case AlertRow():
            alerts.project(session, row)
            told |= {"status": row.status, "version": row.version}
            source.feed.publish(session, "alert.act", told, row.agency_id, row.camera_id)
        case EvidenceRow():
            evidence.project(session, row)
            told |= {"incident_id": row.incident_id, "status": row.status}
            source.feed.publish(session, "evidence.act", told, row.agency_id, row.camera_id)


def _on_incident(session: Session, source: Source, act: Act, about: Mapping[str, Any]) -> None:
    """An incident may be of several agencies. A site speaks of those that its agency owns or has a part in, and of its
    own people's acts only; the hub tells a site of any incident that concerns the site's agency."""
    row = session.get(IncidentRow, act.subject_id)
    if source.site_id != HUB:
        source.must_own(act.agency_id, act.subject_id)
        if row is not None and source.agency_id not in incidents.agencies_of(session, row):
            source.must_own(row.agency_id, act.subject_id)
    if row is None and act.kind is ActKind.OPEN:
        source.know(session, act.agency_id)
        row = incidents.add_incident(session, act.agency_id, act, about.get("number"))
    owner = row.agency_id if row is not None else source.agency_id
    if not merge(session, [act], owner, source.received_at) or row is None:
        return  # of an incident that has not come yet: the act waits for it
    if act.kind is ActKind.TAKE_OVER:
        source.know(session, act.agency_id)
    incidents.project(session, row, act, source.agency_id)
    told = {"id": row.id, "act": act.kind.value, "by": act.actor_name, "number": row.number, "status": row.status}
    for agency_id in incidents.agencies_of(session, row):
        source.feed.publish(session, "incident.act", told, agency_id)


def _subject(session: Session, source: Source, act: Act, about: Mapping[str, Any]) -> AlertRow | EvidenceRow | None:
    """What was acted on, made where the act opens it; None where it has not come yet: the act waits for it."""
    if act.subject_kind is SubjectKind.ALERT:
        return session.get(AlertRow, act.subject_id)
    lock = session.get(EvidenceRow, act.subject_id)
    return _lock(session, source, act, about) if lock is None and act.kind is ActKind.REQUEST_LOCK else lock


def _lock(session: Session, source: Source, act: Act, about: Mapping[str, Any]) -> EvidenceRow | None:
    if session.get(IncidentRow, act.payload["incident_id"]) is None:
        return None
    row = EvidenceRow(
        id=act.subject_id,
        agency_id=source.agency_id,
        incident_id=act.payload["incident_id"],
        camera_id=act.payload["camera_id"],
        camera_name=str(about.get("camera_name") or act.payload["camera_id"])[:200],
        started_at=datetime.fromisoformat(act.payload["start"]),
        ended_at=datetime.fromisoformat(act.payload["end"]),
        status=EvidenceStatus.REQUESTED.value,
        version=0,
    )
    session.add(row)
    session.flush()
    return row
