"""The audit chain: whole, in order, durable, and broken by any change."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from desk.databases import database_url
from desk.desks import AGENCY, Desk, make_desk
from veedor.access.actions import Action
from veedor.access.check import AuditRecord
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.audit.entry import entry_of
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.desk.audit.offline import verify_file
from veedor.desk.audit.walk import Break
from veedor.desk.database import Database, database_file
from veedor.kit.errors import Forbidden, NotFound

ROSA = Principal("u1", "rosa", AGENCY, frozenset({Role.VIEWER}))


def record(number: int = 0) -> AuditRecord:
    return AuditRecord(
        ROSA, Action.LIVE_WATCH, Resource("live", f"cam-{number}", AGENCY), True, detail={"role": "main"}
    )


@pytest.fixture
def quiet(tmp_path: Path) -> Desk:
    """A desk that nobody serves."""
    return make_desk(tmp_path)


def tamper(directory: Path, *statements: str) -> None:
    """What somebody with the disk in their hands can do."""
    connection = sqlite3.connect(database_file(directory))
    connection.executescript(
        "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_personal_no_delete;"
        "DROP TRIGGER audit_personal_only_goes;" + ";".join(statements)
    )
    connection.close()


def test_many_threads_make_one_chain(quiet: Desk) -> None:
    second = ChainedAuditLog(Database(database_url(quiet.ports.data_directory)), quiet.ports.clock, AGENCY)
    logs = [quiet.audit, second]  # a second process looks like this
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: logs[number % 2].append(record(number)), range(80)))
    verdict = quiet.audit.verify()
    assert (verdict.intact, verdict.entries) == (True, 80)
    assert {one.resource_id for one in quiet.audit.entries(AuditQuery(limit=100))} == {f"cam-{n}" for n in range(80)}


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET username = 'eve' WHERE sequence = 3", 3),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 3", 3),
        ("UPDATE audit SET allowed = 0 WHERE sequence = 3", 3),
        ("UPDATE audit_personal SET detail = '{}' WHERE sequence = 3", 3),
        ("UPDATE audit SET detail = 'nonsense' WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 1", 1),
        ("DELETE FROM audit WHERE sequence = 3; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 3", 3),
        ("UPDATE audit SET hash = previous_hash WHERE sequence = 5", 5),
    ],
)
def test_tampering_is_found_where_it_is(quiet: Desk, statement: str, broken_at: int) -> None:
    for number in range(5):
        quiet.audit.append(record(number))
    assert quiet.audit.verify().intact
    tamper(quiet.ports.data_directory, statement)
    assert quiet.audit.verify().broken_at == broken_at
    assert verify_file(quiet.ports.data_directory)[0]["broken_at"] == broken_at


@pytest.mark.sqlite_only
def test_verify_says_how_the_chain_breaks(quiet: Desk) -> None:
    for number in range(5):
        quiet.audit.append(record(number))
    rows = quiet.audit.after(0)
    tamper(quiet.ports.data_directory, "UPDATE audit SET user_id = 'eve' WHERE sequence = 4")
    found = quiet.audit.verify()
    forged = replace(entry_of(rows[3]), user_id="eve").digest()
    assert (found.problem, found.expected, found.found) == (Break.CHANGED, rows[3].hash, forged)
    with sqlite3.connect(database_file(quiet.ports.data_directory)) as connection:
        connection.execute("UPDATE audit SET hash = ? WHERE sequence = 4", (forged,))
    found = quiet.audit.verify()
    assert (found.broken_at, found.problem) == (5, Break.UNLINKED)
    assert (found.expected, found.found) == (forged, rows[3].hash)
    with sqlite3.connect(database_file(quiet.ports.data_directory)) as connection:
        connection.execute("DELETE FROM audit WHERE sequence IN (2, 3)")
    found = quiet.audit.verify()
    assert (found.broken_at, found.problem, found.expected, found.found) == (2, Break.MISSING, "2", "4")


@pytest.mark.sqlite_only
def test_a_cut_off_end_shows_against_a_noted_head(quiet: Desk) -> None:
    for number in range(5):
        quiet.audit.append(record(number))
    verdict = quiet.audit.verify()
    noted = (verdict.head_sequence, verdict.head_hash)
    quiet.audit.append(record(6))
    assert quiet.audit.verify(noted).intact
    assert quiet.audit.verify(noted).compared == 1
    cut = [f"DELETE FROM {table} WHERE sequence > 3" for table in ("audit", "audit_personal")]
    tamper(quiet.ports.data_directory, *cut)
    assert quiet.audit.verify().intact  # by itself the chain cannot know
    found = quiet.audit.verify(noted)
    assert (found.broken_at, found.problem, found.expected, found.found) == (4, Break.CUT, noted[1], None)
    quiet.audit.append(record(7))
    quiet.audit.append(record(8))
    found = quiet.audit.verify(noted)
    assert (found.broken_at, found.problem, found.expected) == (
        5,
        Break.OTHER,
        noted[1],
    )  # grown again, with another entry in that place


@pytest.mark.parametrize("statement", ["UPDATE audit SET username = 'eve'", "DELETE FROM audit"])
def test_the_database_itself_refuses_changes(quiet: Desk, statement: str) -> None:
    quiet.audit.append(record())
    with quiet.ports.database.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.exec_driver_sql(statement)


def test_refusals_are_written_before_they_are_raised(quiet: Desk) -> None:
    with pytest.raises(Forbidden):
        quiet.ports.access.authorize(ROSA, Action.FOOTAGE_PLAY, Resource("footage", "plaza", AGENCY), reason="caso 7")
    (entry,) = quiet.audit.entries(AuditQuery())
    assert (entry.allowed, entry.reason, entry.action) == (False, "role", "footage.play")


def test_an_entry_outlives_the_request_that_fails(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    assert desk.client("rosa").get("/api/cameras/ghost/snapshot.jpg").status_code == 404
    (entry,) = desk.audit.entries(AuditQuery(action="live.watch"))
    assert (entry.resource_id, entry.allowed) == ("ghost", True)


def test_purpose_and_case_are_kept(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    rosa = desk.client("rosa")
    headers = {"x-veedor-purpose": "Robo%20en%20Jr.%20Un%C3%ADon", "x-veedor-case": "2026-0117"}
    rosa.get("/api/cameras/plaza/still.jpg", params={"at": "2026-03-01T12:00:05Z"}, headers=headers)
    (entry,) = desk.audit.entries(AuditQuery(action="footage.play"))
    assert (entry.purpose, entry.case_number) == ("Robo en Jr. Uníon", "2026-0117")
    assert '"at":"2026-03-01T12:00:05Z"' in entry.detail
    bad = rosa.get("/api/me", headers={"x-veedor-case": "%00%0a"})
    assert bad.status_code == 422


def test_the_chain_is_its_own_outbox(quiet: Desk) -> None:
    for number in range(5):
        quiet.audit.append(record(number))
    assert [row.sequence for row in quiet.audit.after(2)] == [3, 4, 5]
    assert [row.sequence for row in quiet.audit.after(0, limit=2)] == [1, 2]
    assert quiet.audit.after(5) == []


def test_hostile_text_does_not_break_the_chain(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    rosa = desk.client("rosa")
    for path in ("/api/cameras/%00%ff/snapshot.jpg", "/api/cameras/" + "x" * 3000, "/api/cameras/%ed%a0%80"):
        assert rosa.get(path).status_code in (404, 422)
    assert desk.audit.verify().intact


@pytest.mark.sqlite_only
def test_an_audit_that_cannot_be_written_shows_nothing(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    rosa = desk.client("rosa")
    assert rosa.get("/api/cameras/plaza/snapshot.jpg").status_code == 200
    with desk.ports.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    # A full disk, as SQLite sees it: no page may be added. Fill what is left of the last ones.
    from sqlalchemy import event

    desk.ports.database.engine.dispose()
    event.listen(desk.ports.database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}"))
    statuses = []
    for _ in range(200):
        answer = rosa.get("/api/cameras/plaza/snapshot.jpg")
        statuses.append(answer.status_code)
        if answer.status_code != 200:
            break
    assert statuses[-1] == 507
    assert answer.json()["error"] == "error-store-full"
    assert b"picture" not in answer.content
    assert desk.audit.verify().intact


def test_authorizing_inside_a_session_is_a_fault_at_once(quiet: Desk) -> None:
    with quiet.ports.database.session(), pytest.raises(RuntimeError, match="before opening a session"):
        quiet.audit.append(record())


def test_strangers_are_audited_but_cannot_fill_the_disk(desk: Desk) -> None:
    with desk.client() as nobody:
        for _ in range(60):
            assert nobody.get("/api/cameras/plaza/snapshot.jpg").status_code == 401
    entries = desk.audit.entries(AuditQuery(action="live.watch", limit=1000))
    assert len(entries) == 10
    assert {(one.user_id, one.allowed, one.reason, one.address) for one in entries} == {
        (None, False, "anonymous", "127.0.0.1")
    }


def test_an_auditor_pages_and_filters(desk: Desk) -> None:
    desk.add_user("audi", Role.AUDITOR)
    for number in range(30):
        desk.audit.append(record(number))
    audi = desk.client("audi")
    found = audi.get("/api/audit", params={"username": "rosa", "limit": 10}).json()
    assert [one["resource_id"] for one in found] == [f"cam-{number}" for number in range(29, 19, -1)]
    older = audi.get("/api/audit", params={"username": "rosa", "limit": 10, "before": found[-1]["sequence"]}).json()
    assert older[0]["resource_id"] == "cam-19"
    assert audi.get("/api/audit", params={"resource_id": "cam-3"}).json()[0]["detail"] == {"role": "main"}
    assert audi.get("/api/audit", params={"start": "2026-01-01T00:00:00"}).status_code == 400
    assert audi.get("/api/audit", params={"limit": 100000}).status_code == 422
    assert audi.get("/api/audit/verify").json()["intact"] is True


@pytest.mark.sqlite_only
def test_a_folder_without_a_desk(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verify_file(tmp_path)
    assert not database_file(tmp_path).exists()
