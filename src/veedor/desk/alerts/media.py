"""Where an alert's picture and clip lie: files named by the alert's id, spread over 256 folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from veedor.desk.alerts.errors import BadEventId
from veedor.kit.files import replaced_file, write_file
from veedor.kit.hashing import sha256_bytes
from veedor.kit.sqlite import os_store_error

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class AlertMedia:
    """The files of alerts below one folder."""

    def __init__(self, data_directory: Path) -> None:
        self._root = data_directory / "alerts"

    def snapshot(self, alert_id: str) -> Path:
        return self._path(alert_id, ".jpg")

    def clip(self, alert_id: str) -> Path:
        return self._path(alert_id, ".mp4")

    def save_snapshot(self, alert_id: str, jpeg: bytes) -> None:
        """Atomic, and on disk on return."""
        write_file(self.snapshot(alert_id), jpeg)

    def save_clip(self, alert_id: str, chunks: Iterable[bytes]) -> None:
        """Atomic, and on disk on return. Errors of `chunks` pass through and leave nothing."""
        path = self.clip(alert_id)
        with replaced_file(path) as part, part.open("wb") as file:
            for chunk in chunks:
                try:
                    file.write(chunk)
                except OSError as problem:
                    raise os_store_error(path, problem) from problem

    def remove(self, alert_id: str) -> None:
        """Remove both files, where they are."""
        self.snapshot(alert_id).unlink(missing_ok=True)
        self.clip(alert_id).unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Clear what a dead process left half-written."""
        for part in self._root.glob("*/.*.partial-*"):
            part.unlink(missing_ok=True)

    def _path(self, alert_id: str, suffix: str) -> Path:
        if not _SAFE_ID.fullmatch(alert_id):
            raise BadEventId(id=ascii(alert_id)[:80])
        return self._root / sha256_bytes(alert_id.encode())[:2] / f"{alert_id}{suffix}"
