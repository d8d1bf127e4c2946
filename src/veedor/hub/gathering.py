"""What sites' logs bring, in as few transactions as the load needs: a commit costs the same for one as for many.

Each site has one batch here at most, so sites take turns by themselves: one that floods holds another up by its one
batch. Small batches, which are news, and large ones, which are somebody's backlog, are committed in turns: an alert
waits for the backlog that is being written, and never for one that is written along with it. The backlog of a few sites
rests between two batches while others send news, so that most of the hub's time is theirs; when many sites come back at
once there is nobody to wait for, and all goes on as fast as it can. While a transaction runs, what comes meanwhile is
the next one's; under load they grow, and what a message costs falls. An intake hears of its batch when it is committed,
never before.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from concurrent.futures import Future

from veedor.desk.inward.inward import Inward, SiteBatch
from veedor.kit.clock import Clock
from veedor.kit.errors import StoreFull, StoreLocked, StoreReadOnly, StoreUnreachable, Unavailable

log = logging.getLogger(__name__)

MOST = 800  # messages in one transaction: who writes at the hub meanwhile waits for it
SMALL = 20  # messages; a batch of more is a backlog
EVERY_S = 0.04  # between the beginnings of two; the first after a silence begins at once
FEW = 4  # sites; the backlog of so many at most rests while there is news,
REST = 2.0  # so many times as long as the writing of its last batch took;
NEWS_S = 1.0  # there is news where some was written so short a time ago
_NOBODYS_FAULT = (StoreUnreachable, StoreLocked, StoreFull, StoreReadOnly)


class Gathering:
    """`take` from any thread; one thread writes."""

    def __init__(self, inward: Inward, clock: Clock) -> None:
        self._inward = inward
        self._clock = clock
        self._waiting: deque[tuple[SiteBatch, Future[None]]] = deque()
        self._news_first = False  # both kinds waited, and the small ones were chosen
        self._news_until_s = self._rest_until_s = clock.monotonic()
        self._news = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()  # of the two above, so that nothing is put where nobody will look
        self._thread = threading.Thread(target=self._run, name="gathering", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What waits is still taken; what comes later is refused."""
        with self._lock:
            self._stop.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(30.0)

    def take(self, batch: SiteBatch) -> Future[None]:
        """Done when the batch is committed. Its exception is what `Inward.take_batch` raises, or Unavailable."""
        done: Future[None] = Future()
        with self._lock:
            if self._stop.is_set():
                done.set_exception(Unavailable(name="hub", problem="it is stopping"))
                return done
            self._waiting.append((batch, done))
        self._news.set()
        return done

    def _run(self) -> None:
        while True:
            if self._waiting:
                self._clock.wait(self._news, max(0.0, self._rest_until_s - self._clock.monotonic()))
            else:
                self._news.wait()
            self._news.clear()
            while chosen := self._choose():
                began_s = self._clock.monotonic()
                self._commit(chosen)
                self._note(chosen, began_s)
                if not self._news_first or self._rests():  # else what waited beside them comes at once
                    self._clock.wait(self._stop, EVERY_S - (self._clock.monotonic() - began_s))
            with self._lock:
                if self._stop.is_set() and not self._waiting:
                    return

    def _choose(self) -> list[tuple[SiteBatch, Future[None]]]:
        """Those of a kind that came first, as many as one transaction may hold; the first of them always."""
        chosen: list[tuple[SiteBatch, Future[None]]] = []
        with self._lock:
            while self._waiting and not chosen:  # again where all of a kind were given up
                kinds = {_is_news(batch) for batch, _ in self._waiting}
                rests = self._rests()
                self._news_first = len(kinds) > 1 and (rests or not self._news_first)
                wanted = kinds if len(kinds) == 1 else {self._news_first}
                if rests and wanted == {False}:
                    break
                waiting, self._waiting = self._waiting, deque()
                room = MOST
                for batch, done in waiting:
                    if _is_news(batch) not in wanted or (chosen and len(batch.messages) > room):
                        self._waiting.append((batch, done))
                    elif done.set_running_or_notify_cancel():  # else nobody waits for it any more
                        chosen.append((batch, done))
                        room -= len(batch.messages)
        return chosen

    def _rests(self) -> bool:
        return self._clock.monotonic() < self._rest_until_s and not self._stop.is_set()

    def _note(self, chosen: list[tuple[SiteBatch, Future[None]]], began_s: float) -> None:
        now_s = self._clock.monotonic()
        if _is_news(chosen[0][0]):
            self._news_until_s = now_s + NEWS_S
        elif len(chosen) <= FEW and now_s < self._news_until_s:
            self._rest_until_s = now_s + REST * (now_s - began_s)

    def _commit(self, chosen: list[tuple[SiteBatch, Future[None]]]) -> None:
        try:
            self._inward.take_batches([batch for batch, _ in chosen])
        except _NOBODYS_FAULT as problem:
            for _, done in chosen:
                done.set_exception(problem)
        except Exception:  # one of them is the cause: the others must not wait for it
            for batch, done in chosen:
                self._commit_alone(batch, done)
        else:
            for _, done in chosen:
                done.set_result(None)

    def _commit_alone(self, batch: SiteBatch, done: Future[None]) -> None:
        try:
            self._inward.take_batch((batch.site_id, batch.agency_id), batch.incarnation, batch.messages)
        except Exception as problem:
            done.set_exception(problem)
        else:
            done.set_result(None)


def _is_news(batch: SiteBatch) -> bool:
    return len(batch.messages) <= SMALL
