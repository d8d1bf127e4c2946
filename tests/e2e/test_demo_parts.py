"""A part of a demo that does not come up: said at once, in its own words, since its log goes with the demo's folder."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from veedor.compose import demo_sites
from veedor.compose.errors import DemoPartFailed
from veedor.kit.clock import SystemClock


def test_a_part_that_ends_is_not_waited_for_and_says_why(tmp_path: Path) -> None:
    config = tmp_path / "veedor.yaml"
    config.write_text("site: x\nsite: y\n", encoding="utf-8")
    clock = SystemClock()
    began_s = clock.monotonic()
    with ExitStack() as stack:
        process = demo_sites._run(["site", "run", "--config", str(config)], tmp_path / "site.log", stack)
        with pytest.raises(DemoPartFailed) as refused:
            demo_sites._wait(clock, lambda: False, "Serenazgo", process)
    assert clock.monotonic() - began_s < demo_sites.READY_S
    assert str(config) in refused.value.hint("en")
    assert "Serenazgo" in str(refused.value)
