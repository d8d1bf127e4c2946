"""Locks, releases and exports through the API, with a site that may not answer and processes that die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.cases import Cases, cases
from stored_footage import START
from veedor.desk.evidence.service import packages_folder
from veedor.desk.evidence.signing import read_public_key
from veedor.desk.evidence.verify import verify_package
from veedor.wire.ports import LockState
from waiting import wait_until

SPAN = {
    "camera": "cam-1",
    "start": (START + timedelta(seconds=3)).isoformat(),
    "end": (START + timedelta(seconds=9)).isoformat(),
    "reason": "robo denunciado",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path) as ready:
        yield ready


@pytest.fixture
def incident(desk: Cases) -> str:
    return str(desk.ana.post("/api/incidents", json={"type": "robbery"}).json()["id"])


def lock(desk: Cases, incident: str, **changes: Any) -> str:
    answer = desk.ana.post(f"/api/incidents/{incident}/evidence", json={**SPAN, **changes})
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] in ("requested", "held")
    return str(answer.json()["id"])


def status(desk: Cases, evidence: str) -> str:
    return str(desk.ana.get(f"/api/evidence/{evidence}").json()["status"])


def exported(desk: Cases, incident: str) -> dict[str, Any]:
    answer = desk.sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio 33"})
    assert answer.status_code == 202, answer.text
    path = f"/api/exports/{answer.json()['id']}"
    wait_until(lambda: desk.sara.get(path).json()["state"] != "building")
    return dict(desk.sara.get(path).json())


def test_requested_is_not_held_until_the_site_says_so(desk: Cases, incident: str) -> None:
    desk.footage.unavailable = True
    evidence = lock(desk, incident)
    wait_until(lambda: desk.ana.get(f"/api/evidence/{evidence}").json()["problem"])
    shown = desk.ana.get(f"/api/evidence/{evidence}").json()
    assert shown["status"] == "requested"
    assert "does not answer" in shown["problem"]
    desk.footage.unavailable = False
    wait_until(lambda: status(desk, evidence) == "held")
    shown = desk.ana.get(f"/api/evidence/{evidence}").json()
    assert (shown["segments"], shown["problem"], shown["requested_by"]) == (4, None, "ana")
    assert [(act["kind"], act["by"]) for act in shown["acts"]] == [("request_lock", "ana"), ("hold", "site")]
    assert desk.footage.locks == {evidence: LockState.HELD}


def test_releasing_needs_the_right_and_a_reason(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    path = f"/api/evidence/{evidence}/release"
    assert desk.ana.post(path, json={"reason": "ya no hace falta"}).status_code == 403
    assert desk.footage.locks[evidence] is LockState.HELD
    assert desk.sara.post(path, json={}).status_code == 422
    assert desk.sara.post(path, json={"reason": "      "}).status_code == 400
    assert desk.sara.post(path, json={"reason": "archivado"}).json()["status"] in ("releasing", "released")
    wait_until(lambda: status(desk, evidence) == "released")
    assert desk.footage.locks[evidence] is LockState.RELEASED
    assert desk.sara.post(path, json={"reason": "otra vez"}).status_code == 409
    assert ("ana", evidence, False) in desk.audited("evidence.unlock")
    refused = desk.sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio"})
    assert refused.status_code == 409


def test_a_span_that_makes_no_sense_is_refused(desk: Cases, incident: str) -> None:
    for changes in (
        {"end": SPAN["start"]},
        {"end": (START + timedelta(hours=25)).isoformat()},
        {"start": "2099-01-01T00:00:00Z", "end": "2099-01-01T00:01:00Z"},
        {"start": "2026-03-01T15:00:03"},
        {"reason": "  "},
        {"reason": "x"},
        {"camera": ""},
    ):
        answer = desk.ana.post(f"/api/incidents/{incident}/evidence", json={**SPAN, **changes})
        assert answer.status_code in (400, 422), (changes, answer.text)
    assert desk.ana.get(f"/api/incidents/{incident}/evidence").json() == []


def test_what_does_not_exist_cannot_be_locked(desk: Cases, incident: str) -> None:
    assert desk.ana.post(f"/api/incidents/{incident}/evidence", json={**SPAN, "camera": "x"}).status_code == 404
    assert desk.ana.post("/api/incidents/404/evidence", json=SPAN).status_code == 404


def test_an_export_is_a_package_that_verifies(desk: Cases, incident: str, tmp_path: Path) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/escalate", json={"incident": incident})
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    headers = {"x-veedor-purpose": "investigacion%20fiscal", "x-veedor-case": "506-2026"}
    asked = desk.sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio 33"}, headers=headers).json()
    wait_until(lambda: desk.sara.get(f"/api/exports/{asked['id']}").json()["state"] == "ready")
    package = packages_folder(desk.desk.ports.data_directory) / asked["id"]
    public = tmp_path / "public.pem"
    public.write_text(desk.audi.get("/api/evidence-key").json()["public_pem"])
    outcome = verify_package(package, read_public_key(public))
    assert outcome.problems == ()
    manifest = outcome.manifest
    assert manifest["site"] == "Muni"
    assert manifest["exported_by"]["username"] == "sara"
    assert manifest["exported_by"]["case_number"] == "506-2026"
    assert manifest["exported_by"]["purpose"] == "investigacion fiscal"
    assert manifest["audit_head"]["sequence"] > 0
    assert manifest["incident"]["alert_ids"] == [alert]
    kinds = {act["kind"] for act in manifest["chain_of_custody"]}
    assert kinds == {"open", "add_alert", "escalate", "request_lock", "hold", "export"}
    assert [picture["alert_id"] for picture in manifest["alert_pictures"]] == [alert]
    originals = sorted((package / "originals").rglob("*.mp4"))
    sources = [desk.footage.root / f"cam-1-{number}.mp4" for number in range(1, 5)]
    assert [one.read_bytes() for one in originals] == [one.read_bytes() for one in sources]


def test_files_of_a_package_are_for_those_who_may_export(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    package = exported(desk, incident)
    base = f"/api/exports/{package['id']}/files"
    manifest = desk.sara.get(f"{base}/manifest.json").json()
    for entry in manifest["files"]:
        answer = desk.sara.get(f"{base}/{entry['path']}")
        assert len(answer.content) == entry["bytes"]
    for person in (desk.ana, desk.vera, desk.audi):
        assert person.get(f"{base}/manifest.json").status_code == 403
    assert ("ana", package["id"], False) in desk.audited("evidence.export")
    assert desk.ana.get(f"/api/exports/{package['id']}").status_code == 200


def test_no_path_leads_out_of_a_package(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    package = exported(desk, incident)
    for path in (
        "absent.txt",
        "originals",
        "%2e%2e/%2e%2e/desk.db",
        "..%2f..%2fdesk.db",
        "..%2f..%2f..%2fdesk.db",
        "%2fetc%2fpasswd",
        "originals%2f..%2fmanifest.json",
        "./manifest.json%00",
        "manifest.json%0ax",
    ):
        answer = desk.sara.get(f"/api/exports/{package['id']}/files/{path}")
        assert answer.status_code == 404, path
        assert b"SQLite" not in answer.content


def test_two_exports_are_two_packages(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    first, second = exported(desk, incident), exported(desk, incident)
    assert first["id"] != second["id"]
    assert first["manifest_sha256"] != second["manifest_sha256"]
    shown = desk.ana.get(f"/api/evidence/{evidence}").json()
    assert shown["packages"] == [first["id"], second["id"]]
    listed = desk.audi.get(f"/api/incidents/{incident}/exports").json()
    assert [one["id"] for one in listed] == [second["id"], first["id"]]


def test_nothing_is_exported_before_it_is_held(desk: Cases, incident: str) -> None:
    path = f"/api/incidents/{incident}/exports"
    assert desk.sara.post(path, json={"reason": "oficio"}).status_code == 409
    desk.footage.unavailable = True
    lock(desk, incident)
    refused = desk.sara.post(path, json={"reason": "oficio"})
    assert refused.status_code == 409
    assert "Jirón Puno" in refused.json()["message"]


def test_a_damaged_original_fails_the_export_and_says_which(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    damaged = desk.footage.root / "cam-1-2.mp4"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    package = exported(desk, incident)
    assert package["state"] == "failed"
    assert "cam-1-2.mp4" in package["problem"]
    assert list(packages_folder(desk.desk.ports.data_directory).iterdir()) == []
    assert desk.sara.get(f"/api/exports/{package['id']}/files/manifest.json").status_code == 404


def test_a_lock_does_not_wait_for_a_package_and_stopping_does_not_either(desk: Cases, incident: str) -> None:
    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    cutting, clip = threading.Event(), desk.footage.clip

    def endless(*arguments: Any) -> Iterator[bytes]:
        chunk = next(iter(clip(*arguments)))
        while True:
            cutting.set()
            yield chunk[:1]

    desk.footage.clip = endless  # type: ignore[method-assign]
    package = desk.sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio"}).json()["id"]
    assert cutting.wait(20)
    second = lock(desk, incident)
    wait_until(lambda: status(desk, second) == "held")
    desk.workers.stop()
    assert desk.sara.get(f"/api/exports/{package}").json()["state"] == "building"
    assert list(packages_folder(desk.desk.ports.data_directory).iterdir()) == []


def test_files_of_old_packages_go_and_the_record_stays(desk: Cases, incident: str) -> None:
    from veedor.desk.evidence.tables import PackageRow

    evidence = lock(desk, incident)
    wait_until(lambda: status(desk, evidence) == "held")
    package = exported(desk, incident)
    with desk.desk.ports.database.session() as session:
        row = session.get(PackageRow, package["id"])
        assert row is not None
        assert row.finished_at is not None
        row.finished_at -= timedelta(days=8)
    wait_until(lambda: desk.sara.get(f"/api/exports/{package['id']}").json()["state"] == "expired")
    wait_until(lambda: not (packages_folder(desk.desk.ports.data_directory) / package["id"]).exists())


_EXPORTER = """
import sys
from pathlib import Path
from desk.cases import cases
from waiting import wait_until

with cases(Path(sys.argv[1])) as desk:
    incident = desk.ana.post("/api/incidents", json={"type": "robbery"}).json()["id"]
    desk.ana.post(f"/api/incidents/{incident}/evidence", json=__import__("json").loads(sys.argv[2]))
    wait_until(lambda: desk.ana.get(f"/api/incidents/{incident}/evidence").json()[0]["status"] == "held")
    slow = desk.footage.clip

    def clip(*args, **kwargs):
        yield from slow(*args, **kwargs)
        print("cutting", flush=True)
        wait_until(lambda: False, timeout_s=600)

    desk.footage.clip = clip
    package = desk.sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio"}).json()
    print(package["id"], flush=True)
    wait_until(lambda: False, timeout_s=600)
"""


@pytest.mark.sqlite_only
def test_an_export_that_sigkill_cut_short_is_built_anew(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", _EXPORTER, str(tmp_path), json.dumps(SPAN)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
    )
    assert process.stdout is not None
    said = {process.stdout.readline().strip() for _ in range(2)}
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    said.discard("cutting")
    (package,) = said
    packages = packages_folder(tmp_path)
    assert [path.name for path in packages.iterdir()] == [f".building-{package}"]
    with cases(tmp_path, fresh=False) as desk:
        wait_until(lambda: desk.sara.get(f"/api/exports/{package}").json()["state"] == "ready")
        public = tmp_path / "public.pem"
        public.write_text(desk.sara.get("/api/evidence-key").json()["public_pem"])
        assert verify_package(packages / package, read_public_key(public)).authentic
    assert [path.name for path in packages.iterdir()] == [package]
