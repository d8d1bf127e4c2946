"""Building a package and verifying it offline, as its maker, as an honest recipient, and as somebody hostile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from stored_footage import START, StoredFootage
from veedor.desk.evidence.errors import EvidenceKeyUnusable, OriginalDamaged, StillRecording
from veedor.desk.evidence.manifest import PackageRequest
from veedor.desk.evidence.package import build_package, remove_unfinished
from veedor.desk.evidence.signing import Signer, read_public_key
from veedor.desk.evidence.verify import Verification, is_safe_path, printable, verify_package
from veedor.kit.errors import ConfigError, NotFound
from veedor.kit.hashing import canonical_json, sha256_file
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.camera import StreamRole
from veedor.model.evidence import EvidenceItem
from veedor.model.recording import Gap, GapReason


@pytest.fixture
def footage(tmp_path: Path) -> StoredFootage:
    return StoredFootage(tmp_path / "recordings", segments=5)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.open(tmp_path / "keys" / "evidence.pem")


@pytest.fixture
def request_(signer: Signer) -> PackageRequest:
    item = EvidenceItem(
        id="lock-1",
        incident_id="inc-1",
        agency_id="muni",
        camera_id="cam-1",
        camera_name="Jirón Puno / Ayacucho",
        started_at=START + timedelta(seconds=1),
        ended_at=START + timedelta(seconds=7),
    )
    custody = Act("act-1", SubjectKind.EVIDENCE, item.id, ActKind.REQUEST_LOCK, "u1", "muni", START, "robo", {}, "ana")
    return PackageRequest(
        package_id="package-1",
        created_at=START + timedelta(hours=1),
        site="Serenazgo",
        agency_id="muni",
        incident={"id": "inc-1", "type": "robbery"},
        items=(item,),
        custody=(custody,),
        requested_by={"user_id": "u1", "username": "ana"},
        reason="pedido de la comisaría",
        pictures=(("alert-1.jpg", b"\xff\xd8picture\xff\xd9", {"alert_id": "alert-1"}),),
        time_zone="America/Lima",
    )


@pytest.fixture
def package(tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest) -> Path:
    return build_package(footage, signer, request_, tmp_path / "packages" / "package-1").directory


@pytest.fixture
def verify(tmp_path: Path, signer: Signer) -> Callable[[Path], Verification]:
    public = tmp_path / "public.pem"
    public.write_bytes(signer.public_pem)
    return lambda directory: verify_package(directory, read_public_key(public))


def keys(outcome: Verification) -> dict[str, str]:
    return {problem.path: problem.message.key.removeprefix("evidence-verify-") for problem in outcome.problems}


def manifest_of(package: Path) -> dict[str, Any]:
    return dict(json.loads((package / "manifest.json").read_bytes()))


def resign(package: Path, manifest: dict[str, Any], signer: Signer) -> None:
    """What a hostile maker with a key of their own could send."""
    data = canonical_json(manifest)
    (package / "manifest.json").write_bytes(data)
    (package / "manifest.sig").write_bytes(signer.sign(data))


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


def test_one_changed_byte_in_any_file_is_found_with_its_name(
    package: Path, verify: Callable[[Path], Verification]
) -> None:
    for entry in manifest_of(package)["files"]:
        path = package / entry["path"]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        assert keys(verify(package)) == {entry["path"]: "changed"}
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    assert verify(package).authentic


def test_every_changed_byte_of_the_manifest_is_found(package: Path, verify: Callable[[Path], Verification]) -> None:
    data = (package / "manifest.json").read_bytes()
    for offset in range(0, len(data), max(1, len(data) // 60)):
        changed = bytearray(data)
        changed[offset] ^= 1
        (package / "manifest.json").write_bytes(changed)
        assert not verify(package).authentic, offset


def _remove(package: Path, signer: Signer) -> None:
    next((package / "originals").rglob("*.mp4")).unlink()


def _rename(package: Path, signer: Signer) -> None:
    (package / "LEAME.txt").rename(package / "LEEME.txt")


def _truncate(package: Path, signer: Signer) -> None:
    os.truncate(package / "SHA256SUMS", 10)


def _add(package: Path, signer: Signer) -> None:
    (package / "originals" / "extra.mp4").write_bytes(b"planted")


def _add_hidden(package: Path, signer: Signer) -> None:
    (package / ".hidden").write_bytes(b"planted")


def _add_folder(package: Path, signer: Signer) -> None:
    (package / "empty").mkdir()


def _drop_signature(package: Path, signer: Signer) -> None:
    (package / "manifest.sig").unlink()


def _drop_manifest(package: Path, signer: Signer) -> None:
    (package / "manifest.json").unlink()


def _zero_signature(package: Path, signer: Signer) -> None:
    (package / "manifest.sig").write_bytes(bytes(64))


def _short_signature(package: Path, signer: Signer) -> None:
    (package / "manifest.sig").write_bytes(b"x")


def _long_signature(package: Path, signer: Signer) -> None:
    (package / "manifest.sig").write_bytes(bytes(5000))


def _file_to_link(package: Path, signer: Signer) -> None:
    """The same bytes, but elsewhere: what is handed on would be a pointer."""
    moved = package.parent / "moved.txt"
    (package / "LEAME.txt").rename(moved)
    (package / "LEAME.txt").symlink_to(moved)


def _folder_to_link(package: Path, signer: Signer) -> None:
    moved = package.parent / "moved"
    (package / "stills").rename(moved)
    (package / "stills").symlink_to(moved)


def _manifest_to_link(package: Path, signer: Signer) -> None:
    moved = package.parent / "moved.json"
    (package / "manifest.json").rename(moved)
    (package / "manifest.json").symlink_to(moved)


def _file_to_pipe(package: Path, signer: Signer) -> None:
    (package / "LEAME.txt").unlink()
    os.mkfifo(package / "LEAME.txt")


def _manifest_to_pipe(package: Path, signer: Signer) -> None:
    (package / "manifest.json").unlink()
    os.mkfifo(package / "manifest.json")


def _empty_manifest(package: Path, signer: Signer) -> None:
    (package / "manifest.json").write_bytes(b"")


def _deep_manifest(package: Path, signer: Signer) -> None:
    (package / "manifest.json").write_bytes(b"[" * 200_000)


def _doubled_key(package: Path, signer: Signer) -> None:
    data = (package / "manifest.json").read_bytes()
    (package / "manifest.json").write_bytes(b'{"reason":"other",' + data[1:])
    (package / "manifest.sig").write_bytes(signer.sign((package / "manifest.json").read_bytes()))


def _unlisted_everything(package: Path, signer: Signer) -> None:
    resign(package, {**manifest_of(package), "files": []}, signer)


def _other_format(package: Path, signer: Signer) -> None:
    resign(package, {**manifest_of(package), "format": "veedor-evidence/99"}, signer)


@pytest.mark.parametrize(
    "harm",
    [
        _remove,
        _rename,
        _truncate,
        _add,
        _add_hidden,
        _add_folder,
        _drop_signature,
        _drop_manifest,
        _zero_signature,
        _short_signature,
        _long_signature,
        _file_to_link,
        _folder_to_link,
        _manifest_to_link,
        _file_to_pipe,
        _manifest_to_pipe,
        _empty_manifest,
        _deep_manifest,
        _doubled_key,
        _unlisted_everything,
        _other_format,
    ],
)
def test_no_harm_goes_unseen(
    harm: Callable[[Path, Signer], None], package: Path, signer: Signer, verify: Callable[[Path], Verification]
) -> None:
    harm(package, signer)
    outcome = verify(package)
    assert not outcome.authentic
    for problem in outcome.problems:
        assert problem.message.render("es")
        assert problem.message.render("en")


@pytest.mark.parametrize(
    "path",
    [
        "../../outside.txt",
        "/etc/passwd",
        "originals/../../x",
        "./LEAME.txt",
        "originals//x",
        "ﬁle.mp4",
        "LEAME\u202etxt.exe",
        "a\\b",
        "C:/x",
        "",
        "x" * 300,
        "line\nbreak",
        ".hidden",
        7,
        None,
    ],
)
def test_a_hostile_name_is_refused_and_never_opened(
    path: object, package: Path, signer: Signer, verify: Callable[[Path], Verification]
) -> None:
    (package.parent.parent / "outside.txt").write_bytes(b"")
    manifest = manifest_of(package)
    manifest["files"].append({"path": path, "bytes": 0, "sha256": "0" * 64, "kind": "original"})
    resign(package, manifest, signer)
    outcome = verify(package)
    assert "name-unsafe" in keys(outcome).values()
    assert all(problem.path.isprintable() for problem in outcome.problems)


def test_names_that_differ_only_in_case_are_refused(
    package: Path, signer: Signer, verify: Callable[[Path], Verification]
) -> None:
    manifest = manifest_of(package)
    manifest["files"].append({"path": "leame.TXT", "bytes": 0, "sha256": "0" * 64})
    resign(package, manifest, signer)
    assert keys(verify(package))["leame.TXT"] == "listed-twice"


def test_another_key_is_said_to_be_another_key(package: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Signer.open(tmp_path / "other-key.pem").public_pem)
    outcome = verify_package(package, read_public_key(other))
    assert keys(outcome) == {"manifest.sig": "other-key"}


def test_a_package_remade_and_signed_by_somebody_else_fails(
    package: Path, tmp_path: Path, verify: Callable[[Path], Verification]
) -> None:
    """Everything consistent, only the key is not the site's; claiming the site's fingerprint does not help."""
    forger = Signer.open(tmp_path / "forger.pem")
    manifest = manifest_of(package)
    manifest["reason"] = "forged"
    resign(package, manifest, forger)
    assert keys(verify(package)) == {"manifest.json": "signature-bad"}
    manifest["signer"]["key_fingerprint"] = forger.fingerprint
    resign(package, manifest, forger)
    assert keys(verify(package)) == {"manifest.sig": "other-key"}


def test_the_signature_of_another_package_does_not_fit(
    package: Path,
    tmp_path: Path,
    footage: StoredFootage,
    signer: Signer,
    request_: PackageRequest,
    verify: Callable[[Path], Verification],
) -> None:
    from dataclasses import replace

    second = replace(request_, package_id="package-2")
    other = build_package(footage, signer, second, tmp_path / "packages" / "package-2").directory
    shutil.copy(other / "manifest.sig", package / "manifest.sig")
    assert keys(verify(package)) == {"manifest.json": "signature-bad"}


def test_a_big_sparse_file_in_place_of_a_small_one_is_told_by_its_size(
    package: Path, verify: Callable[[Path], Verification]
) -> None:
    os.truncate(package / "LEAME.txt", 1 << 40)
    assert keys(verify(package)) == {"LEAME.txt": "changed"}


def test_undecodable_and_control_names_are_shown_safely(package: Path, verify: Callable[[Path], Verification]) -> None:
    (package / "\x1b[2Jfake").write_bytes(b"")
    with open(os.fsencode(package) + b"/\xff\xfe", "wb"):
        pass
    outcome = verify(package)
    assert {"extra"} == set(keys(outcome).values())
    assert all(problem.path.isprintable() for problem in outcome.problems)
    assert printable("\x1b[2Jfake") == "\\x1b[2Jfake"


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


def test_the_private_key_is_for_its_owner_only_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "new" / "evidence.pem"
    first = Signer.open(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert Signer.open(file).fingerprint == first.fingerprint
    assert first.fingerprint in repr(first)
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Signer.open(file)


def test_a_damaged_private_key_is_an_error_and_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "evidence.pem"
    file.write_text("not a key")
    file.chmod(0o600)
    with pytest.raises(ConfigError):
        Signer.open(file)
    assert file.read_text() == "not a key"


@pytest.mark.parametrize("content", [b"", b"not a key", b"\x00" * 70_000])
def test_what_is_not_a_public_key_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    with pytest.raises(EvidenceKeyUnusable):
        read_public_key(file)
    with pytest.raises(EvidenceKeyUnusable):
        read_public_key(tmp_path)
    with pytest.raises(EvidenceKeyUnusable):
        read_public_key(tmp_path / "absent.pem")


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    Signer.open(tmp_path / "private.pem")
    with pytest.raises(EvidenceKeyUnusable):
        read_public_key(tmp_path / "private.pem")


def test_a_folder_that_is_not_there(tmp_path: Path, verify: Callable[[Path], Verification]) -> None:
    with pytest.raises(NotFound):
        verify(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    assert not verify(tmp_path / "empty").authentic


def test_every_name_that_we_write_is_one_that_we_accept(package: Path) -> None:
    for entry in manifest_of(package)["files"]:
        assert is_safe_path(entry["path"])
        assert sha256_file(package / entry["path"]) == entry["sha256"]
