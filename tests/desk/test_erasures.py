"""Personal values go, asked by one person and confirmed by another, and the chain of the audit stays whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from desk.desks import AGENCY, Desk, make_desk, running
from veedor.access.actions import Action
from veedor.access.check import AuditRecord
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.audit.entry import AuditEntry, entry_of, erased_of, personal_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.audit.offline import verify_file
from veedor.desk.audit.walk import Break
from veedor.desk.database import Database, database_file
from veedor.desk.inward.inward import Inward
from veedor.desk.inward.tables import SiteAuditRow
from veedor.wire.facts import audit_written

LAW = "Ley 29733, artículo 20"
ROSA = Principal("u1", "rosamunda", AGENCY, frozenset({Role.OPERATOR}), "s1", "10.9.8.7", "Robo", "2026-118")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path) as one:
        one.add_user("doris", Role.PRIVACY_OFFICER)
        one.add_user("audi", Role.AUDITOR)
        one.add_user("both", Role.PRIVACY_OFFICER, Role.AUDITOR)
        yield one


def looked(desk: Desk, count: int = 3, who: Principal = ROSA) -> list[int]:
    for number in range(count):
        resource = Resource("live", f"cam-{number}", AGENCY)
        desk.audit.append(AuditRecord(who, Action.LIVE_WATCH, resource, True, "Robo", {"role": "main"}))
    rows = desk.audit.entries(AuditQuery(username=who.username, limit=count))
    return sorted(row.sequence for row in rows)


_LOGGED_IN: dict[tuple[str, str], httpx.Client] = {}


def client(desk: Desk, who: str) -> httpx.Client:
    """Logged in once at each desk."""
    if (desk.url, who) not in _LOGGED_IN:
        _LOGGED_IN[desk.url, who] = desk.client(who)
    return _LOGGED_IN[desk.url, who]


def ask(desk: Desk, who: str = "doris", **body: Any) -> httpx.Response:
    return client(desk, who).post("/api/audit/erasures", json={"reason": LAW, **body})


def settle(desk: Desk, erasure_id: str, who: str = "audi", how: str = "confirm") -> httpx.Response:
    return client(desk, who).post(f"/api/audit/erasures/{erasure_id}/{how}")


def test_a_person_goes_and_the_chain_stays(desk: Desk) -> None:
    sequences = looked(desk)
    before = desk.audit.verify()
    noted = (before.head_sequence, before.head_hash)
    asked = ask(desk, person="Rosamunda").json()
    assert (asked["state"], asked["entries"], asked["fields"]) == ("asked", 3, ["address", "username"])
    assert desk.audit.entries(AuditQuery(username="rosamunda")), "nothing goes before it is confirmed"
    done = settle(desk, asked["id"]).json()
    assert done["state"] == "done"

    assert desk.audit.entries(AuditQuery(username="rosamunda")) == []
    audi = client(desk, "audi")
    shown = audi.get("/api/audit", params={"action": "live.watch"}).json()
    verdict = audi.get("/api/audit/verify", params={"head": f"{noted[0]}:{noted[1]}"}).json()
    assert sorted(one["sequence"] for one in shown) == sequences
    assert {(one["username"], one["address"], one["case_number"]) for one in shown} == {("", None, "2026-118")}
    assert {tuple(one["erased"]) for one in shown} == {("address", "username")}
    assert (verdict["intact"], verdict["compared"]) == (True, 1), "a head that was noted before still fits"
    (erased,) = verdict["erased"]
    assert (erased["sequence"], erased["values"], erased["entries"]) == (done["entry"], 6, 3)


def test_single_entries_and_fields(desk: Desk) -> None:
    first, second, _third = looked(desk)
    asked = ask(desk, entries=[second], fields=["purpose"]).json()
    settle(desk, asked["id"])
    rows = {row.sequence: row for row in desk.audit.entries(AuditQuery(action="live.watch"))}
    assert (rows[second].purpose, rows[second].reason, rows[second].username) == (None, None, "rosamunda")
    assert (rows[first].purpose, erased_of(rows[first])) == ("Robo", [])
    again = ask(desk, entries=[second, first]).json()
    settle(desk, again["id"])
    assert [(one.values, one.entries) for one in desk.audit.verify().erased] == [(2, 1), (10, 2)]


def test_two_people_are_needed(desk: Desk) -> None:
    looked(desk)
    assert ask(desk, "audi", person="rosamunda").status_code == 403
    asked = ask(desk, "both", person="rosamunda").json()
    assert settle(desk, asked["id"], "doris").status_code == 403
    refused = settle(desk, asked["id"], "both")
    assert (refused.status_code, refused.json()["error"]) == (409, "error-erasures-other-person")
    assert settle(desk, asked["id"], how="refuse").json()["state"] == "refused"
    assert settle(desk, asked["id"]).json()["error"] == "error-erasures-settled"
    assert len(desk.audit.entries(AuditQuery(username="rosamunda"))) == 3


CANNOT = (
    ({"person": "nobody"}, 400, "error-erasures-nothing"),
    ({"person": "rosamunda", "agency": "pnp"}, 400, "error-erasures-nothing"),
    ({"person": "rosamunda", "reason": "  "}, 400, "error-erasures-law"),
    ({"person": "rosamunda", "entries": [1]}, 422, "error-desk-request"),
    ({}, 422, "error-desk-request"),
    ({"person": "rosamunda", "fields": ["hash"]}, 422, "error-desk-request"),
)


def test_what_cannot_be_asked(desk: Desk) -> None:
    looked(desk)
    for body, status, error in CANNOT:
        answer = ask(desk, **body)
        assert (answer.status_code, answer.json()["error"]) == (status, error), body


def test_erasing_is_audited_and_that_is_never_erased(desk: Desk) -> None:
    looked(desk)
    asked = ask(desk, person="rosamunda").json()
    settle(desk, asked["id"])
    (said, _allowed) = desk.audit.entries(AuditQuery(action="erasure.confirm"))
    assert (said.username, said.reason) == ("audi", LAW)
    assert json.loads(said.detail)["erased"] == [[*span, ["address", "username"]] for span in asked["spans"]]
    assert ask(desk, entries=[said.sequence]).json()["error"] == "error-erasures-nothing"
    # Of the officer's entries those about erasures stay, whatever is asked.
    settle(desk, ask(desk, "both", person="doris").json()["id"])
    kept = {row.action for row in desk.audit.entries(AuditQuery(username="doris"))}
    assert kept == {"erasure.ask"}
    assert desk.audit.verify().intact


@pytest.mark.sqlite_only
def test_the_bytes_are_gone_from_the_file(desk: Desk) -> None:
    looked(desk, who=replace(ROSA, username="zzyzxquux"))
    desk.ports.database.drop_old_pages()
    files = list(desk.ports.data_directory.glob("desk.db*"))
    assert any(b"zzyzxquux" in one.read_bytes() for one in files)
    settle(desk, ask(desk, person="zzyzxquux").json()["id"])
    desk.ports.database.drop_old_pages()
    assert not any(b"zzyzxquux" in one.read_bytes() for one in files if one.exists())


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_personal SET username = 'eve' WHERE sequence = 2", Break.CHANGED),
        ("UPDATE audit_personal SET username = NULL WHERE sequence = 2", Break.CHANGED),
        ("UPDATE audit_personal SET salts = '{}', username = NULL WHERE sequence = 2", Break.LOST),
        ("DELETE FROM audit_personal WHERE sequence = 2", Break.LOST),
        ("UPDATE audit_personal SET salts = 'no' WHERE sequence = 2", Break.LOST),
        ("UPDATE audit SET username = 'eve' WHERE sequence = 2", Break.CHANGED),
        ("UPDATE audit SET personal = '{}' WHERE sequence = 2", Break.CHANGED),
        ("UPDATE audit SET form = 1, username = 'eve' WHERE sequence = 2", Break.CHANGED),
    ],
)
def test_what_was_not_erased_lawfully_breaks_the_chain(tmp_path: Path, statement: str, problem: Break) -> None:
    desk = make_desk(tmp_path)
    looked(desk)
    connection = sqlite3.connect(database_file(tmp_path))
    for name in ("audit_no_update", "audit_personal_no_delete", "audit_personal_only_goes"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    verdict = desk.audit.verify()
    assert (verdict.broken_at, verdict.problem) == (2, problem)
    assert verify_file(tmp_path)[0]["broken_at"] == 2
    desk.ports.database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_personal",
        "UPDATE audit_personal SET username = 'eve'",
        "UPDATE audit_personal SET address = '1', username = NULL",
        "UPDATE audit_personal SET sequence = sequence + 100",
    ],
)
def test_the_database_itself_lets_values_only_go(tmp_path: Path, statement: str) -> None:
    desk = make_desk(tmp_path)
    looked(desk)
    with desk.ports.database.engine.connect() as connection, pytest.raises(DBAPIError, match="only go"):
        connection.exec_driver_sql(statement)
    desk.ports.database.close()


def test_a_commitment_without_its_salt_tells_nothing(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    looked(desk, 2)
    one, other = desk.audit.after(0)
    said = [json.loads(row.personal or "{}")["username"] for row in (one, other)]
    assert said[0] != said[1], "the same name twice looks the same"
    assert {len(salt) for salt, _ in personal_of(one).values()} == {64}
    assert "rosamunda" not in json.dumps(entry_of(one).chained())
    desk.ports.database.close()


@pytest.mark.sqlite_only
def test_entries_of_the_old_form_stay_and_are_checked_as_before(tmp_path: Path) -> None:
    """A desk of the version before, which is then brought up to date and goes on."""
    database = Database(f"sqlite:///{database_file(tmp_path)}")
    database.migrate("0011")
    previous = "0" * 64
    with database.engine.begin() as connection:
        for sequence in (1, 2):
            old = AuditEntry(
                agency_id=AGENCY,
                sequence=sequence,
                at=make_time(sequence),
                user_id="u1",
                username="rosamunda",
                user_agency_id=AGENCY,
                session_id=None,
                address="10.9.8.7",
                purpose="Robo",
                case_number=None,
                action="live.watch",
                resource_kind="live",
                resource_id="plaza",
                resource_agency_id=AGENCY,
                allowed=True,
                reason="Robo",
                detail="{}",
                previous_hash=previous,
            )
            previous = old.digest()
            values = {name: getattr(old, name) for name in AuditEntry.__dataclass_fields__}
            values |= {"hash": previous, "at": old.at.replace(tzinfo=None).isoformat(" ", "microseconds")}
            del values["form"], values["commitments"]
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            connection.exec_driver_sql(f"INSERT INTO audit ({names}) VALUES ({marks})", tuple(values.values()))
    database.close()
    verdict = verify_file(tmp_path)[0]
    assert (verdict["intact"], verdict["entries"], verdict["head_hash"]) == (True, 2, previous)
    with running(tmp_path) as desk:
        desk.add_user("doris", Role.PRIVACY_OFFICER)
        looked(desk, 1)
        assert desk.audit.verify((2, previous)).intact
        assert [row.form for row in desk.audit.after(0, limit=3)] == [1, 1, 2]
        assert {row.username for row in desk.audit.after(0, limit=3)} == {"rosamunda"}
        asked = ask(desk, person="rosamunda").json()
        assert (asked["entries"], asked["whole"]) == (1, 2)


def make_time(second: int) -> Any:
    from desk.fakes import START

    return START.replace(second=second)


def test_a_hub_forgets_what_a_site_erased(tmp_path: Path) -> None:
    for name in ("site", "hub"):
        (tmp_path / name).mkdir()
    hub = make_desk(tmp_path / "hub")
    with running(tmp_path / "site") as site:
        site.add_user("doris", Role.PRIVACY_OFFICER)
        site.add_user("audi", Role.AUDITOR)
        looked(site)
        tell(site, hub)
        assert names(hub).count("rosamunda") == 3
        settle(site, ask(site, person="rosamunda").json()["id"])
        tell(site, hub)
        assert "rosamunda" not in names(hub)
        with hub.ports.database.reading() as session:
            rows = session.scalars(sa.select(SiteAuditRow)).all()
            assert [row.flaw for row in rows] == [None] * len(rows)
            assert not any("rosamunda" in f"{row.entry} {row.personal} {row.username}" for row in rows)
        # Told again from the beginning, as after the loss of the log, nothing comes back.
        tell(site, hub, "i2", 0)
        assert "rosamunda" not in names(hub)
    hub.ports.database.close()


def test_a_value_that_a_site_made_up_is_a_flaw(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    looked(desk, 1)
    (row,) = desk.audit.after(0)
    salt, _ = personal_of(row)["username"]
    forged = {**personal_of(row), "username": (salt, "eve")}
    body = audit_written(entry_of(row).chained(), row.hash, forged)
    envelope = {"site_id": "s1", "agency_id": AGENCY, "incarnation": "i", "sequence": 1, "kind": "audit", "body": body}
    Inward(desk.ports.database, desk.ports.clock).take(envelope)
    with desk.ports.database.reading() as session:
        assert session.scalars(sa.select(SiteAuditRow.flaw)).all() == ["hash"]
    desk.ports.database.close()


def tell(site: Desk, hub: Desk, incarnation: str = "i", after: int | None = None) -> None:
    inward = Inward(hub.ports.database, hub.ports.clock)
    known = inward.position("s1").sequence if after is None else after
    for row in site.audit.after(known):
        body = audit_written(entry_of(row).chained(), row.hash, personal_of(row))
        envelope = {"site_id": "s1", "agency_id": AGENCY, "incarnation": incarnation, "sequence": row.sequence}
        inward.take({**envelope, "kind": "audit", "body": json.loads(json.dumps(body))})


def names(hub: Desk) -> list[str]:
    with hub.ports.database.reading() as session:
        return list(session.scalars(sa.select(SiteAuditRow.username)))
