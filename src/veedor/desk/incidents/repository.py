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
from veedor.desk.outward.outward import relay_acts
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
    project(session, row, act, agency_id)
    return row


def add_incident(session: Session, agency_id: str, act: Act, number: int | None = None) -> IncidentRow:
    """The row alone; `number`: the one it has where it was opened, kept unless it is taken here."""
    row = IncidentRow(
        id=act.subject_id,
        agency_id=agency_id,
        number=_free_number(session, agency_id, number),
        opened_at=act.at,
        type="other",
        status=IncidentStatus.OPEN.value,
        version=0,
    )
    session.add(row)
    session.flush()
    return row


def _free_number(session: Session, agency_id: str, wanted: int | None) -> int:
    taken = sa.select(IncidentRow.id).where(IncidentRow.agency_id == agency_id, IncidentRow.number == wanted)
    return next_number(session, agency_id) if wanted is None or session.scalar(taken) is not None else wanted


def _number_said(session: Session, owner: str, acts: list[Act]) -> int:
    """The number that the new owner's people were told when they took over: the same at every desk, unless taken."""
    said = [one.payload.get("number") for one in acts if one.kind is ActKind.TAKE_OVER and one.agency_id == owner]
    wanted = said[-1] if said and isinstance(said[-1], int) and 0 < said[-1] < 10**9 else None
    return _free_number(session, owner, wanted)


def next_number(session: Session, agency_id: str) -> int:
    """One that no incident of the agency has yet."""
    highest = session.scalar(sa.select(sa.func.max(IncidentRow.number)).where(IncidentRow.agency_id == agency_id))
    return int(highest or 0) + 1


def act_on(session: Session, row: IncidentRow, act: Act, expected_version: int | None = None) -> IncidentState:
    """Append an act that the state allows. Raises NotNow and StaleVersion."""
    state = fold_incident(acts_of(session, SubjectKind.INCIDENT, row.id))
    blocked = None if incident_allows(state, act) else not_now(session, row.id, state)
    told = row.agency_id
    append(session, act, told, expected_version)  # says who was first, where the person's view is stale
    if blocked is not None:
        raise blocked  # rolls the act back with the session
    return project(session, row, act, told)


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


def project(session: Session, row: IncidentRow, act: Act, knows: str) -> IncidentState:
    """Bring the folded columns up to date with the acts, of which `act` is new, in the caller's transaction.

    At a hub, the other agencies that have a part in the incident are told of it. `knows`: the one that need not be.
    """
    acts = acts_of(session, SubjectKind.INCIDENT, row.id)
    state = fold_incident(acts)
    before = set(agencies_of(session, row))
    row.type = state.type
    row.status = state.status.value
    row.place = state.place
    row.summary = state.summary
    row.assignee = state.assignee
    row.closed_at = state.closed_at
    row.version = version_of(session, SubjectKind.INCIDENT, row.id)
    if state.owner is not None and state.owner != row.agency_id:  # taken over: a number of the new owner's own
        row.number, row.agency_id = _number_said(session, state.owner, acts), state.owner
    _project_agencies(session, row, state)
    session.flush()
    _tell_parts(session, row, (act, acts), before, knows)
    return state


def _tell_parts(session: Session, row: IncidentRow, done: tuple[Act, list[Act]], before: set[str], knows: str) -> None:
    """Who comes in learns all that was done so far, with one act or many; the others the new one."""
    act, acts = done
    opener = next((one.agency_id for one in acts if one.kind is ActKind.OPEN), row.agency_id)
    about = {"number": row.number if opener == row.agency_id else None}
    for agency_id in sorted(before | set(agencies_of(session, row))):
        if agency_id not in before:
            relay_acts(session, acts, row.agency_id, agency_id, about)
        elif agency_id != knows:
            relay_acts(session, [act], row.agency_id, agency_id, about)


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
