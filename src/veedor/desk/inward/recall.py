"""What a restored desk has forgotten, asked of whoever was told it: alerts of its own cameras, and acts.

A log goes one way and is read once, so what a desk had told, or had been told, is at the other end and nowhere in its
own backup. It asks page by page from a little before the backup; what it gets is merged as any other fact is.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.audit import restores
from veedor.desk.context import DeskPorts
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.inward.inward import Inward
from veedor.kit.errors import UserError
from veedor.model.act import ActKind, SubjectKind
from veedor.wire.facts import FactKind

log = logging.getLogger(__name__)

_MARGIN = timedelta(minutes=10)  # a backup takes its time, and clocks differ
_PAGE = 200
_DONE = "done"


class Recall:
    """The side that asks. `peer`: a site's id, or `hub`. How far it is stands with the restore: a crash costs one."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._inward = Inward(ports.database, ports.clock)

    def wanted(self, peer: str) -> dict[str, Any] | None:
        """What to ask that one; None where nothing was forgotten, or all of it has come."""
        with self._ports.database.reading() as session:
            found = restores.own(session)
            if not found:
                return None
            at = dict(found[0].told.get("recalled") or {}).get(peer)
            since = found[0].backup_made_at - _MARGIN
        return None if at == _DONE else {"since": since.isoformat(), "after": at}

    def take(self, peer: str, agency_id: str, told: dict[str, Any] | None) -> bool:
        """Merge a page; whether there are more."""
        if told is None or self.wanted(peer) is None:
            return False
        for fact in list(told.get("facts") or [])[:_PAGE]:
            self._merge({**fact, "site_id": peer, "agency_id": agency_id})
        after = told.get("after")
        with self._ports.database.session() as session:
            row = restores.own(session)[0]
            at = {**dict(row.told.get("recalled") or {}), peer: after or _DONE}
            row.told = {**row.told, "recalled": at}
        return after is not None

    def _merge(self, fact: dict[str, Any]) -> None:
        """One that cannot be merged must not keep the others out."""
        try:
            with self._ports.database.session() as session:
                self._inward.apply(session, fact)
        except (UserError, KeyError, TypeError, ValueError, AttributeError) as problem:
            log.error("a recalled fact of %s is passed over: %r", fact["site_id"], problem)


def told_of(
    session: Session, agency_id: str, asked: dict[str, Any] | None, cameras: Collection[str] | None = None
) -> dict[str, Any] | None:
    """The side that is asked: the page that follows `asked["after"]` of what it knows of the agency's things.

    `cameras`: alerts and evidence of these alone; None: of none but acts. Raises KeyError, TypeError, ValueError.
    """
    if not isinstance(asked, dict):
        return None
    since = datetime.fromisoformat(str(asked["since"]))
    after = asked.get("after")
    stage, at, last = (
        (str(after[0]), datetime.fromisoformat(str(after[1])), str(after[2])) if after else ("", since, "")
    )
    if stage != "act" and cameras is not None:
        rows = _alerts(session, agency_id, cameras, at, last)
        if rows:
            return {
                "facts": [_alert(row) for row in rows],
                "after": ["alert", rows[-1].raised_at.isoformat(), rows[-1].id],
            }
    if stage != "act":
        at, last = since, ""
    acts = _acts(session, agency_id, at, last)
    facts = [_act(session, row) for row in acts if cameras is None or _is_of(session, row, cameras)]
    full = len(acts) == _PAGE
    return {"facts": facts, "after": ["act", acts[-1].at.isoformat(), acts[-1].id] if full else None}


def _alerts(session: Session, agency_id: str, cameras: Collection[str], at: datetime, last: str) -> list[AlertRow]:
    later = sa.or_(AlertRow.raised_at > at, sa.and_(AlertRow.raised_at == at, AlertRow.id > last))
    query = sa.select(AlertRow).where(AlertRow.agency_id == agency_id, AlertRow.camera_id.in_(cameras), later)
    return list(session.scalars(query.order_by(AlertRow.raised_at, AlertRow.id).limit(_PAGE)))


def _acts(session: Session, agency_id: str, at: datetime, last: str) -> list[ActRow]:
    later = sa.or_(ActRow.at > at, sa.and_(ActRow.at == at, ActRow.id > last))
    query = sa.select(ActRow).where(ActRow.agency_id == agency_id, later)
    return list(session.scalars(query.order_by(ActRow.at, ActRow.id).limit(_PAGE)))


def _is_of(session: Session, row: ActRow, cameras: Collection[str]) -> bool:
    """Incidents are the whole agency's; alerts and evidence belong to the site of their camera."""
    if row.subject_kind == SubjectKind.ALERT.value:
        alert = session.get(AlertRow, row.subject_id)
        return alert is not None and alert.camera_id in cameras
    if row.subject_kind == SubjectKind.EVIDENCE.value:
        lock = session.get(EvidenceRow, row.subject_id)
        return lock is not None and lock.camera_id in cameras
    return True


def _alert(row: AlertRow) -> dict[str, Any]:
    body = {"event": row.event, "camera_name": row.camera_name, "agency_id": row.agency_id}
    return {"kind": FactKind.ALERT_RAISED.value, "body": {**body, "raised_at": row.raised_at.isoformat()}}


def _act(session: Session, row: ActRow) -> dict[str, Any]:
    act = {
        "id": row.id,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "kind": row.kind,
        "actor_id": row.actor_id,
        "actor_name": row.actor_name,
        "agency_id": row.actor_agency_id,
        "at": row.at.isoformat(),
        "reason": row.reason,
        "payload": dict(row.payload),
    }
    return {"kind": FactKind.ACT.value, "body": {"act": act, "agency_id": row.agency_id, "about": _about(session, row)}}


def _about(session: Session, row: ActRow) -> dict[str, Any] | None:
    """Of an act that opens something, what the other end cannot know from it."""
    if row.kind == ActKind.OPEN.value:
        incident = session.get(IncidentRow, row.subject_id)
        return {"number": incident.number} if incident else None
    if row.kind == ActKind.REQUEST_LOCK.value:
        lock = session.get(EvidenceRow, row.subject_id)
        return {"camera_name": lock.camera_name} if lock else None
    return None
