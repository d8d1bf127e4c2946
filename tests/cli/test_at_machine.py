"""What is done at the machine itself, beside a desk that runs: it works at once, and the desk's audit has it."""

from __future__ import annotations

import json
import os
import pwd
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.desks import AGENCY, PASSWORD, Desk, running
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor_process import run_veedor

VEEDOR = str(Path(sys.executable).parent / "veedor")
ME = f"os:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "veedor.yaml").write_text(
        f"site: Prueba\nagency: Muni\nagency_id: {AGENCY}\ndata: .\nsecret_key: ../keys-{tmp_path.name}/site.key\n"
    )
    with running(tmp_path) as one:
        one.add_user("boss", Role.ADMINISTRATOR)
        yield one


def veedor(folder: Path, *arguments: str, code: int = 0) -> str:
    done = run_veedor("--lang", "es", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def log_in(desk: Desk, password: str) -> httpx.Response:
    with desk.client() as client:
        return client.post("/api/login", json={"username": "boss", "password": password, "bearer": True})


def entries(desk: Desk, action: str) -> list[dict[str, object]]:
    """Oldest first."""
    rows = desk.audit.entries(AuditQuery(action=action))
    return [{**json.loads(row.detail), "actor": row.username} for row in reversed(rows)]


def test_a_lost_password_is_replaced_beside_the_running_desk(desk: Desk, tmp_path: Path) -> None:
    token = desk.token("boss")
    while log_in(desk, "no idea any more").status_code != 429:
        pass
    told = veedor(tmp_path, "users", "reset-password", "Boss", "--config", "veedor.yaml", "--json")
    password = json.loads(told)["password"]
    with desk.client() as client:
        assert client.get("/api/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert log_in(desk, password).status_code == 200
    assert log_in(desk, PASSWORD).status_code == 401
    (entry,) = entries(desk, "user.edit")
    assert (entry["actor"], entry["user"], entry["change"]) == (ME, "boss", "password reset")
    assert desk.audit.verify().intact
    assert password.encode() not in b"".join(file.read_bytes() for file in tmp_path.glob("desk.db*"))


def test_nobody_of_that_name_and_no_desk(desk: Desk, tmp_path: Path) -> None:
    reset = ("users", "reset-password", "nadie", "--config")
    assert "No existe la persona «nadie»" in veedor(tmp_path, *reset, "veedor.yaml", code=2)
    (tmp_path / "other.yaml").write_text("site: P\nagency: M\ndata: nothing-here\nsecret_key: k\n")
    assert "nothing-here" in veedor(tmp_path, *reset, "other.yaml", code=2)
    assert not (tmp_path / "nothing-here").exists()
    assert entries(desk, "user.edit") == []


def test_cameras_changed_at_the_machine_are_in_the_audit(desk: Desk, tmp_path: Path) -> None:
    veedor(tmp_path, "cameras", "add", "Plaza", "rtsp://admin:c0ntra-sena@192.168.1.10/x")
    veedor(tmp_path, "cameras", "add", "Plaza", "rtsp://192.168.1.10/y", "--change")
    lines = tmp_path / "cameras.csv"
    lines.write_text("name,url\nUno,rtsp://192.168.1.11/x\nDos,ftp://192.168.1.12/x\n")
    veedor(tmp_path, "cameras", "import", str(lines), code=2)  # nothing is added, so nothing was done
    veedor(tmp_path, "cameras", "import", str(lines), "--partial")
    veedor(tmp_path, "cameras", "remove", "plaza")
    done = entries(desk, "camera.edit")
    assert [(one["name"], one["change"]) for one in done] == [
        ("Plaza", "added"),
        ("Plaza", "changed"),
        ("Uno", "added"),
        ("Plaza", "removed"),
    ]
    assert {one["actor"] for one in done} == {ME}
    assert [one.get("new_password") for one in done] == [True, False, False, None]
    assert done[0]["streams"] == {"main": "rtsp://192.168.1.10/x"}
    assert "c0ntra-sena" not in str(done)
    assert desk.audit.verify().intact


def test_no_audit_no_change(tmp_path: Path) -> None:
    (tmp_path / "veedor.yaml").write_text("site: P\nagency: M\ndata: data\nsecret_key: keys/k\n")
    veedor(tmp_path, "cameras", "add", "Plaza", "rtsp://192.168.1.10/x")
    (tmp_path / "data" / "desk.db").write_bytes(b"this was a database" * 500)
    for name in ("desk.db-wal", "desk.db-shm"):
        (tmp_path / "data" / name).unlink(missing_ok=True)
    told = veedor(tmp_path, "cameras", "add", "Parque", "rtsp://192.168.1.11/x", code=5)
    assert "desk.db está dañado: no es una base de datos SQLite" in told
    assert [one["name"] for one in json.loads(veedor(tmp_path, "cameras", "list", "--json"))] == ["Plaza"]
