"""A desk with real footage behind it, and alerts to handle."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from desk.desks import Desk, make_desk, serving
from desk.fakes import camera
from stored_footage import START, StoredFootage
from veedor.access.principal import Role
from veedor.desk.alerts.clips import ClipConfig
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app
from veedor.desk.evidence.worker import EvidenceConfig
from veedor.desk.workers import DeskWorkers
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity, TrackOverlay

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
ROLES = {
    "ana": Role.OPERATOR,
    "luis": Role.OPERATOR,
    "sara": Role.SUPERVISOR,
    "vera": Role.VIEWER,
    "audi": Role.AUDITOR,
}


@dataclass
class Cases:
    """A served desk, its site store, its workers, and one client per person (see ROLES)."""

    desk: Desk
    footage: StoredFootage
    alerts: AlertService
    workers: DeskWorkers
    people: dict[str, httpx.Client]

    def __getattr__(self, name: str) -> httpx.Client:
        """That person's client; they log in when first asked for."""
        if name not in ROLES:
            raise AttributeError(name)
        if name not in self.people:
            self.people[name] = self.desk.client(name)
        return self.people[name]

    def raise_alert(self, **changes: Any) -> str:
        one = event(**changes)
        self.alerts.raise_alert(one, JPEG)
        return one.id

    def audited(self, action: str) -> list[tuple[str, str | None, bool]]:
        from veedor.desk.audit.log import AuditQuery

        rows = self.desk.audit.entries(AuditQuery(action=action, limit=1000))
        return [(row.username, row.resource_id, row.allowed) for row in reversed(rows)]


def event(**changes: Any) -> Event:
    """Something that began 4 s and completed 6 s into the footage."""
    started: datetime = changes.pop("started_at", START + timedelta(seconds=4))
    values: dict[str, Any] = {
        "id": new_id(started),
        "camera_id": "cam-1",
        "rule": "paradero",
        "kind": "loitering",
        "severity": Severity.HIGH,
        "started_at": started,
        "completed_at": started + timedelta(seconds=2),
        "ended_at": None,
        "explanation": Message("error-not-found", {"kind": "zona", "name": "Paradero"}),
        "track_ids": (7,),
        "zone": "Paradero",
        "overlays": (TrackOverlay(7, "person", (0.1, 0.1, 0.2, 0.3), ((0.1, 0.3), (0.15, 0.3))),),
        "zone_norm": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
    }
    return Event(**{**values, **changes})


@contextlib.contextmanager
def cases(
    directory: Path, *, work: bool = True, fresh: bool = True, clips: ClipConfig | None = None
) -> Iterator[Cases]:
    """`work`: whether the workers run in their threads. `fresh`: whether the people are still to be added."""
    footage = StoredFootage(directory / "recordings")
    bare = make_desk(directory)
    bare.cameras.save(replace(camera("cam-1"), name="Jirón Puno"))
    ports = replace(bare.ports, footage=footage)
    desk = Desk(ports, create_app(ports), bare.audit, bare.live, bare.cameras, bare.ptz)
    for name, role in ROLES.items() if fresh else ():
        desk.add_user(name, role)
    fast = EvidenceConfig(every_s=0.1, retry_first_s=0.05, expire_every_s=0.1)
    workers = DeskWorkers(ports, directory / "keys" / "evidence.pem", clips or ClipConfig(every_s=0.05), fast)
    with serving(desk.app) as desk.url, contextlib.ExitStack() as closing:
        people: dict[str, httpx.Client] = {}
        closing.callback(lambda: [client.close() for client in people.values()])
        if work:
            workers.start()
            closing.callback(workers.stop)
        yield Cases(desk, footage, AlertService(ports), workers, people)
    ports.database.close()
