"""Events of sites, which come many at a time: each one row, as it was told last, and nobody's but its own site's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.desks import Desk, make_desk
from veedor.desk.inward.inward import Inward
from veedor.desk.inward.tables import SiteEventRow
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind, event_happened
from veedor.wire.messages import event_to_json

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITE = ("site-1", "muni")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Desk]:
    one = make_desk(tmp_path)
    yield one
    one.ports.database.close()


def event(number: int, *, ended: bool = False) -> Event:
    at = NOON + timedelta(seconds=number)
    return Event(
        id=f"event-{number}",
        camera_id="plaza",
        rule="cross",
        kind="tripwire",
        severity=Severity.LOW,
        started_at=at,
        completed_at=at,
        ended_at=at + timedelta(seconds=5) if ended else None,
        explanation=Message("rules-tripwire", {}),
    )


def batch(*events: Event, agency: str = "muni", first: int = 1) -> list[tuple[int, Envelope]]:
    return [
        (
            first + place,
            Envelope(
                f"{one.id}-{one.ended_at is not None}-{first}",
                FactKind.EVENT,
                "site-1",
                agency,
                NOON,
                event_happened(one, agency),
            ),
        )
        for place, one in enumerate(events)
    ]


def rows(hub: Desk) -> dict[str, tuple[Any, Any]]:
    """Of each event: when it ended, and its body."""
    with hub.ports.database.reading() as session:
        return {row.id: (row.ended_at, row.body) for row in session.scalars(sa.select(SiteEventRow))}


def taker(hub: Desk) -> Inward:
    return Inward(hub.ports.database, hub.ports.clock)


def kept(one: Event) -> tuple[Any, Any]:
    return one.ended_at, event_to_json(one)


def test_beginning_and_end_are_one_row_whichever_comes_first_and_however_they_are_parted(hub: Desk) -> None:
    begun, ended = event(1), event(1, ended=True)
    late_begun, early_ended = event(2), event(2, ended=True)
    taker(hub).take_batch(SITE, "i1", batch(begun, early_ended, event(3), event(3, ended=True)))
    assert rows(hub) == {
        "event-1": kept(begun),
        "event-2": kept(early_ended),
        "event-3": kept(event(3, ended=True)),
    }
    taker(hub).take_batch(SITE, "i1", batch(ended, late_begun, first=5))
    assert rows(hub)["event-1"] == kept(ended)
    assert rows(hub)["event-2"] == kept(early_ended)
    assert taker(hub).position("site-1").sequence == 6


def test_a_batch_that_comes_again_changes_nothing(hub: Desk) -> None:
    told = batch(event(1), event(1, ended=True), event(2))
    taker(hub).take_batch(SITE, "i1", told)
    before = rows(hub)
    taker(hub).take_batch(SITE, "i2", told)
    assert rows(hub) == before
    assert len(before) == 2


def test_an_end_is_told_once_and_never_changed(hub: Desk) -> None:
    ended = event(1, ended=True)
    taker(hub).take_batch(SITE, "i1", batch(ended))
    taker(hub).take_batch(SITE, "i1", batch(replace(ended, ended_at=NOON + timedelta(hours=1)), first=2))
    assert rows(hub)["event-1"] == kept(ended)


def test_one_event_that_is_another_agencys_is_passed_over_and_the_others_count(hub: Desk) -> None:
    mixed = [*batch(event(1)), *batch(event(2), agency="other", first=2), *batch(event(3), first=3)]
    taker(hub).take_batch(SITE, "i1", mixed)
    assert set(rows(hub)) == {"event-1", "event-3"}
    assert taker(hub).position("site-1").sequence == 3


def test_nobody_ends_the_event_of_another_agency(hub: Desk) -> None:
    taker(hub).take_batch(SITE, "i1", batch(event(1)))
    taker(hub).take_batch(("site-2", "other"), "i1", batch(event(1, ended=True), agency="other"))
    assert rows(hub)["event-1"] == kept(event(1))
