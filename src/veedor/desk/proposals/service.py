"""Finding proposals for a person, and what they decide about them. The caller has passed `access/`.

A proposal is made of alerts that the person may see, and never of what is hidden from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.desk.acts.repository import acts_of_many, new_act
from veedor.desk.alerts.joining import escalate_own
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.context import DeskPorts
from veedor.desk.incidents import repository as incidents
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.proposals.errors import ProposalGone
from veedor.desk.proposals.tables import ProposalDismissalRow
from veedor.desk.scope_clause import within
from veedor.desk.sealing.joint import require_unsealed
from veedor.desk.sealing.repository import require_unnamed
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.ids import new_id
from veedor.model.act import ActKind, SubjectKind
from veedor.model.alert import AlertStatus
from veedor.model.incident import IncidentOrigin, IncidentStatus, fold_incident
from veedor.model.nearby import NearbyLimits, PlacedAlert, Proposal, propose

LOOK_BACK = timedelta(hours=12)
_MOST_ALERTS = 5000
_OPEN = (AlertStatus.NEW.value, AlertStatus.ACKNOWLEDGED.value)

TYPE_OF_FAMILY = {
    "violence": "disturbance",
    "crowd": "disturbance",
    "traffic": "traffic_accident",
    "object": "suspicious_object",
}
"""The type of incident that is suggested; `other` for all other families."""


@dataclass(frozen=True, slots=True)
class Found:
    """A proposal with the rows of its alerts, in its order."""

    proposal: Proposal
    alerts: list[AlertRow]

    @property
    def suggested_type(self) -> str:
        return TYPE_OF_FAMILY.get(self.proposal.family, "other")


class ProposalService:
    """Find, accept, dismiss."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def found(self, who: Principal) -> list[Found]:
        """What may be one incident, of the last twelve hours, the newest first."""
        with self._ports.database.reading() as session:
            return self._find(session, who)

    def one(self, who: Principal, proposal_id: str) -> Found:
        """Raises ProposalGone."""
        with self._ports.database.reading() as session:
            return self._pick(session, who, proposal_id)

    def accept(self, who: Principal, proposal_id: str, type_: str | None, note: str | None) -> str:
        """One incident of the person's agency with all of the alerts, to which the other agencies are invited; return
        its id. Where one of the alerts is in an incident of theirs already, the others join that.

        The alerts of others stay theirs: they follow when their agency comes in. Raises ProposalGone, AlertClaimed.
        """
        require_unnamed(self._ports, who.agency_id, note)
        with self._ports.database.session() as session:
            found = self._pick(session, who, proposal_id)
            row = self._incident(session, who, found, type_, note)
            for alert, placed in zip(found.alerts, found.proposal.alerts, strict=True):
                if placed.incident_id is not None:
                    continue
                if alert.agency_id == who.agency_id:
                    escalate_own(session, who, alert, row.id, (self._ports.clock, self._feed))
                self._act(session, who, row, ActKind.ADD_ALERT, {"alert_id": alert.id})
            known = incidents.agencies_of(session, row)
            require_unsealed(session, row.id, self._ports.clock.now())
            for agency_id in found.proposal.agencies:
                if agency_id not in known:
                    self._act(session, who, row, ActKind.INVITE, {"agency_id": agency_id}, note)
            return row.id

    def dismiss(self, who: Principal, proposal_id: str, note: str | None) -> None:
        """They are not one thing: these bursts are not proposed to people of this agency again. Raises ProposalGone."""
        with self._ports.database.session() as session:
            found = self._pick(session, who, proposal_id)
            now = self._ports.clock.now()
            for first, second in found.proposal.bursts:
                session.add(
                    ProposalDismissalRow(
                        agency_id=who.agency_id,
                        first_burst=first,
                        second_burst=second,
                        user_id=who.user_id,
                        username=who.username,
                        at=now,
                        note=note,
                    )
                )
            told = {"proposal_id": proposal_id, "by": who.username}
            self._feed.publish(session, "incident.proposal", told, who.agency_id)

    # -- finding

    def _pick(self, session: Session, who: Principal, proposal_id: str) -> Found:
        found = next((one for one in self._find(session, who) if one.proposal.id == proposal_id), None)
        if found is None:
            raise ProposalGone(id=proposal_id)
        return found

    def _find(self, session: Session, who: Principal) -> list[Found]:
        rows = self._rows(session, who)
        joined = _joined(session, who.agency_id, rows)
        places = {one.id: one.placement for one in self._ports.cameras.cameras() if one.placement is not None}
        placed = [
            PlacedAlert(
                row.id,
                row.group_id,
                row.agency_id,
                row.kind,
                row.completed_at,
                place.latitude_deg,
                place.longitude_deg,
                joined.get(row.id),
            )
            for row in rows
            if (place := places.get(row.camera_id)) is not None and (row.status in _OPEN or row.id in joined)
        ]
        dismissed = sa.select(ProposalDismissalRow.first_burst, ProposalDismissalRow.second_burst).where(
            ProposalDismissalRow.agency_id == who.agency_id
        )
        said = frozenset((first, second) for first, second in session.execute(dismissed))
        config = self._ports.config
        by_id = {row.id: row for row in rows}
        return [
            Found(one, [by_id[alert.id] for alert in one.alerts])
            for one in propose(placed, NearbyLimits(config.joint_within_m, config.joint_within_s), said)
        ]

    def _rows(self, session: Session, who: Principal) -> list[AlertRow]:
        scope = self._ports.access.scope(who, Action.ALERT_READ)
        wanted = (
            sa.select(AlertRow)
            .where(
                within(scope, AlertRow.agency_id, AlertRow.camera_id),
                AlertRow.raised_at >= self._ports.clock.now() - LOOK_BACK,
                AlertRow.status != AlertStatus.DISMISSED.value,
            )
            .order_by(AlertRow.raised_at.desc(), AlertRow.id.desc())
        )
        return list(session.scalars(wanted.limit(_MOST_ALERTS)))

    # -- deciding

    def _incident(
        self, session: Session, who: Principal, found: Found, type_: str | None, note: str | None
    ) -> IncidentRow:
        if found.proposal.incident_id is not None:
            return incidents.get_incident(session, who.agency_id, found.proposal.incident_id)
        now = self._ports.clock.now()
        payload = {
            "type": type_ or found.suggested_type,
            "origin": IncidentOrigin.ALERT.value,
            "place": found.alerts[0].camera_name,
        }
        subject = (SubjectKind.INCIDENT, new_id(now))
        opening = new_act(who, subject, ActKind.OPEN, now, reason=note, payload=payload)
        return incidents.open_incident(session, who.agency_id, opening)

    def _act(
        self,
        session: Session,
        who: Principal,
        row: IncidentRow,
        kind: ActKind,
        payload: dict[str, str],
        note: str | None = None,
    ) -> None:
        subject = (SubjectKind.INCIDENT, row.id)
        act = new_act(who, subject, kind, self._ports.clock.now(), reason=note, payload=payload)
        incidents.act_on(session, row, act)
        told = {"id": row.id, "number": row.number, "act": kind.value, "status": row.status, "by": who.username}
        for agency_id in incidents.agencies_of(session, row):
            self._feed.publish(session, "incident.act", told, agency_id)


def _joined(session: Session, agency_id: str, rows: list[AlertRow]) -> dict[str, str]:
    """Alert -> the open incident of the agency that it is in; foreign alerts are known only by the incident's acts."""
    query = sa.select(IncidentRow.id).where(
        IncidentRow.agency_id == agency_id, IncidentRow.status == IncidentStatus.OPEN.value
    )
    if rows:
        query = query.where(IncidentRow.opened_at >= min(row.raised_at for row in rows) - LOOK_BACK)
    acts = acts_of_many(session, SubjectKind.INCIDENT, session.scalars(query))
    return {alert_id: incident_id for incident_id, done in acts.items() for alert_id in fold_incident(done).alert_ids}
