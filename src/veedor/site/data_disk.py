"""Whether the disk of a site's data has room: its events, its alerts and what people do are written there.

Footage has a reserve and a watch of its own (`record/room.py`), and may lie on another disk.
"""

from __future__ import annotations

import logging
from pathlib import Path

from veedor.kit.messages import Message
from veedor.site.record.config import disk_free_bytes

log = logging.getLogger(__name__)

# Below this much of free space a disk counts as full: a database's log, the log up to a hub and a backtest may each
# want some megabytes at once, and of these none can be told to wait for the others.
FULL_BELOW_BYTES = 16 << 20


class DataDisk:
    """`folder`: where the site's databases lie. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def problems(self) -> list[Message]:
        """That it is full, while it is. A folder that is not there counts as full: nothing can be written."""
        try:
            free = disk_free_bytes(self._folder)
        except OSError as problem:
            log.error("the disk of %s cannot be looked at: %s", self._folder, problem)
            free = 0
        if free >= FULL_BELOW_BYTES:
            return []
        return [Message("problem-data-disk-full", {"path": str(self._folder), "megabytes": free >> 20})]
