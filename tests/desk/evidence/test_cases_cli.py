"""Alerts, incidents and evidence from a terminal, against a real desk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from desk.cases import Cases, cases
from stored_footage import START
from veedor.cli.app import app
from waiting import wait_until

Run = Callable[..., Result]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path / "site") as ready:
        yield ready


@pytest.fixture
def run(desk: Cases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command as the person named first."""
    monkeypatch.chdir(tmp_path)
    tokens: dict[str, str] = {}

    def as_person(person: str, *arguments: str) -> Result:
        tokens.setdefault(person, desk.desk.token(person))
        environment = {"VEEDOR_URL": desk.desk.url, "VEEDOR_TOKEN": tokens[person]}
        return CliRunner().invoke(app, list(arguments), env=environment)

    return as_person


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def held_incident(run: Run, desk: Cases) -> str:
    incident = told(run("ana", "incidents", "open", "--type", "robbery", "--place", "Jr. Puno", "--json"))["number"]
    start, end = (START + timedelta(seconds=seconds) for seconds in (3, 9))
    span = ["--camera", "cam-1", "--from", start.isoformat(), "--to", end.isoformat(), "--reason", "robo", "--json"]
    item = told(run("ana", "evidence", "lock", str(incident), *span))
    wait_until(lambda: desk.ana.get(f"/api/evidence/{item['id']}").json()["status"] == "held")
    return str(incident)


def test_triage_from_a_terminal(run: Run, desk: Cases) -> None:
    first, second, third = (desk.raise_alert() for _ in range(3))
    assert {one["id"] for one in told(run("ana", "alerts", "list", "--json"))["alerts"]} == {first, second, third}
    assert run("ana", "alerts", "list", "--status", "new", "--since", "2h").exit_code == 0
    assert told(run("ana", "alerts", "ack", first, "--json"))["status"] == "acknowledged"
    late = run("luis", "alerts", "ack", first, "--json")
    assert late.exit_code == 2
    assert "ana" in json.loads(late.stdout)["message"]
    assert told(run("ana", "alerts", "dismiss", second, "--reason", "animal", "--json"))["dismiss_reason"] == "animal"
    assert run("ana", "alerts", "dismiss", third, "--reason", "bored").exit_code == 2
    escalated = told(run("ana", "alerts", "escalate", third, "--type", "robbery", "--json"))
    assert escalated["incident_id"]
    shown = run("ana", "alerts", "show", first)
    assert shown.exit_code == 0
    assert "ana" in shown.stdout
    assert told(run("ana", "alerts", "stats", "--json"))["rules"][0]["false"] == 1
    assert run("ana", "alerts", "stats").exit_code == 0
    assert run("vera", "alerts", "ack", third).exit_code == 4
    assert run("ana", "alerts", "list", "--since", "yesterday").exit_code == 2


def test_an_incident_from_a_terminal(run: Run, desk: Cases) -> None:
    number = str(
        told(run("ana", "incidents", "open", "--type", "fire", "--place", "[red]Plaza[/]", "--json"))["number"]
    )
    for arguments in (
        ("note", number, "humo negro \x1b[2J"),
        ("check", number, "call_fire_brigade"),
        ("check", number, "call_fire_brigade", "--undo"),
        ("assign", number, "Unidad 7"),
        ("close", number, "--disposition", "handed_to_emergency"),
        ("reopen", number, "--reason", "se reavivó"),
        ("show", number),
        ("list", "--status", "open"),
        ("types",),
    ):
        done = run("ana", "incidents", *arguments)
        assert done.exit_code == 0, (arguments, done.output)
    shown = run("ana", "incidents", "show", number).stdout
    assert "[red]Plaza[/]" in shown, "what people write is not markup"
    assert "\x1b[2J" not in shown
    assert told(run("ana", "incidents", "show", number, "--json"))["status"] == "open"
    assert run("ana", "incidents", "open", "--type", "party").exit_code == 2
    assert run("ana", "incidents", "show", "999").exit_code == 2


def test_from_lock_to_verified_package(run: Run, desk: Cases, tmp_path: Path) -> None:
    incident = held_incident(run, desk)
    assert told(run("ana", "evidence", "list", incident, "--json"))[0]["status"] == "held"
    assert run("ana", "evidence", "export", incident, "--out", "caso", "--reason", "oficio").exit_code == 4
    (tmp_path / "caso").mkdir()  # an empty folder is fine
    done = told(
        run("sara", "evidence", "export", incident, "--out", "caso", "--reason", "oficio 33", "--case", "506", "--json")
    )
    key = told(run("audi", "evidence", "key", "--out", "PUBLIC.pem", "--json"))
    assert key["fingerprint"] == done["key_fingerprint"]
    verified = told(run("sara", "evidence", "verify", "caso", "--key", "PUBLIC.pem", "--json"))
    assert verified["authentic"]
    assert verified["files"] == done["files"]
    assert json.loads((tmp_path / "caso" / "manifest.json").read_bytes())["exported_by"]["case_number"] == "506"
    assert {path.name for path in tmp_path.iterdir()} == {"site", "caso", "PUBLIC.pem"}

    victim = next((tmp_path / "caso" / "originals").rglob("*.mp4"))
    data = bytearray(victim.read_bytes())
    data[77] ^= 1
    victim.write_bytes(data)
    bad = run("sara", "evidence", "verify", "caso", "--key", "PUBLIC.pem")
    assert bad.exit_code == 2
    assert victim.name in bad.stderr.replace("\n", "")
    bad = run("sara", "evidence", "verify", "caso", "--key", "PUBLIC.pem", "--json")
    assert bad.exit_code == 2
    assert [one["path"] for one in json.loads(bad.stdout)["problems"]] == [
        victim.relative_to(tmp_path / "caso").as_posix()
    ]


def test_an_export_never_mixes_with_other_files(run: Run, desk: Cases, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "site")
    for target in ("full", "file", "link"):
        assert run("sara", "evidence", "export", "1", "--out", target, "--reason", "oficio").exit_code == 2
    assert (tmp_path / "full" / "notes.txt").read_text() == "mine"


def test_a_file_that_arrives_damaged_leaves_no_folder(run: Run, desk: Cases, tmp_path: Path) -> None:
    from veedor.desk.evidence.service import packages_folder

    incident = held_incident(run, desk)
    first = told(run("sara", "evidence", "export", incident, "--out", "one", "--reason", "oficio", "--json"))
    stored = packages_folder(desk.desk.ports.data_directory) / first["package_id"]
    (stored / "LEAME.txt").write_text("rotten")
    again = ["--out", "two", "--reason", "oficio", "--package", first["package_id"]]
    bad = run("sara", "evidence", "export", incident, *again, "--json")
    assert bad.exit_code == 2
    assert "LEAME.txt" in json.loads(bad.stdout)["message"]
    assert {path.name for path in tmp_path.iterdir()} == {"site", "one"}


def test_a_key_inside_the_package_is_refused(run: Run, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "PUBLIC.pem").write_text("x")
    for key in ("package/PUBLIC.pem", str(package / "." / "PUBLIC.pem")):
        refused = run("ana", "evidence", "verify", "package", "--key", key, "--json")
        assert refused.exit_code == 2
        assert json.loads(refused.stdout)["error"] == "error-evidence-key-inside"


def test_another_key_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "PUBLIC.pem").write_text("the key of another site")
    assert run("ana", "evidence", "key", "--out", "PUBLIC.pem").exit_code == 2
    assert (tmp_path / "PUBLIC.pem").read_text() == "the key of another site"


def test_verify_needs_no_site_and_no_login(tmp_path: Path) -> None:
    program = "import veedor.cli; veedor.cli.main()"
    arguments = ["evidence", "verify", str(tmp_path), "--key", str(tmp_path / "absent")]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("VEEDOR")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**alone, "HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert "absent" in done.stderr


_EXPORT = """
import sys, threading
from pathlib import Path
from veedor.cli import client, evidence_export

fetch = client.Client.download

def slow(self, path, target, params=None):
    fetch(self, path, target, params)
    if target.suffix == ".mp4":
        print("fetched", flush=True)
        threading.Event().wait(600)

client.Client.download = slow
order = evidence_export.Order(sys.argv[1], "oficio", Path(sys.argv[2]), None, {})
evidence_export.fetch_package(client.connect(), order)
"""


def test_a_download_that_sigkill_cut_short_is_no_package(run: Run, desk: Cases, tmp_path: Path) -> None:
    incident = held_incident(run, desk)
    environment = {**os.environ, "VEEDOR_URL": desk.desk.url, "VEEDOR_TOKEN": desk.desk.token("sara")}
    process = subprocess.Popen(
        [sys.executable, "-c", _EXPORT, incident, str(tmp_path / "caso")],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "fetched\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not (tmp_path / "caso").exists()
    told(run("sara", "evidence", "export", incident, "--out", "caso", "--reason", "oficio", "--json"))
