"""Two machines with one site's identity: the hub finds out, and each tells its own people until a new key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.machines import SITE, Hub, Machine


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "hub")
    yield made
    made.ports.database.close()


def test_both_machines_tell_their_own_people_until_a_new_key(hub: Hub, tmp_path: Path) -> None:
    first, copy = Machine(tmp_path / "first", hub), Machine(tmp_path / "copy", hub)
    quiet = first.problems()
    for machine in (first, copy):  # a machine that was replaced looks like this too: nothing is known yet
        machine.roster.run_once()
    assert (hub.is_doubled, first.problems()) == (False, quiet)
    first.roster.run_once()
    copy.roster.run_once()
    assert hub.is_doubled
    for machine in (first, copy):
        (text, hint), *rest = machine.problems()
        assert "Another machine uses this site's identity" in text
        assert hint is not None
        assert f"veedor hub rekey {SITE}" in hint
        assert rest == quiet
    assert "Otra máquina usa la identidad de este sitio" in first.problems("es")[0][0]
    hub.rekey()
    first.roster.run_once()
    assert (hub.is_doubled, first.problems()) == (False, quiet)
    for machine in (first, copy):
        machine.desk.ports.database.close()
