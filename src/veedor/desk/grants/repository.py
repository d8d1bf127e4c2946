"""Reading and writing grants and statements. The caller has passed `access/`, or is the roster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.repository import public_keys
from veedor.desk.grants.errors import BadGrant, ForgedStatement, GrantDiffers, UnknownAgency
from veedor.desk.grants.tables import GrantRow, StatementRow, next_revision, revision_of
from veedor.kit.errors import NotFound
from veedor.model.grant import Grant, GrantKind
from veedor.model.grant_reading import MalformedGrant, grant_of
from veedor.model.statement import Statement, StatementKind, awaits_review, genuine, is_genuine

Told = tuple[Grant, tuple[Statement, ...]]


def grants_of(session: Session, agency_id: str | None = None, *, since: int = 0) -> list[Told]:
    """Grants that the agency gave or received (None: all), newest first, with their genuine statements.

    `since`: only grants that came, or of which something was stated, after that revision.
    """
    query = sa.select(GrantRow).order_by(GrantRow.revision.desc(), GrantRow.id)
    if agency_id is not None:
        query = query.where(sa.or_(GrantRow.agency_id == agency_id, GrantRow.grantee_id == agency_id))
    if since:
        query = query.where(_changed_since(since))
    return _with_statements(session, list(session.scalars(query)))


def unreviewed(session: Session, agency_id: str) -> list[Told]:
    """Emergencies that the agency took or that were taken at its cameras, and that their owner has not looked at;
    newest first. Their end changes nothing."""
    query = (
        sa.select(GrantRow)
        .where(
            GrantRow.kind == GrantKind.EMERGENCY.value,
            sa.or_(GrantRow.agency_id == agency_id, GrantRow.grantee_id == agency_id),
        )
        .order_by(GrantRow.revision.desc(), GrantRow.id)
    )
    return [told for told in _with_statements(session, list(session.scalars(query))) if awaits_review(*told)]


def waiting_between(session: Session, owner: str, grantee: str) -> int:
    """How many emergencies of one agency at another's cameras wait for review."""
    return sum(grant.grantee == grantee for grant, _ in unreviewed(session, owner) if grant.owner == owner)


def parties_since(session: Session, revision: int) -> set[str]:
    """Agencies that gave or received a grant which came, or of which something was stated, after `revision`."""
    query = sa.select(GrantRow.agency_id, GrantRow.grantee_id).where(_changed_since(revision))
    return {agency_id for pair in session.execute(query) for agency_id in pair}


def grant_with_statements(session: Session, agency_id: str, grant_id: str) -> Told:
    """One grant of which the agency is a party. Raises NotFound."""
    row = session.get(GrantRow, grant_id)
    if row is None or agency_id not in (row.agency_id, row.grantee_id):
        raise NotFound(kind="grant", name=grant_id)
    found = _with_statements(session, [row])
    if not found:
        raise BadGrant(field="terms")
    return found[0]


def add_grant(session: Session, grant: Grant) -> bool:
    """Keep the terms; False where they are here already. Raises GrantDiffers, UnknownAgency."""
    known = session.get(GrantRow, grant.id)
    if known is not None:
        if known.terms_sha256 != grant.sha256:
            raise GrantDiffers(name=grant.id)
        return False
    for agency_id in (grant.owner, grant.grantee):
        if session.get(AgencyRow, agency_id) is None:
            raise UnknownAgency(name=agency_id)
    row = GrantRow(
        id=grant.id,
        agency_id=grant.owner,
        grantee_id=grant.grantee,
        kind=grant.kind.value,
        terms=grant.terms(),
        terms_sha256=grant.sha256,
        expires_at=grant.expires_at,
        revision=next_revision(session, "grants"),
    )
    session.add(row)
    session.flush()
    return True


def add_statement(session: Session, statement: Statement) -> bool:
    """Keep a statement; False where it is here already. Raises ForgedStatement, NotFound."""
    grant = session.get(GrantRow, statement.grant_id)
    if grant is None:
        raise NotFound(kind="grant", name=statement.grant_id)
    key = session.scalar(sa.select(AgencyRow.public_key).where(AgencyRow.id == statement.agency))
    is_party = statement.agency in (grant.agency_id, grant.grantee_id)
    if not is_party or not is_genuine(statement, key):
        raise ForgedStatement(name=statement.grant_id, agency=statement.agency)
    if session.get(StatementRow, statement.id) is not None:
        return False
    row = StatementRow(
        id=statement.id,
        grant_id=statement.grant_id,
        terms_sha256=statement.terms_sha256,
        kind=statement.kind.value,
        agency_id=statement.agency,
        by_id=statement.by_id,
        by_name=statement.by_name,
        at=statement.at,
        reason=statement.reason,
        signature=statement.signature,
        revision=next_revision(session, "grants"),
    )
    session.add(row)
    session.flush()
    return True


def merge_statements(session: Session, grants: Iterable[Grant], statements: Sequence[Statement]) -> set[str]:
    """Take over what another desk knows of grants; ids of the grants that changed. The same twice changes nothing.

    All or nothing: a signature that is not the agency's (ForgedStatement), other terms under a known id
    (GrantDiffers), an agency that is not known here (UnknownAgency) refuse the whole. A grant that is new here must
    come with a statement: nobody else's drafts pile up.
    """
    stated = {one.grant_id for one in statements}
    changed = set()
    for grant in grants:
        if grant.id not in stated and session.get(GrantRow, grant.id) is None:
            raise ForgedStatement(name=grant.id, agency="—")
        if add_grant(session, grant):
            changed.add(grant.id)
    changed |= {one.grant_id for one in statements if add_statement(session, one)}
    return changed


def revisions(session: Session) -> dict[str, int]:
    """How new what is known here is: by name, of agencies and of grants."""
    return {name: revision_of(session, name) for name in ("agencies", "grants")}


def _changed_since(revision: int) -> sa.ColumnElement[bool]:
    stated = sa.select(StatementRow.grant_id).where(StatementRow.revision > revision)
    return sa.or_(GrantRow.revision > revision, GrantRow.id.in_(stated))


def _with_statements(session: Session, rows: Sequence[GrantRow]) -> list[Told]:
    """Rows that cannot be read any more are passed over: they give nobody anything."""
    by_grant: dict[str, list[Statement]] = {}
    query = sa.select(StatementRow).where(StatementRow.grant_id.in_([row.id for row in rows]))
    for row in session.scalars(query.order_by(StatementRow.at, StatementRow.id)):
        by_grant.setdefault(row.grant_id, []).append(_statement_of(row))
    keys = public_keys(session)
    found = []
    for grant_row in rows:
        try:
            grant = grant_of(grant_row.terms)
        except MalformedGrant:
            continue
        found.append((grant, genuine(by_grant.get(grant.id, ()), keys)))
    return found


def _statement_of(row: StatementRow) -> Statement:
    return Statement(
        grant_id=row.grant_id,
        terms_sha256=row.terms_sha256,
        kind=StatementKind(row.kind),
        agency=row.agency_id,
        by_id=row.by_id,
        by_name=row.by_name,
        at=row.at,
        reason=row.reason,
        signature=row.signature,
    )
