"""The desk's database: a file (SQLite) or a server (PostgreSQL); the same tables and code for both.

`Database.session()` is a unit of work: it commits at its end, or not at all. It is opened at the edge (an endpoint, a
port's method); services below it only flush. A session that may write takes its turn at once (SQLite: BEGIN IMMEDIATE,
PostgreSQL: an advisory lock), so that it never fails half-way with "database is locked"; `reading()` takes none, and
sees one moment of the database throughout.

Audit entries have a transaction of their own. Ask `Access.authorize` before you open a session: `in_session` lets the
audit log refuse to wait for a lock that its own thread holds.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from veedor.desk import postgres
from veedor.desk.turns import NotOurTurn, Turns
from veedor.kit.errors import StoreError, StoreLocked
from veedor.kit.sqlite import store_errors

_MIGRATIONS = Path(__file__).parent / "migrations"
_FILE_NAME = "desk.db"
_WRITE = re.compile(r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
_HIDDEN_WRITE = re.compile(r"\s*WITH\b.*\b(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)
_ANY = "*"


class Base(DeclarativeBase):
    """Base of every table of the desk. Names of constraints are fixed, so that migrations can find them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that grows for ever. SQLite's integers have 64 bits anyway, and only INTEGER counts by itself there."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in Python, always UTC. SQLite stores it without a zone, as text that sorts by time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value}: the desk stores aware times only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def database_file(data_directory: Path) -> Path:
    """The desk's own SQLite file in the site's data directory."""
    return data_directory.resolve() / _FILE_NAME


def database_url(data_directory: Path) -> str:
    """The same as a URL."""
    return sa.URL.create("sqlite", database=str(database_file(data_directory))).render_as_string()


class Database:
    """Engine, sessions and errors of the desk's database. Safe to share between threads."""

    def __init__(self, url: str, *, busy_timeout_s: float = 10.0) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.info: dict[str, Any] = {}  # what every session carries, as `Session.info`
        self._held = threading.local()
        self._busy_timeout_s = busy_timeout_s
        self._turns = {turn: Turns() for turn in ("write", "audit")}
        self._listeners: list[tuple[Callable[[], None], frozenset[str]]] = []
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise ValueError("the desk needs a database file: its connections share one database")
            self.name = Path(parsed.database).name
            _make_private_file(Path(parsed.database))
            self.engine = _sqlite_engine(parsed, busy_timeout_s)
            self._reads = self.engine
        else:
            self.name = postgres.name_of(parsed)
            self.engine = postgres.engine_of(parsed, busy_timeout_s)
            self._reads = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        sa.event.listen(self.engine, "before_cursor_execute", self._note_write)
        self._writes = self.engine.execution_options(veedor_write=True)
        self._writer = sessionmaker(self._writes, info=self.info, expire_on_commit=False, autoflush=False)
        self._reader = sessionmaker(self._reads, expire_on_commit=False, autoflush=False)

    @property
    def in_session(self) -> bool:
        """Whether this thread is inside `session()`, and so may hold the write lock."""
        return bool(getattr(self._held, "depth", 0))

    @contextmanager
    def session(self, turn: str = "write", *, first: bool = False) -> Iterator[Session]:
        """A unit of work: commits at the end, rolls back on any exception. Raises the StoreError tree.

        `turn`: with whom it takes turns, `write` or `audit`; on SQLite all writers share one. `first`: before others of
        this process that wait, for what somebody is warned by; on SQLite nobody is before another.
        """
        if self.in_session:
            raise RuntimeError("a session inside a session would wait for its own write lock")
        self._held.depth, self._held.tables = 1, set[str]()
        try:
            with self.errors(), self._turn(turn, first=first), self._writer.begin() as session:
                connection = session.connection()  # begin now: who waits for the lock waits here, before any work
                if not self.is_sqlite:
                    postgres.take_turn(connection, turn)
                yield session
        finally:
            self._held.depth = 0
        written: set[str] = self._held.tables
        for listener, tables in tuple(self._listeners):
            if not tables or _ANY in written or not tables.isdisjoint(written):
                listener()

    def _note_write(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Into which table this thread writes, however the statement was made."""
        if self.in_session and (found := _WRITE.match(statement)):
            self._held.tables.add(found[1])
        elif self.in_session and _HIDDEN_WRITE.match(statement):
            self._held.tables.add(_ANY)

    def _turn(self, turn: str, *, first: bool) -> AbstractContextManager[None]:
        """This process's own, before a connection is taken; SQLite's writers wait in the file's lock alone."""
        return nullcontext() if self.is_sqlite else self._turns[turn].take(self._busy_timeout_s, first=first)

    def drop_old_pages(self) -> None:
        """Put what was written into the file itself, so that SQLite's log no longer holds what was there before. As far
        as readers let it; PostgreSQL does so in its own time. Raises StoreError."""
        if self.is_sqlite:
            with self.errors():
                raw = self.engine.raw_connection()
                try:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
                finally:
                    raw.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view of the database, without the write lock. What is changed in it is not kept."""
        with self.errors(), self._reader() as session:
            try:
                yield session
            finally:
                session.expunge_all()  # rows stay readable after the session; a rollback would empty them
                session.rollback()

    def on_commit(self, listener: Callable[[], None], *tables: type[DeclarativeBase]) -> Callable[[], None]:
        """Call `listener` (fast, any thread) after each commit of this process, or, where `tables` are named, after
        those that wrote into one of them; returns how to stop that. What a foreign key deletes along is not seen."""
        entry = (listener, frozenset(one.__tablename__ for one in tables))
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn driver errors into StoreError and its kin; constraint errors too, so catch those where they arise."""
        try:
            yield
        except (PoolTimeout, NotOurTurn) as problem:
            raise StoreLocked(path=self.name) from problem
        except DBAPIError as problem:
            if isinstance(problem.orig, sqlite3.Error):
                with store_errors(Path(self.name)):
                    raise problem.orig from problem
            raise postgres.store_error(self.name, problem) from problem

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema to `revision`: called once at start, before anything else touches the database."""
        with self.errors(), self._writes.connect() as connection:
            if not self.is_sqlite:
                postgres.take_turn(connection, "migrate")
            try:
                command.upgrade(migration_config(connection), revision)
                connection.commit()
            except CommandError as problem:
                said = str(problem)
                raise StoreError(path=self.name, problem=said, detail="reason-newer-database", said=said) from problem

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _make_private_file(path: Path) -> None:
    """Make the file, readable by its owner only: it holds password hashes. SQLite gives its journals the same mode."""
    with store_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with store_errors(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def migration_config(connection: sa.Connection) -> Config:
    """Alembic's configuration for our migrations, run on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _sqlite_engine(url: sa.URL, busy_timeout_s: float) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=20,  # threads of the API server wait for a connection, they do not fail
        max_overflow=60,
        pool_timeout=busy_timeout_s,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit that returned survives power loss
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    wants_write = connection.get_execution_options().get("veedor_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if wants_write else "BEGIN")
