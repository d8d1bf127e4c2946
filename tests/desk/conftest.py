from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import Desk, running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A served desk without users."""
    with running(tmp_path) as running_desk:
        yield running_desk
