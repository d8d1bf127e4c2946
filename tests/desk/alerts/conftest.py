"""A desk for tests of alerts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.cases import Cases, cases


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Cases]:
    """Its workers stand still."""
    with cases(tmp_path, work=False) as ready:
        yield ready
