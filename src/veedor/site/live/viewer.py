"""One viewer: a bounded queue between the demuxer threads and an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import replace

from veedor.kit.clock import Clock
from veedor.wire.ports import LiveFragment


class Viewer:
    """`put` from any thread; `get` on the loop that made it. When the queue is full, or what waits in it grows old, it
    loses whole GOPs: what waits stays, and everything until the next keyframe that finds room is dropped."""

    def __init__(self, clock: Clock, max_octets: int, max_wait_s: float) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._lock = threading.Lock()
        self._queue: deque[tuple[float, LiveFragment]] = deque()  # with when it came, monotonic
        self._octets = 0
        self._max_octets = max_octets
        self._max_wait_s = max_wait_s
        self._skipping = False
        self._wake_sent = False
        self._closed = False
        self.dropped = 0
        self.generation = -1  # which initialisation segment it has

    def put(self, fragment: LiveFragment, *, starts_gop: bool) -> bool:
        """Queue a fragment; whether the viewer is still there."""
        with self._lock:
            self._closed = self._closed or self._loop.is_closed()
            if self._closed:
                return False
            if not fragment.is_init:
                if self._skipping and (not starts_gop or self._is_full(fragment, 0.5)):
                    self.dropped += 1
                    return True
                self._skipping = self._is_full(fragment, 1.0)
                if self._skipping:
                    self.dropped += 1
                    return True
            self._queue.append((self._clock.monotonic(), fragment))
            self._octets += len(fragment.data)
            if self._wake_sent:
                return True
            self._wake_sent = True
        return self._wake()

    def _is_full(self, fragment: LiveFragment, share: float) -> bool:
        """Whether too much waits already, in octets or in time: what is seconds old is no live picture."""
        if self._octets + len(fragment.data) > self._max_octets * share:
            return True
        return bool(self._queue) and self._clock.monotonic() - self._queue[0][0] > self._max_wait_s * share

    def _wake(self) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:  # the loop is closed: nobody will ever ask
            self.close()
            return False
        return True

    def close(self) -> None:
        """No more fragments; `get` ends after those that wait."""
        with self._lock:
            self._closed = True
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:
            return

    async def get(self) -> LiveFragment | None:
        """The next fragment; None when it is over."""
        while True:
            with self._lock:
                if self._queue:
                    _, fragment = self._queue.popleft()
                    self._octets -= len(fragment.data)
                    if fragment.is_init:
                        return fragment
                    return replace(fragment, dropped=fragment.dropped + self.dropped)
                if self._closed:
                    return None
                self._ready.clear()
                self._wake_sent = False
            await self._ready.wait()
