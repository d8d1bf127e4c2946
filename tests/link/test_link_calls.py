"""Calls over a real link: small ones, large streams, and all the ways in which they end."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from three_sites import CLOCK, Federation

from veedor.kit.errors import Forbidden, NotFound, Unavailable, VeedorError
from veedor.link.call_server import Answer, Asked, CallServer
from veedor.link.calls import Caller
from veedor.wire import subjects
from veedor.wire.errors import BadMessage, CalleeGone, CallSilent
from waiting import wait_until

PIECE = bytes(range(256)) * 1024  # 256 KB
BIG = 200  # pieces: 50 MB


class Site:
    """Handlers that tell what became of them."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.yielded = 0
        self.release = threading.Event()

    def handlers(self) -> dict:
        return {
            "echo": lambda asked: Answer({**asked.args, "pass": asked.pass_text, "caller": asked.caller}),
            "footage.clip": self.clip,
            "live.watch": self.watch,
            "missing": self.missing,
            "forbidden": self.forbidden,
            "bug": lambda asked: 1 / 0,
            "late": self.late,
            "slow": self.slow,
            "large": lambda asked: Answer({"list": ["x" * 100] * 20_000}, iter([PIECE * 12, b"", b"end"])),
        }

    def clip(self, asked: Asked) -> Answer:
        def pieces() -> Iterator[bytes]:
            try:
                for _ in range(asked.args["pieces"]):
                    self.yielded += 1
                    yield PIECE
            finally:
                self.closed.append("clip")

        return Answer({"mime": "video/mp4"}, pieces())

    async def watch(self, asked: Asked) -> Answer:
        async def fragments() -> AsyncIterator[bytes]:
            try:
                while True:
                    self.yielded += 1
                    yield PIECE[: asked.args.get("size", 1000)]
                    await asyncio.sleep(0)
            finally:
                self.closed.append("watch")

        return Answer({"live": True}, fragments())

    def missing(self, asked: Asked) -> Answer:
        raise NotFound(kind="camera", name=asked.args["camera"])

    def forbidden(self, asked: Asked) -> Answer:
        def pieces() -> Iterator[bytes]:
            yield b"one"
            raise Forbidden(action="live.watch", act="live-watch", reason="agency")

        return Answer({}, pieces())

    def late(self, asked: Asked) -> Answer:
        self.release.wait(30.0)
        return Answer({"late": True})

    def slow(self, asked: Asked) -> Answer:
        def pieces() -> Iterator[bytes]:
            yield b"one"
            self.release.wait(30.0)
            yield b"two"

        return Answer({}, pieces())


@pytest.fixture
def site(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("veedor.link.call_server.GONE_S", 3.0)
    made = Site()
    server = CallServer(federation.sites["a1"].connection, "a1", made.handlers(), stall_s=2.0)
    server.start()
    made.server = server
    yield made
    made.release.set()
    server.stop()
    federation.sites["a1"].way.mend()


@pytest.fixture
def caller(federation: Federation) -> Iterator[Caller]:
    made = Caller(federation.hubs["a"], subjects.HUB)
    made.start()
    yield made
    made.stop()


def test_question_and_answer(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))
    reply = caller.call("a1", "echo", {"camera": "cam-1", "ñ": [1, None]}, "the pass")
    assert reply.head == {"camera": "cam-1", "ñ": [1, None], "pass": "the pass", "caller": "hub"}
    assert list(reply) == []


def answers(caller: Caller) -> bool:
    """Whether interest in the site's calls has spread to the hub's server."""
    try:
        caller.call("a1", "echo", {})
    except CalleeGone:
        return False
    return True


def test_a_site_asks_its_hub_and_the_hub_knows_who_asks(federation: Federation) -> None:
    server = CallServer(federation.hubs["a"], subjects.HUB, {"hub.sync": lambda asked: Answer({"you": asked.caller})})
    server.start()
    for name in ("a1", "a2"):
        site = Caller(federation.sites[name].connection, name)
        site.start()
        wait_until(lambda site=site: self_heard(site) is not None)
        assert self_heard(site) == name
        site.stop()
    server.stop()


def self_heard(site: Caller) -> str | None:
    try:
        return site.call(subjects.HUB, "hub.sync", {}).head["you"]
    except CalleeGone:
        return None


def test_fifty_megabytes_arrive_whole(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))
    begin_s = CLOCK.monotonic()
    digest = hashlib.sha256()
    octets = 0
    for piece in caller.call("a1", "footage.clip", {"pieces": BIG}):
        digest.update(piece)
        octets += len(piece)
    took_s = CLOCK.monotonic() - begin_s
    print(f"{octets / 1e6:.0f} MB in {took_s:.2f} s: {octets / 1e6 / took_s:.0f} MB/s")  # noqa: T201
    assert digest.digest() == hashlib.sha256(PIECE * BIG).digest()
    assert site.closed == ["clip"]


def test_large_heads_and_items_stay_whole(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))
    reply = caller.call("a1", "large", {})
    assert len(reply.head["list"]) == 20_000
    assert [len(item) for item in reply] == [len(PIECE) * 12, 3]


def test_reader_in_another_event_loop(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))

    async def look() -> int:
        reply = await caller.acall("a1", "footage.clip", {"pieces": 20})
        return sum([len(piece) async for piece in reply])

    assert asyncio.run(look()) == 20 * len(PIECE)


def test_a_thousand_small_calls_at_once(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))

    async def all_of_them() -> list[int]:
        replies = await asyncio.gather(*(caller.acall("a1", "echo", {"n": n}, timeout_s=20.0) for n in range(1000)))
        return [reply.head["n"] for reply in replies]

    begin_s = CLOCK.monotonic()
    assert asyncio.run(all_of_them()) == list(range(1000))
    print(f"1,000 calls at once: {CLOCK.monotonic() - begin_s:.2f} s")  # noqa: T201
    wait_until(lambda: site.server.active == 0)


@pytest.mark.parametrize("op", ["footage.clip", "live.watch"])
def test_a_reader_who_has_enough_ends_it_at_the_site(site: Site, caller: Caller, op: str) -> None:
    wait_until(lambda: answers(caller))
    reply = caller.call("a1", op, {"pieces": 100_000})
    next(iter(reply))
    reply.close()
    wait_until(lambda: site.closed, 3.0)
    wait_until(lambda: site.server.active == 0, 3.0)


def test_a_reader_who_stalls_costs_one_window_and_is_ended(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))
    reply = caller.call("a1", "live.watch", {"size": 100_000}, window=1_000_000)
    wait_until(lambda: site.closed, 6.0)
    assert site.yielded <= 11
    with pytest.raises(CallSilent):
        reply.read()


def test_a_caller_who_is_gone_is_ended(site: Site, federation: Federation) -> None:
    """It goes as a killed process does: without a word."""
    from three_sites import connect

    connection = connect(federation.hub.url, federation.hub_seeds["a"], "doomed")
    caller = Caller(connection, subjects.HUB)
    caller.start()
    wait_until(lambda: answers(caller))
    caller.call("a1", "slow", {})
    connection.stop()
    wait_until(lambda: site.server.active == 0, 8.0)


def test_a_quiet_stream_is_not_a_dead_one(site: Site, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veedor.link.calls.SILENCE_S", 3.0)
    wait_until(lambda: answers(caller))
    begin_s = CLOCK.monotonic()
    threading.Timer(4.0, site.release.set).start()
    assert caller.call("a1", "slow", {}).read() == b"onetwo"
    assert CLOCK.monotonic() - begin_s > 3.5


def test_a_link_that_is_cut_ends_the_stream_soon(site: Site, caller: Caller, federation: Federation) -> None:
    wait_until(lambda: answers(caller))
    way = federation.sites["a1"].way
    reply = iter(caller.call("a1", "slow", {}))
    assert next(reply) == b"one"
    cut_s = CLOCK.monotonic()
    way.cut()
    with pytest.raises(Unavailable):
        next(reply)
    print(f"stream over a cut link: ended after {CLOCK.monotonic() - cut_s:.2f} s")  # noqa: T201
    with pytest.raises(CalleeGone):
        caller.call("a1", "echo", {})
    wait_until(lambda: site.server.active == 0, 8.0)
    way.mend()
    wait_until(lambda: answers(caller))


def test_a_link_that_is_silent_ends_the_stream_in_time(
    site: Site, caller: Caller, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veedor.link.calls.SILENCE_S", 2.0)
    wait_until(lambda: answers(caller))
    way = federation.sites["a1"].way
    way.stall()
    begin_s = CLOCK.monotonic()
    with pytest.raises(CallSilent):
        caller.call("a1", "echo", {})
    assert CLOCK.monotonic() - begin_s < 5.0
    way.cut()
    way.mend()
    wait_until(lambda: answers(caller))


def test_nobody_there_is_known_at_once(caller: Caller) -> None:
    begin_s = CLOCK.monotonic()
    with pytest.raises(CalleeGone):
        caller.call("a2", "echo", {})
    assert CLOCK.monotonic() - begin_s < 1.0


def test_errors_are_the_same_errors_here(site: Site, caller: Caller) -> None:
    wait_until(lambda: answers(caller))
    with pytest.raises(NotFound) as missing:
        caller.call("a1", "missing", {"camera": "c9"})
    assert missing.value.params == {"kind": "camera", "name": "c9"}
    with pytest.raises(Forbidden):
        caller.call("a1", "forbidden", {}).read()
    with pytest.raises(VeedorError) as bug:
        caller.call("a1", "bug", {})
    assert type(bug.value) is VeedorError
    with pytest.raises(BadMessage):
        caller.call("a1", "newer.op", {})
    with pytest.raises(CallSilent):
        caller.call("a1", "late", {}, timeout_s=0.5)
