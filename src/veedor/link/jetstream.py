"""Requests to the JetStream of a site: what pump and intake need of it, and no more."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.msg import Msg

from veedor.kit.errors import Unavailable
from veedor.link.connection import LinkConnection, LinkStatus
from veedor.wire import subjects
from veedor.wire.errors import CalleeGone, CallSilent, LinkDown

NO_STREAM = 10059
NO_MESSAGE = 10037
INCARNATION = "incarnation"
REQUEST_S = 3.0
AGAIN_S = 0.75  # what was on its way when a link ended is lost, and the next link may be there already


class StreamRefused(Unavailable):
    """JetStream answered with an error. params: name, problem. `code`: JetStream's own number for it."""

    def __init__(self, name: str, problem: str, code: int) -> None:
        self.code = code
        super().__init__(name=name, problem=problem)

    def __reduce__(self) -> tuple[object, ...]:
        return (StreamRefused, (self.params["name"], self.params["problem"], self.code))


class SiteStream:
    """The JetStream of `site_id`, asked over `connection`: its own (as `caller` the site), or the hub's."""

    def __init__(self, connection: LinkConnection, site_id: str, caller: str) -> None:
        self._connection = connection
        self.site_id = subjects.checked_id(site_id)
        self._caller = caller
        self.inbox = subjects.reply(site_id, caller, secrets.token_hex(8), "up")
        self._answers: dict[str, asyncio.Future[Msg]] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answers can be heard while it is open."""
        pattern = self.inbox.rsplit(".", 1)[0] + ".*"
        number = await self._connection.subscribe(pattern, self._on_message)
        forget = self._connection.on_change(self._on_change)
        try:
            yield
        finally:
            forget()
            await self._connection.unsubscribe(number)

    async def ask(
        self, operation: str, value: dict[str, Any] | None = None, *, repeatable: bool = False
    ) -> dict[str, Any]:
        """`repeatable`: asking twice does no more than asking once, so it is asked again while no answer comes.
        Raises CalleeGone (at once where there is no link), CallSilent, LinkDown, StreamRefused."""
        token = secrets.token_hex(8)
        reply = self.inbox.rsplit(".", 1)[0] + f".{token}"
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._answers[token] = answer
        try:
            data = json.dumps(value).encode() if value is not None else b""
            message = await self._answered(subjects.jetstream(self.site_id, operation), data, reply, answer, repeatable)
        except TimeoutError as problem:
            raise CallSilent(name=self.site_id, seconds=REQUEST_S) from problem
        finally:
            self._answers.pop(token, None)
        if message.headers and message.headers.get("Status") == "503":
            raise CalleeGone(name=self.site_id)
        said: dict[str, Any] = json.loads(message.data)
        if "error" in said:
            error = said["error"]
            raise StreamRefused(self.site_id, str(error.get("description", "")), int(error.get("err_code", 0)))
        return said

    async def _answered(
        self, subject: str, data: bytes, reply: str, answer: asyncio.Future[Msg], repeatable: bool
    ) -> Msg:
        """Raises TimeoutError."""
        async with asyncio.timeout(REQUEST_S):
            while True:
                await self._connection.publish(subject, data, reply)
                await asyncio.wait([answer], timeout=AGAIN_S if repeatable else None)
                if answer.done():
                    return answer.result()

    def _on_change(self, status: LinkStatus) -> None:
        for answer in list(self._answers.values()):
            if not status.connected and not answer.done():
                answer.set_exception(LinkDown(problem=status.problem))

    async def _on_message(self, message: Msg) -> None:
        answer = self._answers.get(message.subject.rsplit(".", 1)[-1])
        if answer is not None and not answer.done():
            answer.set_result(message)

    async def info(self) -> dict[str, Any] | None:
        """STREAM.INFO, or None where there is no stream."""
        try:
            return await self.ask(f"STREAM.INFO.{subjects.UP}", repeatable=True)
        except StreamRefused as problem:
            if problem.code == NO_STREAM:
                return None
            raise

    async def message(self, sequence: int) -> dict[str, Any] | None:
        """The stored message: `seq`, `data` (base64), `time` ... None where it is not there."""
        try:
            said = await self.ask(f"STREAM.MSG.GET.{subjects.UP}", {"seq": sequence}, repeatable=True)
        except StreamRefused as problem:
            if problem.code == NO_MESSAGE:
                return None
            raise
        return dict(said["message"])


def incarnation_of(info: dict[str, Any]) -> str:
    """A stream that was made anew is another one, and counts from 1."""
    return str((info["config"].get("metadata") or {}).get(INCARNATION) or info["created"])
