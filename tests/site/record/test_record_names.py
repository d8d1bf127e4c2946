"""`veedor check` speaks of cameras by their names; it works without them too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from recording_parts import record

from rendered import START, packets
from veedor.kit.clock import SimulatedClock
from veedor.kit.secrets import SecretBox
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.site.cameras import CameraStore

NAME = "Plaza [bold]Mayor[/bold]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clock = SimulatedClock(START)
    record(tmp_path / "data" / "recordings", list(packets(seconds=3)), clock=clock)
    store = CameraStore(tmp_path / "data" / "site.db", SecretBox.open(tmp_path / "key", create=True), clock)
    streams = (StreamSource(StreamRole.MAIN, "rtsp://192.168.1.10/x"),)
    store.save(Camera("cam", NAME, "agency", SourceKind.RTSP, streams))
    store.close()
    (tmp_path / "veedor.yaml").write_text("site: Test\nagency: agency\ndata: data\nsecret_key: key\n")
    return tmp_path


def check(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "veedor.cli", "--lang", "es", "check", *options]
    wide = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(run, cwd=folder, env=wide, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_names_for_people_and_both_for_programs(folder: Path) -> None:
    assert NAME in check(folder).stdout
    (row,) = json.loads(check(folder, "--json").stdout)["forecasts"]
    assert (row["camera_id"], row["camera_name"]) == ("cam", NAME)


def test_recordings_are_checked_though_the_names_cannot_be_read(folder: Path) -> None:
    (folder / "data" / "site.db").write_bytes(b"no database any more" * 500)
    done = check(folder)
    assert "│ cam " in done.stdout
    assert "no es una base de datos SQLite" in done.stderr
