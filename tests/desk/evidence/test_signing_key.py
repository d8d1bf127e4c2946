"""The key that signs packages: its owner's alone, never replaced, and no other taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from veedor.desk.evidence.errors import EvidenceKeyUnusable
from veedor.desk.evidence.signing import Signer, read_public_key
from veedor.kit.errors import ConfigError


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
