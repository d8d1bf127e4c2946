"""Logging in, sessions, passwords, users."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from desk.desks import AGENCY, PASSWORD, Desk, make_desk, running
from veedor.access.principal import Role
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import ensure_first_administrator
from veedor.desk.accounts.tables import LoginCounterRow, SessionRow, UserRow
from veedor.desk.audit.log import AuditQuery
from veedor.desk.database import database_file
from veedor.kit.clock import SimulatedClock


def log_in(desk: Desk, username: str, password: str = PASSWORD, **body: object) -> httpx.Response:
    with desk.client() as client:
        return client.post("/api/login", json={"username": username, "password": password, **body})


def test_cookie_login_and_logout(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    with desk.client() as browser:
        answer = browser.post("/api/login", json={"username": "  Rosa ", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json()["token"] is None
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "Secure" not in cookie  # this desk is on loopback without TLS
        assert browser.get("/api/me").json()["user"]["username"] == "rosa"
        kept = browser.cookies["veedor_session"]
        assert browser.post("/api/logout", headers={"origin": desk.url}).status_code == 204
        browser.cookies.set("veedor_session", kept)  # a copy of the cookie is worth nothing either
        assert browser.get("/api/me").status_code == 401


def test_with_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    with running(tmp_path, cookie_secure=True) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        cookie = log_in(desk, "rosa").headers["set-cookie"]
        assert cookie.startswith("__Host-veedor=")
        assert "Secure" in cookie
        assert "path=/" in cookie.lower()
        assert "domain" not in cookie.lower()


@pytest.mark.sqlite_only
def test_tokens_and_passwords_are_not_stored(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    token = desk.token("rosa")
    log_in(desk, "rosa", "my secret typed wrong")
    log_in(desk, "typed-in-the-wrong-field")
    with desk.ports.database.reading() as session:
        row = session.scalars(sa.select(SessionRow)).one()
    assert len(token) >= 43
    assert row.token_hash != token
    stored = b"".join(path.read_bytes() for path in database_file(desk.ports.data_directory).parent.glob("desk.db*"))
    for secret in (token, PASSWORD, "my secret typed wrong", "typed-in-the-wrong-field"):
        assert secret.encode() not in stored


def test_wrong_and_unknown_answer_alike_and_are_audited(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    wrong, unknown = log_in(desk, "rosa", "no"), log_in(desk, "nobody", "no")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    entries = desk.audit.entries(AuditQuery(action="login", allowed=False))
    assert [(one.username, one.reason) for one in entries] == [("", "unknown account"), ("rosa", "wrong password")]


def test_unknown_accounts_cost_as_much_as_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    real = passwords._HASHER.verify

    class Counting:
        def verify(self, stored: str, password: bytes) -> bool:
            checked.append(stored)
            return real(stored, password)

        hash = staticmethod(passwords._HASHER.hash)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not passwords.verify(None, "something")
    assert len(checked) == 1


def test_guessing_is_slowed_down_per_account_and_survives_a_restart(tmp_path: Path) -> None:
    clock = SimulatedClock()
    with running(tmp_path, clock) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        for _ in range(5):
            assert log_in(desk, "rosa", "no").status_code == 401
        assert (throttled := log_in(desk, "rosa")).status_code == 429  # the right password waits too
        assert int(throttled.headers["retry-after"]) >= 1
    with running(tmp_path, clock) as desk:
        assert log_in(desk, "rosa").status_code == 429
        clock.advance(2)
        assert log_in(desk, "rosa").status_code == 200
        assert log_in(desk, "rosa", "no").status_code == 401  # a success starts it afresh


def test_a_crowd_at_once_does_not_slip_through(tmp_path: Path) -> None:
    with running(tmp_path, SimulatedClock()) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(lambda _: log_in(desk, "rosa", "no").status_code, range(24)))
        assert statuses.count(401) == 5
        assert statuses.count(429) == 19


def test_guessing_over_many_accounts_is_slowed_down_per_address(tmp_path: Path) -> None:
    with running(tmp_path, SimulatedClock()) as desk:
        desk.add_user("mine", Role.VIEWER)
        statuses = [log_in(desk, f"user{number}", "no").status_code for number in range(12)]
        assert log_in(desk, "mine").status_code == 200  # an account of one's own does not clear the address
        statuses += [log_in(desk, f"user{number}", "no").status_code for number in range(12, 22)]
        assert statuses == [401] * 20 + [429] * 2
        with desk.ports.database.reading() as session:
            subjects = list(session.scalars(sa.select(LoginCounterRow.subject)))
        assert "address:127.0.0.1" in subjects
        assert not any("user1" in subject for subject in subjects)


def test_a_clock_that_steps_back_locks_nobody_out(tmp_path: Path) -> None:
    clock = SimulatedClock()
    with running(tmp_path, clock) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        for _ in range(5):
            log_in(desk, "rosa", "no")
        clock.step_wall(-3600)
        assert log_in(desk, "rosa").status_code == 200


def test_sessions_expire(tmp_path: Path) -> None:
    clock = SimulatedClock()
    with running(tmp_path, clock, session_hours=1.0) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        client = desk.client("rosa")
        clock.advance(3599)
        assert client.get("/api/me").status_code == 200
        clock.advance(1)
        assert client.get("/api/me").status_code == 401


def test_session_list_and_revoking_one(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    desk.add_user("eve", Role.OPERATOR)
    here, phone, eve = desk.client("rosa"), desk.client("rosa"), desk.client("eve")
    sessions = here.get("/api/me/sessions").json()
    assert [one["current"] for one in sessions].count(True) == 1
    other = next(one["id"] for one in sessions if not one["current"])
    assert eve.delete(f"/api/me/sessions/{other}").status_code == 404  # not hers
    assert phone.get("/api/me").status_code == 200
    assert here.delete(f"/api/me/sessions/{other}").status_code == 204
    assert phone.get("/api/me").status_code == 401
    assert here.get("/api/me").status_code == 200


def test_changing_the_password_ends_the_other_sessions(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    here, there = desk.client("rosa"), desk.client("rosa")
    weak = here.post("/api/me/password", json={"current": PASSWORD, "new": "short"})
    assert weak.status_code == 400
    assert "12" in weak.json()["hint"]
    assert here.post("/api/me/password", json={"current": "no", "new": "a longer phrase"}).status_code == 401
    assert here.post("/api/me/password", json={"current": PASSWORD, "new": "a longer phrase"}).status_code == 204
    assert here.get("/api/me").status_code == 200
    assert there.get("/api/me").status_code == 401
    assert log_in(desk, "rosa").status_code == 401
    assert log_in(desk, "rosa", "a longer phrase").status_code == 200


@pytest.mark.parametrize("password", ["short", "a" * 20, "rosa-rosa-123456", "x" * 600])
def test_weak_passwords_are_refused(desk: Desk, password: str) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    body = {"username": "rosa", "roles": ["operator"], "password": password}
    assert desk.client("boss").post("/api/users", json=body).status_code in (400, 422)


def test_users_from_adding_to_disabling(desk: Desk) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    boss = desk.client("boss")
    added = boss.post("/api/users", json={"username": "Rosa", "full_name": "Rosa Díaz", "roles": ["operator"]})
    assert added.status_code == 201
    generated, user_id = added.json()["password"], added.json()["user"]["id"]
    assert boss.post("/api/users", json={"username": "rosa", "roles": ["viewer"]}).status_code == 409
    assert boss.post("/api/users", json={"username": "a b", "roles": ["viewer"]}).status_code == 400
    assert boss.post("/api/users", json={"username": "ana", "roles": []}).status_code == 400
    assert boss.post("/api/users", json={"username": "ana", "roles": ["god"]}).status_code == 422
    token = log_in(desk, "rosa", generated, bearer=True).json()["token"]
    rosa = httpx.Client(base_url=desk.url, headers={"authorization": f"Bearer {token}"})
    assert rosa.get("/api/users").status_code == 403
    assert boss.patch("/api/users/rosa", json={"roles": ["auditor"]}).json()["roles"] == ["auditor"]
    assert rosa.get("/api/users").status_code == 200  # roles change at once
    assert boss.patch(f"/api/users/{user_id}", json={"disabled": True}).json()["disabled"] is True
    assert rosa.get("/api/me").status_code == 401
    assert log_in(desk, "rosa", generated).status_code == 401
    assert boss.patch(f"/api/users/{user_id}", json={"disabled": False}).status_code == 200
    assert rosa.get("/api/me").status_code == 401  # the old session stays ended
    reset = boss.post(f"/api/users/{user_id}/password", json={})
    assert log_in(desk, "rosa", reset.json()["password"]).status_code == 200


def test_the_audit_says_what_became_of_whom(desk: Desk) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    boss = desk.client("boss")
    boss.post("/api/users", json={"username": "rosa", "roles": ["operator"], "password": "a long secret phrase"})
    boss.patch("/api/users/rosa", json={"roles": ["auditor", "viewer"]})
    details = [one.detail for one in desk.audit.entries(AuditQuery(action="user.edit"))]
    assert '{"roles":["auditor","viewer"]}' in details
    assert '{"roles":["operator"],"username":"rosa"}' in details
    assert not any("secret" in one for one in details)


def test_the_last_administrator_stays(desk: Desk) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    boss = desk.client("boss")
    assert boss.patch("/api/users/boss", json={"disabled": True}).status_code == 409
    assert boss.patch("/api/users/boss", json={"roles": ["viewer"]}).status_code == 409
    assert boss.get("/api/me").json()["user"]["roles"] == ["administrator"]
    desk.add_user("second", Role.ADMINISTRATOR)
    assert boss.patch("/api/users/boss", json={"roles": ["viewer"]}).status_code == 200


def test_two_administrators_cannot_remove_each_other_at_once(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.add_user(name, Role.ADMINISTRATOR)
    clients = {name: desk.client(name) for name in ("one", "two")}
    start = threading.Barrier(2)

    def disable(pair: tuple[str, str]) -> int:
        start.wait()
        return clients[pair[0]].patch(f"/api/users/{pair[1]}", json={"disabled": True}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(disable, [("one", "two"), ("two", "one")]))
    assert statuses.count(200) == 1
    with desk.ports.database.reading() as session:
        active = session.scalars(sa.select(UserRow).where(UserRow.disabled_at.is_(None))).all()
    assert len(active) == 1


def test_users_of_another_agency_are_out_of_reach(desk: Desk) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    other_id = desk.add_user("rival", Role.ADMINISTRATOR, agency_id="other")
    boss = desk.client("boss")
    assert [one["username"] for one in boss.get("/api/users").json()] == ["boss"]
    assert boss.patch(f"/api/users/{other_id}", json={"disabled": True}).status_code == 404
    assert boss.post(f"/api/users/{other_id}/password", json={}).status_code == 404


def test_first_administrator_is_made_once(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    database, clock = desk.ports.database, desk.ports.clock
    password = ensure_first_administrator(database, clock, AGENCY, "Municipalidad de Ate")
    assert password is not None
    assert ensure_first_administrator(database, clock, AGENCY, "Municipalidad de Ate") is None
    with database.reading() as session:
        row = session.scalars(sa.select(UserRow)).one()
    assert row.username == "admin"
    assert row.roles == ["administrator"]
    assert passwords.verify(row.password_hash, password)
    assert row.password_hash.startswith("$argon2id$")
    database.close()


def test_old_counters_and_sessions_are_pruned(tmp_path: Path) -> None:
    clock = SimulatedClock()
    with running(tmp_path, clock) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        log_in(desk, "ghost", "no")
        desk.token("rosa")
        clock.advance(timedelta(days=60).total_seconds())
        desk.token("rosa")
        with desk.ports.database.reading() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(SessionRow)) == 1
            subjects = set(session.scalars(sa.select(LoginCounterRow.subject)))
        assert len(subjects) == 2  # rosa's account and the address; the ghost's is forgotten
