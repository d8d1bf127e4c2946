"""One question to a site, and its answer: greetings and enrolment."""

from __future__ import annotations

import threading

from nats.aio.msg import Msg

from veedor.link.connection import LinkConnection
from veedor.site.analysis.errors import SiteSilent
from veedor.wire import work

ANSWER_S = 5.0


def ask(connection: LinkConnection, subject: str, answer: str, data: bytes) -> dict[str, str]:
    """Say `data`, and wait for what comes under `answer`. Raises the other side's error, LinkDown, SiteSilent."""
    told: list[bytes] = []
    came = threading.Event()

    async def on_answer(message: Msg) -> None:
        told.append(message.data)
        came.set()

    number = connection.run(connection.subscribe(answer, on_answer), ANSWER_S)
    try:
        connection.run(connection.publish(subject, data), ANSWER_S)
        if not connection.clock.wait(came, ANSWER_S):
            raise SiteSilent(url=subject, problem="no answer", detail="analysis-no-answer")
    finally:
        connection.run(connection.unsubscribe(number), ANSWER_S)
    return work.answer_from_bytes(told[0])
