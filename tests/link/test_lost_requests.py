"""Requests to a site's JetStream that get lost where one link ends and the next begins."""

from __future__ import annotations

import pytest
from three_sites import Federation, Way

from veedor.link.connection import LinkConnection
from veedor.link.intake import Intake
from waiting import wait_until


def test_a_lost_question_is_asked_again_before_it_is_given_up(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each question of a new reading, its consumer included, the first is lost; it is as if none were."""
    publish, lost, again = LinkConnection.publish, set[str](), list[str]()
    way = Way(federation, "a1")
    way.add(5)
    way.pump.start()

    async def lossy(self: LinkConnection, subject: str, data: bytes, reply: str = "", headers=None) -> None:
        kind = ".".join(subject.split(".")[3:5])
        if self is not federation.hubs["a"] or not subject.startswith("$JS") or kind == "CONSUMER.MSG":
            await publish(self, subject, data, reply, headers)
        elif kind not in lost:
            lost.add(kind)
        else:
            again.append(kind)
            await publish(self, subject, data, reply, headers)

    monkeypatch.setattr(LinkConnection, "publish", lossy)
    wait_until(lambda: way.pump.status.published == 5)
    readings, run_once = list[Intake](), Intake.run_once

    async def counted(self: Intake) -> None:
        readings.append(self)
        await run_once(self)

    monkeypatch.setattr(Intake, "run_once", counted)
    way.intake.start()
    wait_until(lambda: way.database.count() == 5)
    assert way.database.ids() == way.outbox.ids()
    assert lost == {"STREAM.INFO", "CONSUMER.CREATE"} <= set(again)
    assert len(readings) == 1  # none was given up
    way.stop()
