"""A small budget: what goes first, what waits, and that the log up does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from three_sites import CLOCK, Federation, Way

from veedor.kit.clock import SystemClock
from veedor.link.budget import Budget, Rank
from veedor.link.call_server import Answer, Asked, CallServer
from veedor.link.calls import Caller
from veedor.wire import subjects
from veedor.wire.errors import CalleeGone
from waiting import wait_until

KBPS = 800  # 100,000 octets a second
MANY = 40


def test_without_a_limit_nothing_waits_and_all_is_counted() -> None:
    async def work() -> Budget:
        budget = Budget(None, SystemClock())
        for _ in range(50):
            await budget.take(1_000_000, Rank.BULK)
        return budget

    assert asyncio.run(work()).used_kbps() == 50 * 8000 / 5


def test_the_highest_rank_goes_first_and_who_left_takes_nothing() -> None:
    order: list[str] = []

    async def one(budget: Budget, name: str, rank: Rank) -> None:
        await budget.take(budget.piece_octets, rank)
        order.append(name)

    async def work() -> None:
        budget = Budget(KBPS, SystemClock())
        budget.spend(60_000)  # all of its burst, and a little more
        jobs = [
            asyncio.create_task(one(budget, name, rank))
            for name, rank in (("bulk", Rank.BULK), ("play", Rank.PLAYBACK), ("live", Rank.LIVE), ("gone", Rank.ALERT))
        ]
        await asyncio.sleep(0)
        jobs[3].cancel()
        alert = asyncio.create_task(one(budget, "alert", Rank.ALERT))
        await asyncio.gather(*jobs[:3], alert)

    asyncio.run(work())
    assert order == ["alert", "live", "play", "bulk"]


class Answers:
    """A site's answers: `bulk` of so many octets, a picture of an alert, and a live view that tells when it ended."""

    def __init__(self) -> None:
        self.live_ended = 0

    def bulk(self, asked: Asked) -> Answer:
        return Answer({}, (bytes(20_000) for _ in range(asked.args["pieces"])), Rank.BULK)

    def alert(self, _asked: Asked) -> Answer:
        return Answer({}, iter([bytes(10_000)]), Rank.ALERT)

    async def live(self, _asked: Asked) -> Answer:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(5_000)
                    await asyncio.sleep(0.05)
            finally:
                self.live_ended += 1

        return Answer({}, pieces(), Rank.LIVE)


@pytest.fixture
def small(federation: Federation) -> Iterator[tuple[Caller, Budget, Answers]]:
    """Site a1 with a budget, and a caller at its hub."""
    connection = federation.sites["a1"].connection
    budget, made = Budget(KBPS, CLOCK), Answers()
    handlers = {"bulk": made.bulk, "alert": made.alert, "live": made.live}
    server = CallServer(connection, "a1", handlers, budget=budget)
    caller = Caller(federation.hubs["a"], subjects.HUB)
    server.start()
    caller.start()
    wait_until(lambda: _heard(caller))
    yield caller, budget, made
    caller.stop()
    server.stop()


def _heard(caller: Caller) -> bool:
    try:
        return len(caller.call("a1", "alert", {}).read()) == 10_000
    except CalleeGone:
        return False


def test_a_flood_of_files_lets_alerts_and_their_pictures_through(
    federation: Federation, small: tuple[Caller, Budget, Answers]
) -> None:
    """Without the budget's order the picture would come after all that was asked for before it."""
    caller, budget, _ = small
    way = Way(federation, "a1")
    way.start()
    with ThreadPoolExecutor(4) as pool:
        floods = [pool.submit(caller.call("a1", "bulk", {"pieces": 30}).read) for _ in range(3)]  # 18 s of the budget
        wait_until(lambda: budget.used_kbps() > 0)
        way.add(MANY)
        way.wait_all()
        assert len(caller.call("a1", "alert", {}).read()) == 10_000
        assert not any(one.done() for one in floods)
        assert all(len(one.result(60)) == 600_000 for one in floods)  # paced, and whole
    assert budget.used_kbps() <= KBPS * 1.3
    way.stop()


def test_nothing_flows_when_nobody_looks(small: tuple[Caller, Budget, Answers]) -> None:
    caller, budget, answers = small
    reply = caller.call("a1", "live", {})
    assert next(iter(reply)) == bytes(5_000)
    reply.close()
    wait_until(lambda: answers.live_ended == 1)
    wait_until(lambda: budget.used_kbps() == 0, 20.0)
