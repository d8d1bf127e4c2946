"""Heads that desks keep for each other: whoever writes a chain anew, consistently, is found by somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from desk.desks import AGENCY, Desk, make_desk
from desk.test_audit import record
from veedor.desk.agencies.keys import offer, trust
from veedor.desk.agencies.repository import agency, save
from veedor.desk.audit import witness
from veedor.desk.audit.entry import entry_of
from veedor.desk.audit.tables import AuditChainRow, AuditRow, WitnessedHeadRow
from veedor.desk.audit.walk import GENESIS
from veedor.desk.inward.inward import Inward
from veedor.desk.inward.tables import SiteAuditRow
from veedor.desk.sites.tables import SiteRow
from veedor.desk.stream.tables import FeedRow
from veedor.hub.witness import HubWitness
from veedor.kit.clock import SimulatedClock
from veedor.member.witness import SiteWitness
from veedor.wire.facts import audit_written
from veedor.wire.heads import SignedHead, sign_head
from veedor.wire.joining import JoinAnswer
from veedor.wire.keys import SigningKey

SITE = "site-1"


@dataclass
class Pair:
    """A site and a hub, and the exchange between them without the link."""

    site: Desk
    hub: Desk
    row: SiteRow
    clock: SimulatedClock
    at_site: SiteWitness
    at_hub: HubWitness
    key: SigningKey
    sent: int = 0

    def exchange(self) -> None:
        """One `hub.sync`, a minute after the one before, with what it says of heads."""
        self.clock.advance(61)
        answer = self.at_hub.answer(self.row, json.loads(json.dumps(self.at_site.question())))
        self.at_site.heard(json.loads(json.dumps(answer)))

    def tell_entries(self) -> None:
        """What the site's pump would send now."""
        inward = Inward(self.hub.ports.database, self.clock)
        for row in self.site.audit.after(self.sent):
            envelope = {"site_id": SITE, "agency_id": AGENCY, "incarnation": "i", "sequence": row.sequence}
            assert inward.take({**envelope, "kind": "audit", "body": audit_written(entry_of(row).chained(), row.hash)})
            self.sent = row.sequence


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    clock = SimulatedClock()
    desks = []
    key, hub_key = SigningKey.generate(), SigningKey.generate()
    for name in ("site", "hub"):
        (tmp_path / name).mkdir()
        desks.append(make_desk(tmp_path / name, clock))
        with desks[-1].ports.database.session() as session:
            save(session, replace(agency(session, AGENCY), public_key=key.public_hex), clock.now())
    site, hub = desks
    joined = JoinAnswer(SITE, "Site", AGENCY, "Muni", AGENCY, "Hub", hub_key.public_hex, "", "", key.public_hex)
    row = SiteRow(id=SITE, agency_id=AGENCY)
    at_site, at_hub = SiteWitness(site.ports, joined, key), HubWitness(hub.ports, hub_key)
    yield Pair(site, hub, row, clock, at_site, at_hub, key)
    for one in desks:
        one.ports.database.close()


def write(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.audit.append(record(number))


def rewrite(desk: Desk, sequence: int) -> None:
    """Somebody with the database changes an entry, and makes every hash behind it fit."""
    engine = desk.ports.database.engine
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
    with desk.ports.database.session() as session:
        previous = GENESIS
        for row in session.scalars(sa.select(AuditRow).order_by(AuditRow.sequence)):
            entry = replace(entry_of(row), previous_hash=previous)
            if row.sequence == sequence:
                entry = replace(entry, user_id="eve")
            previous = entry.digest()
            changed = session.get_one(AuditChainRow, (row.agency_id, row.sequence))
            changed.user_id, changed.previous_hash, changed.hash = entry.user_id, entry.previous_hash, previous
    assert desk.audit.verify().intact  # by itself the chain cannot know


def cut(desk: Desk, behind: int) -> None:
    engine = desk.ports.database.engine
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
        connection.execute(sa.delete(AuditChainRow).where(AuditChainRow.sequence > behind))


def flaws(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.ports.database.reading() as session:
        return [(row.place, row.sequence, row.flaw) for row in witness.flawed(session)]


def told(desk: Desk) -> list[dict[str, Any]]:
    with desk.ports.database.reading() as session:
        return [row.payload for row in session.scalars(sa.select(FeedRow)) if row.kind == "audit.flaw"]


def test_what_is_whole_is_kept_without_a_word(pair: Pair) -> None:
    for _ in range(4):
        write(pair.site, 2)
        write(pair.hub, 3)
        pair.tell_entries()
        pair.exchange()
    assert (flaws(pair.site), flaws(pair.hub), told(pair.site), told(pair.hub)) == ([], [], [], [])
    with pair.hub.ports.database.reading() as session:
        assert [row.sequence for row in witness.heads(session, SITE, None, 10)] == [8, 6, 4, 2]
    with pair.site.ports.database.reading() as session:
        assert [row.sequence for row in witness.heads(session, "hub", None, 10)] == [12, 9, 6, 3]
        assert [row.sequence for row in witness.heads(session, SITE, None, 10)] == [8, 6, 4, 2]


def test_at_most_once_a_minute_and_at_once_when_asked(pair: Pair) -> None:
    assert pair.at_hub.answer(pair.row, None) == {"send": True}
    write(pair.site, 1)
    pair.exchange()
    assert pair.at_site.question() is None
    assert pair.at_hub.answer(pair.row, None) == {"send": False}
    pair.at_site.heard({"send": True})
    assert pair.at_site.question() is not None


def test_a_site_that_writes_its_chain_anew_is_found_by_the_hub(pair: Pair) -> None:
    write(pair.site, 5)
    pair.tell_entries()
    pair.exchange()
    rewrite(pair.site, 2)
    pair.exchange()
    assert flaws(pair.hub) == [(SITE, 5, "fork")]
    assert told(pair.hub) == [{"site_id": SITE, "sequence": 5, "flaw": "fork"}]
    # And whoever can still ask the site itself finds it there too, by the head that the hub gave back.
    write(pair.site, 1)
    pair.tell_entries()
    with pair.hub.ports.database.reading() as session:
        assert session.scalars(sa.select(SiteAuditRow.flaw).where(SiteAuditRow.sequence == 6)).one() == "break"


def test_it_is_found_too_where_the_head_came_before_the_entries(pair: Pair) -> None:
    write(pair.site, 3)
    pair.exchange()
    rewrite(pair.site, 2)
    pair.tell_entries()
    with pair.hub.ports.database.reading() as session:
        found = {row.sequence: row.flaw for row in session.scalars(sa.select(SiteAuditRow))}
    assert found == {1: None, 2: None, 3: "head"}


def test_a_site_sees_its_own_chain_contradict_what_the_hub_holds(pair: Pair) -> None:
    write(pair.site, 3)
    pair.exchange()
    rewrite(pair.site, 1)
    silent = SiteWitness(pair.site.ports, pair.at_site._joined, None)  # sends no head, so it gets the one from before
    silent.heard(pair.at_hub.answer(pair.row, silent.question()))
    assert (SITE, 3, "fork") in flaws(pair.site)


def test_a_hub_that_writes_its_chain_anew_is_found_by_a_site(pair: Pair) -> None:
    write(pair.hub, 4)
    pair.exchange()
    write(pair.hub, 3)  # it has grown since, so that its next head is about another entry
    rewrite(pair.hub, 2)
    pair.exchange()
    assert flaws(pair.site) == [("hub", 4, "fork")]
    assert told(pair.site) == [{"site_id": "hub", "sequence": 4, "flaw": "fork"}]


def test_a_chain_that_was_cut_off_is_found_at_either_end(pair: Pair) -> None:
    write(pair.site, 5)
    write(pair.hub, 5)
    pair.exchange()
    cut(pair.site, 3)
    cut(pair.hub, 2)
    pair.exchange()
    assert (SITE, 3, "rollback") in flaws(pair.hub)
    assert set(flaws(pair.site)) == {("hub", 5, "rollback"), ("hub", 2, "rollback"), (SITE, 5, "rollback")}


def test_a_head_that_the_agency_did_not_sign_is_flagged_and_counts_for_nothing(pair: Pair) -> None:
    write(pair.site, 2)
    pair.exchange()
    forged = sign_head(SigningKey.generate(), SignedHead(SITE, AGENCY, 9, "ab" * 32, pair.clock.now()))
    pair.at_hub.answer(pair.row, {"own": forged.to_json()})
    assert flaws(pair.hub) == [(SITE, 9, "signature")]
    write(pair.site, 1)
    pair.exchange()
    assert flaws(pair.hub) == [(SITE, 9, "signature")]  # 3 after 9 is no rollback: nobody signed 9


def test_every_site_holds_the_heads_of_the_others(pair: Pair) -> None:
    write(pair.site, 2)
    pair.exchange()
    other_key = SigningKey.generate()
    for desk in (pair.site, pair.hub):
        with desk.ports.database.session() as session:
            other = replace(agency(session, AGENCY), id="pnp", name="PNP", public_key=other_key.public_hex)
            save(session, other, pair.clock.now())
    police = SiteRow(id="site-2", agency_id="pnp")
    head = sign_head(other_key, SignedHead("site-2", "pnp", 7, "cd" * 32, pair.clock.now()))
    pair.at_hub.answer(police, {"own": head.to_json()})
    pair.exchange()  # others come every ten minutes only
    with pair.site.ports.database.reading() as session:
        assert witness.last_of(session, "site-2") is None
    pair.clock.advance(600)
    pair.exchange()
    with pair.site.ports.database.reading() as session:
        kept = witness.last_of(session, "site-2")
        assert kept is not None
        assert (kept.sequence, kept.flaw) == (7, "")
        assert witness.head_of(kept).signed_by(other_key.public_hex)


def kept(desk: Desk, place: str) -> list[tuple[int, str, str]]:
    """In the order in which they came."""
    with desk.ports.database.reading() as session:
        rows = witness.heads(session, place, None, 100)
    return [(row.sequence, row.hash[:2], row.flaw) for row in reversed(rows)]


def passed_on(pair: Pair, *heads: SignedHead) -> None:
    """As the hub's answer tells heads of other sites."""
    pair.at_site.heard({"hub": None, "others": [one.to_json() for one in heads]})


def police_known(desk: Desk, clock: SimulatedClock, key: str | None, *, repin: bool = False) -> None:
    with desk.ports.database.session() as session:
        other = replace(agency(session, AGENCY), id="pnp", name="PNP", public_key=key)
        save(session, other, clock.now(), repin=repin)


def test_a_head_of_an_agency_that_is_not_known_yet_counts_once_it_is(pair: Pair) -> None:
    key = SigningKey.generate()

    def head(sequence: int, digest: str) -> SignedHead:
        return sign_head(key, SignedHead("site-2", "pnp", sequence, digest * 32, pair.clock.now()))

    passed_on(pair, head(7, "ab"))
    passed_on(pair, head(8, "cd"), sign_head(SigningKey.generate(), head(6, "99")))
    aside = [(7, "ab", "unproved"), (8, "cd", "unproved"), (6, "99", "unproved")]
    assert kept(pair.site, "site-2") == aside
    assert flaws(pair.site) == [], "what nobody could look at contradicts nothing"
    with pair.site.ports.database.reading() as session:
        assert witness.last_of(session, "site-2") is None
    police_known(pair.site, pair.clock, None)
    passed_on(pair)
    assert kept(pair.site, "site-2") == aside, "the agency is there, its key is not"
    police_known(pair.site, pair.clock, key.public_hex)
    passed_on(pair, head(9, "ef"))
    proved = [(7, "ab", ""), (8, "cd", ""), (6, "99", "signature"), (9, "ef", "")]
    assert kept(pair.site, "site-2") == [*aside, *proved]
    assert flaws(pair.site) == [("site-2", 6, "signature")]
    passed_on(pair, head(7, "00"))  # the chain that was rewritten while nobody here knew the key
    assert kept(pair.site, "site-2")[len(aside) + len(proved) :] == [(7, "00", "fork")]


def test_a_head_signed_with_an_offered_key_waits_until_that_is_trusted(pair: Pair) -> None:
    old, new = SigningKey.generate(), SigningKey.generate()
    police_known(pair.site, pair.clock, old.public_hex)
    passed_on(pair, sign_head(old, SignedHead("site-2", "pnp", 1, "ab" * 32, pair.clock.now())))
    with pair.site.ports.database.session() as session:
        offer(session, "pnp", new.public_hex, pair.clock.now())
    passed_on(pair, sign_head(new, SignedHead("site-2", "pnp", 2, "cd" * 32, pair.clock.now())))
    assert kept(pair.site, "site-2") == [(1, "ab", ""), (2, "cd", "unproved")]
    assert flaws(pair.site) == []
    with pair.site.ports.database.session() as session:
        trust(session, "pnp", new.public_hex, pair.clock.now())
    passed_on(pair)
    assert kept(pair.site, "site-2")[2:] == [(2, "cd", "")]


def test_a_hub_keeps_aside_what_a_site_signed_before_its_agencys_key_was_known(pair: Pair) -> None:
    police_known(pair.hub, pair.clock, None)
    key, police = SigningKey.generate(), SiteRow(id="site-2", agency_id="pnp")
    first, second = (
        sign_head(key, SignedHead("site-2", "pnp", number, f"{number}{number}" * 32, pair.clock.now()))
        for number in (1, 2)
    )
    pair.at_hub.answer(police, {"own": first.to_json()})
    assert kept(pair.hub, "site-2") == [(1, "11", "unproved")]
    police_known(pair.hub, pair.clock, key.public_hex)
    pair.at_hub.answer(police, {"own": second.to_json()})
    assert kept(pair.hub, "site-2")[1:] == [(1, "11", ""), (2, "22", "")]


@pytest.mark.parametrize("statement", ["UPDATE witnessed_heads SET flaw = ''", "DELETE FROM witnessed_heads"])
def test_what_is_kept_is_never_changed(pair: Pair, statement: str) -> None:
    write(pair.site, 1)
    pair.exchange()
    with pair.hub.ports.database.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.exec_driver_sql(statement)
    with pair.hub.ports.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WitnessedHeadRow)) == 1
