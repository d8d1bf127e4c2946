"""One federation for all tests here: they neither stop nor change what another needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from federation.conftest import Federation
from veedor.compose.demo_sites import federation_demo
from veedor.kit.clock import SystemClock
from veedor.kit.messages import Message


@pytest.fixture(scope="package")
def federation() -> Iterator[Federation]:
    told: list[Message] = []
    tell: Callable[[Message], None] = told.append
    with federation_demo(3, SystemClock(), tell, port=0, analysed=1) as demo:
        yield Federation(demo)
