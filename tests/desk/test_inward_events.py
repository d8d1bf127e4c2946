"""Events and alerts of sites, which come many at a time: as if one by one, and nobody's but their own site's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.desks import Desk, make_desk
from veedor.access.scope import Scope
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.inward.inward import Inward, Position, SiteBatch
from veedor.desk.inward.source import ForeignFact
from veedor.desk.inward.tables import SiteEventRow
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind, alert_clip, alert_ended, alert_raised, event_happened
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


def test_a_text_that_the_database_cannot_hold_is_passed_over_and_the_others_count(hub: Desk) -> None:
    wrong = replace(event(2), explanation=Message("rules-tripwire", {"place": "\ud800"}))
    mixed = [*batch(event(1)), *batch(wrong, first=2), *batch(event(3), first=3)]
    taker(hub).take_batch(SITE, "i1", mixed)
    assert {"event-1", "event-3"} <= set(rows(hub))
    assert taker(hub).position("site-1").sequence == 3


def test_batches_of_many_sites_are_one_transaction(hub: Desk) -> None:
    """All of it at once, or nothing."""
    commits = []
    hub.ports.database.on_commit(lambda: commits.append(1))
    facts = alert_facts()
    elsewhere = [(place, replace(one, site_id="site-2")) for place, one in batch(event(7), event(8), agency="other")]
    taker(hub).take_batches([SiteBatch(*SITE, "i1", facts), SiteBatch("site-2", "other", "i9", elsewhere)])
    assert len(commits) == 1
    assert set(rows(hub)) == {"event-0", "event-120", "event-4000", "event-4010", "event-7", "event-8"}
    assert [row[1] for row in alerts(hub)[:4]] == ["event-0", "event-0", "event-4000", "event-4000"]
    assert taker(hub).position("site-1").sequence == len(facts)
    assert taker(hub).position("site-2") == Position("i9", 2, elsewhere[-1][1].id)
    theirs = SiteBatch("site-2", "other", "i9", batch(event(0, ended=True), agency="other", first=3))
    with pytest.raises(ForeignFact):
        taker(hub).take_batches([SiteBatch(*SITE, "i1", batch(event(9), first=20)), theirs])
    assert "event-9" not in rows(hub)
    assert taker(hub).position("site-1").sequence == len(facts)


def alert_facts() -> list[tuple[int, Envelope]]:
    """Alerts of one camera: two within minutes, one long after, and one soon after that; each ends, two have clips."""
    told: list[tuple[FactKind, dict[str, Any]]] = []
    for number in (0, 120, 4000, 4010):
        begun, ended = event(number), event(number, ended=True)
        told += [
            (FactKind.ALERT_RAISED, alert_raised(begun, "Plaza", "muni", begun.started_at)),
            (FactKind.EVENT, event_happened(begun, "muni")),
            (FactKind.ALERT_ENDED, alert_ended(ended.id, event_to_json(ended), "muni")),
        ]
        if number in (120, 4000):
            told.append((FactKind.ALERT_CLIP, alert_clip(begun.id, "ready", "muni")))
    return [
        (place, Envelope(f"m{place}", kind, "site-1", "muni", NOON, body)) for place, (kind, body) in enumerate(told, 1)
    ]


def alerts(hub: Desk) -> list[tuple[Any, ...]]:
    """Every alert, and after them what open pages were told, in order."""
    query = sa.select(AlertRow).order_by(AlertRow.raised_at)
    with hub.ports.database.reading() as session:
        rows = [(row.id, row.group_id, row.ended_at, row.event, row.clip_state) for row in session.scalars(query)]
    items = hub.app.state.feed.after(0, Scope(frozenset({"muni"})))
    return [*rows, *((one.kind, one.payload, one.camera_id) for one in items)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 14])
def test_alerts_in_batches_are_as_one_by_one(hub: Desk, tmp_path: Path, size: int) -> None:
    (tmp_path / "other").mkdir()
    other = make_desk(tmp_path / "other")
    try:
        facts = alert_facts()
        for start in range(0, len(facts), size):
            taker(hub).take_batch(SITE, "i1", facts[start : start + size])
        for sequence, one in facts:
            told = {"site_id": "site-1", "agency_id": "muni", "incarnation": "i1", "sequence": sequence}
            taker(other).take({**told, "kind": one.kind, "body": one.body})
        assert alerts(hub) == alerts(other)
        assert [row[1] for row in alerts(hub)[:4]] == ["event-0", "event-0", "event-4000", "event-4000"]
        taker(hub).take_batch(SITE, "i2", facts)
        assert alerts(hub)[:4] == alerts(other)[:4]
    finally:
        other.ports.database.close()
