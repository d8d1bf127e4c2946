"""Threads of one process take turns before they take a connection.

PostgreSQL's own lock is waited for on a connection. Without this, as many waiting writers as the pool has connections
would leave none for a look that the one whose turn it is needs to finish.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class NotOurTurn(Exception):
    """It did not become one's turn in time."""


class Turns:
    """First come, first served; but whoever asks to be `first` comes before all that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def take(self, timeout_s: float, *, first: bool = False) -> Iterator[None]:
        """Raises NotOurTurn."""
        if not self._acquire(timeout_s, first=first):
            raise NotOurTurn
        try:
            yield
        finally:
            self._release()

    def _acquire(self, timeout_s: float, *, first: bool) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            if first:
                self._waiting.appendleft(mine)
            else:
                self._waiting.append(mine)
        if mine.acquire(timeout=timeout_s):  # whoever was before handed it over
            return True
        with self._lock:
            if mine not in self._waiting:
                return True  # handed over at the last moment
            self._waiting.remove(mine)
            return False

    def _release(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
