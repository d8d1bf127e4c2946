"""A finished package in one file, and whether it is still what was signed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.cases import Cases, cases
from stored_footage import START
from veedor.desk.evidence.service import packages_folder
from waiting import wait_until


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path) as one:
        yield one


def package(room: Cases) -> str:
    """A finished export."""
    number = room.sara.post("/api/incidents", json={"type": "other"}).json()["number"]
    body = {
        "camera": "cam-1",
        "start": START.isoformat(),
        "end": (START + timedelta(seconds=10)).isoformat(),
        "reason": "Oficio 118",
    }
    held = room.sara.post(f"/api/incidents/{number}/evidence", json=body).json()["id"]
    wait_until(lambda: room.sara.get(f"/api/evidence/{held}").json()["status"] == "held", timeout_s=30)
    made = room.sara.post(f"/api/incidents/{number}/exports", json={"reason": "Oficio 118"}).json()["id"]
    wait_until(lambda: room.sara.get(f"/api/exports/{made}").json()["state"] == "ready", timeout_s=60)
    return str(made)


def test_the_zip_is_the_package_byte_for_byte(room: Cases) -> None:
    made = package(room)
    answer = room.sara.get(f"/api/exports/{made}/package.zip")
    assert answer.headers["content-disposition"].endswith(f'{made}.zip"')
    folder = packages_folder(room.desk.ports.data_directory) / made
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = {f"{made}/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()}
        assert set(archive.namelist()) == names
        for name in names:
            assert archive.read(name) == (folder.parent / name).read_bytes()
    assert room.ana.get(f"/api/exports/{made}/package.zip").status_code == 403


def test_one_changed_byte_is_told_by_name(room: Cases) -> None:
    made = package(room)
    found = room.ana.get(f"/api/exports/{made}/verification").json()
    assert (found["authentic"], found["problems"]) == (True, [])
    assert found["files"] > 0
    folder = packages_folder(room.desk.ports.data_directory) / made
    victim = next(path for path in sorted(folder.rglob("*.mp4")))
    victim.chmod(0o600)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    found = room.ana.get(f"/api/exports/{made}/verification").json()
    assert found["authentic"] is False
    assert any(victim.name in problem for problem in found["problems"])
