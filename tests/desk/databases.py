"""The databases that tests run on: a SQLite file, or a database of a real PostgreSQL started once per test process.

`database_url(directory)` gives the database of a test's folder, on whichever kind is chosen now. On PostgreSQL each
folder gets a copy of a migrated template; copies are dropped when the test (or module) that made them is over.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import psycopg

from veedor.compose.postgres import EmbeddedConfig, EmbeddedPostgres
from veedor.desk.database import Database, database_file
from veedor.desk.database import database_url as sqlite_url
from veedor.kit.clock import SystemClock

KINDS = ("sqlite", "postgresql")
_TEMPLATE = "template_desk"


class Databases:
    """Chooses, makes and drops. One per test process."""

    def __init__(self) -> None:
        self.kind = "sqlite"
        self._server: EmbeddedPostgres | None = None
        self._names: dict[Path, str] = {}
        self._made = 0
        self._migrated: Path | None = None

    def url(self, directory: Path) -> str:
        """The database of a folder: the same one again for the same folder."""
        if self.kind == "sqlite":
            return sqlite_url(directory)
        name = self._names.get(directory)
        if name is None:
            self._made += 1
            name = self._names[directory] = f"desk_{self._made}"
            self.run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return self.server().url(name)

    def migrated(self, directory: Path, busy_timeout_s: float = 10.0) -> Database:
        """The database of a folder with all its tables; a new file begins as a copy of one that was migrated once."""
        if self.kind == "sqlite" and not database_file(directory).exists():
            directory.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._file(), database_file(directory))
        database = Database(self.url(directory), busy_timeout_s=busy_timeout_s)
        database.migrate()
        return database

    def _file(self) -> Path:
        if self._migrated is None:
            folder = Path(tempfile.mkdtemp(prefix="veedor-test-db-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            database = Database(sqlite_url(folder))
            database.migrate()
            database.close()
            self._migrated = database_file(folder)
        return self._migrated

    def empty(self) -> str:
        """A database of PostgreSQL without tables."""
        self._made += 1
        name = f"desk_{self._made}"
        self._names[Path(name)] = name
        self.run(f"CREATE DATABASE {name}")
        return self.server().url(name)

    def server(self) -> EmbeddedPostgres:
        if self._server is None:
            folder = Path(tempfile.mkdtemp(prefix="veedor-test-pg-"))  # not pytest's: nobody else may enter that
            folder.chmod(0o711)
            self._server = EmbeddedPostgres(folder / "pg", SystemClock(), EmbeddedConfig(durable=False))
            self._server.start()
            atexit.register(self._end, folder)
            self.run(f"CREATE DATABASE {_TEMPLATE}")
            database = Database(self._server.url(_TEMPLATE))
            database.migrate()
            database.close()
        return self._server

    def run(self, statement: str) -> None:
        address = self.server().url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def names(self) -> set[Path]:
        return set(self._names)

    def drop(self, keep: set[Path]) -> None:
        """Drop the databases of folders that are not in `keep`."""
        for directory in set(self._names) - keep:
            self.run(f"DROP DATABASE IF EXISTS {self._names.pop(directory)} WITH (FORCE)")

    def _end(self, folder: Path) -> None:
        if self._server is not None:
            self._server.stop()
        shutil.rmtree(folder, ignore_errors=True)


DATABASES = Databases()
database_url = DATABASES.url
