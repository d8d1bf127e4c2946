"""A request that its owner granted, for one span of footage: what may be looked at through a hub, and what not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.far import Afar
from stored_footage import START
from veedor.access.actions import Action
from veedor.hub.relay.footage import RelayFootage, SegmentCopies
from veedor.kit.errors import Forbidden

SPAN = (START + timedelta(seconds=2), START + timedelta(seconds=8))


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Callable[[Action], RelayFootage]]:
    """The footage of the owner's camera, for somebody with a grant for `SPAN` alone."""
    afar = Afar(tmp_path)
    afar.agree(span=SPAN)
    who = afar.log_in()
    copies = SegmentCopies(tmp_path / "copies")
    yield lambda action: RelayFootage(afar.remote(who, action), copies)
    afar.stop()


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(Forbidden) as refusal:
        ask()
    return str(refusal.value.params["reason"])


def test_up_to_when_there_is_footage(look: Callable[[Action], RelayFootage]) -> None:
    footage = look(Action.FOOTAGE_LIST)
    assert footage.recorded_until("plaza", within=SPAN) is not None
    later = (SPAN[0], SPAN[1] + timedelta(seconds=1))
    assert refused(lambda: footage.recorded_until("plaza", within=later)) == "span"
    assert refused(lambda: footage.recorded_until("plaza")) == "span"


def test_a_still_of_a_moment_inside(look: Callable[[Action], RelayFootage]) -> None:
    footage = look(Action.FOOTAGE_PLAY)
    assert footage.still("plaza", SPAN[0] + timedelta(seconds=3))
    assert refused(lambda: footage.still("plaza", SPAN[1] + timedelta(seconds=1))) == "span"
    assert refused(lambda: footage.still("plaza", SPAN[0] - timedelta(seconds=1))) == "span"
