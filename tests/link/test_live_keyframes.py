"""A live picture over a real link with too small a budget: keyframes alone, and all pictures once there is room."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from three_sites import CLOCK, Federation

from desk.fakes import START
from desk.fakes import camera as make_camera
from hub.relayed import Hub
from rendered import packets
from veedor.hub.link import LIVE_WINDOW_OCTETS
from veedor.hub.relay.live import LiveRelay
from veedor.kit.mp4.boxes import first_sample
from veedor.link.budget import Budget, Rank
from veedor.link.call_server import Answer, Asked, CallServer
from veedor.link.calls import Caller
from veedor.member.admission import DWELL_S
from veedor.model.camera import StreamHealth, StreamRole, StreamState
from veedor.site.live.hub import LiveConfig, LiveHub
from veedor.wire import subjects
from veedor.wire.calls import Op
from veedor.wire.ports import LiveFragment

SHORT_KBPS, AMPLE_KBPS = 300, 4000  # of which live pictures get 80 %
KEYFRAME, PICTURE = b"\xaa" * 8_000, b"\xaa" * 4_000  # what is added to each: 840 kbit/s, keyframes alone 65


class Site:
    """A site's live view behind its gate, whose answers go over the link within a budget; and the way from a hub."""

    def __init__(self, federation: Federation, folder: Path) -> None:
        self.live = LiveHub(CLOCK, LiveConfig(viewer_wait_s=3.0))  # so long may a busy machine stand still
        self.live.watch_camera(make_camera())
        self.hub = Hub(folder, SHORT_KBPS, live=self.live)
        self.hub.relay = LiveRelay(CLOCK)
        self.budget = Budget(SHORT_KBPS, CLOCK)
        self._server = CallServer(
            federation.sites["a1"].connection, "a1", {Op.LIVE_WATCH.value: self._answer}, budget=self.budget
        )
        self.caller = Caller(federation.hubs["a"], subjects.HUB)
        self.hub.ask = self._ask  # type: ignore[method-assign]
        self.window = LIVE_WINDOW_OCTETS
        self._stop = threading.Event()
        self._films = threading.Thread(target=self._film, daemon=True)

    def start(self) -> None:
        self._server.start()
        self.caller.start()
        self._films.start()

    def stop(self) -> None:
        self._stop.set()
        self._films.join(10.0)
        self.live.close()
        self.caller.stop()
        self._server.stop()
        self.hub.desk.ports.database.close()

    def set_budget(self, kbps: int | None) -> None:
        self.budget.kbps = self.hub.budget.kbps = kbps

    def _answer(self, asked: Asked) -> Answer:
        head, pieces = self.hub.gate.answer(asked.op, asked.args, asked.pass_text)
        return Answer(head, pieces, Rank.LIVE)

    def _ask(self, _site_id: str, op: Op, args: dict[str, Any], pass_text: str, timeout_s: float) -> Any:
        return self.caller.call("a1", op.value, args, pass_text, timeout_s, self.window)

    def _film(self) -> None:
        """The camera: 25 pictures a second, each 25th a keyframe. The site has counted 10 s of it before."""
        key = ("plaza", StreamRole.SUB, StreamState.ONLINE, START)
        self.hub.admission.see([StreamHealth(*key)])
        self.hub.clock.advance(10)
        whole = 10 * (len(KEYFRAME) + 24 * len(PICTURE))
        self.hub.admission.see([StreamHealth(*key, octets=whole, keyframe_octets=10 * len(KEYFRAME))])
        began_s = CLOCK.monotonic()
        for number, one in enumerate(packets("plaza", StreamRole.SUB, seconds=120)):
            if CLOCK.wait(self._stop, max(0.0, began_s + number / 25 - CLOCK.monotonic())):
                return
            self.live.packet(replace(one, data=one.data + (KEYFRAME if one.is_keyframe else PICTURE)))


@pytest.fixture
def site(federation: Federation, tmp_path: Path) -> Iterator[Site]:
    made = Site(federation, tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


class Viewer:
    """Somebody at the hub who looks; `media`: the fragments that came."""

    def __init__(self, site: Site) -> None:
        self.media: list[LiveFragment] = []
        self._task = asyncio.create_task(self._look(site))

    async def _look(self, site: Site) -> None:
        way = site.hub.relay.watch(site.hub.remote(), "plaza", StreamRole.SUB)
        async with contextlib.aclosing(way) as fragments:  # type: ignore[type-var]
            async for one in fragments:
                if not one.is_init:
                    self.media.append(one)

    async def until(self, count: int, *, thin: bool) -> list[LiveFragment]:
        """The first `count` that are in that state."""
        async with asyncio.timeout(110.0):
            while len(found := [one for one in self.media if one.keyframes_only is thin and one.starts_gop]) < count:
                if self._task.done():
                    await self._task
                await asyncio.sleep(0.02)
        return found

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def seconds(fragments: list[LiveFragment]) -> list[float]:
    """How far they are apart, by when they were taken."""
    return [(b.captured_at - a.captured_at) / timedelta(seconds=1) for a, b in pairwise(fragments)]  # type: ignore[operator]


def test_keyframes_only_for_everybody_and_the_full_rate_when_there_is_room(site: Site) -> None:
    async def work() -> None:
        first = Viewer(site)
        thin = await first.until(3, thin=True)
        second = Viewer(site)  # shares what comes, and hears the same of it
        assert (await second.until(2, thin=True))[-1] in first.media
        assert site.hub.relay.upstreams == 1
        assert site.hub.admission.use()["live"] == 1
        thin = await first.until(5, thin=True)
        assert thin == first.media[:5]  # nothing else came
        assert seconds(thin) == [1.0] * 4  # and none of the keyframes was lost
        lasts = [first_sample(one.data)[1] for one in thin]
        assert all(a.decode_ticks + a.duration_ticks == b.decode_ticks for a, b in pairwise(lasts[1:]))  # no hole
        assert site.budget.used_kbps() <= SHORT_KBPS

        site.set_budget(AMPLE_KBPS)
        site.hub.clock.advance(DWELL_S)
        for viewer in (first, second):
            await viewer.until(2, thin=False)
            whole = [one for one in viewer.media if not one.keyframes_only]
            assert whole[0].starts_gop
            assert seconds(whole[:26]) == [pytest.approx(0.04)] * 25
            thinned = [one for one in viewer.media if one.keyframes_only]
            assert viewer.media == thinned + whole  # it changed once
            before, after = first_sample(thinned[-1].data)[1], first_sample(whole[0].data)[1]
            assert before.decode_ticks + before.duration_ticks == after.decode_ticks

        site.set_budget(SHORT_KBPS)  # and short again
        site.hub.clock.advance(DWELL_S)
        seen = len([one for one in first.media if one.keyframes_only])
        again = await first.until(seen + 2, thin=True)
        assert first.media[-1] in again
        await second.leave()
        await first.leave()

    asyncio.run(work())


def test_a_line_slower_than_its_budget_says_gets_keyframes_too(federation: Federation, site: Site) -> None:
    """It loses pictures, and what is under way makes it late: both end when keyframes alone are sent."""

    async def work() -> None:
        site.set_budget(None)
        site.window = 64 << 10  # so that it is noticed sooner
        viewer = Viewer(site)
        await viewer.until(1, thin=False)
        federation.sites["a1"].way.throttle(40_000)  # octets a second, of the 105,000 that come
        thin = await viewer.until(3, thin=True)
        while seconds(thin[-3:]) != [1.0] * 2:  # until what waited for the line is away: then every keyframe comes
            thin = await viewer.until(len(thin) + 1, thin=True)
        await viewer.leave()

    try:
        asyncio.run(work())
    finally:
        federation.sites["a1"].way.throttle(None)
