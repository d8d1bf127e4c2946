"""Secrets at rest: encrypted with a key that lives outside the data directory and outside plain backups."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from veedor.kit.errors import SecretKeyMissing, SecretKeyOther, SecretKeyUnusable
from veedor.kit.reasons import os_reason


class SecretBox:
    """Encrypts short texts (camera passwords). Its `repr` shows nothing."""

    def __init__(self, key: bytes, file: Path | None = None) -> None:
        self._file = file
        self._fernet = Fernet(key)

    @staticmethod
    def open(key_file: Path, *, create: bool = False) -> SecretBox:
        """Read the key; with `create`, make one (mode 0600) where there is none. Never overwrites a key.

        Raises SecretKeyMissing, SecretKeyUnusable.
        """
        if create and not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(Fernet.generate_key())
        try:
            return SecretBox(key_file.read_bytes().strip(), key_file)
        except FileNotFoundError as problem:
            raise SecretKeyMissing(file=str(key_file)) from problem
        except OSError as problem:
            raise SecretKeyUnusable(file=str(key_file), **os_reason(problem)) from problem
        except ValueError as problem:
            raise SecretKeyUnusable(
                file=str(key_file), problem=str(problem), detail="reason-not-a-secret-key"
            ) from problem

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as problem:
            raise SecretKeyOther(path=str(self._file or "-")) from problem

    def __repr__(self) -> str:
        return "SecretBox(...)"
