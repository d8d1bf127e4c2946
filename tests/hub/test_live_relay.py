"""Live pictures through a hub: one flow from the site however many look, none when nobody does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.relayed import Hub
from veedor.desk.audit.log import AuditQuery
from veedor.kit.errors import Forbidden
from veedor.model.camera import StreamRole

VIEWERS = 3


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


def test_a_stream_does_not_outlive_the_login_behind_it(hub: Hub) -> None:
    """Though whoever carries it, a hub in wrong hands, never ends it: the identity in its pass was for an hour."""

    async def work() -> None:
        fragments = hub.relay.watch(hub.remote(), "plaza", StreamRole.SUB)
        async with asyncio.timeout(60.0):
            assert await anext(fragments)
            hub.clock.advance(3600 + 10 + 1)  # clocks may differ by 10 s
            with pytest.raises(Forbidden) as refused:
                async for _ in fragments:
                    pass
        assert refused.value.params["reason"] == "identity"
        assert hub.live.watching == 0

    asyncio.run(work())
    ends = hub.desk.audit.entries(AuditQuery(action="live.watch", limit=5))
    assert "identity" in {one.reason for one in ends if not one.allowed}
