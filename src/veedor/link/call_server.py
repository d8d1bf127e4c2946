"""Answering: a handler for each op; what it yields goes out as fast as the caller takes it, and no faster."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from nats.aio.msg import Msg

from veedor.kit.errors import VeedorError
from veedor.link.budget import FREE_OCTETS, Budget, Rank
from veedor.link.connection import LinkConnection, LinkStatus
from veedor.wire import subjects, version
from veedor.wire.calls import CHUNK_OCTETS, Credit, Frame, FrameKind, Request, error_to_bytes, head_to_bytes
from veedor.wire.errors import BadMessage, CallsFull, CallSilent, LinkDown

log = logging.getLogger(__name__)

BEAT_S = 2.0
GONE_S = 6.0  # a caller tells every second that it is there
STALL_S = 10.0  # a caller that is there but takes nothing
TICK_S = 0.5
MAX_CALLS = 4096


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `caller`: the id that the servers' permissions vouch for. `version`: of the link, as it spoke."""

    caller: str
    op: str
    args: dict[str, Any]
    pass_text: str
    version: int = version.PROTOCOL


@dataclass(frozen=True, slots=True)
class Answer:
    """`chunks`: each item arrives as one item. An async iterator is asked for the next only when the caller has room;
    both kinds are closed when the call ends, however it ends. A plain one is read in changing threads. `rank`: whose
    turn it is when the budget is small."""

    head: dict[str, Any]
    chunks: Iterator[bytes] | AsyncIterator[bytes] | None = None
    rank: Rank = Rank.ALERT


Handler = Callable[[Asked], Answer | Awaitable[Answer]]


@dataclass(slots=True)
class _Running:
    """One call that is being answered. `waits_since_s`: since when the caller has had no room."""

    reply: str
    granted: int
    heard_s: float
    sent_s: float
    number: int = 0
    sent: int = 0
    rank: Rank = Rank.ALERT
    waits_since_s: float | None = None
    room: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class CallServer:
    """Answers calls to `own_id`. A handler that is a coroutine function runs in the link's loop and must not block;
    any other runs in one of `threads` threads. `any_version`: ops whose handler itself looks at the caller's version.
    `budget`: what the answers may take of the way out."""

    def __init__(
        self,
        connection: LinkConnection,
        own_id: str,
        handlers: Mapping[str, Handler],
        *,
        any_version: frozenset[str] = frozenset(),
        budget: Budget | None = None,
        threads: int = 16,
        stall_s: float = STALL_S,
    ) -> None:
        self._connection = connection
        self._own_id = subjects.checked_id(own_id)
        self._handlers = dict(handlers)
        self._any_version = any_version
        self._budget = budget or Budget(None, connection.clock)
        self._stall_s = stall_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"calls-{own_id}")
        self._running: dict[str, _Running] = {}
        self._subscriptions: list[int] = []
        self._ticker: asyncio.Task[None] | None = None
        self._forget = connection.on_change(self._on_change)

    def start(self) -> None:
        self._connection.run(self._begin(), 10.0)

    def stop(self) -> None:
        """Ends what is under way."""
        self._forget()
        self._connection.run(self._finish(), 10.0)
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def active(self) -> int:
        """Calls that are being answered now."""
        return len(self._running)

    # -- in the link's thread

    async def _begin(self) -> None:
        for subject, receiver in (
            (subjects.calls_of(self._own_id), self._on_call),
            (subjects.credits_of(self._own_id), self._on_credit),
        ):
            self._subscriptions.append(await self._connection.subscribe(subject, receiver))
        self._ticker = asyncio.create_task(self._tick())

    async def _finish(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        for number in self._subscriptions:
            await self._connection.unsubscribe(number)
        tasks = [running.task for running in self._running.values() if running.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _on_call(self, message: Msg) -> None:
        """`call.<callee>.<caller>.<op>`: only an answer to that caller, as this callee, is ever given."""
        parts = message.subject.split(".")
        caller, op = parts[2], ".".join(parts[3:])
        key = _key(message.reply)
        if key is None or not message.reply.startswith(f"reply.{self._own_id}.{caller}."):
            return
        now_s = self._connection.clock.monotonic()
        running = _Running(message.reply, 0, now_s, now_s)
        try:
            request = Request.from_bytes(message.data)
            if request.op != op:
                raise BadMessage(problem=f"{op} is not {request.op}", detail="wire-unreadable")
            if op not in self._any_version:
                version.require_near(request.version, caller)
            if len(self._running) >= MAX_CALLS:
                raise CallsFull(name=self._own_id)
        except VeedorError as problem:
            await self._fail(running, problem)
            return
        running.granted = request.granted
        self._running[key] = running
        running.task = asyncio.create_task(
            self._answer(key, running, Asked(caller, op, request.args, request.pass_text, request.version))
        )

    async def _on_credit(self, message: Msg) -> None:
        running = self._running.get(_key(message.reply) or "")
        if running is None or running.task is None:
            return
        try:
            credit = Credit.from_bytes(message.data)
        except BadMessage as problem:
            log.warning("%s: %s", message.subject, problem)
            return
        running.heard_s = self._connection.clock.monotonic()
        if credit.enough:
            running.task.cancel()
        elif credit.granted > running.granted:
            running.granted = credit.granted
            running.room.set()

    async def _answer(self, key: str, running: _Running, asked: Asked) -> None:
        try:
            answer = await self._handle(asked)
            running.rank = answer.rank
            if answer.chunks is None:
                await self._send_large(running, FrameKind.WHOLE, FrameKind.HEAD_PART, head_to_bytes(answer.head))
                return
            chunks = _steps(answer.chunks, self._pool)
            try:
                await self._send_large(running, FrameKind.HEAD, FrameKind.HEAD_PART, head_to_bytes(answer.head))
                await self._stream(running, chunks)
            finally:
                await chunks.aclose()
            await self._send(running, FrameKind.END)
        except LinkDown as problem:
            log.info("answer to %s of %s: %s", asked.op, asked.caller, problem)
        except VeedorError as problem:
            await self._fail(running, problem)
        except Exception:
            log.exception("answer to %s of %s", asked.op, asked.caller)
            await self._fail(running, VeedorError())
        finally:
            self._running.pop(key, None)

    async def _handle(self, asked: Asked) -> Answer:
        handler = self._handlers.get(asked.op)
        if handler is None:
            raise BadMessage(problem=asked.op, detail="wire-no-such-op")
        given: Answer | Awaitable[Answer]
        if inspect.iscoroutinefunction(handler):
            given = handler(asked)
        else:
            given = await asyncio.get_running_loop().run_in_executor(self._pool, handler, asked)
        return given if isinstance(given, Answer) else await given

    async def _stream(self, running: _Running, chunks: AsyncIterator[bytes]) -> None:
        while True:
            await self._room(running)  # before the next is asked for: a live view drops what nobody has room for
            item = await anext(chunks, None)
            if item is None:
                return
            if item:
                await self._send_large(running, FrameKind.CHUNK, FrameKind.CHUNK_PART, item)

    async def _room(self, running: _Running) -> None:
        while running.sent >= running.granted:
            running.waits_since_s = running.waits_since_s or self._connection.clock.monotonic()
            running.room.clear()
            await running.room.wait()
            if running.waits_since_s is not None and running.waits_since_s < 0:
                raise CallSilent(name=subjects.HUB, seconds=self._stall_s)
        running.waits_since_s = None

    async def _send_large(self, running: _Running, kind: FrameKind, part: FrameKind, data: bytes) -> None:
        """In as many frames as it needs. Chunks spend credit, each piece only once there is room."""
        step = min(CHUNK_OCTETS, self._budget.piece_octets)
        for begin in range(0, max(len(data), 1), step):
            piece = data[begin : begin + step]
            if kind is FrameKind.CHUNK:
                await self._room(running)
                running.sent += len(piece)
            if kind is FrameKind.CHUNK or len(data) > FREE_OCTETS:
                await self._budget.take(len(piece), running.rank)
            else:
                self._budget.spend(len(piece))
            await self._send(running, kind if begin + step >= len(data) else part, piece)

    async def _send(self, running: _Running, kind: FrameKind, data: bytes = b"") -> None:
        frame = Frame(kind, running.number, data)
        running.number += 1
        running.sent_s = self._connection.clock.monotonic()
        await self._connection.publish(running.reply, frame.to_bytes())

    async def _fail(self, running: _Running, problem: VeedorError) -> None:
        try:
            await self._send(running, FrameKind.ERROR, error_to_bytes(problem))
        except LinkDown as down:
            log.info("an error could not be told: %s", down)

    async def _tick(self) -> None:
        """Beats, and an end for callers that have gone or take nothing."""
        while True:
            await asyncio.sleep(TICK_S)
            now_s = self._connection.clock.monotonic()
            for running in list(self._running.values()):
                if running.task is None:
                    continue
                if now_s - running.heard_s > GONE_S:
                    running.task.cancel()
                elif running.waits_since_s is not None and now_s - running.waits_since_s > self._stall_s:
                    running.waits_since_s = -1.0
                    running.room.set()
                elif now_s - running.sent_s > BEAT_S:
                    try:
                        await self._send(running, FrameKind.BEAT)
                    except LinkDown:
                        running.task.cancel()

    def _on_change(self, status: LinkStatus) -> None:
        if not status.connected:
            for running in list(self._running.values()):
                if running.task is not None:
                    running.task.cancel()


async def _steps(chunks: Iterator[bytes] | AsyncIterator[bytes], pool: ThreadPoolExecutor) -> AsyncGenerator[bytes]:
    """Either kind as one that can be closed."""
    if isinstance(chunks, AsyncIterator):
        try:
            async for item in chunks:
                yield item
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
        return
    lock = threading.Lock()  # after a cancel, the step that still runs ends before the iterator is closed
    loop = asyncio.get_running_loop()
    try:
        while (step := await loop.run_in_executor(pool, _next, chunks, lock)) is not None:
            yield step
    finally:
        pool.submit(_close, chunks, lock)


def _next(chunks: Iterator[bytes], lock: threading.Lock) -> bytes | None:
    with lock:
        return next(chunks, None)


def _close(chunks: Iterator[bytes], lock: threading.Lock) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        with lock:
            close()


def _key(reply: str) -> str | None:
    """Which call, from `reply.<callee>.<caller>.<token>.<number>`."""
    parts = reply.split(".")
    return ".".join(parts[2:]) if len(parts) == 5 and parts[0] == "reply" else None
