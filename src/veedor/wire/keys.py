"""Keys that prove who speaks: an agency's, which lies in a file of its own, and a login session's, in memory alone.

Both are Ed25519 (RFC 8032), and no document says which algorithm it is signed with: there is one.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from veedor.kit.errors import ConfigError
from veedor.kit.files import sync


class SigningKey:
    """A private key. Its `repr` shows the public half."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_hex = key.public_key().public_bytes_raw().hex()

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.public_hex})"


class SessionKey(SigningKey):
    """Of one login; made by the desk that serves the browser, never stored."""


class AgencyKey(SigningKey):
    """Of one agency. Its file never leaves the machine."""

    @staticmethod
    def create(file: Path) -> AgencyKey:
        """Make a key and its file (mode 0600). Never overwrites: ConfigError where there is one."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        partial = file.with_name(f".{file.name}.partial-{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.unlink(missing_ok=True)
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as opened:
                opened.write(pem)
                opened.flush()
                os.fsync(opened.fileno())
            os.link(partial, file)  # a crash leaves no half key, a race leaves the first one
            sync(file.parent)
        except OSError as problem:
            raise ConfigError(file=str(file), line=1, column=1, problem=f"agency key: {problem}") from problem
        finally:
            partial.unlink(missing_ok=True)
        return AgencyKey(key)

    @staticmethod
    def load(file: Path) -> AgencyKey:
        """Read the key. ConfigError where there is none, others may read it, or it is no Ed25519 key."""
        try:
            if file.stat().st_mode & 0o077:
                raise ValueError("others than its owner may read it: chmod 600")
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
            if not isinstance(key, Ed25519PrivateKey):
                raise ValueError("not an Ed25519 key")
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise ConfigError(file=str(file), line=1, column=1, problem=f"agency key: {problem}") from problem
        return AgencyKey(key)


def key_fingerprint(public_hex: str) -> str:
    """As two people compare a public key over the telephone: 128 bits of its SHA-256, in eight groups of four."""
    digits = hashlib.sha256(bytes.fromhex(public_hex)).hexdigest()[:32]
    return "-".join(digits[start : start + 4] for start in range(0, 32, 4))


def same_fingerprint(said: str, public_hex: str) -> bool:
    """Whether somebody said the key's fingerprint, whole, or the key itself; capitals, spaces, dashes do not count."""
    digits = re.sub(r"[\s:-]", "", said).lower()
    return digits in (key_fingerprint(public_hex).replace("-", ""), public_hex)


def signature_holds(public_hex: str, signature: bytes, data: bytes) -> bool:
    """Whether the key signed exactly this; False for what is no key too."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
