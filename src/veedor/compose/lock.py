"""One process per data folder: a lock that the kernel gives back when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from veedor.kit.errors import StoreLocked
from veedor.kit.sqlite import store_errors


class DataLock:
    """Holds `<data>/site.lock` while it is open. Raises StoreLocked when another process holds it."""

    def __init__(self, data: Path) -> None:
        with store_errors(data):
            data.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(data / "site.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(self._handle)
            raise StoreLocked(path=str(data)) from problem
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode())

    def close(self) -> None:
        handle, self._handle = self._handle, -1  # a number closed twice closes somebody else's file
        if handle >= 0:
            os.close(handle)
