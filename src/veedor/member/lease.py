"""The lease on which all foreign access rests: renewed by each answer of the hub, kept on disk."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from veedor.kit.files import write_file

_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_LONGEST = timedelta(minutes=15)
_WRITE_EVERY = timedelta(seconds=30)  # a crash costs foreign access that much of its lease, and gives it no more


class Lease:
    """`holds` is asked for every foreign look."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._until = self._read()
        self._written = self._until

    def holds(self, now: datetime) -> bool:
        return now < self._until

    def renew(self, now: datetime, seconds: float) -> None:
        """The hub was heard: until `seconds` from now, at most 15 minutes. Raises the StoreError tree."""
        self._until = now + min(timedelta(seconds=seconds), _LONGEST)
        if self._until - self._written >= _WRITE_EVERY or self._until < self._written:
            write_file(self._file, self._until.isoformat().encode())
            self._written = self._until

    def _read(self) -> datetime:
        try:
            return datetime.fromisoformat(self._file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):  # a lease that cannot be read is none
            return _NEVER
