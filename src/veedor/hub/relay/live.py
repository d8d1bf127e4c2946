"""wire.ports.LiveView for cameras at other sites: one upstream however many watch, and none when nobody does.

Each viewer is let in by the site itself, by a call of their own that the site audits and decides again every few
seconds. The first viewer's call carries the pictures; the others' calls carry nothing and share them. When the one
that carries leaves, another takes over, with a new initialization segment.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from veedor.hub.relay.remote import Answer, Remote
from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.model.camera import StreamRole
from veedor.site.live.viewer import Viewer
from veedor.wire.calls import Op
from veedor.wire.live import FragmentReader
from veedor.wire.ports import LiveFragment

VIEWER_OCTETS, VIEWER_WAIT_S = 8 << 20, 3.0
_GOP_OCTETS = 16 << 20


@dataclass(eq=False, slots=True)
class _Upstream:
    """One camera's stream as it comes in, with what a new viewer needs to begin."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    viewers: list[Viewer] = field(default_factory=list)
    init: LiveFragment | None = None
    gop: list[LiveFragment] = field(default_factory=list)
    octets: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, viewer: Viewer) -> None:
        with self.lock:
            for fragment in [self.init, *self.gop] if self.init and self.gop else []:
                assert fragment is not None  # noqa: S101
                viewer.put(fragment, starts_gop=fragment.starts_gop)
                viewer.generation = 0
            self.viewers.append(viewer)

    def take(self, fragment: LiveFragment) -> None:
        with self.lock:
            if fragment.is_init:
                self.init, self.gop, self.octets = fragment, [], 0
                for viewer in self.viewers:
                    viewer.generation = -1
                return
            if fragment.starts_gop:
                self.gop, self.octets = [], 0
            if self.octets <= _GOP_OCTETS:
                self.gop.append(fragment)
                self.octets += len(fragment.data)
            self.viewers = [one for one in self.viewers if self._give(one, fragment)]

    def _give(self, viewer: Viewer, fragment: LiveFragment) -> bool:
        if viewer.generation < 0:  # it has not begun: with a keyframe, after the initialization segment
            if not fragment.starts_gop or self.init is None:
                return True
            viewer.generation = 0
            if not viewer.put(self.init, starts_gop=True):
                return False
        return viewer.put(fragment, starts_gop=fragment.starts_gop)


class LiveRelay:
    """The upstreams of a hub."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._upstreams: dict[tuple[str, StreamRole], _Upstream] = {}

    @property
    def upstreams(self) -> int:
        """How many flow now."""
        return len(self._upstreams)

    async def watch(self, remote: Remote, camera_id: str, role: StreamRole) -> AsyncIterator[LiveFragment]:
        """Fragments for one viewer. Raises what the site raises: Forbidden, NotFound, Unavailable."""
        viewer = Viewer(self._clock, VIEWER_OCTETS, VIEWER_WAIT_S)
        fed = asyncio.create_task(self._feed(viewer, remote, camera_id, role))
        fed.add_done_callback(lambda _task: viewer.close())
        try:
            while (fragment := await viewer.get()) is not None:
                yield fragment
            await fed
        finally:
            viewer.close()
            fed.cancel()
            with contextlib.suppress(asyncio.CancelledError, VeedorError):
                await fed

    async def _feed(self, viewer: Viewer, remote: Remote, camera_id: str, role: StreamRole) -> None:
        """Carry the stream, or share it; take over when the one who carried has left."""
        key = (camera_id, role)
        while True:
            upstream = self._upstreams.get(key)
            shares = upstream is not None
            if upstream is None:
                upstream = self._upstreams[key] = _Upstream()
            try:
                answer = await run_in_threadpool(remote.open, camera_id, Op.LIVE_WATCH, role=role.value, shares=shares)
                upstream.join(viewer)
                if not shares:
                    await _carry(answer, upstream)
                    return  # the site ended it
                if await _stand_by(answer, upstream):
                    return
            finally:
                with upstream.lock:
                    if viewer in upstream.viewers:
                        upstream.viewers.remove(viewer)
                if not shares:
                    self._upstreams.pop(key, None)
                    upstream.over.set()
            viewer.generation = -1


async def _carry(answer: Answer, upstream: _Upstream) -> None:
    reader = FragmentReader()
    try:
        async for piece in answer:
            for fragment in reader.feed(piece):
                upstream.take(fragment)
    finally:
        answer.close()


async def _stand_by(answer: Answer, upstream: _Upstream) -> bool:
    """Until the site ends this viewer's own call (True), or the upstream is over (False)."""

    async def own_call() -> None:
        async for _ in answer:
            pass

    mine = asyncio.create_task(own_call())
    other = asyncio.create_task(upstream.over.wait())
    try:
        await asyncio.wait([mine, other], return_when=asyncio.FIRST_COMPLETED)
        if mine.done():
            await mine  # raises what the site said
            return True
        return False
    finally:
        for task in (mine, other):
            task.cancel()
        await asyncio.gather(mine, other, return_exceptions=True)
        answer.close()


class RelayLive:
    """One person's way to live pictures."""

    def __init__(self, remote: Remote, relay: LiveRelay) -> None:
        self._remote = remote
        self._relay = relay

    def watch(self, camera_id: str, role: StreamRole) -> AsyncIterator[LiveFragment]:
        return self._relay.watch(self._remote, camera_id, role)

    def snapshot(self, camera_id: str) -> bytes:
        answer = self._remote.open(camera_id, Op.LIVE_SNAPSHOT)
        try:
            return b"".join(answer)
        finally:
            answer.close()
