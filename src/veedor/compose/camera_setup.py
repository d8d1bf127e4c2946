"""The site's side of wire.setup.CameraSetup: what the command line does to find and add cameras, for the desk."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from veedor.compose.camera_add import channels_of, save_new
from veedor.compose.camera_import import Import, import_text
from veedor.compose.demo_load import DemoLoader
from veedor.kit.clock import SystemClock
from veedor.model.camera import Camera, Placement, RecorderMake, SourceKind, StreamRole
from veedor.site.ingest.describe import Login
from veedor.site.ingest.discovery import PORT, discover
from veedor.site.ingest.networks import parse_host_port
from veedor.site.ingest.onvif import OnvifDevice, device_url
from veedor.site.ingest.probe import probe
from veedor.site.ptz.device import ptz_address
from veedor.site.run import Site
from veedor.wire.setup import DeviceChannel, FoundDevice, ListedCamera, StreamLook

_LOOKS_AT_ONCE = 3  # each decodes video: the cameras that are recorded come first
_WAIT_S = 3.0


class LocalCameraSetup:
    """wire.setup.CameraSetup."""

    def __init__(self, site: Site, agency_id: str) -> None:
        self._site = site
        self._agency_id = agency_id
        self._store = site.parts.cameras
        self._looks = threading.BoundedSemaphore(_LOOKS_AT_ONCE)
        self._demo = DemoLoader(site, agency_id, SystemClock())

    def discover(self, address: str | None) -> list[FoundDevice]:
        policy = self._site.config.ingest.networks
        host, port = parse_host_port(address, PORT) if address else (None, PORT)
        found = discover(policy, SystemClock(), address=host, port=port, wait_s=_WAIT_S)
        return [FoundDevice(one.address, one.service, one.name, one.hardware) for one in found]

    def channels(
        self,
        kind: SourceKind,
        make: RecorderMake,
        address: str,
        numbers: Sequence[int],
        login: tuple[str, str] | None,
    ) -> list[DeviceChannel]:
        policy = self._site.config.ingest.networks
        found = channels_of(kind, make, address, list(numbers), Login(*login) if login else None, policy)
        return [DeviceChannel(one.number, one.name, one.streams, one.place) for one in found]

    def look(self, camera: Camera, role: StreamRole, password: str | None) -> StreamLook:
        with self._looks:
            seen = probe(camera, role, password, self._site.config.ingest, SystemClock())
        return StreamLook(
            codec=seen.codec,
            width=seen.width,
            height=seen.height,
            fps=seen.fps,
            bit_rate=seen.bit_rate,
            keyframe_interval_s=seen.keyframe_interval_s,
            clock_offset_s=seen.clock_offset_s,
            sound=seen.sound,
            snapshot_jpeg=seen.snapshot_jpeg,
        )

    def look_at_saved(self, camera_id: str, role: StreamRole) -> StreamLook:
        camera = self._store.camera(camera_id)
        return self.look(camera, role, self._store.password(camera.id))

    def said_place(self, camera_id: str) -> Placement | None:
        camera = self._store.camera(camera_id)
        # A channel of a recorder is asked nothing: where the recorder stands, the camera does not.
        address = ptz_address(camera) if camera.kind is not SourceKind.RECORDER else None
        if address is None or (camera.channel or 0) > 1:
            return None
        login = Login(camera.username, self._store.password(camera.id) or "") if camera.username else None
        said = OnvifDevice(device_url(address), login, self._site.config.ingest.networks, SystemClock()).said_places()
        return said.device or next(iter(said.sources.values()), None)

    def add(self, cameras: Sequence[tuple[Camera, str | None]]) -> list[Camera]:
        saved = save_new(list(cameras), self._store)
        self._site.follow_configuration()
        return saved

    def add_demo(self) -> list[Camera]:
        return self._demo.load()

    def import_list(self, text: str, *, keep: bool, partial: bool) -> tuple[list[ListedCamera], int]:
        how = Import("CSV", partial=partial, keep=keep, files=False)
        done = import_text(text, self._store, self._agency_id, SystemClock(), how)
        problems = {one.line: one.error for one in done.problems}
        return [ListedCamera(line, name, problems.get(line)) for line, name in done.lines], len(done.cameras)
