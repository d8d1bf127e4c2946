"""When each site called last, and how it said it was: kept of all sites together, once a second.

A site calls every few seconds and mostly says nothing new. If each call took the turn of a writer, those of seventy
sites would stand before the alerts.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from veedor.desk.context import DeskPorts
from veedor.desk.rounds import Rounds
from veedor.desk.sites.tables import SiteRow

_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Call:
    at: datetime
    health: Mapping[str, Any]


class Attendance(Rounds):
    """What a process that is killed knows of the last second is lost: sites call again."""

    def __init__(self, ports: DeskPorts) -> None:
        super().__init__("attendance", ports.clock, _EVERY_S)
        self._database = ports.database
        self._lock = threading.Lock()
        self._calls: dict[str, _Call] = {}
        self._sites: set[str] = set()

    def called(self, site_id: str, at: datetime, health: Mapping[str, Any]) -> None:
        """From any thread, and at once: it is kept in the next round."""
        with self._lock:
            self._calls[site_id] = _Call(at, health)
            self._sites.add(site_id)

    @property
    def sites(self) -> int:
        """How many have called since this process began."""
        return len(self._sites)

    def round(self) -> None:
        """Raises StoreError; what was not kept is kept in a later round, unless the site has called again since."""
        with self._lock:
            calls, self._calls = self._calls, {}
        if not calls:
            return
        try:
            with self._database.session() as session:
                rows = [{"id": one, "seen_at": call.at, "health": dict(call.health)} for one, call in calls.items()]
                session.execute(sa.update(SiteRow), rows)
        except Exception:
            with self._lock:
                self._calls = calls | self._calls
            raise
