"""One writer per recordings folder: a lock that the kernel gives back when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from veedor.kit.errors import StoreLocked
from veedor.kit.sqlite import store_errors
from veedor.site.record.layout import LOCK_NAME


class WriterLock:
    """Holds `<directory>/lock` while it is open. Raises StoreLocked when another process (or part) holds it."""

    def __init__(self, directory: Path) -> None:
        path = directory / LOCK_NAME
        with store_errors(path):
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(self._handle)
            raise StoreLocked(path=str(directory)) from problem

    def close(self) -> None:
        handle, self._handle = self._handle, -1  # first: a number closed twice closes somebody else's file
        if handle >= 0:
            os.close(handle)
