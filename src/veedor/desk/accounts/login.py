"""Logging in: throttled, the same for accounts that exist and for those that do not, and audited either way."""

from __future__ import annotations

from dataclasses import dataclass

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.accounts import passwords, service, synced, throttle, totp
from veedor.desk.accounts.sessions import NewSession, SessionKind, Sessions
from veedor.desk.accounts.tables import UserRow
from veedor.desk.context import DeskPorts, Vouching
from veedor.desk.errors import LoginThrottled, WrongCode, WrongPassword
from veedor.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was typed, and where it came from."""

    username: str
    password: str
    kind: SessionKind
    address: str | None
    agent: str | None
    code: str | None = None  # of the second factor


def log_in(ports: DeskPorts, sessions: Sessions, attempt: Attempt) -> tuple[UserRow, NewSession]:
    """Open a session. Raises WrongPassword (also for unknown and disabled accounts), CodeNeeded, WrongCode,
    LoginThrottled, StoreError; AccountsStale, CodeAtHome for an account that another site of the agency keeps; for
    somebody of another desk's agency, Unavailable where that desk does not answer."""
    if ports.vouching is not None and ports.vouching.concerns(attempt.username):
        return _log_in_elsewhere(ports, ports.vouching, sessions, attempt)
    user = prove(ports, attempt)
    with ports.database.session() as session:
        opened = sessions.open(session, user, attempt.kind, attempt.address, attempt.agent)
    if ports.vouching is not None:
        ports.vouching.opened_here(user, opened.id)
    return user, opened


def prove(ports: DeskPorts, attempt: Attempt) -> UserRow:
    """The account whose password (and code) this is; no session. Throttled and audited. Raises as `log_in`."""
    who = throttle.subjects(attempt.username.strip().lower(), attempt.address)
    with ports.database.session() as session:
        wait_s = throttle.take(session, ports.agency_id, who, ports.clock.now())
        user = service.find_for_login(session, attempt.username)
    if wait_s:
        # Not audited: the failures that led here are, and a stranger must not fill the disk with the rest.
        raise LoginThrottled(seconds=int(wait_s))
    right = passwords.verify(user.password_hash if user else None, attempt.password)
    if user is None or not right or user.disabled_at is not None:
        reason = "unknown account" if user is None else "wrong password" if not right else "disabled"
        _audit(ports, user, attempt, allowed=False, reason=reason)
        raise WrongPassword
    _check_followed(ports, user, attempt)
    _check_code(ports, user, attempt)
    _audit(ports, user, attempt, allowed=True, reason=None)
    with ports.database.session() as session:
        throttle.give_back(session, ports.agency_id, who)
    return user


def _log_in_elsewhere(
    ports: DeskPorts, vouching: Vouching, sessions: Sessions, attempt: Attempt
) -> tuple[UserRow, NewSession]:
    """The person's own agency looks at the password; this desk never stores anything of it."""
    who = throttle.subjects(attempt.username.strip().lower(), attempt.address)
    with ports.database.session() as session:
        wait_s = throttle.take(session, ports.agency_id, who, ports.clock.now())
    if wait_s:
        raise LoginThrottled(seconds=int(wait_s))
    session_id = new_id(ports.clock.now())
    try:
        user_id = vouching.vouch(session_id, attempt.username, attempt.password, attempt.code, attempt.address)
    except (WrongPassword, WrongCode):
        _audit(ports, None, attempt, allowed=False, reason="refused by their own agency")
        raise
    with ports.database.reading() as session:
        user = session.get_one(UserRow, user_id)
    _audit(ports, user, attempt, allowed=True, reason=None)
    with ports.database.session() as session:
        throttle.give_back(session, ports.agency_id, who)
        opened = sessions.open(session, user, attempt.kind, attempt.address, attempt.agent, session_id=session_id)
    return user, opened


def _check_followed(ports: DeskPorts, user: UserRow, attempt: Attempt) -> None:
    """An account that another site keeps must be fresh enough, and need nothing that only that site can look at."""
    with ports.database.reading() as session:
        problem = synced.refusal(session, user, ports.clock.now())
    if problem is not None:
        _audit(ports, user, attempt, allowed=False, reason=problem.key.removeprefix("error-accounts-"))
        raise problem


def _check_code(ports: DeskPorts, user: UserRow, attempt: Attempt) -> None:
    """The second factor. A missing code counts as a try as well, until the right one comes: otherwise leaving it out
    now and then would let somebody guess codes for ever."""
    try:
        with ports.database.session() as session:
            row = service.user(session, user.agency_id, user.id)
            totp.check(session, ports.clock, row, attempt.code, ports.secrets)
    except WrongCode:
        _audit(ports, user, attempt, allowed=False, reason="wrong code")
        raise


def confirm_password(ports: DeskPorts, principal: Principal, password: str) -> UserRow:
    """The person's own password once more, before it changes: an open screen is not enough, nor is guessing on it."""
    who = throttle.subjects(principal.username, None)
    with ports.database.session() as session:
        wait_s = throttle.take(session, ports.agency_id, who, ports.clock.now())
        row = service.user(session, principal.agency_id, principal.user_id)
    if wait_s:
        raise LoginThrottled(seconds=int(wait_s))
    if not passwords.verify(row.password_hash, password):
        resource = Resource("user", row.id, row.agency_id)
        ports.access.note(principal, Action.SELF, resource, allowed=False, reason="wrong password")
        raise WrongPassword
    with ports.database.session() as session:
        throttle.give_back(session, ports.agency_id, who)
    return row


def _audit(ports: DeskPorts, user: UserRow | None, attempt: Attempt, *, allowed: bool, reason: str | None) -> None:
    """Names only accounts that exist: what was typed instead may well be a password."""
    principal = Principal(
        user_id=user.id if user else "",
        username=user.username if user else "",
        agency_id=user.agency_id if user else ports.agency_id,
        roles=frozenset(Role(role) for role in user.roles) if user else frozenset(),
        address=attempt.address,
    )
    resource = Resource("session", None, principal.agency_id)
    ports.access.note(
        principal, Action.LOGIN, resource, allowed=allowed, reason=reason, detail={"kind": attempt.kind.value}
    )
