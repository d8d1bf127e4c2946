"""A pipe through a server: whole messages both ways between two programs, in order, with an end that both see.

It stands in for a socket between two processes, where one of them is on another machine. Core NATS loses what nobody
takes in time; so each frame has a number, and a lost one ends the pipe. Who sends never has more than `window` octets
under way: a slow reader stops the sender, and costs no memory in the server. Each end tells every second that it is
there, and how much it has taken; silence ends the pipe.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum

from nats.aio.msg import Msg

from veedor.link.connection import LinkConnection, LinkStatus
from veedor.wire.errors import LinkDown

PIECE_OCTETS = 256 << 10
WINDOW_OCTETS = 4 << 20
MAX_MESSAGE_OCTETS = 16 << 20
BEAT_S = 1.0
SILENCE_S = 4.0
_FRAME = struct.Struct(">BQ")  # kind; number of the frame, or of octets taken


class _Kind(IntEnum):
    PART = 0
    LAST = 1
    TAKEN = 2
    END = 3


class Pipe:
    """One end. `hears`, `says`: the two subjects. `start` it before the other end speaks."""

    def __init__(
        self,
        connection: LinkConnection,
        *,
        hears: str,
        says: str,
        window: int = WINDOW_OCTETS,
        max_message: int = MAX_MESSAGE_OCTETS,
    ) -> None:
        """`max_message`: the longest that the other end may send, octets."""
        self._connection = connection
        self._hears, self._says = hears, says
        self._window = window
        self._max_message = max_message
        self._lock = threading.Condition()
        self._whole = threading.Lock()  # the pieces of one message stay together
        self._closed = False
        self.reason = ""
        # sending
        self._outgoing: deque[bytes] = deque()
        self._sent = self._acknowledged = self._next_out = 0
        self._flusher: asyncio.Task[None] | None = None
        # hearing
        self._arrived: deque[tuple[bytes, int]] = deque()  # and how many octets of it are in `_taken` already
        self._pieces: list[bytes] = []
        self._pieces_octets = self._counted = self._taken = self._told = self._heard_octets = self._next_in = 0
        self._heard_s = connection.clock.monotonic()
        self._subscription: int | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._forget = connection.on_change(self._on_change)

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def octets(self) -> tuple[int, int]:
        """Sent and heard."""
        return self._sent, self._heard_octets

    def start(self) -> None:
        """Raises LinkDown."""
        self._connection.run(self._begin(), 10.0)

    def send(self, message: bytes) -> None:
        """Returns when it is under way; waits while the other end is slow. Raises LinkDown when the pipe has ended."""
        with self._whole:
            pieces = max(1, -(-len(message) // PIECE_OCTETS))
            for index in range(pieces):
                piece = message[index * PIECE_OCTETS : (index + 1) * PIECE_OCTETS]
                self._put(piece, last=index == pieces - 1)

    def receive(self) -> bytes | None:
        """The next message; None at the end, when all that came before has been taken."""
        with self._lock:
            while not self._arrived and not self._closed:
                self._lock.wait(1.0)
            if not self._arrived:
                return None
            message, counted = self._arrived.popleft()
            self._taken += len(message) - counted
            if not self._arrived:
                self._count_pieces()
            due = self._taken - self._told >= self._window // 4
        if due:
            self._call(self._tell_taken)
        return message

    def close(self) -> None:
        """Ends it for both. Harmless after the end."""
        self._end("closed here", tell=True)

    # -- sending

    def _put(self, piece: bytes, *, last: bool) -> None:
        with self._lock:
            while not self._closed and self._sent - self._acknowledged + len(piece) > self._window:
                self._lock.wait(1.0)
            if self._closed:
                raise LinkDown(problem=self.reason)
            kind = _Kind.LAST if last else _Kind.PART
            self._outgoing.append(_FRAME.pack(kind, self._next_out) + piece)
            self._next_out += 1
            self._sent += len(piece)
            idle = len(self._outgoing) == 1
        if idle:
            self._call(self._flush)

    def _flush(self) -> None:
        """In the link's thread, as all that follows."""
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.ensure_future(self._publish_all())

    async def _publish_all(self) -> None:
        try:
            while True:
                with self._lock:
                    if not self._outgoing:
                        return
                    frame = self._outgoing[0]
                await self._connection.publish(self._says, frame)
                with self._lock:
                    self._outgoing.popleft()
        except LinkDown as problem:
            self._end(str(problem.params.get("problem")))

    def _tell_taken(self) -> None:
        with self._lock:
            taken = self._told = self._taken
        self._publish_soon(_FRAME.pack(_Kind.TAKEN, taken))

    def _publish_soon(self, frame: bytes) -> None:
        task = asyncio.ensure_future(self._publish_one(frame))
        _running.add(task)
        task.add_done_callback(_running.discard)

    async def _publish_one(self, frame: bytes) -> None:
        try:
            await self._connection.publish(self._says, frame)
        except LinkDown as problem:
            self._end(str(problem.params.get("problem")))

    # -- hearing

    async def _begin(self) -> None:
        self._heard_s = self._connection.clock.monotonic()
        self._subscription = await self._connection.subscribe(self._hears, self._on_message)
        self._ticker = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        while not self._closed:
            await asyncio.sleep(BEAT_S)
            if self._connection.clock.monotonic() - self._heard_s > SILENCE_S:
                self._end(f"silent for {SILENCE_S:.0f} s", tell=True)
                return
            self._tell_taken()

    async def _on_message(self, message: Msg) -> None:
        self._heard_s = self._connection.clock.monotonic()
        data = message.data
        if len(data) < _FRAME.size:
            return self._end("a frame too short", tell=True)
        kind, number = _FRAME.unpack_from(data)
        if kind == _Kind.TAKEN:
            with self._lock:
                self._acknowledged = max(self._acknowledged, min(number, self._sent))
                self._lock.notify_all()
        elif kind == _Kind.END:
            self._end("the other end has closed")
        elif kind in (_Kind.PART, _Kind.LAST):
            self._on_piece(data[_FRAME.size :], number, last=kind == _Kind.LAST)
        return None

    def _on_piece(self, piece: bytes, number: int, *, last: bool) -> None:
        with self._lock:
            self._heard_octets += len(piece)
            wrong = ""
            if number != self._next_in:
                wrong = "a frame was lost"
            elif self._heard_octets - self._taken > self._window:
                wrong = "more came than was asked for"
            elif self._pieces_octets + len(piece) > self._max_message:
                wrong = "a message too long"
            if not wrong:
                self._next_in += 1
                self._pieces.append(piece)
                self._pieces_octets += len(piece)
                if last:
                    self._join()
                elif not self._arrived:  # nothing else to take: without room the rest of it would never come
                    self._count_pieces()
            due = self._taken - self._told >= self._window // 4
        if wrong:
            self._end(wrong, tell=True)
        elif due:
            self._tell_taken()

    def _join(self) -> None:
        """Caller holds the lock."""
        self._arrived.append((b"".join(self._pieces), self._counted))
        self._pieces, self._pieces_octets, self._counted = [], 0, 0
        self._lock.notify_all()

    def _count_pieces(self) -> None:
        """Caller holds the lock: the pieces at hand make room already."""
        self._taken += self._pieces_octets - self._counted
        self._counted = self._pieces_octets

    # -- the end

    def _on_change(self, status: LinkStatus) -> None:
        if not status.connected:
            self._end("the link is cut")

    def _end(self, reason: str, *, tell: bool = False) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self.reason = reason
            self._lock.notify_all()
        self._forget()
        self._call(lambda: self._finish(tell))

    def _finish(self, tell: bool) -> None:
        if self._ticker is not None and self._ticker is not asyncio.current_task():
            self._ticker.cancel()
        if tell:
            self._publish_soon(_FRAME.pack(_Kind.END, 0))
        if self._subscription is not None:
            task = asyncio.ensure_future(self._connection.unsubscribe(self._subscription))
            _running.add(task)
            task.add_done_callback(_running.discard)

    def _call(self, work: Callable[[], None]) -> None:
        if not self._connection.loop.is_closed():
            self._connection.loop.call_soon_threadsafe(work)


_running: set[asyncio.Future[None]] = set()  # the loop alone would let them be collected
