"""The hub's way in: reads a site's log from where the hub's own database stands, and from nowhere else.

An ephemeral consumer without acknowledgements, in the site's domain, is made at position + 1 whenever the link, either
server or this process returns. Nothing but the database knows how far it is: a restored hub goes on from its backup.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from nats.aio.msg import Msg

from veedor.kit.errors import VeedorError
from veedor.link.connection import LinkConnection, LinkStatus
from veedor.link.jetstream import SiteStream, incarnation_of
from veedor.wire import subjects
from veedor.wire.envelope import Envelope
from veedor.wire.errors import BadMessage, OtherVersion

log = logging.getLogger(__name__)

BATCH = 100  # in one transaction: while it lasts, other sites wait
AHEAD = 1000  # messages asked for and not yet applied
HEARTBEAT_S = 1.0
SILENCE_S = 2.5
RETRY_S = (0.2, 1.0)  # an attempt without a link is answered at once: 200 sites cost 200 small messages a second
AHEAD_OCTETS = 2 << 20
OTHER_VERSION_S = 300.0  # an update restarts the hub; until then, what lies behind that message is fetched in vain
PULL_S = 60.0
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Position:
    """How far the hub's database is: the last message applied, of which incarnation of the stream, and its id."""

    incarnation: str
    sequence: int
    message_id: str


@dataclass(frozen=True, slots=True)
class IntakeStatus:
    """`behind`: messages that the site has and the hub has not, as last heard; None: not connected."""

    connected: bool
    behind: int | None
    applied: int
    problem: str = ""


Apply = Callable[[str, str, list[tuple[int, Envelope]]], Future[None]]


class Intake:
    """Of one site. `position` runs in `executor`; `apply` returns at once, and is called again when it is done.

    `apply(site_id, incarnation, batch)` commits the messages and `Position(incarnation, *of the last one)` in one
    transaction, and is done then. It must take a message whose id it has as done: a stream that was lost is sent again.
    """

    def __init__(
        self,
        connection: LinkConnection,
        site_id: str,
        position: Callable[[], Position | None],
        apply: Apply,
        executor: Executor,
    ) -> None:
        self.site_id = subjects.checked_id(site_id)
        self._connection = connection
        self._position = position
        self._apply = apply
        self._executor = executor
        self._status = IntakeStatus(False, None, 0)
        self._applied = 0
        self._again = asyncio.Event()
        self._gone = asyncio.Event()
        self._task: Future[None] | None = None

    def start(self) -> None:
        self._gone.clear()
        self._task = self._connection.submit(self.run())

    def stop(self) -> None:
        """Returns when nothing is being applied."""
        if self._task is not None:
            self._task.cancel()
            self._connection.run(self._gone.wait(), 30.0)

    @property
    def status(self) -> IntakeStatus:
        return self._status

    async def run(self) -> None:
        """Reads for ever."""
        forget = self._connection.on_change(self._on_change)
        pause_s = RETRY_S[0]
        try:
            while True:
                applied = self._applied
                problem = ""
                try:
                    await self.run_once()
                except OtherVersion as caught:
                    log.error("the log of %s is not read any further: %s", self.site_id, caught)
                    self._status = IntakeStatus(False, None, self._applied, str(caught))
                    await self._pause(OTHER_VERSION_S)
                    continue
                except VeedorError as caught:
                    problem = str(caught)
                except Exception as caught:  # what a database raises, is its own
                    log.exception("intake of %s", self.site_id)
                    problem = repr(caught)
                self._status = IntakeStatus(False, None, self._applied, problem)
                pause_s = RETRY_S[0] if self._applied > applied else min(pause_s * 2, RETRY_S[1])
                await self._pause(pause_s)
        finally:
            forget()
            self._gone.set()

    async def run_once(self) -> None:
        """Reads until the reading breaks off. Returns where it must be begun anew; raises where it cannot be."""
        stream = SiteStream(self._connection, self.site_id, subjects.HUB)
        async with stream.open():
            info = await stream.info()
            if info is None:
                return
            incarnation = incarnation_of(info)
            begin = await self._begin(stream, incarnation, int(info["state"]["last_seq"]))
            self._again.clear()
            reading = _Reading(self._connection, stream, begin)
            try:
                await reading.open()
                while (batch := await reading.batch(self._again)) is not None:
                    if batch:
                        await self._take(incarnation, batch)
                    self._status = IntakeStatus(True, reading.pending, self._applied)
            finally:
                await reading.close()

    async def _begin(self, stream: SiteStream, incarnation: str, last: int) -> int:
        """The first sequence to read. All of it where the stream is not the one that the position speaks of."""
        loop = asyncio.get_running_loop()
        position = await loop.run_in_executor(self._executor, self._position)
        if position is None or position.incarnation != incarnation:
            return 1
        if position.sequence > last:
            log.warning("%s: its log ends at %d, before %d: it was restored", self.site_id, last, position.sequence)
            return 1
        stored = await stream.message(position.sequence) if position.sequence else None
        if stored is not None:
            found = Envelope.from_bytes(base64.b64decode(stored.get("data", "")))
            if found.id != position.message_id:
                log.warning("%s: message %d is another one: its log was restored", self.site_id, position.sequence)
                return 1
        return position.sequence + 1

    async def _take(self, incarnation: str, batch: list[tuple[int, Envelope]]) -> None:
        applying = asyncio.wrap_future(self._apply(self.site_id, incarnation, batch))
        try:
            await asyncio.shield(applying)
        except asyncio.CancelledError:
            await asyncio.gather(applying, return_exceptions=True)  # stop() waits for what is being committed
            raise
        self._applied += len(batch)

    async def _pause(self, pause_s: float) -> None:
        try:
            await asyncio.wait_for(self._again.wait(), pause_s)
        except TimeoutError:
            return
        self._again.clear()

    def _on_change(self, _status: LinkStatus) -> None:
        self._again.set()


class _Reading:
    """One consumer, from its making to the first thing that goes wrong with it."""

    def __init__(self, connection: LinkConnection, stream: SiteStream, begin: int) -> None:
        self._connection = connection
        self._stream = stream
        self._begin = begin
        self._name = f"hub-{secrets.token_hex(8)}"
        self._inbox = subjects.reply(stream.site_id, subjects.HUB, secrets.token_hex(8), "up")
        self._subscription: int | None = None
        self._arrived: deque[tuple[int, Envelope]] = deque()
        self._news = asyncio.Event()
        self._broken = ""
        self._stopped: OtherVersion | None = None
        self._expected = 1  # the consumer counts what it sends: a gap is a loss on the way
        self._asked = 0  # messages asked for that have not come
        self._heard_s = connection.clock.monotonic()
        self.pending = 0

    async def open(self) -> None:
        self._subscription = await self._connection.subscribe(self._inbox, self._on_message)
        said = await self._stream.ask(
            f"CONSUMER.CREATE.{subjects.UP}.{self._name}",
            {
                "stream_name": subjects.UP,
                "action": "create",
                "config": {
                    "name": self._name,
                    "deliver_policy": "by_start_sequence",
                    "opt_start_seq": max(self._begin, 1),
                    "ack_policy": "none",
                    "max_deliver": 1,
                    "replay_policy": "instant",
                    "mem_storage": True,
                    "num_replicas": 1,
                    "inactive_threshold": 30 * NS,
                },
            },
            repeatable=True,
        )
        self.pending = int(said.get("num_pending", 0))
        self._heard_s = self._connection.clock.monotonic()
        await self._pull()

    async def close(self) -> None:
        if self._subscription is not None:
            await self._connection.unsubscribe(self._subscription)

    async def batch(self, again: asyncio.Event) -> list[tuple[int, Envelope]] | None:
        """What has come: at most BATCH; empty when only time has passed; None when a new reading is needed.
        Raises OtherVersion once all before such a message was given."""
        if not self._arrived and not self._broken:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), HEARTBEAT_S)
            except TimeoutError:
                if self._connection.clock.monotonic() - self._heard_s > SILENCE_S:
                    self._broken = "silent"
        if self._arrived:
            batch = [self._arrived.popleft() for _ in range(min(len(self._arrived), BATCH))]
            await self._pull()
            return batch
        if self._stopped is not None:
            raise self._stopped
        if self._broken or again.is_set():
            log.info("intake of %s begins anew: %s", self._stream.site_id, self._broken or "connected anew")
            return None
        if self._asked <= 0:
            await self._pull()
        return []

    async def _pull(self) -> None:
        room = AHEAD - self._asked - len(self._arrived)
        if self._broken or (room < AHEAD // 2 and self._asked > 0):
            return
        wish = {
            "batch": room,
            "max_bytes": AHEAD_OCTETS,
            "expires": int(PULL_S * NS),
            "idle_heartbeat": int(HEARTBEAT_S * NS),
        }
        self._asked += room
        subject = subjects.jetstream(self._stream.site_id, f"CONSUMER.MSG.NEXT.{subjects.UP}.{self._name}")
        await self._connection.publish(subject, json.dumps(wish).encode(), self._inbox)

    async def _on_message(self, message: Msg) -> None:
        self._heard_s = self._connection.clock.monotonic()
        status = message.headers.get("Status") if message.headers else None
        if status is not None and not message.data:
            self._on_status(status, dict(message.headers or {}))
        else:
            self._on_data(message)
        if self._arrived or self._broken or self._asked <= 0:
            self._news.set()

    def _on_status(self, status: str, headers: dict[str, str]) -> None:
        if status == "100":
            last = headers.get("Nats-Last-Consumer")
            if last is not None and int(last) >= self._expected:
                self._broken = "messages were lost on the way"
        elif status in ("404", "408") or (status == "409" and "Nats-Pending-Messages" in headers):
            self._asked -= int(headers.get("Nats-Pending-Messages", "0"))
        else:
            self._broken = f"{status} {headers.get('Description', '')}"

    def _on_data(self, message: Msg) -> None:
        meta = message.metadata
        if self._broken:
            return
        if meta.sequence.consumer != self._expected:
            self._broken = "messages were lost on the way"
            return
        self._expected += 1
        self._asked -= 1
        self.pending = meta.num_pending
        try:
            envelope = Envelope.from_bytes(message.data)
            if envelope.site_id != self._stream.site_id:
                raise BadMessage(problem=f"of site {envelope.site_id}", detail="wire-unreadable")
        except OtherVersion as problem:  # what this version cannot read, a later one will: nothing may overtake it
            self._stopped, self._broken = problem, str(problem)
            return
        except BadMessage as problem:  # later ones must not wait for it: it stays in the site's log
            log.error("message %d of %s: %s", meta.sequence.stream, self._stream.site_id, problem)
            return
        self._arrived.append((meta.sequence.stream, envelope))
