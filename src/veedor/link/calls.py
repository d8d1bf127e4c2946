"""Asking: a call gives a head and, where there is one, a stream of octets, read at the reader's pace.

The callee may send only what has been granted: a reader that does not read stops it, and costs no memory here.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any

from nats.aio.msg import Msg

from veedor.kit.errors import VeedorError
from veedor.link.connection import LinkConnection, LinkStatus
from veedor.wire import subjects
from veedor.wire.calls import Credit, Frame, FrameKind, Request, error_from_bytes, head_from_bytes
from veedor.wire.errors import BadMessage, CallBroken, CalleeGone, CallSilent, LinkDown

WINDOW_OCTETS = 1 << 20
SILENCE_S = 10.0  # the callee sends a beat every 2 s at least
TICK_S = 1.0
MAX_HEAD_OCTETS = 32 << 20


@dataclass(slots=True)
class _Incoming:
    """What has come for one call and was not taken yet. Filled in the link's thread, emptied in any: `lock`."""

    items: deque[bytes]
    lock: threading.Lock
    ended: bool = False
    problem: VeedorError | None = None
    waiter: Future[None] | None = None

    def wake(self) -> None:
        """Caller holds the lock."""
        waiter, self.waiter = self.waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


class Reply:
    """The answer of one call: `head`, and the chunks, to be read once, from a thread or from an event loop.
    `close` it."""

    def __init__(self, call: _Call) -> None:
        self._call = call

    @property
    def head(self) -> dict[str, Any]:
        return self._call.head.result(0)

    def close(self) -> None:
        """It is enough: the callee stops. Harmless after the end."""
        self._call.close()

    def read(self) -> bytes:
        """All chunks as one."""
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        try:
            while True:
                item = self._call.take()
                if isinstance(item, Future):
                    item.result()
                elif item is None:
                    return
                else:
                    yield item
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                item = self._call.take()
                if isinstance(item, Future):
                    await asyncio.wrap_future(item)
                elif item is None:
                    return
                else:
                    yield item
        finally:
            self.close()


class _Call:
    """One call that is under way. Methods `on_` run in the link's thread, the others anywhere."""

    def __init__(self, callee: str, window: int, heard_s: float, tell: Callable[[_Call, Credit], None]) -> None:
        self.callee = callee
        self.window = window
        self.heard_s = heard_s
        self.head: Future[dict[str, Any]] = Future()
        self.is_over = False
        self.granted = window
        self._consumed = 0
        self._expected = 0
        self._parts: list[bytes] = []
        self._incoming = _Incoming(deque(), threading.Lock())
        self._tell = tell

    # -- reading

    def take(self) -> bytes | Future[None] | None:
        """The next chunk, or what to wait for, or None at the end. Raises what the callee raised."""
        incoming = self._incoming
        with incoming.lock:
            if incoming.items:
                item = incoming.items.popleft()
                self._count(len(item))
                return item
            if incoming.problem is not None:
                raise incoming.problem
            if incoming.ended:
                return None
            incoming.waiter = Future()
            return incoming.waiter

    def _count(self, octets: int) -> None:
        """`octets` have left the window. Caller holds the lock."""
        self._consumed += octets
        if self._consumed + self.window - self.granted >= self.window // 2:
            self.granted = self._consumed + self.window
            self._tell(self, Credit(self.granted))

    def close(self) -> None:
        with self._incoming.lock:
            if self.is_over:
                self._incoming.items.clear()
                return
        self._tell(self, Credit(self.granted, enough=True))
        self.on_end(None)

    # -- what comes

    def on_frame(self, frame: Frame) -> None:
        if frame.number != self._expected:
            self.on_end(CallBroken(name=self.callee))
            return
        self._expected += 1
        if frame.kind in (FrameKind.HEAD_PART, FrameKind.CHUNK_PART):
            self._on_part(frame)
        elif frame.kind in (FrameKind.HEAD, FrameKind.WHOLE):
            self._on_head(self._whole(frame.data))
            if frame.kind == FrameKind.WHOLE:
                self.on_end(None)
        elif frame.kind == FrameKind.CHUNK:
            octets = len(frame.data)
            data = self._whole(frame.data)
            with self._incoming.lock:
                self._consumed -= len(data) - octets  # its parts were counted when they came
                self._incoming.items.append(data)
                self._incoming.wake()
        elif frame.kind == FrameKind.END:
            self.on_end(None)
        elif frame.kind == FrameKind.ERROR:
            self.on_end(error_from_bytes(frame.data))

    def _on_part(self, frame: Frame) -> None:
        self._parts.append(frame.data)
        if sum(len(part) for part in self._parts) > MAX_HEAD_OCTETS:
            self.on_end(BadMessage(problem="too large", detail="wire-too-large"))
        elif frame.kind == FrameKind.CHUNK_PART:
            with self._incoming.lock:
                self._count(len(frame.data))

    def _whole(self, last: bytes) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join([*parts, last]) if parts else last

    def _on_head(self, data: bytes) -> None:
        try:
            head = head_from_bytes(data)
        except BadMessage as problem:
            self.on_end(problem)
        else:
            if not self.head.done():
                self.head.set_result(head)

    def on_end(self, problem: VeedorError | None) -> None:
        with self._incoming.lock:
            if self.is_over:
                return
            self.is_over = True
            self._incoming.ended = True
            self._incoming.problem = problem
            self._incoming.wake()
        if not self.head.done():
            self.head.set_exception(problem or CallBroken(name=self.callee))


class Caller:
    """Calls others over one connection, as `own_id` (a site's, or `subjects.HUB`)."""

    def __init__(self, connection: LinkConnection, own_id: str) -> None:
        self._connection = connection
        self._own_id = own_id
        self._token = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._calls: dict[str, _Call] = {}
        self._names: dict[_Call, str] = {}
        self._subscription: int | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._forget = connection.on_change(self._on_change)

    def start(self) -> None:
        self._connection.run(self._begin(), 10.0)

    def stop(self) -> None:
        """Calls that are under way end as if the link were lost."""
        self._forget()
        self._connection.run(self._finish(), 10.0)

    def call(
        self,
        callee: str,
        op: str,
        args: dict[str, Any],
        pass_text: str = "",
        timeout_s: float = 10.0,
        window: int = WINDOW_OCTETS,
    ) -> Reply:
        """Ask and wait for the head; not in an event loop. Raises the callee's error, CalleeGone (at once where it has
        no link), CallSilent after `timeout_s`, CallBroken, LinkDown. `window`: octets that may be under way."""
        number, call = self._new(callee, window)
        future = self._connection.submit(self._ask(number, call, op, args, pass_text))
        future.add_done_callback(lambda done: _pass_on(done, call))
        try:
            call.head.result(timeout_s)
        except TimeoutError as problem:
            if not call.head.done():
                call.close()
                raise CallSilent(name=callee, seconds=timeout_s) from problem
            raise
        return Reply(call)

    async def acall(
        self,
        callee: str,
        op: str,
        args: dict[str, Any],
        pass_text: str = "",
        timeout_s: float = 10.0,
        window: int = WINDOW_OCTETS,
    ) -> Reply:
        """`call` for an event loop, whichever."""
        number, call = self._new(callee, window)
        future = self._connection.submit(self._ask(number, call, op, args, pass_text))
        future.add_done_callback(lambda done: _pass_on(done, call))
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(call.head)), timeout_s)
        except TimeoutError as problem:
            call.close()
            raise CallSilent(name=callee, seconds=timeout_s) from problem
        except asyncio.CancelledError:
            call.close()
            raise
        return Reply(call)

    def _new(self, callee: str, window: int) -> tuple[str, _Call]:
        number = str(next(self._numbers))
        call = _Call(subjects.checked_id(callee), window, self._connection.clock.monotonic(), self._tell)
        self._names[call] = number
        self._calls[number] = call
        return number, call

    # -- in the link's thread

    async def _begin(self) -> None:
        pattern = subjects.replies_to(self._own_id, self._token)
        self._subscription = await self._connection.subscribe(pattern, self._on_message)
        self._ticker = asyncio.create_task(self._tick())

    async def _finish(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        if self._subscription is not None:
            await self._connection.unsubscribe(self._subscription)
        self._end_all()

    async def _ask(self, number: str, call: _Call, op: str, args: dict[str, Any], pass_text: str) -> None:
        request = Request(op, args, pass_text, call.window)
        reply = subjects.reply(call.callee, self._own_id, self._token, number)
        await self._connection.publish(subjects.call(call.callee, self._own_id, op), request.to_bytes(), reply)

    async def _on_message(self, message: Msg) -> None:
        parts = message.subject.split(".")
        call = self._calls.get(parts[4]) if len(parts) == 5 else None
        if call is None or call.callee != parts[1]:
            return
        call.heard_s = self._connection.clock.monotonic()
        if message.headers and message.headers.get("Status") == "503":
            call.on_end(CalleeGone(name=call.callee))
        else:
            try:
                call.on_frame(Frame.from_bytes(message.data))
            except BadMessage as problem:
                call.on_end(problem)
        self._drop_if_over(parts[4], call)

    def _tell(self, call: _Call, credit: Credit) -> None:
        """From any thread."""
        if not self._connection.loop.is_closed():
            self._connection.loop.call_soon_threadsafe(self._tell_here, call, credit)

    def _tell_here(self, call: _Call, credit: Credit) -> None:
        number = self._names.get(call)
        if number is None:
            return
        task = asyncio.ensure_future(self._publish_credit(number, call, credit))
        _running.add(task)
        task.add_done_callback(_running.discard)
        self._drop_if_over(number, call)

    async def _publish_credit(self, number: str, call: _Call, credit: Credit) -> None:
        reply = subjects.reply(call.callee, self._own_id, self._token, number)
        subject = subjects.credit(call.callee, self._own_id, self._token, number)
        try:
            await self._connection.publish(subject, credit.to_bytes(), reply)
        except LinkDown as problem:
            call.on_end(problem)

    async def _tick(self) -> None:
        """Tells callees that their caller is still there, and gives up those that have fallen silent."""
        while True:
            await asyncio.sleep(TICK_S)
            now_s = self._connection.clock.monotonic()
            for number, call in list(self._calls.items()):
                if now_s - call.heard_s > SILENCE_S:
                    call.on_end(CallSilent(name=call.callee, seconds=SILENCE_S))
                elif not call.is_over:
                    self._tell_here(call, Credit(call.granted))
                self._drop_if_over(number, call)

    def _drop_if_over(self, number: str, call: _Call) -> None:
        if call.is_over:
            self._calls.pop(number, None)
            self._names.pop(call, None)

    def _on_change(self, status: LinkStatus) -> None:
        if not status.connected:
            self._end_all()

    def _end_all(self) -> None:
        for number, call in list(self._calls.items()):
            call.on_end(CallBroken(name=call.callee))
            self._drop_if_over(number, call)


_running: set[asyncio.Future[None]] = set()  # the loop alone would let them be collected


def _pass_on(done: Future[None], call: _Call) -> None:
    """A request that could not be sent ends its call."""
    try:
        problem = done.exception()
    except CancelledError:
        problem = CallBroken(name=call.callee)
    if isinstance(problem, VeedorError):
        call.on_end(problem)
    elif problem is not None:
        call.on_end(BadMessage(problem=repr(problem), detail="wire-unreadable"))
