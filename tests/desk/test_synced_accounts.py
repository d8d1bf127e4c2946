"""People of an agency with two sites: signed at one, followed at the other, and never another's to make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.desks import AGENCY, PASSWORD, Desk, make_desk
from veedor.access.principal import Role
from veedor.desk.accounts import passwords, service, synced, totp
from veedor.desk.accounts.errors import AccountElsewhere, AccountsStale, CodeAtHome
from veedor.desk.accounts.login import Attempt, log_in
from veedor.desk.accounts.sessions import SessionKind, Sessions
from veedor.desk.accounts.tables import AccountListRow, AccountRecordRow, UserRow
from veedor.desk.agencies.repository import agency, save
from veedor.desk.audit.log import AuditQuery
from veedor.desk.errors import WrongPassword
from veedor.desk.sites.tables import SiteRow
from veedor.hub.accounts import HubAccounts
from veedor.kit.clock import SimulatedClock
from veedor.member.accounts import SiteAccounts
from veedor.wire.accounts import AccountList, AccountRecord, BadAccount
from veedor.wire.keys import AgencyKey


@dataclass
class Agency:
    """Two sites, of which the first has the key, their hub, and the exchange between them without a link."""

    first: Desk
    second: Desk
    hub: Desk
    clock: SimulatedClock
    key: AgencyKey

    def __post_init__(self) -> None:
        self.at_hub = HubAccounts(self.hub.ports)
        self.sides: list[tuple[SiteAccounts, str, str]] = []
        self.restart()

    def restart(self) -> None:
        """Both sites begin anew: what they know is in their databases."""
        self.sides = [
            (SiteAccounts(self.first.ports, "site-1", self.key), "site-1", AGENCY),
            (SiteAccounts(self.second.ports, "site-2", None), "site-2", AGENCY),
        ]

    def exchange(self, *sides: tuple[SiteAccounts, str, str]) -> None:
        """Until nobody has anything to say; that must come to an end."""
        for site, site_id, agency_id in sides or tuple(self.sides) * 2:
            for _ in range(6):
                row = SiteRow(id=site_id, agency_id=agency_id)
                answer = self.at_hub.answer(row, json.loads(json.dumps(site.question())))
                if not site.heard(json.loads(json.dumps(answer))):
                    break
            else:
                pytest.fail("they never agree")


def log_in_at(desk: Desk, name: str, password: str = PASSWORD) -> UserRow:
    sessions = Sessions(desk.ports.database, desk.ports.clock, 12)
    attempt = Attempt(name, password, SessionKind.BEARER, None, None)
    return log_in(desk.ports, sessions, attempt)[0]


def change(desk: Desk, name: str, **changes: Any) -> None:
    with desk.ports.database.session() as session:
        row = service.user(session, AGENCY, name)
        sessions = Sessions(desk.ports.database, desk.ports.clock, 12)
        service.change_user(session, desk.ports.clock, row, service.UserChange(**changes), sessions)


def notes(desk: Desk, allowed: bool) -> list[Any]:
    return desk.audit.entries(AuditQuery(action="user.edit", allowed=allowed, limit=100))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Agency]:
    clock = SimulatedClock()
    key = AgencyKey(AgencyKey.generate()._key)
    desks = []
    for name in ("first", "second", "hub"):
        (tmp_path / name).mkdir()
        desks.append(make_desk(tmp_path / name, clock))
        with desks[-1].ports.database.session() as session:
            save(session, replace(agency(session, AGENCY), public_key=key.public_hex), clock.now())
    desks[0].add_user("jefa", Role.ADMINISTRATOR)
    desks[0].add_user("rosa", Role.OPERATOR)
    yield Agency(desks[0], desks[1], desks[2], clock, key)
    for one in desks:
        one.ports.database.close()


def test_who_was_made_at_one_site_logs_in_at_the_other(two: Agency) -> None:
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "rosa")
    two.exchange()
    assert log_in_at(two.second, "rosa").roles == ["operator"]
    noted = [row for row in notes(two.second, True) if row.username == "site:site-1"]
    assert {json.loads(row.detail)["username"] for row in noted} == {"jefa", "rosa"}
    with two.hub.ports.database.reading() as session:  # the hub passes it on, and has no account of it
        assert session.scalars(sa.select(UserRow)).all() == []


def test_what_a_key_before_signed_is_signed_anew(two: Agency) -> None:
    """Else people of the agency could not log in at its other sites once these trust the new key."""
    two.exchange()
    two.key = AgencyKey(AgencyKey.generate()._key)
    for desk in (two.first, two.second, two.hub):
        with desk.ports.database.session() as session:
            save(session, replace(agency(session, AGENCY), public_key=two.key.public_hex), two.clock.now(), repin=True)
    two.restart()
    two.clock.advance(1)
    two.exchange()
    for desk in (two.second, two.hub):
        with desk.ports.database.reading() as session:
            records = [AccountRecord.from_json(row.record) for row in session.scalars(sa.select(AccountRecordRow))]
            (listed,) = (AccountList.from_json(row.told) for row in session.scalars(sa.select(AccountListRow)))
        assert [one.signed_by(two.key.public_hex) for one in (*records, listed)] == [True] * 3
    assert log_in_at(two.second, "rosa").username == "rosa"
    assert notes(two.second, False) == []


def test_changes_follow_and_end_sessions(two: Agency) -> None:
    two.exchange()
    sessions = Sessions(two.second.ports.database, two.clock, 12)
    attempt = Attempt("rosa", PASSWORD, SessionKind.BEARER, None, None)
    token = log_in(two.second.ports, sessions, attempt)[1].token
    change(two.first, "rosa", roles=[Role.SUPERVISOR])
    two.exchange()
    found = sessions.find(token)
    assert found is not None
    assert found.principal.roles == {Role.SUPERVISOR}
    with two.first.ports.database.session() as session:
        row = service.user(session, AGENCY, "rosa")
        hashed = passwords.hash_password("otra-clave-larga-9")
        service.set_password(session, two.clock, row, hashed, Sessions(two.first.ports.database, two.clock, 12))
    two.exchange()
    assert sessions.find(token) is None
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "rosa")
    assert log_in_at(two.second, "rosa", "otra-clave-larga-9").username == "rosa"
    change(two.first, "rosa", disabled=True)
    two.exchange()
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "rosa", "otra-clave-larga-9")
    changed = [json.loads(row.detail)["changed"] for row in reversed(notes(two.second, True))]
    assert changed[-3:] == [["roles"], ["password_hash"], ["disabled"]]


def test_it_is_changed_at_home_only(two: Agency) -> None:
    two.exchange()
    with pytest.raises(AccountElsewhere):
        change(two.second, "rosa", roles=[Role.ADMINISTRATOR])
    with two.second.ports.database.session() as session:
        row = service.user(session, AGENCY, "rosa")
        with pytest.raises(AccountElsewhere):
            totp.begin(session, row, two.second.ports.secrets)
    change(two.first, "rosa", full_name="Rosa Díaz")  # nothing stands against it there


def test_thirty_days_without_a_word_and_no_longer(two: Agency) -> None:
    two.exchange()
    two.second.add_user("local", Role.OPERATOR)
    two.clock.advance(timedelta(days=30).total_seconds())
    assert log_in_at(two.second, "rosa").username == "rosa"
    two.clock.advance(1)
    with pytest.raises(AccountsStale) as refused:
        log_in_at(two.second, "rosa")
    assert "30" in refused.value.render("en")
    with pytest.raises(WrongPassword):  # who does not know the password learns nothing of it
        log_in_at(two.second, "rosa", "falsa-falsa-falsa")
    assert log_in_at(two.second, "local").username == "local"
    assert log_in_at(two.first, "rosa").username == "rosa"
    two.exchange()
    assert log_in_at(two.second, "rosa").username == "rosa"


def test_a_hub_that_holds_back_a_change_gains_thirty_days_at_most(two: Agency) -> None:
    """The list is signed: an old one ages, and a new one does not fit what the site has."""
    two.exchange()
    change(two.first, "rosa", disabled=True)
    two.clock.advance(3601)
    two.exchange(two.sides[0])
    with two.hub.ports.database.session() as session:  # the hub drops the record, and passes the list on
        session.delete(session.scalars(sa.select(AccountRecordRow).where(AccountRecordRow.revision == 2)).one())
    two.exchange(two.sides[1])
    with two.second.ports.database.reading() as session:
        kept = session.get_one(AccountListRow, AGENCY)
    assert kept.at == two.clock.now() - timedelta(seconds=3601)
    assert log_in_at(two.second, "rosa").username == "rosa"
    two.clock.advance(timedelta(days=30).total_seconds())
    with pytest.raises(AccountsStale):
        log_in_at(two.second, "rosa")


def test_the_hub_can_neither_alter_nor_invent_anybody(two: Agency) -> None:
    two.exchange()
    forger = AgencyKey(AgencyKey.generate()._key)
    with two.hub.ports.database.session() as session:
        row = next(one for one in session.scalars(sa.select(AccountRecordRow)) if one.record["username"] == "rosa")
        told = AccountRecord.from_json(row.record)
        raised = replace(told, revision=9, roles=("administrator",))
        row.record = raised.to_json()  # with the signature of before
        invented = replace(told, person="p-eve", username="eve", revision=1).signed(forger)
        session.add(
            AccountRecordRow(
                person_id="p-eve",
                agency_id=AGENCY,
                is_home=False,
                revision=1,
                record=invented.to_json(),
                problem="",
                taken_at=two.clock.now(),
            )
        )
    two.exchange()
    two.exchange()
    assert log_in_at(two.second, "rosa").roles == ["operator"]
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "eve")
    for desk in (two.first, two.second):
        refused = [row for row in notes(desk, False) if row.reason == "forged account"]
        assert {json.loads(row.detail)["username"] for row in refused} == {"rosa", "eve"}
        assert len(refused) == 2, "each is told once"


def test_an_older_record_does_not_come_back(two: Agency) -> None:
    two.exchange()
    with two.hub.ports.database.reading() as session:
        before = {row.person_id: row.record for row in session.scalars(sa.select(AccountRecordRow))}
    change(two.first, "rosa", disabled=True)
    two.exchange()
    with two.hub.ports.database.session() as session:
        for row in session.scalars(sa.select(AccountRecordRow)):
            row.record = before[row.person_id]
    two.exchange(two.sides[1])
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "rosa")


def test_a_hub_and_a_site_that_were_restored_get_it_back(two: Agency) -> None:
    two.exchange()
    change(two.first, "rosa", disabled=True)
    two.first.add_user("nueva", Role.OPERATOR)
    two.exchange()
    with two.hub.ports.database.session() as session:
        session.execute(sa.delete(AccountRecordRow))
        session.execute(sa.delete(AccountListRow))
    two.exchange(two.sides[1])  # whoever has them gives them back
    with two.hub.ports.database.reading() as session:
        assert len(synced.records_of(session, AGENCY)) == 3
    # The first site comes back from before both changes.
    with two.first.ports.database.session() as session:
        rosa, nueva = (service.user(session, AGENCY, name) for name in ("rosa", "nueva"))
        rosa.disabled_at = None
        record = session.get_one(AccountRecordRow, rosa.id)
        older = replace(AccountRecord.from_json(record.record), revision=1, disabled=False)
        record.revision, record.record = 1, older.signed(two.key).to_json()
        session.delete(session.get_one(AccountRecordRow, nueva.id))
        session.delete(nueva)
        session.execute(sa.delete(AccountListRow))
    two.restart()
    two.exchange()
    with pytest.raises(WrongPassword):
        log_in_at(two.first, "rosa")
    assert log_in_at(two.first, "nueva").username == "nueva"
    change(two.first, "nueva", full_name="Nueva")  # it is this site's own again
    two.exchange()
    with two.second.ports.database.reading() as session:
        assert service.user(session, AGENCY, "nueva").full_name == "Nueva"


def test_of_two_with_one_revision_who_is_out_stays_out(two: Agency) -> None:
    two.exchange()
    with two.first.ports.database.reading() as session:
        told = next(one for one in synced.records_of(session, AGENCY) if one.username == "rosa")
    out = replace(told, revision=2, disabled=True).signed(two.key)
    later = replace(told, revision=2, full_name="Rosa", at=told.at + timedelta(days=1)).signed(two.key)
    for first, then in ((out, later), (later, out)):
        with two.hub.ports.database.session() as session:
            session.execute(sa.delete(AccountRecordRow))
            assert synced.keep(session, first, two.clock.now())
            synced.keep(session, then, two.clock.now())
            assert synced.records_of(session, AGENCY)[0].disabled


def test_other_agencies_get_nothing_and_can_say_nothing(two: Agency, tmp_path: Path) -> None:
    two.exchange()
    stranger = HubAccounts(two.hub.ports)
    row = SiteRow(id="site-9", agency_id="other")
    answer = stranger.answer(row, {"digest": "x", "marks": {}})
    assert answer is not None
    assert answer["records"] == []
    assert answer["marks"] == {"": ""}
    with two.first.ports.database.reading() as session:
        told = next(one for one in synced.records_of(session, AGENCY) if one.username == "rosa")
    newer = replace(told, revision=7, disabled=True).signed(two.key)  # genuine, but not theirs to tell
    stranger.answer(row, {"digest": "x", "records": [newer.to_json()]})
    with two.hub.ports.database.reading() as session:
        assert {one.revision for one in synced.records_of(session, AGENCY)} == {1}


def test_a_code_is_asked_for_at_home_only(two: Agency) -> None:
    with two.first.ports.database.session() as session:
        row = service.user(session, AGENCY, "rosa")
        row.totp_secret = two.first.ports.secrets.encrypt("JBSWY3DPEHPK3PXP")
    two.exchange()
    with two.second.ports.database.reading() as session:
        assert service.user(session, AGENCY, "rosa").totp_secret is None
        text = json.dumps([one.to_json() for one in synced.records_of(session, AGENCY)])
    assert "JBSWY3DPEHPK3PXP" not in text
    with pytest.raises(CodeAtHome):
        log_in_at(two.second, "rosa")
    with pytest.raises(WrongPassword):
        log_in_at(two.second, "rosa", "falsa-falsa-falsa")


def test_a_name_that_is_taken_here_stays_with_its_holder(two: Agency) -> None:
    mine = two.second.add_user("rosa", Role.VIEWER)
    two.exchange()
    assert log_in_at(two.second, "rosa").id == mine
    assert [row.reason for row in notes(two.second, False)] == [synced.NAME_TAKEN]
    two.exchange()
    assert len(notes(two.second, False)) == 1


def test_what_is_not_exactly_a_record_is_none(two: Agency) -> None:
    two.exchange()
    with two.first.ports.database.reading() as session:
        told = synced.records_of(session, AGENCY)[0].to_json()
    assert AccountRecord.from_json(told).signed_by(two.key.public_hex)
    wrong: list[Any] = [{**told, "more": 1}, {**told, "disabled": 0}, {**told, "revision": True}, {**told, "at": "now"}]
    for one in (*wrong, {}, None, "x", {**told, "roles": "administrator", "username": 3}):
        with pytest.raises(BadAccount):
            AccountRecord.from_json(one)
    for one in ({}, None, {"revisions": []}):
        with pytest.raises(BadAccount):
            AccountList.from_json(one)
