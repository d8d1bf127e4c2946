"""Accounts that several sites of one agency share: signed where the agency's key is, followed elsewhere.

A site with the key signs everybody whom it knows; at the others those people log in with what their record says, and
nothing about them can be changed. People who were made at a site without the key stay there. The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Role
from veedor.desk.accounts.errors import AccountElsewhere, AccountsStale, CodeAtHome
from veedor.desk.accounts.tables import AccountListRow, AccountRecordRow, SessionRow, UserRow
from veedor.kit.clock import Clock
from veedor.kit.errors import AccessError
from veedor.wire.accounts import ACCOUNTS_HOLD, LIST_EVERY, AccountList, AccountRecord
from veedor.wire.keys import SigningKey

NAME_TAKEN = "name_taken"


@dataclass(frozen=True, slots=True)
class Home:
    """The site that signs: its id, its name, whose people they are."""

    site_id: str
    site_name: str
    agency_id: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a record changed here. `changed`: names of what is another now; `problem`: why it is not in force."""

    record: AccountRecord
    changed: tuple[str, ...]
    problem: str = ""


# -- what is known


def records_of(session: Session, agency_id: str) -> list[AccountRecord]:
    query = sa.select(AccountRecordRow).where(AccountRecordRow.agency_id == agency_id)
    return [AccountRecord.from_json(row.record) for row in session.scalars(query.order_by(AccountRecordRow.person_id))]


def list_of(session: Session, agency_id: str) -> AccountList | None:
    row = session.get(AccountListRow, agency_id)
    return AccountList.from_json(row.told) if row else None


def followed(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Those of them whose account another site keeps."""
    query = sa.select(AccountRecordRow.person_id).where(
        AccountRecordRow.person_id.in_(person_ids), AccountRecordRow.is_home.is_(False)
    )
    return set(session.scalars(query))


def must_be_home(session: Session, row: UserRow) -> None:
    """Raises AccountElsewhere: what would be changed here is undone by the next record."""
    found = session.get(AccountRecordRow, row.id)
    if found is not None and not found.is_home:
        raise AccountElsewhere(site=_home_name(found))


def refusal(session: Session, row: UserRow, now: datetime) -> AccessError | None:
    """Why somebody whose password is right may not log in here all the same."""
    found = session.get(AccountRecordRow, row.id)
    if found is None or found.is_home or not row.password_hash:
        return None  # made here; or at a hub, where no password is kept
    if bool(found.record.get("code_at_home")):
        return CodeAtHome(site=_home_name(found))
    heard = session.get(AccountListRow, row.agency_id)
    # A clock that was set back since gives nobody more time, nor does one that was ahead where the list was signed.
    if heard is None or max(now, heard.taken_at) - min(heard.at, heard.taken_at) > ACCOUNTS_HOLD:
        return AccountsStale(site=_home_name(found), days=ACCOUNTS_HOLD // timedelta(days=1))
    return None


def _home_name(row: AccountRecordRow) -> str:
    return str(row.record.get("home_name") or row.record.get("home") or "?")


# -- signing


def sign_own(session: Session, clock: Clock, key: SigningKey, home: Home) -> None:
    """Bring the records and the list up to date with the accounts: whatever changed them, here or in a backup. What a
    key signed that is no longer the agency's is signed anew."""
    rows = session.scalars(sa.select(UserRow).where(UserRow.agency_id == home.agency_id, UserRow.password_hash != ""))
    now = clock.now()
    for row in list(rows):
        known = session.get(AccountRecordRow, row.id)
        before = AccountRecord.from_json(known.record) if known else None
        told = _record(row, home, before.revision + 1 if before else 1, now)
        if before is None or before.content != told.content or not before.signed_by(key.public_hex):
            _keep(session, told.signed(key), now, is_home=True)
    revisions = {one.person: one.revision for one in records_of(session, home.agency_id)}
    last = list_of(session, home.agency_id)
    is_old = last is None or last.revisions != revisions or not timedelta(0) <= now - last.at < LIST_EVERY
    if last is None or is_old or not last.signed_by(key.public_hex):
        at = now if last is None else max(now, last.at + timedelta(microseconds=1))
        listed = AccountList(home.agency_id, home.site_id, at, revisions)
        keep_list(session, listed.signed(key), now)


def _record(row: UserRow, home: Home, revision: int, at: datetime) -> AccountRecord:
    return AccountRecord(
        person=row.id,
        agency=row.agency_id,
        home=home.site_id,
        home_name=home.site_name,
        revision=revision,
        username=row.username,
        full_name=row.full_name,
        roles=tuple(row.roles),
        language=row.language,
        password_hash=row.password_hash,
        disabled=row.disabled_at is not None,
        code_at_home=row.totp_secret is not None,
        at=at,
    )


# -- taking


def keep(session: Session, record: AccountRecord, now: datetime) -> bool:
    """Only keep a record, as a hub does; False where a newer one is here. The caller has looked at its signature."""
    known = session.get(AccountRecordRow, record.person)
    if known is not None and not _counts(known, record):
        return False
    _keep(session, record, now, is_home=False)
    return True


def keep_list(session: Session, listed: AccountList, now: datetime) -> bool:
    """Keep a list of which nothing is missing here; False where something is, or where it is no newer."""
    row = session.get(AccountListRow, listed.agency)
    if row is not None and row.at >= listed.at:
        return False
    if not listed.is_met_by({one.person: one.revision for one in records_of(session, listed.agency)}):
        return False
    if row is None:
        row = AccountListRow(agency_id=listed.agency)
        session.add(row)
    row.at, row.told, row.taken_at = listed.at, listed.to_json(), now
    session.flush()
    return True


def take(session: Session, record: AccountRecord, now: datetime, *, is_home: bool) -> Taken | None:
    """Put a record in force; None where a newer one is. The caller has looked at its signature.

    `is_home`: this site has the key, and was restored from a backup that is older than the record.
    """
    known = session.get(AccountRecordRow, record.person)
    if known is not None and not _counts(known, record):
        return None
    row = session.get(UserRow, record.person)
    if row is not None and row.agency_id != record.agency:
        return None
    if row is None:
        holder = session.scalar(sa.select(UserRow.id).where(UserRow.username == record.username))
        if holder is not None:
            _keep(session, record, now, is_home=is_home, problem=NAME_TAKEN)
            return Taken(record, (), NAME_TAKEN)
    changed = _apply(session, row, record, now)
    _keep(session, record, now, is_home=is_home)
    return Taken(record, changed)


def _counts(known: AccountRecordRow, record: AccountRecord) -> bool:
    return known.agency_id == record.agency and AccountRecord.from_json(known.record).order < record.order


def _apply(session: Session, row: UserRow | None, record: AccountRecord, now: datetime) -> tuple[str, ...]:
    known_roles = {role.value for role in Role}
    values = {
        "full_name": record.full_name[:200],
        "roles": sorted(role for role in record.roles if role in known_roles),
        "language": record.language if record.language in ("es", "en") else None,
        "password_hash": record.password_hash,
    }
    if row is None:
        row = UserRow(
            id=record.person,
            agency_id=record.agency,
            username=record.username,
            password_changed_at=now,
            created_at=now,
            disabled_at=now if record.disabled else None,
            **values,
        )
        session.add(row)
        session.flush()
        return ("new",)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name, value in values.items():
        setattr(row, name, value)
    if record.disabled != (row.disabled_at is not None):
        row.disabled_at = now if record.disabled else None
        changed.append("disabled" if record.disabled else "enabled")
    if "password_hash" in changed:
        row.password_changed_at = now
    if "password_hash" in changed or record.disabled:
        _end_sessions(session, row, now)
    session.flush()
    return tuple(changed)


def _end_sessions(session: Session, row: UserRow, now: datetime) -> None:
    ending = sa.update(SessionRow).where(SessionRow.user_id == row.id, SessionRow.revoked_at.is_(None))
    session.execute(ending.where(SessionRow.agency_id == row.agency_id).values(revoked_at=now))


def _keep(session: Session, record: AccountRecord, now: datetime, *, is_home: bool, problem: str = "") -> None:
    row = session.get(AccountRecordRow, record.person)
    if row is None:
        row = AccountRecordRow(person_id=record.person, agency_id=record.agency)
        session.add(row)
    row.is_home, row.revision, row.record = is_home, record.revision, record.to_json()
    row.problem, row.taken_at = problem, now
    session.flush()
