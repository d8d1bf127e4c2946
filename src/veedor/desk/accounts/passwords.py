"""Passwords: Argon2id hashes, and what is too weak to be one."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from veedor.desk.errors import LoginThrottled, WeakPassword

_MAX_LENGTH = 512
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that are read wrong aloud
_AT_ONCE = threading.BoundedSemaphore(2)  # each check takes 64 MiB and a core: a crowd must not take the machine
_HASHER = PasswordHasher()


def generate() -> str:
    """A password that can be read aloud: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def check_strength(password: str, username: str, min_length: int) -> None:
    """Raise WeakPassword: too short, too long, the user's name in it, or hardly any different characters."""
    too_plain = len(set(password)) < 5 or username.lower() in password.lower()
    if not min_length <= len(password) <= _MAX_LENGTH or too_plain:
        raise WeakPassword(minimum=min_length)


def hash_password(password: str) -> str:
    """Argon2id in PHC format, with its own salt."""
    with _Turn():
        return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def verify(stored: str | None, password: str) -> bool:
    """Whether `password` is the one. Without a stored hash (no such user) it works as long, and says no."""
    known = stored or _decoy()
    with _Turn():
        try:
            _HASHER.verify(known, password[:_MAX_LENGTH].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and len(password) <= _MAX_LENGTH


_decoy_hash: list[str] = []


def _decoy() -> str:
    if not _decoy_hash:
        _decoy_hash.append(_HASHER.hash(secrets.token_bytes(32)))
    return _decoy_hash[0]


class _Turn:
    """Wait a little for a turn; a crowd is sent away instead of holding every thread of the server."""

    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=5):
            raise LoginThrottled(seconds=5)

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()
