"""A scope as a condition: the database gives exactly what the scope covers, however many cameras are in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import AGENCY, Desk, make_desk
from veedor.access.scope import Scope
from veedor.desk.accounts.service import ensure_agency
from veedor.desk.stream.hub import LiveFeedHub

ROWS = [
    (AGENCY, None),
    (AGENCY, "plaza"),
    ("other", None),
    ("other", "puente"),
    ("other", 'it\'s "odd"'),
    ("third", "río"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = make_desk(tmp_path)
    feed = LiveFeedHub(one.ports.database, one.ports.clock)
    with one.ports.database.session() as session:
        for agency_id in ("other", "third"):
            ensure_agency(session, one.ports.clock, agency_id, agency_id)
        for agency_id, camera_id in ROWS:
            feed.publish(session, "alert.raised", {}, agency_id, camera_id)
    yield one
    one.ports.database.close()


@pytest.mark.parametrize("others", [0, 1, 60, 3000], ids=str)
@pytest.mark.parametrize("named", [(), ("puente",), ('it\'s "odd"', "río")], ids=str)
@pytest.mark.parametrize("agencies", [(), (AGENCY,), (AGENCY, "third")], ids=str)
def test_lists_show_what_the_scope_covers(
    desk: Desk, others: int, named: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    scope = Scope(frozenset(agencies), frozenset(named) | {f"camera-{number}" for number in range(others)})
    found = LiveFeedHub(desk.ports.database, desk.ports.clock).after(0, scope)
    assert [(one.agency_id, one.camera_id) for one in found] == [one for one in ROWS if scope.covers(*one)]
