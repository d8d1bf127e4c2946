"""When a site asks its hub before it would have to: what its people are and what it has agreed to does not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agreements import GRANTEE, OWNER, PUBLIC, T0, both, grant, said
from desk.desks import Desk, make_desk
from veedor.desk.accounts.tables import UserRow
from veedor.desk.agencies.repository import save
from veedor.desk.grants.repository import merge_statements
from veedor.kit.clock import SimulatedClock
from veedor.member.news import News
from veedor.model.agency import Agency, AgencyKind
from veedor.model.statement import StatementKind
from veedor.wire.sync import SYNC_EVERY_S

LONG_S = 6 * SYNC_EVERY_S


class LeapingClock(SimulatedClock):
    """Whoever waits has waited."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if not event.is_set():
            self.advance(timeout_s)
        return event.is_set()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path, LeapingClock(T0))
    with desk.ports.database.session() as session:
        for name in (OWNER, GRANTEE):
            save(session, Agency(name, name, AgencyKind.OTHER, public_key=PUBLIC[name]), T0)
        merge_statements(session, [grant()], both(grant()))
        session.add(_user("u1"))
    yield desk
    desk.ports.database.close()


def _user(user_id: str) -> UserRow:
    return UserRow(
        id=user_id,
        agency_id=OWNER,
        username=user_id,
        full_name=user_id,
        roles=["operator"],
        password_hash="-",
        password_changed_at=T0,
        created_at=T0,
    )


def disable(desk: Desk) -> None:
    with desk.ports.database.session() as session:
        session.get_one(UserRow, "u1").disabled_at = T0


def demote(desk: Desk) -> None:
    with desk.ports.database.session() as session:
        session.get_one(UserRow, "u1").roles = ["viewer"]


def revoke(desk: Desk) -> None:
    with desk.ports.database.session() as session:
        merge_statements(session, [grant()], [said(grant(), OWNER, StatementKind.REVOKE)])


def waited_s(desk: Desk, news: News, wake: threading.Event | None = None) -> float:
    """How long, by its clock, until it is to ask."""
    began_s = desk.ports.clock.monotonic()
    news.wait(wake or threading.Event(), LONG_S)
    return desk.ports.clock.monotonic() - began_s


def test_without_news_it_waits_as_long_as_the_hub_said(desk: Desk) -> None:
    news = News(desk.ports)
    news.told()
    assert waited_s(desk, news) == LONG_S


@pytest.mark.parametrize("happens", [disable, demote, revoke])
def test_with_news_it_waits_no_longer_than_a_site_of_few(desk: Desk, happens: Callable[[Desk], None]) -> None:
    news = News(desk.ports)
    news.told()
    happens(desk)
    assert waited_s(desk, news) == SYNC_EVERY_S
    news.told()
    assert waited_s(desk, news) == LONG_S


def test_whoever_is_called_asks_at_once(desk: Desk) -> None:
    news, wake = News(desk.ports), threading.Event()
    news.told()
    wake.set()
    assert waited_s(desk, news, wake) == 0
