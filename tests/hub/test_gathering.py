"""Batches of many sites at the hub: few transactions, nobody's batch lost or late because of another's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from desk.desks import Desk, make_desk
from veedor.desk.inward.inward import Inward, Position, SiteBatch
from veedor.hub import gathering
from veedor.hub.gathering import Gathering
from veedor.kit.clock import Clock, SystemClock
from veedor.kit.errors import StoreReadOnly, Unavailable
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind, event_happened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Each test has sites of its own."""
    one = make_desk(tmp_path_factory.mktemp("hub"))
    yield one
    one.ports.database.close()


class Hub:
    """A gathering, and how often the desk's database was written."""

    def __init__(self, desk: Desk, clock: Clock | None = None) -> None:
        self.inward = Inward(desk.ports.database, desk.ports.clock)
        self.gathering = Gathering(self.inward, clock or desk.ports.clock)
        self.commits = 0
        desk.ports.database.on_commit(self._count)

    def _count(self) -> None:
        self.commits += 1

    def take(self, site: int, first: int, count: int, agency: str = "") -> Future[None]:
        """`count` events of a site from `first` on; `agency`: of which it says that they are."""
        batch = [(place, self._told(site, place, agency)) for place in range(first, first + count)]
        return self.gathering.take(SiteBatch(f"site-{site}", f"agency-{site}", "i1", batch))

    def place(self, site: int) -> Position:
        return self.inward.position(f"site-{site}")

    @staticmethod
    def _told(site: int, place: int, agency: str) -> Envelope:
        at = NOON + timedelta(seconds=place)
        event = Event(
            id=f"event-{site}-{place}",
            camera_id="plaza",
            rule="cross",
            kind="tripwire",
            severity=Severity.LOW,
            started_at=at,
            completed_at=at,
            ended_at=None,
            explanation=Message("rules-tripwire", {}),
        )
        body = event_happened(event, agency or f"agency-{site}")
        return Envelope(f"m-{site}-{place}", FactKind.EVENT, f"site-{site}", f"agency-{site}", NOON, body)


def test_what_waits_is_committed_together(hub: Desk) -> None:
    ours = Hub(hub)
    waiting = [ours.take(site, 1, 3) for site in range(20)]
    assert not any(one.done() for one in waiting)
    ours.gathering.start()
    for one in waiting:
        one.result(30.0)
    ours.gathering.stop()
    assert ours.commits == 1
    assert {ours.place(site).sequence for site in range(20)} == {3}


def test_one_site_that_is_refused_holds_up_nobody(hub: Desk) -> None:
    """Its own log goes on behind the message that is refused."""
    ours = Hub(hub)
    waiting = [ours.take(31, 1, 2), ours.take(32, 1, 2, agency="agency-31"), ours.take(33, 1, 2)]
    ours.gathering.start()
    for one in waiting:
        one.result(30.0)
    ours.gathering.stop()
    assert [ours.place(site).sequence for site in (31, 32, 33)] == [2, 2, 2]


def test_news_and_backlogs_are_written_in_turns(hub: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six large batches wait before two small ones, which wait for none of them; nor do all wait for the small ones."""
    monkeypatch.setattr(gathering, "MOST", 100)
    ours = Hub(hub)
    done: list[int] = []
    sizes = dict.fromkeys(range(40, 46), 40) | {48: 1, 49: gathering.SMALL}
    waiting = {site: ours.take(site, 1, count) for site, count in sizes.items()}
    for site, one in waiting.items():
        one.add_done_callback(lambda _, site=site: done.append(site))
    ours.gathering.start()
    for one in waiting.values():
        one.result(30.0)
    ours.gathering.stop()
    assert done == [48, 49, 40, 41, 42, 43, 44, 45]
    assert ours.commits == 4


def test_the_backlog_of_one_site_rests_while_others_send_news(hub: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its batches waits for news of the others, which wait for nothing; without news it goes on at once."""
    monkeypatch.setattr(gathering, "REST", 1e9)
    monkeypatch.setattr(gathering, "NEWS_S", 1e9)
    ours = Hub(hub, SystemClock())
    ours.gathering.start()
    ours.take(70, 1, 40).result(30.0)
    ours.take(70, 41, 40).result(30.0)  # no news yet
    ours.take(71, 1, 1).result(30.0)
    ours.take(70, 81, 40).result(30.0)
    resting = ours.take(70, 121, 40)
    for place in range(2, 12):
        ours.take(71, place, 1).result(30.0)
    assert not resting.done()
    ours.gathering.stop()
    assert resting.done()  # what waits is still taken
    assert ours.place(70).sequence == 160


def test_the_backlogs_of_many_sites_do_not_rest(hub: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "REST", 1e9)
    monkeypatch.setattr(gathering, "NEWS_S", 1e9)
    ours = Hub(hub, SystemClock())
    ours.take(90, 1, 1)
    waiting = [ours.take(site, 1, 40) for site in range(80, 81 + gathering.FEW)]
    ours.gathering.start()
    for one in waiting:
        one.result(30.0)
    ours.take(80, 41, 40).result(30.0)
    ours.gathering.stop()


def test_small_batches_do_not_keep_a_backlog_out(hub: Desk) -> None:
    """There is always a small one more."""
    ours = Hub(hub)
    count = 0

    def another(_: object) -> None:
        nonlocal count
        count += 1
        if not backlog.done() and count < 50:
            ours.take(61, count, 1).add_done_callback(another)

    backlog = ours.take(60, 1, 40)
    ours.take(61, 1, 1).add_done_callback(another)
    ours.gathering.start()
    backlog.result(30.0)
    ours.gathering.stop()
    assert count <= 3


def test_a_batch_that_is_given_up_is_not_taken(hub: Desk) -> None:
    ours = Hub(hub)
    gone, stays = ours.take(51, 1, 2), ours.take(52, 1, 2)
    assert gone.cancel()
    ours.gathering.start()
    stays.result(30.0)
    ours.gathering.stop()
    assert ours.place(51) == Position("", 0)


def test_a_database_that_cannot_be_written_fails_everybody_once(hub: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Hub(hub)
    tries: list[int] = []

    def refuse(batches: list[SiteBatch]) -> None:
        tries.append(len(batches))
        raise StoreReadOnly(path="desk")

    monkeypatch.setattr(ours.inward, "take_batches", refuse)
    waiting = [ours.take(1, 1, 2), ours.take(2, 1, 2)]
    ours.gathering.start()
    for one in waiting:
        with pytest.raises(StoreReadOnly):
            one.result(30.0)
    ours.gathering.stop()
    assert tries == [2]
    with pytest.raises(Unavailable):
        ours.take(1, 1, 2).result(30.0)
