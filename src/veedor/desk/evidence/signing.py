"""The site's evidence key: Ed25519 (RFC 8032), the private half outside the data directory, mode 0600.

A signature is over the exact bytes of `manifest.json`, so that it can also be checked without Veedor:
`openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin -in manifest.json -sigfile manifest.sig`.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from veedor.desk.evidence.errors import EvidenceKeyUnusable
from veedor.kit.errors import ConfigError
from veedor.kit.hashing import sha256_bytes
from veedor.kit.reasons import os_reason

KEY_FILE_NAME = "evidence-signing-key.pem"
_MAX_KEY_BYTES = 64 * 1024


class Signer:
    """Signs manifests. Its `repr` shows only the fingerprint of the public half."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_pem = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.fingerprint = fingerprint(key.public_key())

    @staticmethod
    def open(key_file: Path) -> Signer:
        """Read the private key, or make one where there is none. Never overwrites. Raises ConfigError."""
        try:
            if not key_file.exists():
                _create(key_file)
            return Signer(_read_private(key_file))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise ConfigError(file=str(key_file), line=1, column=1, problem=f"evidence key: {problem}") from problem

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"Signer({self.fingerprint})"


def _create(key_file: Path) -> None:
    """Write a new key beside its name and link it there: a crash leaves no half key, a race leaves the first one."""
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    part = key_file.with_name(f".{key_file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, key_file)
        except FileExistsError:
            return
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(key_file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_private(key_file: Path) -> Ed25519PrivateKey:
    if key_file.stat().st_mode & 0o077:
        raise ValueError("others than its owner may read it: chmod 600")
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return key


def read_public_key(file: Path) -> Ed25519PublicKey:
    """The key in `file` (PEM). Raises EvidenceKeyUnusable."""
    try:
        if not file.is_file():
            raise EvidenceKeyUnusable(file=str(file), problem="no such file", detail="reason-no-such-file")
        with file.open("rb") as handle:
            pem = handle.read(_MAX_KEY_BYTES)
        key = serialization.load_pem_public_key(pem)
    except OSError as problem:
        raise EvidenceKeyUnusable(file=str(file), **os_reason(problem)) from problem
    except (ValueError, UnsupportedAlgorithm) as problem:
        said = (str(problem).splitlines() or [""])[0][:120]
        raise EvidenceKeyUnusable(file=str(file), problem=said, detail="evidence-reason-not-pem") from problem
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceKeyUnusable(
            file=str(file), problem="not an Ed25519 public key", detail="evidence-reason-not-ed25519"
        )
    return key


def public_key(pem: str) -> Ed25519PublicKey:
    """The key of a stored PEM text that this desk wrote itself."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("not an Ed25519 key")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's DER form (SubjectPublicKeyInfo), lower-case hex: to be read out over the phone."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256_bytes(der)


def signature_is_good(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
