"""A window of messages into the stream `UP`, so that what is stored is stored in order."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence

from nats.aio.msg import Msg

from veedor.link.connection import LinkConnection, LinkStatus
from veedor.link.jetstream import StreamRefused
from veedor.wire import subjects
from veedor.wire.envelope import Envelope
from veedor.wire.errors import CalleeGone, CallSilent, LinkDown

ACK_S = 10.0
WRONG_LAST = 10070  # JetStream: the message that is named as the last one is not


class Publisher:
    """Each message of a window but the first names the one before it, and is refused where that is not the last one of
    the stream: a lost message loses those behind it too, and they are sent again. What was stored already is known by
    its id, and acknowledged; where another source's message has come behind it since, the first of the window that is
    new is refused, and begins the next window."""

    def __init__(self, connection: LinkConnection, site_id: str) -> None:
        self._connection = connection
        self._site_id = site_id
        self._inbox = f"_INBOX.{secrets.token_hex(12)}"
        self._acks: dict[str, asyncio.Future[int]] = {}
        self._subscription: int | None = None
        self._numbers = 0

    async def attach(self) -> None:
        """Hear acknowledgements. Harmless when it does already."""
        if self._subscription is None:
            self._subscription = await self._connection.subscribe(f"{self._inbox}.*", self._on_ack)
            self._connection.on_change(self._on_change)

    async def publish(self, envelopes: Sequence[Envelope]) -> tuple[int, int]:
        """How many from the first on are on disk, at least one, and the highest sequence that the stream gave them.
        Raises Unavailable."""
        waiting: dict[str, asyncio.Future[int]] = {}
        before = ""
        try:
            for envelope in envelopes:
                self._numbers += 1
                token = str(self._numbers)
                headers = {"Nats-Msg-Id": envelope.id}
                if before:
                    headers["Nats-Expected-Last-Msg-Id"] = before
                before = envelope.id
                waiting[token] = self._acks[token] = asyncio.get_running_loop().create_future()
                await self._connection.publish(
                    subjects.up(self._site_id, envelope.kind),
                    envelope.to_bytes(),
                    f"{self._inbox}.{token}",
                    headers,
                )
            said = await asyncio.wait_for(asyncio.gather(*waiting.values(), return_exceptions=True), ACK_S)
            return _first_ones(said)
        except TimeoutError as problem:
            raise CallSilent(name=self._site_id, seconds=ACK_S) from problem
        finally:
            for token, ack in waiting.items():
                self._acks.pop(token, None)
                if not ack.done():
                    ack.cancel()
                elif not ack.cancelled():
                    ack.exception()  # told once, by the first

    def _on_change(self, status: LinkStatus) -> None:
        """What was under way has no acknowledgement any more."""
        for ack in list(self._acks.values()):
            if not status.connected and not ack.done():
                ack.set_exception(LinkDown(problem=status.problem))

    async def _on_ack(self, message: Msg) -> None:
        ack = self._acks.get(message.subject.rsplit(".", 1)[-1])
        if ack is None or ack.done():
            return
        if message.headers and message.headers.get("Status") == "503":
            ack.set_exception(CalleeGone(name=self._site_id))
            return
        said = json.loads(message.data)
        if "error" in said:
            error = said["error"]
            code = int(error.get("err_code", 0))
            ack.set_exception(StreamRefused(self._site_id, str(error.get("description", "")), code))
        else:
            ack.set_result(int(said["seq"]))


def _first_ones(said: Sequence[int | BaseException]) -> tuple[int, int]:
    """Of a window's acknowledgements, those before the first that is none. Raises that one where it is the first of
    all, or anything else than a refusal because of what stands before it."""
    stored: list[int] = []
    for one in said:
        if isinstance(one, BaseException):
            if not stored or not (isinstance(one, StreamRefused) and one.code == WRONG_LAST):
                raise one
            break
        stored.append(one)
    return len(stored), max(stored)
