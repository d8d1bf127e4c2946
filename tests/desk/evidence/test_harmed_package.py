"""A package that was changed, by chance or by somebody hostile, never verifies; and verifying it opens nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk.evidence.conftest import manifest_of
from stored_footage import StoredFootage
from veedor.desk.evidence.manifest import PackageRequest
from veedor.desk.evidence.package import build_package
from veedor.desk.evidence.signing import Signer, read_public_key
from veedor.desk.evidence.verify import Verification, printable, verify_package
from veedor.kit.errors import NotFound
from veedor.kit.hashing import canonical_json


def keys(outcome: Verification) -> dict[str, str]:
    return {problem.path: problem.message.key.removeprefix("evidence-verify-") for problem in outcome.problems}


def resign(package: Path, manifest: dict[str, Any], signer: Signer) -> None:
    """What a hostile maker with a key of their own could send."""
    data = canonical_json(manifest)
    (package / "manifest.json").write_bytes(data)
    (package / "manifest.sig").write_bytes(signer.sign(data))


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


def test_a_folder_that_is_not_there(tmp_path: Path, verify: Callable[[Path], Verification]) -> None:
    with pytest.raises(NotFound):
        verify(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    assert not verify(tmp_path / "empty").authentic
