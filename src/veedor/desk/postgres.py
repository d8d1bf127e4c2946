"""PostgreSQL beneath the desk: addresses, how connections are prepared, whose turn it is to write, and its errors.

Writers take turns, as on SQLite: the desk's code reads, decides and writes without fearing somebody in between, and the
numbers of the feed and of the outward table grow in the order of the commits. Two turns exist, so that an audit entry
waits for other audit entries only.
"""

from __future__ import annotations

import time

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError

from veedor.kit.errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnreachable,
    UserError,
)

_FRESH_S = 1.0  # how long a connection that was given back is taken to be as it was
_TURNS = {"write": 7_316_001, "audit": 7_316_002, "migrate": 7_316_003}
_CLASSES = {
    "40001": StoreLocked,
    "40P01": StoreLocked,
    "55P03": StoreLocked,
    "53100": StoreFull,
    "25006": StoreReadOnly,
    "42501": StoreReadOnly,
    "XX001": StoreCorrupt,
    "XX002": StoreCorrupt,
}
# Connections that failed or were ended, no more connections, and logins that were refused.
_UNREACHABLE = ("08", "57P", "53300", "28", "3D000")


class NotPostgres(UserError):
    """params: problem"""

    key = "error-desk-not-postgres"


def postgres_url(dsn: str) -> str:
    """`postgresql://user:password@host/database` as the desk's database wants it. Raises NotPostgres."""
    try:
        url = make_url(dsn)
    except ArgumentError as problem:
        raise NotPostgres(problem=dsn.partition("://")[0][:40]) from problem
    if url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        raise NotPostgres(problem=url.drivername)
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def name_of(url: URL) -> str:
    """How errors call the database: never with its password."""
    return f"postgresql://{url.host or url.query.get('host') or 'localhost'}/{url.database}"


def engine_of(url: URL, timeout_s: float) -> sa.Engine:
    """Connections of which a commit that returned survives power loss, and which wait `timeout_s` for their turn."""
    engine = sa.create_engine(
        url,
        pool_size=20,  # those beyond it are made anew each time: a login costs more than what it is made for
        max_overflow=20,
        pool_timeout=timeout_s,
        connect_args={"connect_timeout": max(2, int(timeout_s))},
    )

    @sa.event.listens_for(engine, "checkin")
    def keep(_connection: sa.engine.interfaces.DBAPIConnection, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info["kept_s"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def try_it(
        connection: sa.engine.interfaces.DBAPIConnection, record: sa.pool.ConnectionPoolEntry, _: object
    ) -> None:
        """A server that was restarted while it was kept costs nobody an error; one that was just used is not asked."""
        if time.monotonic() - record.info.get("kept_s", float("inf")) < _FRESH_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as problem:
            raise InvalidatePoolError from problem

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute(f"SET lock_timeout = {int(timeout_s * 1000)}")
        connection.commit()

    return engine


def take_turn(connection: sa.Connection, turn: str) -> None:
    """Wait until nobody else in the cluster of desks writes; held to the end of the transaction."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURNS[turn])))


def store_error(name: str, problem: DBAPIError) -> StoreError:
    """What a driver's error means for people."""
    original = problem.orig
    said = str(original).strip().partition("\n")[0]
    state = getattr(original, "sqlstate", None) or ""
    if problem.connection_invalidated or state.startswith(_UNREACHABLE) or _is_gone(original, state):
        return StoreUnreachable(path=name, problem=said)
    kind = _CLASSES.get(state)
    if kind is StoreCorrupt:
        return StoreCorrupt(path=name, problem=said, detail="reason-database-damaged", said=said)
    if kind is not None:
        return kind(path=name)
    return StoreError(path=name, problem=said, detail="reason-database-said", said=said)


def _is_gone(original: BaseException | None, state: str) -> bool:
    """An operational error without a state comes from the client's side: there was no server to give one."""
    return not state and type(original).__name__ in ("OperationalError", "ConnectionTimeout")
