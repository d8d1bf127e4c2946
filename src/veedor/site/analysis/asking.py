"""One question to a site, and its answer: greetings and enrolment."""

from __future__ import annotations

import threading

from nats.aio.msg import Msg

from veedor.link.connection import LinkConnection
from veedor.site.analysis.errors import SiteSilent
from veedor.wire import work

ANSWER_S = 5.0
AGAIN_S = 1.0  # a question or an answer may be lost while the server takes a new configuration


def ask(connection: LinkConnection, subject: str, answer: str, data: bytes) -> dict[str, str]:
    """Say `data` until something comes under `answer`: it must not matter how often it is heard.

    Raises the other side's error, LinkDown, SiteSilent.
    """
    told: list[bytes] = []
    came = threading.Event()

    async def on_answer(message: Msg) -> None:
        told.append(message.data)
        came.set()

    number = connection.run(connection.subscribe(answer, on_answer), ANSWER_S)
    try:
        for _ in range(round(ANSWER_S / AGAIN_S)):
            connection.run(connection.publish(subject, data), ANSWER_S)
            if connection.clock.wait(came, AGAIN_S):
                break
        else:
            raise SiteSilent(url=subject, problem="no answer", detail="analysis-no-answer")
    finally:
        connection.run(connection.unsubscribe(number), ANSWER_S)
    return work.answer_from_bytes(told[0])
