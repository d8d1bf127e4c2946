"""What people do with incidents. The caller has passed `access/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.access.scope import Scope
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.acts.errors import TextMissing
from veedor.desk.acts.repository import acts_of, acts_of_many, new_act
from veedor.desk.alerts.joining import escalate_own
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.context import DeskPorts
from veedor.desk.evidence.errands import asked_by
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.incidents import repository
from veedor.desk.incidents.catalogue import steps_of
from veedor.desk.incidents.errors import NotCome, NotOwner, UnknownStep
from veedor.desk.incidents.tables import IncidentAgencyRow, IncidentRow
from veedor.desk.sealing.joint import require_unsealed
from veedor.desk.sealing.repository import require_unnamed
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id
from veedor.model.act import Act, ActKind, SubjectKind, in_order
from veedor.model.incident import (
    OWNERS_ACTS,
    AgencyPart,
    Disposition,
    IncidentOrigin,
    IncidentState,
    fold_incident,
)

_LETS_IN = frozenset({ActKind.INVITE, ActKind.HAND_OVER})


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident opened by hand: a call, a radio message, something seen."""

    type: str
    origin: IncidentOrigin
    place: str | None = None
    summary: str | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with all that happened: its own acts, and those on its alerts and locks, in one order."""

    row: IncidentRow
    state: IncidentState
    timeline: list[Act]
    alerts: list[AlertRow]
    evidence: list[EvidenceRow]


class IncidentService:
    """Open, note, check, assign, close, reopen. `version` is what the person saw; None: whatever it is now."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def open(self, who: Principal, new: NewIncident) -> str:
        """Return the new incident's id."""
        now = self._ports.clock.now()
        incident_id = new_id(now)
        payload = {"type": new.type, "origin": new.origin.value, "place": new.place, "summary": new.summary}
        if new.caller:
            payload["caller"] = new.caller
        act = new_act(who, (SubjectKind.INCIDENT, incident_id), ActKind.OPEN, now, payload=payload)
        with self._ports.database.session() as session:
            row = repository.open_incident(session, who.agency_id, act)
            self._tell(session, row, act)
        return incident_id

    def note(self, who: Principal, reference: str, text: str) -> None:
        """Raises TextMissing for an empty note."""
        if not text.strip():
            raise TextMissing(field="text")
        self._act(who, reference, ActKind.NOTE, None, text.strip(), {})

    def check(self, who: Principal, reference: str, step: str, *, done: bool) -> None:
        """Tick or untick a step of the checklist. Raises UnknownStep."""
        with self._ports.database.reading() as session:
            row = repository.get_incident(session, who.agency_id, reference)
        if step not in steps_of(row.type):
            raise UnknownStep(step=step[:80], type=row.type)
        self._act(who, reference, ActKind.CHECK, None, None, {"step": step, "done": done})

    def assign(self, who: Principal, reference: str, assignee: str | None, version: int | None) -> None:
        """Give the incident to a unit or person (free text), or to nobody."""
        with self._ports.database.reading() as session:
            seen = repository.get_incident(session, who.agency_id, reference).assignee
        self._act(who, reference, ActKind.ASSIGN, version, None, {"assignee": assignee, "seen_assignee": seen})

    def close(
        self, who: Principal, reference: str, disposition: Disposition, text: str | None, version: int | None
    ) -> None:
        """Raises TextMissing where the disposition is OTHER and nothing more is said."""
        if disposition is Disposition.OTHER and not (text and text.strip()):
            raise TextMissing(field="text")
        self._act(who, reference, ActKind.CLOSE, version, text, {"disposition": disposition.value})

    def reopen(self, who: Principal, reference: str, reason: str, version: int | None) -> None:
        """Raises TextMissing without a reason."""
        if not reason.strip():
            raise TextMissing(field="reason")
        self._act(who, reference, ActKind.REOPEN, version, reason.strip(), {})

    def invite(self, who: Principal, reference: str, agency_id: str, note: str | None) -> None:
        """Ask another agency to work on it too. Raises NotFound for an agency that is not known here."""
        self._check_agency(agency_id)
        self._act(who, reference, ActKind.INVITE, None, note, {"agency_id": agency_id})

    def accept(self, who: Principal, reference: str) -> None:
        """The invited agency comes in."""
        self._act(who, reference, ActKind.ACCEPT, None, None, {})

    def hand_over(self, who: Principal, reference: str, agency_id: str, note: str | None) -> None:
        """Offer it to another agency, which owns it once it takes it over. Raises NotFound."""
        self._check_agency(agency_id)
        self._act(who, reference, ActKind.HAND_OVER, None, note, {"agency_id": agency_id})

    def take_over(self, who: Principal, reference: str) -> None:
        """The agency to which it was offered owns it from now on; the former owner goes on working on it."""
        self._act(who, reference, ActKind.TAKE_OVER, None, None, {})

    def _check_agency(self, agency_id: str) -> None:
        with self._ports.database.reading() as session:
            if session.get(AgencyRow, agency_id) is None:
                raise NotFound(kind="agency", name=agency_id)

    def view(self, who: Principal, reference: str) -> IncidentView:
        """Everything about one incident that `who` may see: of other agencies' cameras only what is granted.

        Raises NotFound.
        """
        alerts = self._ports.access.scope(who, Action.ALERT_READ)
        locks = self._ports.access.scope(who, Action.EVIDENCE_READ)
        return self._view(who.agency_id, reference, (alerts, locks))

    def whole(self, agency_id: str, reference: str) -> IncidentView:
        """The same with all alerts and locks: for the desk itself. Raises NotFound."""
        return self._view(agency_id, reference, None)

    def _view(self, agency_id: str, reference: str, scopes: tuple[Scope, Scope] | None) -> IncidentView:
        with self._ports.database.reading() as session:
            row = repository.get_incident(session, agency_id, reference)
            own = acts_of(session, SubjectKind.INCIDENT, row.id)
            state = fold_incident(own)
            evidence = list(session.query(EvidenceRow).filter_by(incident_id=row.id).order_by(EvidenceRow.id))
            alerts = [alert for key in state.alert_ids if (alert := session.get(AlertRow, key)) is not None]
            if scopes is not None:
                alerts = [one for one in alerts if scopes[0].covers(one.agency_id, one.camera_id)]
                mine = asked_by(session, agency_id, [one.id for one in evidence])
                evidence = [one for one in evidence if one.id in mine or scopes[1].covers(one.agency_id, one.camera_id)]
            others = [
                act
                for kind, ids in (
                    (SubjectKind.ALERT, [alert.id for alert in alerts]),
                    (SubjectKind.EVIDENCE, [item.id for item in evidence]),
                )
                for acts in acts_of_many(session, kind, ids).values()
                for act in acts
            ]
            return IncidentView(row, state, in_order([*own, *others]), alerts, evidence)

    def _act(
        self,
        who: Principal,
        reference: str,
        kind: ActKind,
        version: int | None,
        reason: str | None,
        payload: Mapping[str, Any],
    ) -> None:
        with self._ports.database.reading() as session:
            shared = repository.agencies_of(session, repository.get_incident(session, who.agency_id, reference))
        if len(shared) > 1 or kind in _LETS_IN:
            require_unnamed(self._ports, who.agency_id, reason)
        with self._ports.database.session() as session:
            row = repository.get_incident(session, who.agency_id, reference)
            if kind in _LETS_IN:
                require_unsealed(session, row.id, self._ports.clock.now())
            if row.agency_id != who.agency_id and not self._may_work(session, who, row, kind):
                raise NotOwner(owner=row.agency_id) if kind in OWNERS_ACTS else NotCome()
            if kind is ActKind.TAKE_OVER:
                payload = {"number": repository.next_number(session, who.agency_id)}
            act = new_act(
                who, (SubjectKind.INCIDENT, row.id), kind, self._ports.clock.now(), reason=reason, payload=payload
            )
            state = repository.act_on(session, row, act, version)
            if kind in (ActKind.ACCEPT, ActKind.TAKE_OVER):
                self._bring_alerts(session, who, row, state)
            self._tell(session, row, act)

    def _bring_alerts(self, session: Session, who: Principal, row: IncidentRow, state: IncidentState) -> None:
        """Alerts of the agency that comes in follow the incident that somebody else joined them to."""
        for alert_id in state.alert_ids:
            alert = session.get(AlertRow, alert_id)
            if alert is not None and alert.agency_id == who.agency_id:
                escalate_own(session, who, alert, row.id, (self._ports.clock, self._feed), over_claim=True)

    @staticmethod
    def _may_work(session: Session, who: Principal, row: IncidentRow, kind: ActKind) -> bool:
        """Whether somebody of another agency than the owner may do that, before the incident's state is asked."""
        if kind in (ActKind.ACCEPT, ActKind.TAKE_OVER):
            return True
        has_part = session.get(IncidentAgencyRow, (row.id, who.agency_id))
        return kind not in OWNERS_ACTS and has_part is not None and has_part.part == AgencyPart.ACCEPTED.value

    def _tell(self, session: Session, row: IncidentRow, act: Act) -> None:
        told = {"id": row.id, "number": row.number, "act": act.kind.value, "status": row.status, "by": act.actor_name}
        for agency_id in repository.agencies_of(session, row):
            self._feed.publish(session, "incident.act", told, agency_id)
