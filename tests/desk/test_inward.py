"""What a hub makes of its sites' messages: each once, in one transaction with its place, and nobody for another."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.desks import AGENCY, Desk, make_desk
from desk.test_outward import ROSA, story
from veedor.access.actions import Action
from veedor.access.check import AuditRecord
from veedor.access.principal import Resource
from veedor.access.scope import Scope
from veedor.desk.acts.repository import acts_of
from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.audit.entry import entry_from, entry_of, personal_of
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.inward.inward import Inward, Position
from veedor.desk.inward.source import ForeignFact
from veedor.desk.inward.tables import SiteAuditRow
from veedor.desk.outward.outward import Outward
from veedor.model.act import SubjectKind
from veedor.wire.facts import audit_written


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Desk]:
    """A federated site's desk, of the same kind of database: what counts is what it tells."""
    (tmp_path / "site").mkdir()
    one = make_desk(tmp_path / "site", federated=True)
    yield one
    one.ports.database.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "hub").mkdir()
    one = make_desk(tmp_path / "hub")
    yield one
    one.ports.database.close()


def envelopes(site: Desk, **changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "site_id": "site-1",
            "agency_id": row.agency_id,
            "incarnation": "i1",
            "sequence": row.sequence,
            "kind": row.kind,
            "body": row.body,
            **changes,
        }
        for row in Outward(site.ports.database).after(0)
    ]


def taker(hub: Desk) -> Inward:
    return Inward(hub.ports.database, hub.ports.clock)


def state(desk: Desk) -> dict[str, Any]:
    """All that was taken, but for what is each desk's own."""
    with desk.ports.database.reading() as session:
        alerts = session.scalars(sa.select(AlertRow)).all()
        incidents = session.scalars(sa.select(IncidentRow)).all()
        locks = session.scalars(sa.select(EvidenceRow)).all()
        ids = [(SubjectKind.ALERT, row.id) for row in alerts] + [(SubjectKind.INCIDENT, row.id) for row in incidents]
        ids += [(SubjectKind.EVIDENCE, row.id) for row in locks]
        return {
            "acts": [act.to_json() for kind, key in ids for act in acts_of(session, kind, key)],
            "alerts": [
                (row.id, row.agency_id, row.camera_name, row.status, row.incident_id, row.ended_at) for row in alerts
            ],
            "incidents": [(row.id, row.number, row.type, row.status) for row in incidents],
            "locks": [
                (row.id, row.camera_id, row.camera_name, row.started_at, row.ended_at, row.status) for row in locks
            ],
        }


def test_the_hub_has_what_the_site_has(site: Desk, hub: Desk) -> None:
    story(site.ports)
    inward = taker(hub)
    assert all(inward.take(one) for one in envelopes(site))
    assert state(hub) == state(site)
    with hub.ports.database.reading() as session:
        row = session.scalars(sa.select(AlertRow)).one()
    assert (row.has_snapshot, row.clip_state) == (True, "pending")  # both stay at the site, and are fetched from there


def test_again_it_changes_nothing(site: Desk, hub: Desk) -> None:
    story(site.ports)
    inward, told = taker(hub), envelopes(site)
    for one in told:
        inward.take(one)
    before, items = state(hub), len(hub.app.state.feed.after(0, Scope(frozenset({AGENCY}))))
    assert not any(inward.take(one) for one in told)
    assert all(inward.take({**one, "incarnation": "i2"}) for one in told)  # the site's stream began anew
    assert state(hub) == before
    assert len(hub.app.state.feed.after(0, Scope(frozenset({AGENCY})))) == items
    assert inward.position("site-1") == Position("i2", told[-1]["sequence"])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_order_the_acts_are_the_same(site: Desk, hub: Desk, seed: int) -> None:
    """Sites tell in order; a hub restored between two streams may still see a fact before what it is about."""
    story(site.ports)
    told = [one for one in envelopes(site) if one["body"].get("act", {}).get("kind") != "request_lock"]
    random.Random(seed).shuffle(told)
    for number, one in enumerate(told, 1):
        taker(hub).take({**one, "sequence": number})
    for number, one in enumerate(told, len(told) + 1):
        taker(hub).take({**one, "sequence": number})
    mine, theirs = state(hub), state(site)
    theirs["acts"] = [act for act in theirs["acts"] if act["subject_kind"] != "evidence"]
    assert (mine["acts"], mine["alerts"], mine["incidents"]) == (theirs["acts"], theirs["alerts"], theirs["incidents"])


def test_place_and_fact_are_one_transaction(site: Desk, hub: Desk) -> None:
    story(site.ports)
    inward, told = taker(hub), envelopes(site)
    broken = {**told[0], "body": {"nothing": True}}
    with pytest.raises(KeyError):
        inward.take(broken)
    assert inward.position("site-1") == Position("", 0)
    inward.skip(broken)
    assert inward.position("site-1").sequence == told[0]["sequence"]
    assert inward.take({**told[1], "kind": "weather"})  # of a newer site: passed over, not in the way


def test_a_site_speaks_for_its_own_agency_only(site: Desk, hub: Desk) -> None:
    story(site.ports)
    inward, told = taker(hub), envelopes(site)
    with pytest.raises(ForeignFact):
        inward.take({**told[0], "agency_id": "pnp", "site_id": "site-2"})
    for one in told:
        inward.take(one)
    before = state(hub)
    for one in told[1:]:  # a liar who names itself in the body finds the thing to be somebody else's
        lie = {**one, "agency_id": "pnp", "site_id": "site-2", "body": {**one["body"], "agency_id": "pnp"}}
        with pytest.raises(ForeignFact):
            inward.take(lie)
    assert state(hub) == before


def entries(site: Desk) -> list[dict[str, Any]]:
    return [audit_written(entry_of(row).chained(), row.hash, personal_of(row)) for row in site.audit.after(0)]


def looked(site: Desk, times: int) -> None:
    for number in range(times):
        site.audit.append(AuditRecord(ROSA, Action.LIVE_WATCH, Resource("live", f"cam-{number}", AGENCY), True))


def tell(hub: Desk, bodies: list[dict[str, Any]], start: int = 1) -> None:
    for number, body in enumerate(bodies, start):
        envelope = {"site_id": "site-1", "agency_id": AGENCY, "incarnation": "i", "sequence": number}
        taker(hub).take({**envelope, "kind": "audit", "body": body})


def flaws(hub: Desk) -> list[tuple[int, str | None]]:
    with hub.ports.database.reading() as session:
        rows = session.scalars(sa.select(SiteAuditRow).order_by(SiteAuditRow.sequence, SiteAuditRow.received_at))
        return [(row.sequence, row.flaw) for row in rows]


def test_a_sites_chain_is_kept_whole(site: Desk, hub: Desk) -> None:
    looked(site, 4)
    tell(hub, entries(site))
    tell(hub, entries(site), 10)
    assert flaws(hub) == [(1, None), (2, None), (3, None), (4, None)]
    assert hub.audit.verify().entries == 0  # the hub's own chain is another


def test_a_gap_is_flagged_and_told(site: Desk, hub: Desk) -> None:
    looked(site, 5)
    bodies = entries(site)
    tell(hub, [*bodies[:2], *bodies[3:]])
    assert flaws(hub) == [(1, None), (2, None), (4, "gap"), (5, None)]
    items = hub.app.state.feed.after(0, Scope(frozenset({AGENCY})))
    assert [item.payload for item in items] == [{"site_id": "site-1", "sequence": 4, "flaw": "gap"}]


def test_a_rewritten_past_is_kept_beside_the_first(site: Desk, hub: Desk) -> None:
    looked(site, 3)
    bodies = entries(site)
    tell(hub, bodies)
    forged = {**bodies[1]["entry"], "user_id": "nobody"}
    tell(hub, [audit_written(forged, entry_from(forged, {}).digest(), {})], 10)
    assert sorted(flaws(hub), key=str) == [(1, None), (2, "fork"), (2, None), (3, None)]


def test_a_changed_entry_and_a_broken_chain_are_found(site: Desk, hub: Desk) -> None:
    looked(site, 3)
    bodies = entries(site)
    tell(hub, [bodies[0], {**bodies[1], "entry": {**bodies[1]["entry"], "allowed": False}}])
    assert flaws(hub) == [(1, None), (2, "hash")]
    third = {**bodies[2]["entry"], "previous_hash": "f" * 64}
    tell(hub, [audit_written(third, entry_from(third, {}).digest(), {})], 10)
    assert flaws(hub)[-1] == (3, "break")


def test_acts_cannot_be_changed_afterwards(site: Desk, hub: Desk) -> None:
    story(site.ports)
    for one in envelopes(site):
        taker(hub).take(one)
    told = envelopes(site, incarnation="i2")
    act = next(one for one in told if one["kind"] == "act")
    act["body"]["act"]["reason"] = "otherwise"
    taker(hub).take(act)
    with hub.ports.database.reading() as session:
        assert session.get_one(ActRow, act["body"]["act"]["id"]).reason is None
