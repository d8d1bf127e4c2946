"""Tests that share real servers stay together, else each worker starts servers of its own."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("grouping")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="not spread over workers")
def test_a_group_is_known_to_the_one_who_spreads(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("not --dist loadgroup")
    assert request.node.nodeid.endswith("@grouping")
