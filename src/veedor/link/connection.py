"""One connection to one's own server: a client of NATS in a thread of its own, used from threads and from event loops.

The client is not allowed to reconnect by itself: it would keep what was not sent, and send it late and out of order.
Here a lost connection loses what was under way, everybody is told, and a new one is made, for ever.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from veedor.kit.clock import Clock
from veedor.wire.errors import LinkDown

log = logging.getLogger(__name__)

T = TypeVar("T")
Receiver = Callable[[Msg], Awaitable[None]]

CONNECT_S = 3.0
RETRY_S = (0.1, 2.0)
PING_S = 5
CLOSE_S = 2.0


class _NotWorthSaying(logging.Filter):
    """What asyncio says each time that a client of NATS ends a connection over TLS: it means nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("returning true from eof_received()")


logging.getLogger("asyncio").addFilter(_NotWorthSaying())


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """`problem`: why there is no connection, in the client's words; empty where there is one or none was tried."""

    connected: bool
    problem: str = ""


class LinkConnection:
    """To the server at `url`, as the user with `seed`. Listeners and receivers are called in its thread: be quick.

    `ca`: the authority that alone may vouch for the server. TLS then comes before the server's first word, so that
    nobody in between can talk the client out of it. None: a server of one's own, on loopback.
    """

    def __init__(self, url: str, seed: str, name: str, clock: Clock, ca: Path | None = None) -> None:
        self.name = name
        self.clock = clock
        self._url = url
        self._seed = seed
        self._tls = ssl.create_default_context(cafile=str(ca)) if ca is not None else None
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"link-{name}", daemon=True)
        self._client: Client | None = None
        self._status = LinkStatus(False)
        self._listeners: list[Callable[[LinkStatus], None]] = []
        self._kept: dict[int, tuple[str, Receiver]] = {}
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count()
        self._connected = threading.Event()
        self._stopping = False
        self._keeper: asyncio.Task[None] | None = None

    # -- life

    def start(self) -> None:
        """Begins to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._stopping = True
        self.submit(self._end()).result(10.0)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10.0)
        self.loop.close()

    def wait_connected(self, timeout_s: float) -> None:
        """Raises LinkDown when there is no connection in time."""
        if not self._connected.wait(timeout_s):
            raise self._down()

    @property
    def status(self) -> LinkStatus:
        return self._status

    def on_change(self, listener: Callable[[LinkStatus], None]) -> Callable[[], None]:
        """Call `listener` at each change; what is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # -- from other threads and loops

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` in the connection's loop. From another loop: `await asyncio.wrap_future(...)`. Raises LinkDown
        after `stop`: what uses a connection is stopped before it."""
        if self.loop.is_closed():
            work.close()
            raise self._down()
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Run `work` and wait. Raises LinkDown when it takes longer. Not from the connection's own thread."""
        future = self.submit(work)
        try:
            return future.result(timeout_s)
        except (FutureTimeout, asyncio.CancelledError) as problem:
            future.cancel()
            raise self._down() from problem

    # -- within the connection's loop

    async def publish(self, subject: str, data: bytes, reply: str = "", headers: dict[str, str] | None = None) -> None:
        """Raises LinkDown. That it returns says nothing of arrival."""
        client = self._client
        if client is None or not client.is_connected:
            raise self._down()
        try:
            await client.publish(subject, data, reply=reply, headers=headers)
        except (nats.errors.Error, OSError) as problem:
            raise LinkDown(problem=_words(problem)) from problem

    async def subscribe(self, subject: str, receiver: Receiver) -> int:
        """From now on, over all connections to come. The number ends it again. Raises LinkDown: there is none then."""
        number = next(self._numbers)
        self._kept[number] = (subject, receiver)
        if self._client is not None and self._client.is_connected:
            try:
                await self._attach(self._client, number)
                await self._client.flush()
            except (nats.errors.Error, OSError) as problem:
                self._kept.pop(number)  # the caller has no number by which to end it
                raise LinkDown(problem=_words(problem)) from problem
        return number

    async def unsubscribe(self, number: int) -> None:
        self._kept.pop(number, None)
        subscription = self._subscriptions.pop(number, None)
        if subscription is not None and self._client is not None and self._client.is_connected:
            await subscription.unsubscribe()

    # -- its thread

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self._keeper = self.loop.create_task(self._keep())
        self.loop.run_forever()

    async def _keep(self) -> None:
        pause_s = RETRY_S[0]
        while not self._stopping:
            try:
                await self._keep_once()
                pause_s = RETRY_S[0]
            except (nats.errors.Error, OSError, TimeoutError) as problem:
                self._set(LinkStatus(False, _words(problem)))
                log.info("link %s: %s", self.name, _words(problem))
            if not self._stopping:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_S[1])

    async def _keep_once(self) -> None:
        """Connects, and returns when that connection has ended."""
        closed = asyncio.Event()
        said: list[Exception] = []

        async def on_closed() -> None:
            closed.set()

        async def on_error(problem: Exception) -> None:
            said.append(problem)
            log.info("link %s: %s", self.name, _words(problem))

        client = Client()
        try:
            await client.connect(
                self._url,
                name=self.name,
                nkeys_seed_str=self._seed,
                allow_reconnect=False,
                connect_timeout=int(CONNECT_S),
                ping_interval=PING_S,
                max_outstanding_pings=2,
                closed_cb=on_closed,
                error_cb=on_error,
                inbox_prefix="_INBOX",
                tls=self._tls,
                tls_handshake_first=self._tls is not None,
            )
            self._client = client
            for number in list(self._kept):
                await self._attach(client, number)
            await client.flush()
            self._set(LinkStatus(True))
            await closed.wait()
        finally:
            self._client = None
            for one in self._subscriptions.values():  # a client that is given up leaves its receivers waiting
                waiting: asyncio.Task[None] | None = getattr(one, "_wait_for_msgs_task", None)
                if waiting is not None:
                    waiting.cancel()
            self._subscriptions.clear()
            if not client.is_closed:
                with suppress(TimeoutError):  # after a TLS handshake that failed it would wait for ever
                    await asyncio.wait_for(client.close(), CLOSE_S)
            self._set(LinkStatus(False, _words(said[-1]) if said else ""))

    async def _attach(self, client: Client, number: int) -> None:
        subject, receiver = self._kept[number]
        self._subscriptions[number] = await client.subscribe(subject, cb=receiver)

    def _set(self, status: LinkStatus) -> None:
        if status.connected:
            self._connected.set()
        else:
            self._connected.clear()
        changed = status.connected != self._status.connected
        self._status = status
        for listener in list(self._listeners) if changed else ():
            listener(status)

    def _down(self) -> LinkDown:
        return LinkDown(problem=self._status.problem or "it is not there yet")

    async def _end(self) -> None:
        if self._client is not None and not self._client.is_closed:
            await self._client.close()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
