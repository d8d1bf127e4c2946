"""One thread that takes what has come for many streams at once.

A thread for each stream was measured too: waking it for every few packets, and handing Python's lock round, cost more
than what it did with them (docs/decisions/0004-rtsp-receiver.md). So the thread rests for a moment after each round,
and then takes all that has gathered.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Sequence
from typing import Protocol

from veedor.kit.clock import Clock

_BUFFER = 1 << 20
_TICK_S = 0.25  # how often streams are asked whether they have stalled, or have something to say
_SELECT_S = 0.05  # how long a new stream may wait where nothing comes for the others


class Receiving(Protocol):
    """A stream that is served. Both calls say whether it goes on, and may raise why it does not."""

    def sockets(self) -> Sequence[socket.socket]: ...

    def receive(self, ready: socket.socket, buffer: memoryview, now_s: float) -> bool:
        """Take what has come. `buffer` is for use until this returns."""

    def tick(self, now_s: float) -> bool:
        """A moment has passed."""


class _Served:
    """A stream, and how it ended."""

    def __init__(self, stream: Receiving) -> None:
        self.stream = stream
        self.over = threading.Event()
        self.problem: Exception | None = None

    def receive(self, ready: socket.socket, buffer: memoryview, now_s: float) -> bool:
        try:
            return self.stream.receive(ready, buffer, now_s)
        except Exception as problem:  # raised again in the thread that waits; it may not touch the other streams
            self.problem = problem
            return False

    def tick(self, now_s: float) -> bool:
        try:
            return self.stream.tick(now_s)
        except Exception as problem:  # as above
            self.problem = problem
            return False


class Receiver:
    """Serves streams from a thread of its own, which runs while there are any. `rest_s`: what a round waits for more;
    it adds to the delay of live pictures."""

    def __init__(self, clock: Clock, rest_s: float = 0.015) -> None:
        self._clock = clock
        self._rest_s = rest_s
        self._lock = threading.Lock()
        self._joining: list[_Served] = []
        self._thread: threading.Thread | None = None
        self._never = threading.Event()

    def serve(self, stream: Receiving) -> None:
        """Serve a stream until it is over, and wait for that. Raises why it ended, if it ended with an error."""
        served = _Served(stream)
        with self._lock:
            self._joining.append(served)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ingest-receiver", daemon=True)
                self._thread.start()
        served.over.wait()
        if served.problem is not None:
            raise served.problem

    def _run(self) -> None:
        buffer = memoryview(bytearray(_BUFFER))
        streams: set[_Served] = set()
        ticked_s = self._clock.monotonic()
        with selectors.DefaultSelector() as selector:
            while self._admit(selector, streams):
                ready = selector.select(_SELECT_S)
                now_s = self._clock.monotonic()
                for key, _ in ready:
                    served: _Served = key.data
                    if served in streams and not served.receive(key.fileobj, buffer, now_s):  # type: ignore[arg-type]
                        _dismiss(selector, streams, served)
                if now_s - ticked_s >= _TICK_S:
                    ticked_s = now_s
                    for served in [one for one in streams if not one.tick(now_s)]:
                        _dismiss(selector, streams, served)
                self._clock.wait(self._never, self._rest_s)

    def _admit(self, selector: selectors.BaseSelector, streams: set[_Served]) -> bool:
        """Take in the streams that have come; False, and the thread is to end, where there are none."""
        with self._lock:
            joining, self._joining = self._joining, []
            if not joining and not streams:
                self._thread = None
                return False
        for served in joining:
            streams.add(served)
            try:
                for one in served.stream.sockets():
                    selector.register(one, selectors.EVENT_READ, served)
            except (OSError, ValueError, KeyError) as problem:  # as above: the others go on
                served.problem = problem
                _dismiss(selector, streams, served)
        return True


def _dismiss(selector: selectors.BaseSelector, streams: set[_Served], served: _Served) -> None:
    streams.discard(served)
    for one in served.stream.sockets():
        with contextlib.suppress(KeyError, ValueError):  # it was not taken in
            selector.unregister(one)
    served.over.set()
