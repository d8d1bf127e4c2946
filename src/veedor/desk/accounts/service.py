"""Accounts: who may log in, with which roles. Services flush; whoever opened the session commits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from veedor.access.principal import Role
from veedor.desk.accounts import passwords, synced
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.accounts.tables import AgencyRow, UserRow
from veedor.desk.database import Database
from veedor.desk.errors import BadRoles, BadUsername, LastAdministrator, UsernameTaken
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
FIRST_ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an account starts with. Hash the password before you open a session: it is slow."""

    username: str
    full_name: str
    roles: Iterable[Role]
    password_hash: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """None: leave as it is."""

    full_name: str | None = None
    roles: Iterable[Role] | None = None
    disabled: bool | None = None
    language: str | None = None


def ensure_first_administrator(database: Database, clock: Clock, agency_id: str, agency_name: str) -> str | None:
    """Make the agency, and where it has no user its account `admin`. Returns the generated password, once.

    The caller shows it to the person who starts Veedor; nothing logs or stores it.
    """
    with database.reading() as session:
        if _has_users(session, agency_id):
            return None
    password = passwords.generate()
    password_hash = passwords.hash_password(password)
    with database.session() as session:
        ensure_agency(session, clock, agency_id, agency_name)
        if _has_users(session, agency_id):
            return None
        # A database that several agencies share may have an `admin` already.
        taken = session.scalar(sa.select(UserRow.id).where(UserRow.username == FIRST_ADMINISTRATOR))
        name = f"{FIRST_ADMINISTRATOR}.{agency_id.lower()}"[:64] if taken else FIRST_ADMINISTRATOR
        add_user(session, clock, agency_id, NewUser(name, "", [Role.ADMINISTRATOR], password_hash))
    return password


def ensure_agency(session: Session, clock: Clock, agency_id: str, name: str) -> None:
    """Make the agency where there is none; follow its name."""
    row = session.get(AgencyRow, agency_id)
    if row is None:
        session.add(AgencyRow(id=agency_id, name=name[:200], created_at=clock.now()))
    else:
        row.name = name[:200]
    session.flush()


def know_agency(session: Session, clock: Clock, agency_id: str) -> None:
    """Make a row for an agency that is only known by its id as yet: its cameras' facts refer to it."""
    if session.get(AgencyRow, agency_id) is None:
        session.add(AgencyRow(id=agency_id, name=agency_id, created_at=clock.now()))
        session.flush()


def add_user(session: Session, clock: Clock, agency_id: str, new: NewUser) -> UserRow:
    """Raises BadUsername, BadRoles, UsernameTaken."""
    now = clock.now()
    row = UserRow(
        id=new_id(now),
        agency_id=agency_id,
        username=normal_username(new.username),
        full_name=new.full_name,
        roles=_roles(new.roles),
        language=new.language,
        password_hash=new.password_hash,
        password_changed_at=now,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as problem:
        raise UsernameTaken(name=row.username) from problem
    return row


def users(session: Session, agency_id: str) -> list[UserRow]:
    """Everybody of the agency, by name, the disabled too."""
    return list(session.scalars(sa.select(UserRow).where(UserRow.agency_id == agency_id).order_by(UserRow.username)))


def user(session: Session, agency_id: str, user_id: str) -> UserRow:
    """One user of the agency, by id or by username. Raises NotFound."""
    query = sa.select(UserRow).where(
        UserRow.agency_id == agency_id, sa.or_(UserRow.id == user_id, UserRow.username == user_id.strip().lower())
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(kind="user", name=user_id)
    return row


def find_for_login(session: Session, username: str) -> UserRow | None:
    """The account that logs in as `username`, of whatever agency, disabled or not."""
    return session.scalars(sa.select(UserRow).where(UserRow.username == username.strip().lower())).one_or_none()


def change_user(session: Session, clock: Clock, row: UserRow, change: UserChange, sessions: Sessions) -> None:
    """Apply `change`. Disabling ends every session of the user.

    Raises BadRoles, LastAdministrator, AccountElsewhere.
    """
    synced.must_be_home(session, row)
    if change.full_name is not None:
        row.full_name = change.full_name
    if change.language is not None:
        row.language = change.language
    if change.roles is not None:
        row.roles = _roles(change.roles)
    if change.disabled is True and row.disabled_at is None:
        row.disabled_at = clock.now()
        sessions.revoke(session, row.agency_id, row.id)
    elif change.disabled is False:
        row.disabled_at = None
    session.flush()
    active = [one for one in users(session, row.agency_id) if one.disabled_at is None]
    if not any(Role.ADMINISTRATOR in one.roles for one in active):
        raise LastAdministrator


def set_password(
    session: Session, clock: Clock, row: UserRow, password_hash: str, sessions: Sessions, *, keep: str | None = None
) -> None:
    """A new password; every session but `keep` ends. Raises AccountElsewhere."""
    synced.must_be_home(session, row)
    row.password_hash = password_hash
    row.password_changed_at = clock.now()
    sessions.revoke(session, row.agency_id, row.id, keep=keep)
    session.flush()


def normal_username(text: str) -> str:
    """Lower case, no spaces around. Raises BadUsername."""
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise BadUsername(name=text[:64])
    return name


def _roles(roles: Iterable[Role]) -> list[str]:
    names = sorted({Role(role).value for role in roles})
    if not names:
        raise BadRoles
    return names


def _has_users(session: Session, agency_id: str) -> bool:
    return session.scalar(sa.select(UserRow.id).where(UserRow.agency_id == agency_id).limit(1)) is not None
