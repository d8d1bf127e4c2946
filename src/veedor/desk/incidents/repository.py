"""Queries over incidents, and acts on them, within a caller's session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.acts.errors import NotNow
from veedor.desk.acts.repository import acts_of, append, version_of
from veedor.desk.incidents.tables import IncidentAgencyRow, IncidentRow
from veedor.kit.errors import NotFound
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.incident import IncidentState, IncidentStatus, fold_incident, incident_allows


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents; None means any. `before`: opened_at and id of the last one that the reader has."""

    status: str | None = None
    type: str | None = None
    since: datetime | None = None
    text: str | None = None  # in the type, the place or the summary; or the number
    before: tuple[datetime, str] | None = None
    limit: int = 50


def get_incident(session: Session, agency_id: str, reference: str) -> IncidentRow:
    """By id, or by the number that one's own agency says. Raises NotFound, also where the agency has no part in it."""
    if reference.isascii() and reference.isdigit() and len(reference) < 10:
        query = sa.select(IncidentRow).where(IncidentRow.agency_id == agency_id, IncidentRow.number == int(reference))
        row = session.scalar(query)
    else:
        row = session.get(IncidentRow, reference)
    if row is None or agency_id not in agencies_of(session, row):
        raise NotFound(kind="incident", name=reference)
    return row


def agencies_of(session: Session, row: IncidentRow) -> list[str]:
    """Who has to do with an incident: its owner first, then those invited."""
    query = sa.select(IncidentAgencyRow.agency_id).where(IncidentAgencyRow.incident_id == row.id)
    return [row.agency_id, *session.scalars(query.order_by(IncidentAgencyRow.agency_id))]


def list_incidents(session: Session, agency_id: str, query: IncidentQuery) -> list[IncidentRow]:
    """Those of the agency and those it has a part in, newest first, at most `query.limit`."""
    shared = sa.select(IncidentAgencyRow.incident_id).where(IncidentAgencyRow.agency_id == agency_id)
    wanted = sa.select(IncidentRow).where(sa.or_(IncidentRow.agency_id == agency_id, IncidentRow.id.in_(shared)))
    if query.status is not None:
        wanted = wanted.where(IncidentRow.status == query.status)
    if query.type is not None:
        wanted = wanted.where(IncidentRow.type == query.type)
    if query.since is not None:
        wanted = wanted.where(IncidentRow.opened_at >= query.since)
    if query.text:
        columns = (IncidentRow.type, IncidentRow.place, IncidentRow.summary)
        fits = [column.icontains(query.text, autoescape=True) for column in columns]
        if query.text.isascii() and query.text.isdigit() and len(query.text) < 10:
            fits.append(IncidentRow.number == int(query.text))
        wanted = wanted.where(sa.or_(*fits))
    if query.before is not None:
        at, incident_id = query.before
        wanted = wanted.where(
            sa.or_(IncidentRow.opened_at < at, sa.and_(IncidentRow.opened_at == at, IncidentRow.id < incident_id))
        )
    ordered = wanted.order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
    return list(session.scalars(ordered.limit(query.limit)))


def open_incident(session: Session, agency_id: str, act: Act) -> IncidentRow:
    """Store a new incident with its opening act (kind OPEN; the subject is the new incident's id)."""
    row = add_incident(session, agency_id, act)
    append(session, act, agency_id, 0, {"number": row.number})
    project(session, row)
    return row


def add_incident(session: Session, agency_id: str, act: Act, number: int | None = None) -> IncidentRow:
    """The row alone; `number`: the one it has where it was opened, kept unless it is taken here."""
    taken = sa.select(IncidentRow.id).where(IncidentRow.agency_id == agency_id, IncidentRow.number == number)
    if number is None or session.scalar(taken) is not None:
        number = _next_number(session, agency_id)
    row = IncidentRow(
        id=act.subject_id,
        agency_id=agency_id,
        number=number,
        opened_at=act.at,
        type="other",
        status=IncidentStatus.OPEN.value,
        version=0,
    )
    session.add(row)
    session.flush()
    return row


def _next_number(session: Session, agency_id: str) -> int:
    highest = session.scalar(sa.select(sa.func.max(IncidentRow.number)).where(IncidentRow.agency_id == agency_id))
    return int(highest or 0) + 1


def act_on(session: Session, row: IncidentRow, act: Act, expected_version: int | None = None) -> IncidentState:
    """Append an act that the state allows. Raises NotNow and StaleVersion."""
    state = fold_incident(acts_of(session, SubjectKind.INCIDENT, row.id))
    blocked = None if incident_allows(state, act) else not_now(session, row.id, state)
    append(session, act, row.agency_id, expected_version)  # says who was first, where the person's view is stale
    if blocked is not None:
        raise blocked  # rolls the act back with the session
    return project(session, row)


def not_now(session: Session, incident_id: str, state: IncidentState) -> NotNow:
    """Says who brought the incident to the state that does not allow the act."""
    settling = {ActKind.OPEN, ActKind.CLOSE, ActKind.REOPEN, ActKind.ASSIGN}
    acts = [act for act in acts_of(session, SubjectKind.INCIDENT, incident_id) if act.kind in settling]
    last = acts[-1] if acts else None
    return NotNow(
        state=state.status.value,
        who=(last.actor_name or last.actor_id) if last else "?",
        at=last.at.isoformat(timespec="seconds") if last else "?",
    )


def project(session: Session, row: IncidentRow) -> IncidentState:
    """Bring the folded columns up to date with the acts, in the caller's transaction."""
    state = fold_incident(acts_of(session, SubjectKind.INCIDENT, row.id))
    row.type = state.type
    row.status = state.status.value
    row.place = state.place
    row.summary = state.summary
    row.assignee = state.assignee
    row.closed_at = state.closed_at
    row.version = version_of(session, SubjectKind.INCIDENT, row.id)
    if state.owner is not None and state.owner != row.agency_id:  # taken over: a number of the new owner's own
        row.number, row.agency_id = _next_number(session, state.owner), state.owner
    _project_agencies(session, row, state)
    session.flush()
    return state


def _project_agencies(session: Session, row: IncidentRow, state: IncidentState) -> None:
    query = sa.select(IncidentAgencyRow).where(IncidentAgencyRow.incident_id == row.id)
    known = {one.agency_id: one for one in session.scalars(query)}
    for agency_id, one in known.items():
        if agency_id not in state.agencies:
            session.delete(one)
    for agency_id, part in state.agencies.items():
        if agency_id in known:
            known[agency_id].part = part.value
        elif session.get(AgencyRow, agency_id) is not None:
            session.add(IncidentAgencyRow(incident_id=row.id, agency_id=agency_id, part=part.value))
