"""Live pictures through a hub: one flow from the site however many look, none when nobody does, and a small budget."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.desks import Desk, make_desk
from desk.fakes import START, camera
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.hub.relay.live import LiveRelay
from veedor.hub.relay.remote import Remote, Wanted
from veedor.kit.clock import SimulatedClock
from veedor.kit.ids import new_id
from veedor.link.budget import Budget
from veedor.member.admission import BEGIN_S, Admission
from veedor.member.errors import BudgetUsed
from veedor.member.gate import Gate
from veedor.model.camera import StreamHealth, StreamRole, StreamState
from veedor.wire.calls import Op
from veedor.wire.keys import AgencyKey, SessionKey
from veedor.wire.passcheck import HighWater, PassCheck
from veedor.wire.passes import Identity, Pass, encode_identity, encode_pass
from veedor.wire.ports import LiveFragment

AGENCY, SESSION = AgencyKey.generate(), SessionKey.generate()
ANA = Principal("u1", "ana", "muni", frozenset({Role.OPERATOR}), session_id="s1")
VIEWERS = 3


@dataclass
class Reply:
    head: dict[str, Any]
    pieces: AsyncIterator[bytes]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.pieces

    def close(self) -> None: ...


@dataclass(frozen=True)
class Where:
    site_id: str = "a"


class Live:
    """An init, then a GOP every 50 ms; `watching` counts open viewers."""

    def __init__(self) -> None:
        self.watching = 0

    async def watch(self, _camera_id: str, _role: StreamRole) -> AsyncIterator[LiveFragment]:
        self.watching += 1
        try:
            yield LiveFragment(b"init", True, "video/mp4", None)
            while True:
                yield LiveFragment(b"media", False, "video/mp4", START, starts_gop=True)
                await asyncio.sleep(0.05)
        finally:
            self.watching -= 1


class Cameras:
    """The hub's directory: everything is at site a."""

    def site_of(self, _camera_id: str) -> Where:
        return Where()


class Hub:
    """A relay whose calls go straight into a real gate, with real passes. `octets`: what the site has sent."""

    def __init__(self, folder: Path, kbps: int | None) -> None:
        self.clock = SimulatedClock(START + timedelta(minutes=10))
        self.desk: Desk = make_desk(folder, self.clock)
        self.admission = Admission(Budget(kbps, self.clock), self.clock)
        check = PassCheck("a", {"muni": AGENCY.public_hex}.get, HighWater(folder / "time", self.clock))
        self.live = Live()
        self.gate = Gate(replace(self.desk.ports, live=self.live), check, self.admission)
        self.clock.advance(60)  # a site takes no passes from before it ran
        self.relay = LiveRelay(self.clock)
        self.octets: dict[str, int] = {}
        self.calls = 0

    def ask(self, _site_id: str, op: Op, args: dict[str, Any], pass_text: str, _timeout_s: float) -> Reply:
        self.calls += 1
        head, pieces = self.gate.answer(op.value, args, pass_text)
        return Reply(head, self._counted(str(self.calls), pieces))  # type: ignore[arg-type]

    async def _counted(self, name: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for piece in pieces:
                self.octets[name] = self.octets.get(name, 0) + len(piece)
                yield piece
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    def mint(self, principal: Principal, wanted: Wanted) -> str:
        now = self.clock.now()
        who = Identity(
            agency="muni",
            person=principal.user_id,
            name=principal.username,
            roles=("operator",),
            session="s1",
            session_key=SESSION.public_hex,
            issued_at=now,
            expires_at=now + timedelta(hours=1),
        )
        told = Pass(
            id=new_id(now),
            agency="muni",
            person=principal.user_id,
            session="s1",
            site=wanted.site.site_id,
            action=wanted.action.value,
            cameras=wanted.cameras,
            issued_at=now,
            expires_at=now + timedelta(seconds=60),
        )
        return encode_pass(encode_identity(who, AGENCY), told, SESSION)

    def remote(self) -> Remote:
        return Remote(Cameras(), self.ask, self.mint, ANA, Action.LIVE_WATCH)  # type: ignore[arg-type]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path, None)
    yield made
    made.desk.ports.database.close()


async def until(is_so: Any) -> None:
    async with asyncio.timeout(60.0):
        while not is_so():
            await asyncio.sleep(0.01)


class Viewer:
    """Somebody who looks; `seen` counts fragments."""

    def __init__(self, hub: Hub) -> None:
        self.seen = 0
        self._task = asyncio.create_task(self._look(hub))

    async def _look(self, hub: Hub) -> None:
        async with contextlib.aclosing(hub.relay.watch(hub.remote(), "plaza", StreamRole.SUB)) as fragments:  # type: ignore[type-var]
            async for _ in fragments:
                self.seen += 1

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def test_three_viewers_are_one_flow_and_none_is_nothing(hub: Hub) -> None:
    async def work() -> None:
        viewers = [Viewer(hub)]
        await until(lambda: viewers[0].seen > 0)
        viewers += [Viewer(hub) for _ in range(VIEWERS - 1)]
        await until(lambda: hub.calls == VIEWERS)  # each was let in, and audited, by the site itself
        await until(lambda: hub.admission.use()["live"] == 1)
        assert hub.live.watching == 1
        assert hub.relay.upstreams == 1
        assert list(hub.octets) == ["1"]  # of three calls, one carries

        await viewers[0].leave()  # the one who carried: another takes over
        await until(lambda: len(hub.octets) == 2 and hub.live.watching == 1)
        before = [one.seen for one in viewers[1:]]
        await until(lambda: all(one.seen > seen for one, seen in zip(viewers[1:], before, strict=True)))

        for one in viewers[1:]:
            await one.leave()
        await until(lambda: hub.live.watching == 0 and hub.relay.upstreams == 0)
        sent = dict(hub.octets)
        await asyncio.sleep(0.3)  # six fragments' time: what would flow, would be counted
        assert hub.octets == sent
        assert hub.admission.use()["live"] == 0

    asyncio.run(work())
    looks = [one for one in hub.desk.audit.after(0) if one.action == "live.watch" and one.allowed]
    assert len(looks) >= VIEWERS


# -- who is let in


def health(camera_id: str, role: StreamRole, octets: int) -> StreamHealth:
    return StreamHealth(camera_id, role, StreamState.ONLINE, START, octets=octets)


@pytest.fixture
def small() -> tuple[Admission, SimulatedClock]:
    """1000 kbit/s; main streams have 900 kbit/s, substreams 300."""
    clock = SimulatedClock()
    made = Admission(Budget(1000, clock), clock)
    for second in (0, 10):
        made.see(
            health(camera_id, role, second * kbps * 125)
            for camera_id in ("plaza", "parque")
            for role, kbps in ((StreamRole.MAIN, 900), (StreamRole.SUB, 300))
        )
        clock.advance(10)
    return made, clock


def test_the_substream_first_then_nobody_more(small: tuple[Admission, SimulatedClock]) -> None:
    admission, _ = small
    plaza, parque = camera("plaza"), camera("parque")
    first = admission.live(plaza, StreamRole.MAIN)
    assert (first.role, round(first.kbps)) == (StreamRole.SUB, 300)  # 900 is more than 80 % of 1000
    first.begin()
    second = admission.live(parque, StreamRole.SUB)
    second.begin()
    with pytest.raises(BudgetUsed) as told:
        admission.live(plaza, StreamRole.SUB)
    assert "1,000 kbit/s" in told.value.render("en") or "1000 kbit/s" in told.value.render("en")
    assert admission.use() == {"budget_kbps": 1000, "used_kbps": 0, "live": 2, "refused": 1}
    second.end()
    second.end()
    assert admission.live(plaza, StreamRole.SUB).role is StreamRole.SUB


def test_a_place_that_nobody_takes_is_free_again(small: tuple[Admission, SimulatedClock]) -> None:
    admission, clock = small
    for _ in range(2):
        admission.live(camera("plaza"), StreamRole.SUB)
    with pytest.raises(BudgetUsed):
        admission.live(camera("plaza"), StreamRole.SUB)
    clock.advance(BEGIN_S + 1)
    admission.live(camera("plaza"), StreamRole.SUB)


def test_the_first_is_always_let_in(small: tuple[Admission, SimulatedClock]) -> None:
    admission = Admission(Budget(64, small[1]), small[1])
    assert admission.live(camera("plaza"), StreamRole.MAIN).role is StreamRole.SUB
    with pytest.raises(BudgetUsed):
        admission.live(camera("plaza"), StreamRole.SUB)


def test_playback_takes_the_stream_for_which_there_is_room(small: tuple[Admission, SimulatedClock]) -> None:
    admission, clock = small
    assert admission.playback(camera("plaza"), StreamRole.MAIN) is StreamRole.MAIN
    admission.live(camera("parque"), StreamRole.SUB).begin()
    assert admission.playback(camera("plaza"), StreamRole.MAIN) is StreamRole.SUB
    free = Admission(Budget(None, clock), clock)
    assert free.playback(camera("plaza"), StreamRole.MAIN) is StreamRole.MAIN
