"""The embedded PostgreSQL: it stops with its parent, comes back after any death, and its errors are ours."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.databases import DATABASES
from veedor.compose.errors import PostgresFailed, PostgresVersion
from veedor.compose.postgres import EmbeddedConfig, EmbeddedPostgres, desk_database
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.database import Database
from veedor.desk.postgres import NotPostgres, postgres_url
from veedor.desk.turns import NotOurTurn, Turns
from veedor.kit.clock import SystemClock
from veedor.kit.errors import StoreError, StoreLocked, StoreUnreachable
from waiting import wait_until

QUICK = EmbeddedConfig(durable=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's own user may enter, which pytest's are not."""
    one = Path(tempfile.mkdtemp(prefix="veedor-test-pg-"))
    one.chmod(0o711)
    yield one
    shutil.rmtree(one, ignore_errors=True)


def names(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(sa.select(AgencyRow.id)))


def add(database: Database, name: str) -> None:
    clock = SystemClock()
    with database.session() as session:
        session.add(AgencyRow(id=name, name=name, created_at=clock.now()))


def test_what_was_committed_survives_kill_9_and_a_new_start(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "pg", SystemClock())  # durable, as in earnest
    server.start()
    database = Database(server.url())
    database.migrate()
    add(database, "before")
    first = server.server_pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def answers() -> bool:
        try:
            return names(database) == {"before"}
        except StoreUnreachable:
            return False

    # Not by an answer: a backend of the killed server answers for a moment longer.
    wait_until(lambda: server.server_pid() not in (None, first), 60)  # the keeper started it again
    wait_until(answers, 60)  # and it recovered
    add(database, "after")
    database.close()
    server.stop()
    assert server.server_pid() is None
    with desk_database(None, folder / "pg", SystemClock()) as later:
        assert names(later) == {"before", "after"}
    version = folder / "pg" / "data" / "PG_VERSION"
    there = version.read_text()
    version.write_text("9\n")
    with pytest.raises(PostgresVersion, match="PostgreSQL 9") as refused:
        server.start()
    assert refused.value.hint("en") is not None
    version.write_text(there)


def test_waiting_writers_leave_connections_for_the_one_whose_turn_it_is(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "pg", SystemClock(), QUICK)
    server.start()
    database = Database(server.url())
    database.migrate()
    pool = 20 + 20
    names_ = [f"a{number}" for number in range(pool + 10)]
    writers = [threading.Thread(target=add, args=(database, name)) for name in names_]
    with database.session() as session:
        for writer in writers:
            writer.start()
        wait_until(lambda: len(database._turns["write"]._waiting) == len(writers))
        assert names(database) == set()  # a look of its own, while all others wait
        session.add(AgencyRow(id="first", name="first", created_at=SystemClock().now()))
    for writer in writers:
        writer.join()
    assert names(database) == {"first", *names_}
    database.close()
    server.stop()


def test_turns_go_round_in_order_and_who_gives_up_leaves_the_line() -> None:
    turns, order = Turns(), []

    def take(name: str) -> None:
        with turns.take(20.0, first=name == "alert"):
            order.append(name)

    with turns.take(1.0):
        with pytest.raises(NotOurTurn), turns.take(0.01):
            pass
        threads = []
        for name in ("a", "b", "c", "alert"):
            threads.append(threading.Thread(target=take, args=(name,)))
            threads[-1].start()
            wait_until(lambda: len(turns._waiting) == len(threads))
    for thread in threads:
        thread.join()
    assert order == ["alert", "a", "b", "c"]
    take("d")


_PARENT = """
import sys, time
from pathlib import Path
from veedor.compose.postgres import EmbeddedConfig, EmbeddedPostgres, desk_database
from veedor.kit.clock import SystemClock
server = EmbeddedPostgres(Path(sys.argv[1]), SystemClock(), EmbeddedConfig(durable=False))
server.start()
print(server.server_pid(), flush=True)
time.sleep(600)
"""


def runs(pid: int | None) -> bool:
    """Whether the process is alive; one that ended and that nobody has asked after has no command line any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


def test_it_ends_with_its_parent_and_leaves_no_lock_behind(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(folder / "pg")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not runs(pid), 30)
    server = EmbeddedPostgres(folder / "pg", SystemClock(), QUICK)
    server.start()
    keeper = server._keeper
    assert keeper is not None
    left = server.server_pid()
    keeper.kill()  # now the server has no keeper: the next start ends it first
    keeper.wait()
    second = EmbeddedPostgres(folder / "pg", SystemClock(), QUICK)
    second.start()
    assert second.server_pid() not in (None, left)
    assert not runs(left)
    second.stop()


def test_only_with_its_password_and_only_on_its_socket(folder: Path) -> None:
    server = DATABASES.server()
    wrong = Database(server.url().replace(f":{server._password}@", ":wrong@"), busy_timeout_s=2)
    with pytest.raises(StoreUnreachable) as refused, wrong.session():
        pass
    assert server._password not in str(refused.value)
    assert "password" in str(refused.value)
    pid = server.server_pid()
    listening = subprocess.run(["cat", f"/proc/{pid}/net/tcp"], capture_output=True, text=True, check=True).stdout
    assert ":1538" not in listening  # 5432


def test_a_server_that_is_gone_is_our_error() -> None:
    nowhere = Database("postgresql+psycopg://veedor:secret@127.0.0.1:1/veedor", busy_timeout_s=2)
    with pytest.raises(StoreUnreachable) as refused, nowhere.reading() as session:
        session.execute(sa.text("SELECT 1"))
    assert "secret" not in str(refused.value)
    assert refused.value.params["path"] == "postgresql://127.0.0.1/veedor"


def test_a_connection_that_was_ended_is_our_error_and_the_next_one_works() -> None:
    database = Database(DATABASES.empty(), busy_timeout_s=5)
    database.migrate()

    def is_cut_off() -> None:
        with database.session() as session:
            pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
            DATABASES.run(f"SELECT pg_terminate_backend({pid})")
            session.execute(sa.text("SELECT 1"))

    with pytest.raises(StoreUnreachable):
        is_cut_off()
    add(database, "muni")
    assert names(database) == {"muni"}
    database.close()


def test_turns_a_look_is_not_held_up_and_audit_waits_for_audit_only() -> None:
    database = Database(DATABASES.empty(), busy_timeout_s=0.3)
    database.migrate()
    other = Database(database.engine.url.render_as_string(hide_password=False), busy_timeout_s=0.3)
    with database.session():
        with pytest.raises(StoreLocked), other.session():
            pass
        assert names(other) == set()
        assert ChainedAuditLog(other, SystemClock(), "muni").verify().entries == 0
        with other.session("audit") as session:
            session.add(AgencyRow(id="muni", name="", created_at=SystemClock().now()))
    assert names(database) == {"muni"}
    database.close()
    other.close()


def test_looking_cannot_write() -> None:
    database = Database(DATABASES.empty(), busy_timeout_s=5)
    database.migrate()
    with pytest.raises(StoreError), database.reading() as session:
        session.execute(sa.text("DELETE FROM agencies"))
    database.close()


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://host", "not an address", "sqlite:///x.db"])
def test_what_is_no_address_of_postgresql_is_refused(address: str) -> None:
    with pytest.raises(NotPostgres):
        postgres_url(address)


def test_any_address_will_do() -> None:
    dsn = DATABASES.empty().replace("+psycopg", "")
    with desk_database(dsn, Path("/nowhere"), SystemClock()) as database:
        add(database, "muni")
        assert names(database) == {"muni"}


def test_an_address_gets_its_driver() -> None:
    assert postgres_url("postgresql://a:b%40c@host:5433/veedor") == "postgresql+psycopg://a:b%40c@host:5433/veedor"
    assert postgres_url("postgres://a@host/v") == "postgresql+psycopg://a@host/v"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_where_its_user_may_not_enter_the_error_says_so() -> None:
    closed = Path(tempfile.mkdtemp(prefix="veedor-test-pg-"))
    try:
        with pytest.raises(PostgresFailed) as refused:
            EmbeddedPostgres(closed / "pg", SystemClock(), QUICK).start()
        assert "nobody" in (refused.value.hint("en") or "")
    finally:
        shutil.rmtree(closed)
