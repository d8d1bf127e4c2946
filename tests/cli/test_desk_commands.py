"""login, logout, users, audit: the real command against a real desk."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from desk.desks import AGENCY, PASSWORD, Desk, running
from veedor.access.principal import Role
from veedor.cli.app import app
from veedor.cli.client import Login, login_file
from veedor.desk.audit import witness
from veedor.desk.stream.hub import LiveFeedHub
from veedor.wire.heads import SignedHead, sign_head
from veedor.wire.keys import SigningKey


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("VEEDOR_URL", "VEEDOR_TOKEN", "VEEDOR_CA"):
        monkeypatch.delenv(name, raising=False)
    with running(tmp_path) as one:
        one.add_user("boss", Role.ADMINISTRATOR)
        one.add_user("audi", Role.AUDITOR)
        yield one


def veedor(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=typed, env={"COLUMNS": "200"})


def log_in(desk: Desk, username: str) -> Result:
    return veedor("login", "--url", desk.url, "--user", username, typed=f"{PASSWORD}\n")


def test_login_keeps_a_token_for_this_user_only_and_logout_ends_it(desk: Desk) -> None:
    assert log_in(desk, "boss").exit_code == 0
    assert stat.S_IMODE(login_file().stat().st_mode) == 0o600
    assert PASSWORD not in login_file().read_text()
    kept = Login(**json.loads(login_file().read_text()))
    assert kept.token not in repr(kept)
    assert veedor("users", "list").exit_code == 0
    assert veedor("logout").exit_code == 0
    assert not login_file().exists()
    assert desk.app.state.sessions.find(kept.token) is None
    assert veedor("users", "list").exit_code == 4
    assert veedor("logout").exit_code == 0


def test_a_wrong_password_and_a_desk_that_is_not_there(desk: Desk) -> None:
    assert veedor("login", "--url", desk.url, "--user", "boss", typed="no\n").exit_code == 4
    assert veedor("login", "--url", "http://127.0.0.1:1", "--user", "boss", typed="x\n").exit_code == 3
    assert veedor("login", "--url", "http://desk.example", "--user", "boss", typed="x\n").exit_code == 2
    assert veedor("login", "--url", "nonsense", "--user", "boss", typed="x\n").exit_code == 2
    assert not login_file().exists()


def test_users(desk: Desk) -> None:
    log_in(desk, "boss")
    added = json.loads(veedor("users", "add", "rosa", "--role", "operator", "--json").stdout)
    assert len(added["password"]) >= 20
    reset = json.loads(veedor("users", "reset-password", "rosa", "--json").stdout)
    assert reset["password"] != added["password"]
    assert veedor("users", "add", "rosa", "--role", "operator").exit_code == 2
    assert veedor("users", "set-roles", "rosa", "-r", "viewer", "-r", "auditor").exit_code == 0
    assert veedor("users", "disable", "rosa").exit_code == 0
    rows = {row["username"]: row for row in json.loads(veedor("users", "list", "--json").stdout)}
    assert rows["rosa"]["roles"] == ["auditor", "viewer"]
    assert rows["rosa"]["disabled"] is True
    assert "rosa" in veedor("users", "list").stdout
    assert veedor("users", "enable", "rosa").exit_code == 0
    assert veedor("users", "disable", "boss").exit_code == 2  # the last administrator
    assert veedor("users", "disable", "../audit").exit_code == 2
    assert veedor("audit", "list").exit_code == 4


def test_audit(desk: Desk) -> None:
    log_in(desk, "audi")
    assert veedor("users", "add", "x", "-r", "viewer").exit_code == 4
    refused = json.loads(veedor("audit", "list", "--refused", "--json").stdout)
    assert [(one["username"], one["action"]) for one in refused] == [("audi", "user.edit")]
    assert "user.edit" in veedor("audit", "list", "--user", "audi").stdout
    verdict = json.loads(veedor("audit", "verify", "--json").stdout)
    assert verdict["intact"] is True
    head = f"{verdict['head_sequence']}:{verdict['head_hash']}"
    folder = str(desk.ports.data_directory)
    assert veedor("audit", "verify", "--head", head).exit_code == 0
    assert veedor("audit", "verify", "--data", folder, "--head", head).exit_code == 0
    wrong = f"{verdict['head_sequence']}:{'0' * 64}"
    assert veedor("audit", "verify", "--head", wrong).exit_code == 5
    assert veedor("audit", "verify", "--data", folder, "--head", wrong).exit_code == 5
    assert veedor("audit", "verify", "--head", "nonsense").exit_code == 2
    assert AGENCY in veedor("audit", "verify", "--data", folder, "--json").stdout


def test_audit_against_heads_that_somebody_else_keeps(desk: Desk, tmp_path: Path) -> None:
    log_in(desk, "audi")
    key, (sequence, digest) = SigningKey.generate(), desk.audit.head() or (0, "")
    file = tmp_path / "heads.json"

    def keep(**changes: Any) -> list[str]:
        head = replace(SignedHead("site-1", AGENCY, sequence, digest, desk.ports.clock.now()), **changes)
        told = {**sign_head(key, head).to_json(), "public_key": key.public_hex}
        file.write_text(json.dumps([told]), encoding="utf-8")
        return ["audit", "verify", "--witness", str(file)]

    folder = ["--data", str(desk.ports.data_directory)]
    for where in ([], folder):
        assert veedor(*keep(), *where).exit_code == 0
        told = veedor(*keep(hash="ab" * 32), *where)
        assert (told.exit_code, "ab" * 32 in told.stderr.replace("\n", "")) == (5, True)
        assert veedor(*keep(sequence=9999), *where).exit_code == 5
    assert veedor(*keep(hash="ab" * 32, agency_id="pnp"), *folder).exit_code == 0  # of another chain
    keep()
    forged = file.read_text(encoding="utf-8").replace(digest, "cd" * 32)
    file.write_text(forged, encoding="utf-8")
    assert veedor("audit", "verify", "--witness", str(file)).exit_code == 2  # nobody signed it
    file.write_text("nonsense", encoding="utf-8")
    assert veedor("audit", "verify", "--witness", str(file)).exit_code == 2


def test_heads_that_could_not_be_checked_are_told_of_and_not_compared(desk: Desk, tmp_path: Path) -> None:
    """Where they are kept the agency's key was not known yet, or is not."""
    log_in(desk, "audi")
    key, (sequence, digest) = SigningKey.generate(), desk.audit.head() or (0, "")
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    good = sign_head(key, SignedHead("site-1", AGENCY, sequence, digest, at)).to_json()
    wrong = sign_head(key, SignedHead("site-1", AGENCY, sequence, "ab" * 32, at)).to_json()
    unproved = {"public_key": "", "flaw": "unproved"}
    file = tmp_path / "heads.json"
    verify = ["audit", "verify", "--witness", str(file), "--json"]
    for where in ([], ["--data", str(desk.ports.data_directory)]):
        file.write_text(json.dumps([{**wrong, **unproved}]), encoding="utf-8")
        told = json.loads(veedor(*verify, *where).stdout)
        assert (told["intact"], told["compared"], told["unproved"]) == (True, 0, 1)
        # The key is known now: the same head stands there twice, and what was found counts.
        proved = {**wrong, "public_key": key.public_hex, "flaw": ""}
        file.write_text(json.dumps([{**wrong, **unproved}, proved]), encoding="utf-8")
        broken = veedor(*verify, *where)
        assert (broken.exit_code, json.loads(broken.stdout)["unproved"]) == (5, 0)
        file.write_text(json.dumps([{**good, **unproved}]), encoding="utf-8")
        plain = veedor(*verify[:-1], *where)
        assert (plain.exit_code, ": 1" in plain.stderr) == (0, True)


def test_audit_against_heads_as_the_api_tells_them(desk: Desk, tmp_path: Path) -> None:
    log_in(desk, "audi")
    key, (sequence, digest) = SigningKey.generate(), desk.audit.head() or (0, "")
    at = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)  # the signature covers microseconds too
    head = sign_head(key, SignedHead("site-1", AGENCY, sequence, digest, at))
    with desk.ports.database.session() as session:
        teller = witness.Teller(LiveFeedHub(desk.ports.database, desk.ports.clock), ())
        assert not witness.keep(session, desk.ports.clock, head, key.public_hex, teller)
    file = tmp_path / "heads.json"
    assert veedor("audit", "heads", "site-1", "--out", str(file)).exit_code == 0
    assert veedor("audit", "heads", "site-9", "--out", str(tmp_path / "none.json")).exit_code == 2
    assert not (tmp_path / "none.json").exists()
    for where in ([], ["--data", str(desk.ports.data_directory)]):
        assert veedor("audit", "verify", "--witness", str(file), *where).exit_code == 0
