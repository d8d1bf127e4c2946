from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from desk.desks import Desk, running
from veedor.desk.accounts import passwords


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
