"""When what a desk remembers of grants and cameras is made anew, and when not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agreements import GRANTEE, OWNER, PUBLIC, T0, both, grant, said
from desk.desks import Desk, make_desk
from desk.fakes import camera
from veedor.desk.agencies.repository import save
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.grants.repository import merge_statements
from veedor.kit.clock import SimulatedClock
from veedor.model.agency import Agency, AgencyKind
from veedor.model.statement import StatementKind


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def desk(tmp_path: Path, clock: SimulatedClock) -> Iterator[Desk]:
    desk = make_desk(tmp_path, clock)
    with desk.ports.database.session() as session:
        for name in (OWNER, GRANTEE):
            save(session, Agency(name, name, AgencyKind.OTHER, public_key=PUBLIC[name]), clock.now())
    yield desk
    desk.ports.database.close()


def test_the_epoch_changes_with_grants_cameras_and_the_lease_alone(desk: Desk, clock: SimulatedClock) -> None:
    database, holds = desk.ports.database, [True]
    book = DeskGrantBook(database, clock, desk.cameras, lease_holds=lambda _now: holds[0])
    seen, there = [book.epoch()], {one.id for one in desk.cameras.cameras() if one.agency_id == OWNER}

    def is_new() -> bool:
        clock.advance(1)
        seen.append(book.epoch())
        return seen[-1] != seen[-2]

    assert not is_new()
    desk.cameras.save(replace(camera("mercado"), agency_id=OWNER))
    assert is_new()
    with database.session() as session:
        merge_statements(session, [grant()], both(grant()))
    assert is_new()
    assert {one.id for one in book.covered(grant())} == there | {"mercado"}
    first = book.covered(grant())
    assert not is_new()
    assert book.covered(grant()) is first  # nobody went through its cameras again
    desk.cameras.save(replace(camera("parque"), agency_id=OWNER))
    assert is_new()
    assert {one.id for one in book.covered(grant())} == there | {"mercado", "parque"}
    with database.session() as session:
        merge_statements(session, [grant()], [said(grant(), OWNER, StatementKind.REVOKE)])
    assert is_new()
    holds[0] = False
    assert is_new()
    assert not is_new()
    book.close()
