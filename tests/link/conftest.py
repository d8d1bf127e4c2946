"""One hub, agency a with sites a1 and a2, agency b with site b1; started once for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from three_sites import Federation


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    made = Federation(tmp_path_factory.mktemp("federation"), {"a": ["a1", "a2"], "b": ["b1"]})
    try:
        made.start()
        yield made
    finally:
        made.stop()
