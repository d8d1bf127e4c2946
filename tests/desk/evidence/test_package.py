"""Building a package of evidence and verifying it offline, as its maker and as an honest recipient."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import av
import pytest

from desk.evidence.conftest import manifest_of
from stored_footage import START, StoredFootage
from veedor.desk.evidence.errors import OriginalDamaged, StillRecording
from veedor.desk.evidence.manifest import PackageRequest
from veedor.desk.evidence.package import build_package, remove_unfinished
from veedor.desk.evidence.signing import Signer
from veedor.desk.evidence.verify import Verification, is_safe_path
from veedor.kit.hashing import sha256_file
from veedor.model.camera import StreamRole
from veedor.model.recording import Gap, GapReason


def test_a_package_holds_the_originals_byte_for_byte(package: Path, footage: StoredFootage) -> None:
    originals = sorted((package / "originals").rglob("*.mp4"))
    sources = [footage.root / f"cam-1-{number}.mp4" for number in range(4)]
    assert [path.read_bytes() for path in originals] == [source.read_bytes() for source in sources]
    span = manifest_of(package)["spans"][0]
    assert [entry["clock_source"] for entry in span["segments"]] == ["sender_report"] * 4
    assert {entry["camera_clock_offset_s"] for entry in span["segments"]} == {0.125}
    assert span["start"] == "2026-03-01T15:00:01.000000Z"
    assert span["missing"] == {"main": []}


def test_a_package_says_who_why_and_what_became_of_it(package: Path, signer: Signer) -> None:
    manifest = manifest_of(package)
    assert manifest["exported_by"]["username"] == "ana"
    assert manifest["reason"] == "pedido de la comisaría"
    assert manifest["chain_of_custody"][0]["kind"] == "request_lock"
    assert manifest["signer"]["key_fingerprint"] == signer.fingerprint
    assert manifest["alert_pictures"] == [{"file": "alerts/alert-1.jpg", "alert_id": "alert-1"}]
    readme = (package / "LEAME.txt").read_text()
    assert "Jirón Puno / Ayacucho" in readme
    assert "10:00:01 (-0500 UTC)" in readme
    assert signer.fingerprint in (package / "README.txt").read_text()


def test_the_clip_plays(package: Path) -> None:
    with av.open(str(next((package / "clips").iterdir()))) as clip:
        assert sum(1 for _frame in clip.decode(video=0)) == 80


def test_an_untouched_package_verifies(package: Path, verify: Callable[[Path], Verification]) -> None:
    outcome = verify(package)
    assert outcome.problems == ()
    assert outcome.files == len(manifest_of(package)["files"])


def test_openssl_and_sha256sum_agree(package: Path, tmp_path: Path, signer: Signer) -> None:
    """What LEAME.txt promises to those without Veedor."""
    if not (shutil.which("openssl") and shutil.which("sha256sum")):
        pytest.skip("openssl or sha256sum is not installed")
    public = tmp_path / "PUBLIC.pem"
    public.write_bytes(signer.public_pem)
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin", "-in", "manifest.json"]
    subprocess.run([*check, "-sigfile", "manifest.sig"], cwd=package, check=True, capture_output=True)
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=package, check=True, capture_output=True)


def test_what_is_missing_in_the_span_is_said_with_its_reason(
    tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest
) -> None:
    footage.forget("cam-1", 3)
    gap = Gap("cam-1", StreamRole.MAIN, START + timedelta(seconds=6), START + timedelta(seconds=8), GapReason.LOST)
    footage.gap_rows.append(gap)
    built = build_package(footage, signer, request_, tmp_path / "p")
    missing = manifest_of(built.directory)["spans"][0]["missing"]["main"]
    assert [(hole["start"][17:19], hole["end"][17:19], hole["reasons"]) for hole in missing] == [("06", "07", ["lost"])]


def test_a_damaged_original_is_never_packed(
    tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest
) -> None:
    path = footage.root / "cam-1-2.mp4"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(OriginalDamaged, match=r"cam-1-2\.mp4"):
        build_package(footage, signer, request_, tmp_path / "packages" / "p")
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_span_that_is_still_being_written_has_to_wait(
    tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest
) -> None:
    footage.forget("cam-1", 4)
    footage.forget("cam-1", 3)
    with pytest.raises(StillRecording):
        build_package(footage, signer, request_, tmp_path / "packages" / "p")


def test_what_a_dead_process_left_is_not_a_package_and_goes(
    tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest
) -> None:
    packages = tmp_path / "packages"
    left = packages / ".building-p"
    left.mkdir(parents=True)
    (left / "half.mp4").write_bytes(b"half")
    remove_unfinished(packages)
    assert not left.exists()
    left.mkdir()
    assert build_package(footage, signer, request_, packages / "p").directory == packages / "p"
    assert [path.name for path in packages.iterdir()] == ["p"]


def test_every_name_that_we_write_is_one_that_we_accept(package: Path) -> None:
    for entry in manifest_of(package)["files"]:
        assert is_safe_path(entry["path"])
        assert sha256_file(package / entry["path"]) == entry["sha256"]
