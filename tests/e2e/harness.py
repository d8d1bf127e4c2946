"""A site on this machine for the end-to-end tests: real RTSP cameras, a real detector, a real desk over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import httpx

from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.single import Service, running
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.rtsp_server import RtspServer

STREET_RULES = """\
zones:
  Calle: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
rules:
  - {name: Vehículo, kind: zone_intrusion, zone: Calle, classes: [vehicle], severity: high, debounce_s: 0.4}
  - {name: Persona, kind: zone_intrusion, zone: Calle, classes: [person], severity: high, debounce_s: 0.4}
"""
OFFLINE_RULES = "rules:\n  - {name: Sin señal, kind: camera_offline, severity: high, after_s: 2}\n"


def site_file(folder: Path, *, workers: int = 1) -> SiteFile:
    return SiteFile(
        site="Prueba",
        agency="Serenazgo de prueba",
        agency_id="prueba",
        data=folder / "data",
        secret_key=folder / "keys" / "secret.key",
        desk=DeskFile(port=0),
        networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
        recording=RecordingFile(directory=folder / "data" / "recordings", reserve_bytes=1_000_000),
        analysis=AnalysisFile(workers=workers),
    )


def add_camera(service: Service, server: RtspServer, path: str, rules: str) -> Camera:
    """A camera of the test server: `path` gives its main stream, and its substream too."""
    clock = SystemClock()
    streams = (StreamSource(StreamRole.MAIN, server.url(path)),)
    camera = Camera(new_id(clock.now()), path.strip("/"), service.agency_id, SourceKind.RTSP, streams)
    saved = service.site.parts.cameras.save(camera)
    service.site.parts.rules.write(saved.id, rules, name="rules")
    service.site.follow_configuration()
    return saved


@dataclass
class Person:
    """Somebody who is logged in."""

    http: httpx.Client

    def get(self, path: str, **options: object) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, **options: object) -> httpx.Response:
        return self.http.post(path, **options)


@contextmanager
def logged_in(service: Service, username: str, password: str) -> Iterator[Person]:
    with httpx.Client(base_url=service.url, timeout=30) as http:
        answer = http.post("/api/login", json={"username": username, "password": password, "bearer": True})
        answer.raise_for_status()
        http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        yield Person(http)


@contextmanager
def serving(folder: Path, *, workers: int = 1) -> Iterator[Service]:
    with running(site_file(folder, workers=workers), SystemClock()) as service:
        yield service


def segment_files(service: Service, camera: Camera) -> Sequence[Path]:
    """Every finished segment of the camera's main stream."""
    root = service.site.parts.recorder.config.directory
    return sorted(path for path in root.rglob("*.mp4") if camera.id in str(path))
