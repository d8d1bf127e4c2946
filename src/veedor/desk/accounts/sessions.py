"""Sessions: what a cookie or bearer token stands for. A disabled user, or a revoked session, is out at once."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from veedor.access.principal import Principal, Role
from veedor.desk.accounts.tables import SessionRow, UserRow
from veedor.desk.database import Database
from veedor.kit.clock import Clock
from veedor.kit.hashing import sha256_bytes
from veedor.kit.ids import new_id

_KEEP_ENDED = timedelta(days=30)
_RECENT_S = 0.5


class SessionKind(StrEnum):
    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who a token stands for, now."""

    principal: Principal  # without address and purpose: those belong to a request
    language: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    """`token` (256 random bits) is shown once, here; the database has only its hash."""

    id: str
    token: str
    expires_at: datetime


class Sessions:
    """Opens, finds and revokes sessions."""

    def __init__(self, database: Database, clock: Clock, session_hours: float) -> None:
        self._database = database
        self._clock = clock
        self._life = timedelta(hours=session_hours)
        self._recent: dict[str, tuple[float, LoggedIn | None]] = {}
        self._guard = threading.Lock()

    def open(
        self,
        session: Session,
        user: UserRow,
        kind: SessionKind,
        address: str | None,
        agent: str | None,
        *,
        session_id: str | None = None,
    ) -> NewSession:
        """A new session of `user`, in the caller's transaction. Old rows of ended sessions go. `session_id`: where it
        had to be known before."""
        now = self._clock.now()
        session.execute(sa.delete(SessionRow).where(SessionRow.expires_at < now - _KEEP_ENDED))
        token = secrets.token_urlsafe(32)
        row = SessionRow(
            id=session_id or new_id(now),
            agency_id=user.agency_id,
            user_id=user.id,
            token_hash=_hash(token),
            kind=kind.value,
            address=address,
            agent=agent[:200] if agent else None,
            created_at=now,
            expires_at=now + self._life,
        )
        session.add(row)
        session.flush()
        return NewSession(row.id, token, row.expires_at)

    def find(self, token: str) -> LoggedIn | None:
        """The person behind `token`, if the session is valid and the user may log in."""
        if len(token) > 200 or not token.isascii():
            return None
        return self._find(SessionRow.token_hash == _hash(token))

    def find_by_id(self, session_id: str) -> LoggedIn | None:
        """The same for a session that was valid before."""
        return self._find(SessionRow.id == session_id)

    def recent(self, session_id: str) -> LoggedIn | None:
        """`find_by_id`, at most `_RECENT_S` old: a wall of forty live pictures asks every second for each of them."""
        now_s = self._clock.monotonic()
        with self._guard:
            asked_s, known = self._recent.get(session_id, (float("-inf"), None))
            if now_s - asked_s < _RECENT_S:
                return known
        found = self.find_by_id(session_id)
        with self._guard:
            self._recent = {key: one for key, one in self._recent.items() if now_s - one[0] < _RECENT_S}
            self._recent[session_id] = (now_s, found)
        return found

    def _find(self, which: sa.ColumnElement[bool]) -> LoggedIn | None:
        query = (
            sa.select(SessionRow)
            .join(SessionRow.user)
            .options(contains_eager(SessionRow.user))
            .where(
                which,
                SessionRow.agency_id == UserRow.agency_id,
                SessionRow.revoked_at.is_(None),
                SessionRow.expires_at > self._clock.now(),
                UserRow.disabled_at.is_(None),
            )
        )
        with self._database.reading() as session:
            row = session.scalars(query).one_or_none()
        if row is None:
            return None
        principal = Principal(
            user_id=row.user_id,
            username=row.user.username,
            agency_id=row.agency_id,
            roles=frozenset(Role(role) for role in row.user.roles),
            session_id=row.id,
        )
        return LoggedIn(principal, row.user.language, row.expires_at)

    def of_user(self, session: Session, agency_id: str, user_id: str) -> list[SessionRow]:
        """Valid sessions of a user, newest first."""
        return [row for row in self.of_agency(session, agency_id) if row.user_id == user_id]

    def of_agency(self, session: Session, agency_id: str) -> list[SessionRow]:
        """Valid sessions of everybody in the agency, newest first."""
        query = (
            sa.select(SessionRow)
            .where(
                SessionRow.agency_id == agency_id,
                SessionRow.revoked_at.is_(None),
                SessionRow.expires_at > self._clock.now(),
            )
            .order_by(SessionRow.created_at.desc())
        )
        return list(session.scalars(query))

    def revoke(
        self, session: Session, agency_id: str, user_id: str, *, only: str | None = None, keep: str | None = None
    ) -> int:
        """End sessions of a user: all, `only` one, or all but `keep`. Returns how many there were."""
        query = sa.update(SessionRow).where(
            SessionRow.agency_id == agency_id, SessionRow.user_id == user_id, SessionRow.revoked_at.is_(None)
        )
        if only is not None:
            query = query.where(SessionRow.id == only)
        if keep is not None:
            query = query.where(SessionRow.id != keep)
        done = session.execute(query.values(revoked_at=self._clock.now()).returning(SessionRow.id)).all()
        return len(done)


def _hash(token: str) -> str:
    # Plain SHA-256 is enough here: the token has 256 random bits, there is nothing to guess.
    return sha256_bytes(token.encode())
