"""What people do with alerts. Each act is checked against what the person saw, stored, folded and told to open pages.

The caller has passed `access/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.desk.acts.errors import NotNow, TextMissing
from veedor.desk.acts.repository import acts_of, append, new_act
from veedor.desk.alerts.errors import AlertClaimed
from veedor.desk.alerts.repository import get_alert, project
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.context import DeskPorts
from veedor.desk.incidents import repository as incidents
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.ids import new_id
from veedor.model.act import ActKind, SubjectKind
from veedor.model.alert import AlertState, DismissReason, alert_allows, fold_alert
from veedor.model.incident import IncidentOrigin


@dataclass(frozen=True, slots=True)
class Escalation:
    """Into which incident: an existing one (id or number), or a new one of `type`."""

    incident: str | None = None
    type: str = "other"
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person knew: the version they saw (None: whatever it is now), and whether that somebody has a claim."""

    version: int | None = None
    over_claim: bool = False


class AlertHandling:
    """Acknowledge, dismiss, escalate, claim, release. Raises StaleVersion, NotNow and AlertClaimed."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def acknowledge(self, who: Principal, alert_id: str, seen: Seen, note: str | None = None) -> None:
        scope = self._ports.access.scope(who, Action.ALERT_HANDLE)
        with self._ports.database.session() as session:
            row = get_alert(session, scope, alert_id)
            self._act(session, who, row, ActKind.ACKNOWLEDGE, seen, note, {})

    def claim(self, who: Principal, alert_id: str, seen: Seen) -> None:
        """Tell the others that `who` looks into it; again by the same person: it lasts longer."""
        scope = self._ports.access.scope(who, Action.ALERT_HANDLE)
        with self._ports.database.session() as session:
            row = get_alert(session, scope, alert_id)
            payload = {"over": True} if seen.over_claim else {}
            self._act(session, who, row, ActKind.CLAIM, seen, None, payload)

    def release(self, who: Principal, alert_id: str) -> None:
        """Give back a claim of one's own. Without one nothing happens, and nothing is stored."""
        scope = self._ports.access.scope(who, Action.ALERT_HANDLE)
        with self._ports.database.session() as session:
            row = get_alert(session, scope, alert_id)
            held = fold_alert(acts_of(session, SubjectKind.ALERT, row.id)).claimed_at(self._ports.clock.now())
            if held is not None and held.by == who.user_id:
                self._act(session, who, row, ActKind.RELEASE, Seen(), None, {})

    def dismiss(self, who: Principal, alert_id: str, seen: Seen, reason: DismissReason, note: str | None) -> None:
        """Raises TextMissing where the reason is OTHER and nothing more is said."""
        if reason is DismissReason.OTHER and not (note and note.strip()):
            raise TextMissing(field="note")
        scope = self._ports.access.scope(who, Action.ALERT_HANDLE)
        with self._ports.database.session() as session:
            row = get_alert(session, scope, alert_id)
            self._act(session, who, row, ActKind.DISMISS, seen, note, {"reason_code": reason.value})

    def escalate(self, who: Principal, alert_id: str, seen: Seen, into: Escalation) -> str:
        """Join the alert to an incident, in one transaction on both sides; return the incident's id."""
        scope = self._ports.access.scope(who, Action.ALERT_HANDLE)
        with self._ports.database.session() as session:
            row = get_alert(session, scope, alert_id)
            now = self._ports.clock.now()
            if into.incident is None:
                incident_id = new_id(now)
                payload = {"type": into.type, "origin": IncidentOrigin.ALERT.value, "place": row.camera_name}
                opening = new_act(
                    who, (SubjectKind.INCIDENT, incident_id), ActKind.OPEN, now, reason=into.note, payload=payload
                )
                incident = incidents.open_incident(session, who.agency_id, opening)
            else:
                incident = incidents.get_incident(session, who.agency_id, into.incident)
            self._act(session, who, row, ActKind.ESCALATE, seen, into.note, {"incident_id": incident.id})
            joining = new_act(
                who, (SubjectKind.INCIDENT, incident.id), ActKind.ADD_ALERT, now, payload={"alert_id": row.id}
            )
            incidents.act_on(session, incident, joining)
            told = {"id": incident.id, "number": incident.number, "act": ActKind.ADD_ALERT.value, "by": who.username}
            for agency_id in incidents.agencies_of(session, incident):
                self._feed.publish(session, "incident.act", told, agency_id)
            return incident.id

    def _act(
        self,
        session: Session,
        who: Principal,
        row: AlertRow,
        kind: ActKind,
        seen: Seen,
        note: str | None,
        payload: Mapping[str, Any],
    ) -> AlertState:
        now = self._ports.clock.now()
        state = fold_alert(acts_of(session, SubjectKind.ALERT, row.id))
        held = state.claimed_at(now)
        if held is not None and held.by != who.user_id and not seen.over_claim:
            raise AlertClaimed(who=held.by_name or held.by, at=held.since.isoformat(timespec="seconds"))
        act = new_act(who, (SubjectKind.ALERT, row.id), kind, now, reason=note or None, payload=payload)
        append(session, act, row.agency_id, seen.version)  # says who was first, where the person's view is stale
        if not alert_allows(state, kind):
            at = state.handled_at.isoformat(timespec="seconds") if state.handled_at else "?"
            raise NotNow(state=state.status.value, who=state.handled_by_name or state.handled_by or "?", at=at)
        state = project(session, row)
        self._feed.publish(
            session,
            "alert.act",
            {"id": row.id, "act": kind.value, "status": row.status, "version": row.version, "by": who.username},
            row.agency_id,
            row.camera_id,
        )
        return state
