"""A whole site with its console, for tests in a real browser: real RTSP cameras, recording, desk; alerts on demand.

Analysis is off, so that the tests decide which alerts there are: `Stage.raise_alert` hands the desk an event the way
the site does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from clips import jpeg, write_clip
from veedor.access.principal import Role
from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.single import Service, running
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import NewUser, add_user
from veedor.desk.alerts.service import AlertService
from veedor.desk.alerts.tables import AlertRow
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.alert import AlertStatus, ClipState
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.rtsp_server import RtspServer
from veedor.simulator.stream import ServedStream
from veedor.wire.messages import event_to_json

PASSWORD = "una-clave-larga-de-prueba"
PEOPLE = {
    "olga": (Role.OPERATOR,),
    "oscar": (Role.OPERATOR,),
    "sara": (Role.OPERATOR, Role.SUPERVISOR),
    "ada": (Role.ADMINISTRATOR,),
    "auri": (Role.AUDITOR,),
    "vera": (Role.VIEWER,),
    # A small site's engineer does everything.
    "inge": (Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR),
}
NAMES = ("Plaza Mayor", "Mercado Central", "Av. Grau")
_HASHED: list[str] = []


@dataclass
class Stage:
    """What a browser test works with."""

    service: Service
    server: RtspServer | RtspServerProcess
    cameras: list[Camera] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.service.url

    def raise_alert(self, camera: Camera | None = None, **changes: Any) -> str:
        """An alert as the site raises one, 2 s ago; gives its id."""
        now = SystemClock().now()
        one = (camera or self.cameras[0]).id
        values: dict[str, Any] = {
            "id": new_id(now),
            "camera_id": one,
            "rule": "Ingreso",
            "kind": "zone_intrusion",
            "severity": Severity.HIGH,
            "started_at": now - timedelta(seconds=3),
            "completed_at": now - timedelta(seconds=2),
            "ended_at": None,
            "explanation": Message("rules-zone-intrusion", {"what": "person", "zone": "Vereda"}),
            "track_ids": (7,),
            "zone": "Vereda",
            "overlays": (TrackOverlay(7, "person", (0.3, 0.2, 0.5, 0.8), ((0.2, 0.8), (0.4, 0.8))),),
            "zone_norm": ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)),
        }
        picture = changes.pop("picture", jpeg((640, 360)))
        event = Event(**{**values, **changes})
        AlertService(self.service.desk).raise_alert(event, picture)
        return event.id

    def fill_alerts(self, count: int) -> None:
        """Very many alerts at once, of every severity, without pictures: written as rows, since that takes seconds."""
        desk = self.service.desk
        now = SystemClock().now()
        with desk.database.session() as session:
            for number in range(count):
                camera = self.cameras[number % len(self.cameras)]
                at = now - timedelta(seconds=number)
                event = Event(
                    id=new_id(at),
                    camera_id=camera.id,
                    rule=f"Regla {number % 7}",
                    kind="zone_intrusion",
                    severity=list(Severity)[number % 5],
                    started_at=at,
                    completed_at=at,
                    ended_at=at,
                    explanation=Message("rules-zone-intrusion", {"what": "person", "zone": f"Zona {number}"}),
                    zone=f"Zona {number}",
                )
                session.add(_settled_row(event, desk.agency_id, camera.name))


def _settled_row(event: Event, agency_id: str, camera_name: str) -> AlertRow:
    """The row of an alert with nothing left to do for the desk."""
    return AlertRow(
        id=event.id,
        agency_id=agency_id,
        camera_id=event.camera_id,
        camera_name=camera_name,
        rule=event.rule,
        kind=event.kind,
        severity=event.severity.value,
        event=event_to_json(event),
        raised_at=event.completed_at,
        completed_at=event.completed_at,
        ended_at=event.ended_at,
        group_id=event.id,
        has_snapshot=False,
        clip_state=ClipState.FAILED.value,
        clip_problem=Message("alerts-clip-no-footage").to_json(),
        status=AlertStatus.NEW.value,
        version=0,
    )


def add_people(service: Service) -> None:
    """Everybody of PEOPLE, with PASSWORD."""
    if not _HASHED:
        _HASHED.append(passwords.hash_password(PASSWORD))  # one slow hash serves every test person
    desk = service.desk
    with desk.database.session() as session:
        for name, roles in PEOPLE.items():
            add_user(session, desk.clock, desk.agency_id, NewUser(name, "", roles, _HASHED[0]))


@contextlib.contextmanager
def stage(
    folder: Path,
    names: Sequence[str] = NAMES,
    *,
    clip: Path | None = None,
    again: bool = False,
    streams: Sequence[ServedStream] = (),
    serve: Callable[[Sequence[ServedStream]], RtspServer | RtspServerProcess] = RtspServer,
    workers: int = 0,
) -> Iterator[Stage]:
    """A site with a camera for each of `names`, each with a main and a substream, placed in Lima.

    `again`: start once more what ran in this folder, with its people and cameras. `streams`: other pictures, as
    "/0/main", "/0/sub", "/1/main" ... `serve`: where the cameras run.
    """
    streams = streams or small_streams(folder, len(names), clip)
    config = SiteFile(
        site="Serenazgo de prueba",
        agency="Municipalidad de prueba",
        agency_id="prueba",
        data=folder / "data",
        secret_key=folder / "keys" / "secret.key",
        desk=DeskFile(port=0),
        networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
        recording=RecordingFile(directory=folder / "data" / "recordings", reserve_bytes=1_000_000),
        analysis=AnalysisFile(workers=workers),
    )
    with serve(streams) as server, running(config, SystemClock()) as service:
        made = Stage(service, server)
        if again:
            made.cameras += service.site.parts.cameras.cameras()
        else:
            add_people(service)
            made.cameras += [add_camera(service, server, number, name) for number, name in enumerate(names)]
        service.site.follow_configuration()
        yield made


def small_streams(folder: Path, cameras: int, clip: Path | None) -> list[ServedStream]:
    main = clip or write_clip(folder / "main.mp4", seconds=10, size=(640, 360))
    sub = write_clip(folder / "sub.mp4", seconds=10, size=(320, 176), fps=10, keyframe_every=10)
    return [
        ServedStream(f"/{number}/{role}", file)
        for number in range(max(1, cameras))
        for role, file in (("main", main), ("sub", sub))
    ]


def add_camera(service: Service, server: RtspServer | RtspServerProcess, number: int, name: str) -> Camera:
    streams = tuple(StreamSource(role, server.url(f"/{number}/{role.value}")) for role in StreamRole)
    place = Placement(-12.0464 + number * 0.002, -77.0428 + number * 0.002, 45.0 * number, 70.0)
    camera = Camera(new_id(SystemClock().now()), name, service.agency_id, SourceKind.RTSP, streams, placement=place)
    return service.site.parts.cameras.save(camera)
