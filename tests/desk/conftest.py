from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from desk.databases import DATABASES, KINDS
from desk.desks import Desk, running
from veedor.desk.accounts import passwords

# Modules whose tests run on both databases (each costs a database for each test, so only where SQL is written by
# hand or turns are taken); `sqlite_only` marks tests in them that are about the file.
ON_BOTH = {
    "test_audit",
    "test_database",
    "test_inward",
    "test_inward_events",
    "test_outward",
    "test_rule_review",
    "test_samples",
    "test_scope_clause",
    "test_sealing",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.module.__name__.rpartition(".")[2]
    is_file_test = any(mark.name == "sqlite_only" for mark in metafunc.definition.iter_markers())
    if name in ON_BOTH and not is_file_test and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", KINDS, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def database_kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database that desks of this test get: sqlite or postgresql."""
    before = DATABASES.kind, DATABASES.names()
    DATABASES.kind = getattr(request, "param", "sqlite")
    yield DATABASES.kind
    DATABASES.kind = before[0]
    DATABASES.drop(before[1])


@pytest.fixture(autouse=True)
def _drop_databases(database_kind: str) -> Iterator[None]:
    before = DATABASES.names()
    yield
    DATABASES.drop(before)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A served desk without users."""
    with running(tmp_path) as running_desk:
        yield running_desk


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Iterator[None]:
    """Argon2 still, but not as slow as it must be in earnest: these tests log in hundreds of times."""
    real, passwords._HASHER = passwords._HASHER, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    passwords._HASHER = real
