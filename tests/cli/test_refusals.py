"""A site that cannot start, or be changed, says why in words, with the exit code of its kind, and touches nothing."""

from __future__ import annotations

import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from veedor.compose.lock import DataLock
from veedor_process import run_veedor

VEEDOR = str(Path(sys.executable).parent / "veedor")
SITE = "site: Prueba\nagency: Muni\ndata: data\nsecret_key: key\ndesk: {{port: {port}}}\nanalysis: {{workers: 0}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "veedor.yaml").write_text(SITE.format(port=0))
    assert "Agregada" in veedor(tmp_path, "cameras", "add", "Plaza", "rtsp://192.168.1.10/x")
    return tmp_path


def veedor(folder: Path, *arguments: str, code: int = 0) -> str:
    done = run_veedor("--lang", "es", *arguments, cwd=folder, timeout_s=90)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_taken_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (folder / "veedor.yaml").write_text(SITE.format(port=port))
        told = veedor(folder, "site", "run", code=2)
    assert f"127.0.0.1:{port}: otro programa usa ese puerto" in told
    assert "desk.port" in told


def test_two_sites_on_one_data_folder(folder: Path) -> None:
    lock = DataLock(folder / "data")
    told = veedor(folder, "site", "run", code=5)
    lock.close()
    assert f"{folder / 'data'} está en uso por otro proceso" in told
    assert "elija otra carpeta de datos" in told


@pytest.mark.parametrize("name", ["site.db", "desk.db", "events.db"])
def test_a_damaged_database_is_named_and_left_as_it_is(folder: Path, name: str) -> None:
    damaged = b"not a database at all " * 300
    (folder / "data" / name).write_bytes(damaged)
    for suffix in ("-wal", "-shm"):
        (folder / "data" / f"{name}{suffix}").unlink(missing_ok=True)
    told = veedor(folder, "site", "run", code=5)
    assert f"{name} está dañado: no es una base de datos SQLite" in told
    assert "No lo borre" in told
    assert (folder / "data" / name).read_bytes() == damaged


def test_a_database_that_another_program_holds(folder: Path) -> None:
    holder = sqlite3.connect(folder / "data" / "site.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    told = veedor(folder, "cameras", "add", "Parque", "rtsp://192.168.1.11/x", code=5)
    assert f"{folder / 'data' / 'site.db'} está en uso por otro proceso" in told
    holder.execute("ROLLBACK")
    holder.close()
    assert "Agregada" in veedor(folder, "cameras", "add", "Parque", "rtsp://192.168.1.11/x")
