"""A hub that was restored: what opens nothing until its owner has spoken, and what it learns again from its sites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import GRANTEE, OWNER, PUBLIC, T0, both, grant, said
from desk.desks import Desk, make_desk
from desk.test_audit import record
from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource, Role
from veedor.compose.restored import audit_restore, leave_note
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.repository import agencies, agency, save
from veedor.desk.audit.restores import own
from veedor.desk.audit.witness import contradicting
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.grants.repository import grants_of, merge_statements
from veedor.desk.inward.inward import Position
from veedor.desk.sites.tables import SiteRow
from veedor.hub.attendance import Attendance
from veedor.hub.relay.directory import HubCameras
from veedor.hub.restored import awaited, doubt_all
from veedor.hub.roster import HubRoster, Sources
from veedor.hub.standing import Standings
from veedor.hub.witness import HubWitness
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Forbidden
from veedor.member.kept_roster import KeptRoster
from veedor.model.agency import Agency, AgencyKind
from veedor.model.grant import Grant
from veedor.model.statement import Statement, StatementKind
from veedor.wire import sync
from veedor.wire.heads import HUB_PLACE, SignedHead, sign_head
from veedor.wire.keys import SigningKey

OLGA = Principal("o1", "olga", GRANTEE, frozenset({Role.OPERATOR}), purpose="robo")
LIVE = Resource("live", "plaza", OWNER, camera_id="plaza")
SITE = "muni-site"


@dataclass
class Hub:
    desk: Desk
    clock: SimulatedClock
    key: SigningKey
    access: Access
    roster: HubRoster
    folder: Path

    def refusal(self) -> str | None:
        self.clock.advance(1)  # what a desk remembers of grants is half a second old at most
        return self.access.refusal(OLGA, Action.LIVE_WATCH, LIVE)

    def restored(self) -> None:
        """As the first start after `veedor restore`."""
        self.clock.advance(60)
        at = self.clock.now().isoformat()
        told = {"backup_made_at": T0.isoformat(), "restored_at": at, "by": "os:ana", "manifest_sha256": "ab" * 32}
        leave_note(self.folder, told)
        audit_restore(self.folder, self.desk.ports, HUB_PLACE, doubt_all)

    def hears(self, known: list[tuple[Grant, tuple[Statement, ...]]], **more: Any) -> dict[str, Any]:
        """A question of the owner's site, which knows these grants and tells what the hub lacks."""
        question = {"boot": "b", "version": "1", "knows": {"grants": sync.marks(known)}, **more}
        return self.roster.answer(SITE, json.loads(json.dumps(question)))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    clock = SimulatedClock(T0)
    desk = make_desk(tmp_path, clock)
    ports = desk.ports
    with ports.database.session() as session:
        for name in (OWNER, GRANTEE):
            save(session, Agency(name, name, AgencyKind.OTHER, public_key=PUBLIC[name]), clock.now())
        session.add(site_row(SITE, OWNER, clock.now(), 1))
        merge_statements(session, [grant()], both(grant()))
    book = DeskGrantBook(ports.database, clock, ports.cameras, awaited=awaited)
    key = SigningKey.generate()
    cameras, witness = HubCameras(ports.database, clock), HubWitness(ports, key)
    roster = HubRoster(
        ports, cameras, key, Sources(lambda _site: Position("", 0), witness, Attendance(ports), Standings(key, clock))
    )
    yield Hub(desk, clock, key, Access(desk.audit, book), roster, tmp_path)
    book.close()
    ports.database.close()


def site_row(site_id: str, agency_id: str, at: datetime, number: int) -> SiteRow:
    return SiteRow(
        id=site_id,
        number=number,
        agency_id=agency_id,
        name=site_id,
        link_key=site_id,
        joined_at=at,
        version="",
        boots=[],
        is_doubled=False,
        health={},
    )


def test_no_grant_opens_before_its_owner_has_spoken(hub: Hub) -> None:
    known = [(grant(), both(grant()))]
    assert hub.refusal() is None
    hub.restored()
    assert hub.refusal() == "restored"
    assert hub.access.scope(OLGA, Action.LIVE_WATCH).cameras == frozenset()
    with pytest.raises(Forbidden) as refused:
        hub.access.authorize(OLGA, Action.LIVE_WATCH, LIVE)
    assert "restored from a backup" in refused.value.render("en")
    hub.hears([])  # a site that knows nothing of it confirms nothing
    assert hub.refusal() == "restored"
    hub.hears(known)
    assert hub.refusal() is None


def test_a_revocation_that_the_hub_forgot_is_never_passed_over(hub: Hub) -> None:
    revoked = said(grant(), OWNER, StatementKind.REVOKE)
    known = [(grant(), (*both(grant()), revoked))]
    hub.restored()
    hub.hears(known)  # the site still believes that the hub knows: it says only its marks
    assert hub.refusal() == "restored"
    hub.hears(known, grants=sync.missing(known, {}))
    assert hub.refusal() == "revoked"


def test_every_site_of_the_owner_must_speak_and_a_revoked_one_need_not(hub: Hub) -> None:
    with hub.desk.ports.database.session() as session:
        session.add(site_row("other-site", OWNER, hub.clock.now(), 2))
    hub.restored()
    hub.hears([(grant(), both(grant()))])
    assert hub.refusal() == "restored"
    with hub.desk.ports.database.session() as session:
        session.get_one(SiteRow, "other-site").revoked_at = hub.clock.now()
    assert hub.refusal() is None


def test_an_owner_without_a_site_must_sign_anew(hub: Hub) -> None:
    """One whose key is at the hub: nobody else could know of a revocation."""
    with hub.desk.ports.database.session() as session:
        session.delete(session.get_one(SiteRow, SITE))
    hub.restored()
    assert hub.refusal() == "restored"
    anew = replace(grant(), id="g2")
    after = hub.clock.now() + timedelta(seconds=1)
    with hub.desk.ports.database.session() as session:
        merge_statements(session, [anew], [said(anew, OWNER, at=after), said(anew, GRANTEE, at=after)])
    assert hub.refusal() is None


def test_one_signature_from_before_is_too_old(hub: Hub) -> None:
    hub.restored()
    half = replace(grant(), id="g2")
    after = hub.clock.now() + timedelta(seconds=1)
    with hub.desk.ports.database.session() as session:
        merge_statements(session, [half], [said(half, OWNER), said(half, GRANTEE, at=after)])
    assert hub.refusal() == "restored"


def test_agencies_that_it_forgot_come_back_from_what_it_signed_itself(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = make_desk(tmp_path / "site", hub.clock)
    kept = KeptRoster(site.ports.database, hub.key.public_hex)
    ports = hub.desk.ports
    with ports.database.session() as session:
        save(session, Agency("surco", "Surco", AgencyKind.MUNICIPALITY, public_key="cd" * 32), hub.clock.now())
    kept.heard(hub.hears([], knows={"grants": {}, "roster": kept.known()}))
    assert kept.question() is None  # nobody asked for it
    with ports.database.session() as session:
        session.delete(session.get_one(AgencyRow, "surco"))
    hub.restored()
    assert kept.heard(hub.hears([], knows={"grants": {}, "roster": kept.known()}))
    told = kept.question()
    assert told is not None
    forged = json.loads(json.dumps(told))
    forged["agencies"].append({**forged["agencies"][0], "id": "eve", "name": "Eve"})
    hub.hears([], roster=forged)
    with ports.database.reading() as session:
        assert {"surco", "eve"}.isdisjoint({one.id for one in agencies(session)})
    hub.hears([], roster=told)
    with ports.database.reading() as session:
        assert agency(session, "surco").public_key == "cd" * 32
        assert "eve" not in {one.id for one in agencies(session)}
    site.ports.database.close()


def test_the_restore_is_an_entry_and_explains_what_is_missing(hub: Hub) -> None:
    for number in range(5):
        hub.desk.audit.append(record(number))
    found = hub.desk.audit.head()
    assert found is not None
    last = found[0]
    chain = hub.desk.ports.agency_id
    # A site keeps a head of four entries later, which the backup does not have.
    later = sign_head(hub.key, SignedHead(HUB_PLACE, chain, last + 4, "ef" * 32, hub.clock.now()))
    hub.restored()
    entry = hub.desk.audit.after(last)[0]
    assert (entry.resource_kind, entry.username) == ("backup", "os:ana")
    assert json.loads(entry.detail)["last_entry"] == last
    answer = hub.hears([])
    assert answer["heads"]["again"]  # it asks each site once what it kept
    hub.hears([], heads={"own": None, "hub_at": last + 4, "hub_kept": later.to_json(), "after": None})
    with hub.desk.ports.database.reading() as session:
        (row,) = own(session)
        assert (row.sequence, row.lost_to) == (last, last + 4)
        (wrong,) = contradicting(session)
        assert (wrong.place, wrong.sequence, wrong.flaw) == (HUB_PLACE, last + 4, "rollback")
        assert wrong.restore is not None
        assert wrong.restore.number == row.number
        assert grants_of(session)


def test_a_database_that_was_turned_back_in_silence_opens_nothing(hub: Hub) -> None:
    """Somebody restored it with other tools: the sites hold entries that it signed and no longer has."""
    hub.desk.audit.append(record(1))
    found = hub.desk.audit.head()
    assert found is not None
    later = sign_head(
        hub.key, SignedHead(HUB_PLACE, hub.desk.ports.agency_id, found[0] + 9, "ef" * 32, hub.clock.now())
    )
    known = [(grant(), both(grant()))]
    assert hub.refusal() is None
    forged = replace(later, sequence=found[0] + 50)
    hub.hears([], heads={"hub_kept": forged.to_json()})
    assert hub.refusal() is None  # a site alone cannot say so
    hub.hears([], heads={"hub_kept": later.to_json()})
    assert hub.refusal() == "restored"
    with hub.desk.ports.database.reading() as session:
        assert [one.restore for one in contradicting(session)] == [None]  # nothing explains it
    hub.hears(known)
    assert hub.refusal() is None
