"""The second factor: begun with the password, put in force by a code, asked for at login, used once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pyotp
import pytest
import sqlalchemy as sa

from desk.desks import PASSWORD, Desk, running
from veedor.access.principal import Role
from veedor.desk.accounts.tables import UserRow
from veedor.kit.clock import SimulatedClock

NOON = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture
def desk(tmp_path: Path, clock: SimulatedClock) -> Iterator[Desk]:
    with running(tmp_path, clock) as one:
        one.add_user("rosa", Role.OPERATOR)
        one.add_user("ada", Role.ADMINISTRATOR)
        yield one


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(int(at.timestamp()))


def log_in(desk: Desk, given: str | None = None) -> httpx.Response:
    body = {"username": "rosa", "password": PASSWORD, "bearer": True, "code": given}
    with desk.client() as client:
        return client.post("/api/login", json=body)


def enrol(desk: Desk, clock: SimulatedClock) -> str:
    """Rosa's secret, in force."""
    with desk.client("rosa") as rosa:
        assert rosa.post("/api/me/totp", json={"password": "wrong"}).status_code == 401
        told = rosa.post("/api/me/totp", json={"password": PASSWORD}).json()
        assert told["uri"].startswith("otpauth://totp/Veedor:rosa?secret=")
        assert len({len(row) for row in told["qr"]}) == 1
        assert set("".join(told["qr"])) == {"0", "1"}
        assert log_in(desk).status_code == 200  # not in force before a code has come back
        assert rosa.post("/api/me/totp/confirm", json={"code": "000000"}).status_code == 401
        right = code(told["secret"], clock.now())
        assert rosa.post("/api/me/totp/confirm", json={"code": f"{right[:3]} {right[3:]}"}).status_code == 204
        assert rosa.get("/api/me").json()["user"]["second_factor"] is True
    return str(told["secret"])


def test_a_login_needs_a_code_and_each_code_counts_once(desk: Desk, clock: SimulatedClock) -> None:
    secret = enrol(desk, clock)
    assert log_in(desk).json()["error"] == "error-accounts-code-needed"
    assert log_in(desk, code(secret, clock.now())).json()["error"] == "error-accounts-wrong-code"  # used to confirm
    clock.advance(30)
    assert log_in(desk, code(secret, clock.now() - timedelta(minutes=2))).status_code == 401
    assert log_in(desk, code(secret, clock.now())).status_code == 200
    assert log_in(desk, code(secret, clock.now())).status_code == 401
    clock.advance(60)
    # A phone that is half a minute slow is let in.
    assert log_in(desk, code(secret, clock.now() - timedelta(seconds=30))).status_code == 200


def test_codes_cannot_be_guessed_for_ever(desk: Desk, clock: SimulatedClock) -> None:
    enrol(desk, clock)
    answers = [log_in(desk, None if number % 2 else "123456").status_code for number in range(30)]
    assert answers[-1] == 429


def test_the_secret_is_not_stored_in_the_clear(desk: Desk, clock: SimulatedClock) -> None:
    secret = enrol(desk, clock)
    with desk.ports.database.reading() as session:
        row = session.scalars(sa.select(UserRow).where(UserRow.username == "rosa")).one()
        assert row.totp_secret is not None
        assert secret.encode() not in row.totp_secret
        assert desk.ports.secrets.decrypt(row.totp_secret) == secret


def test_taking_it_off(desk: Desk, clock: SimulatedClock) -> None:
    secret = enrol(desk, clock)
    clock.advance(60)
    token = log_in(desk, code(secret, clock.now())).json()["token"]
    with desk.client() as rosa:
        rosa.headers["authorization"] = f"Bearer {token}"
        assert rosa.post("/api/me/totp/remove", json={"password": "wrong"}).status_code == 401
        assert rosa.post("/api/me/totp/remove", json={"password": PASSWORD}).status_code == 204
    assert log_in(desk).status_code == 200


def test_an_administrator_helps_somebody_who_lost_the_phone(desk: Desk, clock: SimulatedClock) -> None:
    secret = enrol(desk, clock)
    clock.advance(60)
    token = log_in(desk, code(secret, clock.now())).json()["token"]
    with desk.client("ada") as ada:
        (open_one,) = [one for one in ada.get("/api/sessions").json() if one["username"] == "rosa"][:1]
        assert ada.delete("/api/users/rosa/totp").status_code == 204
        assert not [one for one in ada.get("/api/sessions").json() if one["username"] == "rosa"]
        assert open_one["kind"] == "bearer"
    with desk.client() as rosa:
        rosa.headers["authorization"] = f"Bearer {token}"
        assert rosa.get("/api/me").status_code == 401
    assert log_in(desk).status_code == 200


def test_an_administrator_ends_a_session(desk: Desk, clock: SimulatedClock) -> None:
    with desk.client("rosa") as rosa, desk.client("ada") as ada:
        session_id = rosa.get("/api/me").json()["session_id"]
        assert ada.delete(f"/api/users/rosa/sessions/{session_id}").status_code == 204
        assert rosa.get("/api/me").status_code == 401
        assert ada.delete(f"/api/users/rosa/sessions/{session_id}").status_code == 404
