"""How much of a site's way out its answers may take: pictures share what the budget gives, in an order of ranks.

What goes up by itself (events, alerts, acts, audit entries: the stream `UP`) is not counted and never waits here. So a
budget below what the link really carries leaves them their room, however many people look.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections import deque
from enum import IntEnum

from veedor.kit.clock import Clock

WINDOW_S = 5.0  # over which use is told
BURST_S = 0.5  # what was not used for so long may be used at once
PIECE_S = 0.125  # a piece takes the way for so long at most, so that one of a higher rank soon has its turn
PIECE_OCTETS = (4 * 1024, 256 * 1024)
FREE_OCTETS = 4 * 1024  # of a head: a question and its short answer do not wait, but are counted


class Rank(IntEnum):
    """Who goes first when there is not room for all."""

    ALERT = 0  # the picture of an alert; lists, states, steering
    LIVE = 1
    PLAYBACK = 2
    BULK = 3  # files and exports


class Budget:
    """`kbps`: kilobits (1000) a second; None: no limit, only counted. It may be set anew at any time. `take` belongs to
    one event loop, `used_kbps` to any thread."""

    def __init__(self, kbps: int | None, clock: Clock) -> None:
        self.kbps = kbps
        self._clock = clock
        self._level = self._rate * BURST_S if self._rate is not None else 0.0
        self._at_s = clock.monotonic()
        self._waiting: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._worker: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        self._spent: deque[tuple[float, int]] = deque()

    @property
    def _rate(self) -> float | None:
        """Octets a second."""
        return self.kbps * 125.0 if self.kbps is not None else None

    @property
    def piece_octets(self) -> int:
        """The largest piece that is to be taken at once."""
        least, most = PIECE_OCTETS
        return most if self._rate is None else int(min(max(self._rate * PIECE_S, least), most))

    def used_kbps(self) -> int:
        """Kilobits a second over the last five."""
        now_s = self._clock.monotonic()
        with self._lock:
            self._forget(now_s)
            return round(sum(octets for _, octets in self._spent) / WINDOW_S / 125)

    def spend(self, octets: int) -> None:
        """What does not wait. It is made up for by what does."""
        self._fill()
        self._level -= octets
        self._count(octets)

    async def take(self, octets: int, rank: Rank) -> None:
        """Returns when `octets` may be sent."""
        self._fill()
        if self._rate is None or (not self._waiting and self._level > 0):
            self.spend(octets)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), octets, turn))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._serve())
        await turn

    async def _serve(self) -> None:
        """One after the other: the highest rank first, and of one rank who came first."""
        while self._waiting:
            self._fill()
            if self._rate is not None and self._level <= 0:
                await asyncio.sleep(-self._level / self._rate + 0.001)
                continue
            _, _, octets, turn = heapq.heappop(self._waiting)
            if not turn.done():  # else it was cancelled
                self.spend(octets)
                turn.set_result(None)

    def _fill(self) -> None:
        if self._rate is None:
            return
        now_s = self._clock.monotonic()
        self._level = min(self._level + (now_s - self._at_s) * self._rate, self._rate * BURST_S)
        self._at_s = now_s

    def _count(self, octets: int) -> None:
        now_s = self._clock.monotonic()
        with self._lock:
            self._forget(now_s)
            self._spent.append((now_s, octets))

    def _forget(self, now_s: float) -> None:
        while self._spent and now_s - self._spent[0][0] > WINDOW_S:
            self._spent.popleft()
