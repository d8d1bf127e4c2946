"""The comisaría locks footage of a municipality's camera from the hub, and takes it home: real processes and links."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from federation.conftest import PURPOSE, Federation
from federation.demo.test_sharing import camera_of
from veedor.desk.evidence.signing import read_public_key
from veedor.desk.evidence.verify import verify_package
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation")]

CASE = {**PURPOSE, "X-Veedor-Case": "2026-118"}


def test_from_a_lock_at_the_hub_to_a_package_that_verifies(federation: Federation, tmp_path: Path) -> None:
    grant_id = federation.demo.grant_id
    with (
        federation.at_hub(federation.police, **CASE) as olga,
        federation.at_home(federation.victoria) as rosa,
        federation.at_home(federation.victoria, "auditoria") as auditor,
    ):
        camera = camera_of(olga, "la-victoria")
        start, end = _recorded(olga, camera)
        incident = olga.post("/api/incidents", json={"type": "robbery", "origin": "phone"}).json()["id"]
        span = {"camera": camera, "start": start, "end": end, "reason": "Oficio 12"}

        # The owner's site is dead when it is asked for.
        federation.victoria.process.kill()
        said = olga.post(f"/api/incidents/{incident}/evidence", json=span)
        assert said.status_code == 202, said.text
        lock = said.json()["id"]
        assert said.json()["status"] == "requested"
        wait_until(lambda: olga.get(f"/api/evidence/{lock}").json()["problem"], timeout_s=120, every_s=0.5)
        assert olga.get(f"/api/evidence/{lock}").json()["status"] == "requested"
        federation.victoria.process.start()
        wait_until(lambda: olga.get(f"/api/evidence/{lock}").json()["status"] == "held", timeout_s=120, every_s=0.5)

        said = olga.post(f"/api/incidents/{incident}/exports", json={"reason": "Carpeta fiscal 118"})
        assert said.status_code == 202, said.text
        package = said.json()["id"]
        wait_until(lambda: _state(olga, package) != "building", timeout_s=120, every_s=0.5)
        shown = olga.get(f"/api/exports/{package}").json()
        assert shown["state"] == "ready", shown["problem"]
        folder = _fetched(olga, package, tmp_path)

        manifest = json.loads((folder / "manifest.json").read_bytes())
        (part,) = manifest["spans"]
        origin = part["origin"]
        assert (origin["agency_id"], origin["grant_id"], origin["case_number"]) == ("la-victoria", grant_id, "2026-118")
        at_owner = {
            row["id"]: row["sha256"]
            for row in rosa.get(f"/api/cameras/{camera}/segments", params={"start": start, "end": end}).json()
        }
        originals = {one["segment_id"]: one for one in part["segments"] if one["stream"] == "main"}
        assert originals
        assert {number: one["sha256"] for number, one in originals.items()} == at_owner
        for one in part["segments"]:
            assert hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest() == one["sha256"]
        with av.open(str(folder / part["clip"])) as clip:
            assert sum(1 for _ in clip.decode(video=0)) > 10
        keys = {row["id"]: row["public_key"] for row in rosa.get("/api/agencies").json()}
        assert origin["agency_key"] == keys["la-victoria"]

        kinds = [row["kind"] for row in rosa.get("/api/evidence-given").json() if row["lock_id"] == lock]
        assert kinds == ["received", "taken", "locked"]
        looks = auditor.get("/api/audit", params={"username": "olga", "resource_id": camera, "limit": 200}).json()
        assert {row["detail"]["lock_id"] for row in looks if row["detail"].get("package_id") == package} == {lock}
        acts = [act["kind"] for act in olga.get(f"/api/evidence/{lock}").json()["acts"]]
        assert acts == ["request_lock", "hold", "export", "received"]


def test_an_own_camera_is_locked_and_released_from_the_hub(federation: Federation) -> None:
    with federation.at_hub(federation.brena, **CASE) as luis, federation.at_home(federation.brena) as at_home:
        camera = camera_of(luis, "brena")
        start, end = _recorded(luis, camera)
        incident = luis.post("/api/incidents", json={"type": "robbery", "origin": "phone"}).json()["id"]
        span = {"camera": camera, "start": start, "end": end, "reason": "Oficio 13"}
        lock = luis.post(f"/api/incidents/{incident}/evidence", json=span).json()["id"]
        wait_until(lambda: _lock(luis, lock)["status"] == "held", timeout_s=120, every_s=0.5)
        wait_until(lambda: _lock(at_home, lock).get("status") == "held", timeout_s=120, every_s=0.5)
        assert _lock(at_home, lock)["conflicting_acts"] == []
        said = luis.post(f"/api/evidence/{lock}/release", json={"reason": "Caso cerrado"})
        assert said.status_code == 202, said.text
        assert said.json()["status"] == "releasing"
        wait_until(lambda: _lock(luis, lock)["status"] == "released", timeout_s=120, every_s=0.5)
        wait_until(lambda: _lock(at_home, lock)["status"] == "released", timeout_s=120, every_s=0.5)
        assert _lock(luis, lock)["conflicting_acts"] == []


def _recorded(who: httpx.Client, camera: str) -> tuple[str, str]:
    """A span of finished footage of that camera: some seconds."""
    now = time.time()
    span = {"start": _iso(now - 900), "end": _iso(now + 900)}

    def found() -> list[dict[str, Any]]:
        answer = who.get(f"/api/cameras/{camera}/segments", params=span)
        return list(answer.json()) if answer.status_code == 200 else []

    wait_until(lambda: len(found()) >= 2, timeout_s=120, every_s=0.5)
    first = found()[0]
    return str(first["started_at"]), str(first["ended_at"])


def _fetched(who: httpx.Client, package: str, folder: Path) -> Path:
    """The package, fetched and verified with the hub's key."""
    answer = who.get(f"/api/exports/{package}/package.zip")
    assert answer.status_code == 200, answer.text[:200]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(folder / "fetched")
    (found,) = (folder / "fetched").glob("*/manifest.json")
    public = folder / "public.pem"
    public.write_text(who.get("/api/evidence-key").json()["public_pem"])
    assert verify_package(found.parent, read_public_key(public)).problems == ()
    return found.parent


def _state(who: httpx.Client, package: str) -> str:
    return str(who.get(f"/api/exports/{package}").json()["state"])


def _lock(who: httpx.Client, lock: str) -> dict[str, Any]:
    answer = who.get(f"/api/evidence/{lock}")
    return dict(answer.json()) if answer.status_code == 200 else {}


def _iso(at_s: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))
