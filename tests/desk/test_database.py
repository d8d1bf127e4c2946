"""Migrations and sessions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import InvalidRequestError

from desk.databases import database_url
from veedor.desk.accounts.tables import AgencyRow, SessionRow, UserRow
from veedor.desk.bulk import write_many
from veedor.desk.database import Database, database_file
from veedor.desk.schema import METADATA
from veedor.kit.errors import StoreCorrupt, StoreError, StoreLocked

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database(database_url(tmp_path), busy_timeout_s=0.2)
    one.migrate()
    yield one
    one.close()


def agency(agency_id: str = "muni") -> AgencyRow:
    return AgencyRow(id=agency_id, name="Municipalidad", created_at=NOON)


def test_migrations_from_nothing_make_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_again_changes_nothing_and_keeps_rows(database: Database) -> None:
    with database.session() as session:
        session.add(agency())
    database.migrate()
    with database.reading() as session:
        assert session.scalars(sa.select(AgencyRow.id)).all() == ["muni"]


@pytest.mark.sqlite_only
def test_only_its_owner_may_read_the_file(database: Database, tmp_path: Path) -> None:
    with database.session() as session:
        session.add(agency())
        for path in tmp_path.glob("desk.db*"):
            assert path.stat().st_mode & 0o077 == 0, path


def test_every_table_has_an_agency() -> None:
    for table in METADATA.tables.values():
        # The counters say how often all grants and agencies have changed.
        assert table.name in ("agencies", "agreement_counters", "kept_roster") or "agency_id" in table.columns, (
            table.name
        )


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError):
        database.migrate()


def test_a_session_commits_at_its_end_or_not_at_all(database: Database) -> None:
    def fails_half_way() -> None:
        with database.session() as session:
            session.add(agency())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    with database.reading() as session:
        assert session.get(AgencyRow, "muni") is None


def test_times_come_back_aware_and_naive_ones_do_not_go_in(database: Database) -> None:
    lima = timezone(timedelta(hours=-5))
    with database.session() as session:
        session.add(AgencyRow(id="muni", name="", created_at=datetime(2026, 3, 1, 7, 0, tzinfo=lima)))
    with database.reading() as session:
        assert session.get_one(AgencyRow, "muni").created_at == NOON
    with pytest.raises(sa.exc.StatementError, match="naive"), database.session() as session:
        session.add(AgencyRow(id="x", name="", created_at=datetime(2026, 3, 1)))  # noqa: DTZ001


def test_a_lock_held_elsewhere_is_our_error(database: Database, tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        other = Database(database_url(tmp_path))
        with other.session():
            held.set()
            done.wait(10)
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        with pytest.raises(StoreLocked), database.session():
            pass
        with database.reading() as session:  # readers do not wait for writers
            assert session.scalars(sa.select(AgencyRow)).all() == []
    finally:
        done.set()
        thread.join()


@pytest.mark.sqlite_only
def test_a_damaged_file_is_our_error(tmp_path: Path) -> None:
    database_file(tmp_path).write_bytes(b"this is not a database" * 1000)
    with pytest.raises(StoreCorrupt, match=r"desk\.db"):
        Database(database_url(tmp_path)).migrate()


def test_a_session_inside_a_session_is_a_fault_at_once(database: Database) -> None:
    with database.session(), pytest.raises(RuntimeError), database.session():
        pass
    with database.session():  # and the outer one is over
        pass


def test_relationships_are_never_loaded_behind_our_back(database: Database) -> None:
    row = SessionRow(id="s", agency_id="muni", user_id="u", token_hash="h", kind="cookie")
    with database.session() as session:
        session.add(agency())
        session.flush()
        session.add(
            UserRow(
                id="u",
                agency_id="muni",
                username="rosa",
                full_name="",
                roles=[],
                password_hash="",
                password_changed_at=NOON,
                created_at=NOON,
            )
        )
        session.flush()
        row.created_at = row.expires_at = NOON
        session.add(row)
        session.flush()
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = row.user
        session.delete(row)


def test_reading_sees_one_moment_throughout(database: Database) -> None:
    with database.reading() as reading:
        assert reading.scalars(sa.select(AgencyRow.id)).all() == []
        with database.session() as writing:
            writing.add(agency())
        assert reading.scalars(sa.select(AgencyRow.id)).all() == []
    with database.reading() as reading:
        assert reading.scalars(sa.select(AgencyRow.id)).all() == ["muni"]


def test_writers_take_turns_and_lose_nothing(database: Database) -> None:
    """Each reads, decides and writes: without turns, two would read the same number."""
    with database.session() as session:
        session.add(agency("0"))
    patient = Database(database.engine.url.render_as_string(hide_password=False), busy_timeout_s=30)

    def count() -> None:
        with patient.session() as session:
            names = session.scalars(sa.select(AgencyRow.id)).all()
            session.add(agency(str(max(int(name) for name in names) + 1)))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(count) for _ in range(40)]:
            done.result()
    with database.reading() as session:
        assert sorted(int(name) for name in session.scalars(sa.select(AgencyRow.id))) == list(range(41))
    patient.close()


def test_listeners_hear_of_commits_only(database: Database) -> None:
    heard: list[int] = []
    stop = database.on_commit(lambda: heard.append(1))
    with database.session() as session:
        session.add(agency())
    with pytest.raises(ZeroDivisionError), database.session():
        raise ZeroDivisionError
    assert heard == [1]
    stop()
    with database.session():
        pass
    assert heard == [1]


def test_a_listener_of_tables_hears_of_what_is_written_into_them(database: Database) -> None:
    """However it is written: by the mapper, by a statement, by many rows at once, by SQL."""
    heard: list[str] = []
    for listener, tables in (("users", (UserRow, SessionRow)), ("agencies", (AgencyRow,)), ("all", ())):
        database.on_commit(lambda who=listener: heard.append(who), *tables)  # type: ignore[misc]

    def after(*what: sa.Executable | AgencyRow) -> set[str]:
        heard.clear()
        with database.session() as session:
            for one in what:
                session.add(one) if isinstance(one, AgencyRow) else session.execute(one)
        return set(heard)

    many = [{"id": f"a{number}", "name": "A", "created_at": NOON} for number in range(3)]
    assert after() == {"all"}
    assert after(sa.select(UserRow)) == {"all"}
    assert after(agency()) == {"agencies", "all"}
    assert after(sa.update(AgencyRow).values(name="Otra")) == {"agencies", "all"}
    assert after(sa.insert(AgencyRow).values(many)) == {"agencies", "all"}
    assert after(sa.delete(SessionRow), sa.select(AgencyRow)) == {"users", "all"}
    assert after(sa.text("  UPDATE agencies SET name = 'Tercera'")) == {"agencies", "all"}
    hidden = "WITH one AS (SELECT 'x' AS id) DELETE FROM sessions WHERE id IN (SELECT id FROM one)"
    assert after(sa.text(hidden)) == {"users", "agencies", "all"}  # which it was is not looked for
    with database.reading() as session:
        assert set(session.scalars(sa.select(AgencyRow.id))) == {"muni", "a0", "a1", "a2"}
    heard.clear()
    with pytest.raises(StoreError):
        after(
            sa.update(AgencyRow).values(name="Nadie"), sa.insert(AgencyRow).values(id="muni", name="M", created_at=NOON)
        )
    assert heard == []
    with database.session() as session:
        write_many(session, AgencyRow, [{"id": "b", "name": "B", "created_at": NOON}])
    assert set(heard) == {"agencies", "all"}
