"""Adding cameras: one stream URL, an ONVIF device that is asked for its streams, or a recorder with its channels."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from veedor.kit.clock import SystemClock
from veedor.kit.errors import NotFound, UserError
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, RecorderMake, RecordSettings, SourceKind, StreamRole, StreamSource, Transport
from veedor.site.cameras import CameraStore
from veedor.site.ingest.addresses import parse
from veedor.site.ingest.describe import Login
from veedor.site.ingest.discovery import discover
from veedor.site.ingest.errors import NameTaken
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.nvr import MAX_CHANNELS, recorder_channels
from veedor.site.ingest.onvif import Channel, OnvifDevice, device_url


@dataclass(frozen=True, slots=True)
class NewCamera:
    """What somebody asks for. `kind` "" is taken from the URL; `channels` like "1-4,7" is for recorders."""

    name: str
    url: str
    sub_url: str = ""
    username: str | None = None
    password: str | None = None
    kind: str = ""
    udp: bool = False
    make: str = "onvif"
    channels: str = ""
    audio: bool = False
    keep_days: float | None = None
    tags: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"NewCamera({self.name!r}, ...)"


def add_cameras(
    wanted: NewCamera, store: CameraStore, agency_id: str, policy: NetworkPolicy, *, change: bool = False
) -> list[Camera]:
    """Add it (or all its channels, or none). `change`: a camera of that name is set anew, keeping its id.

    Raises NameTaken, FileRefused and the other errors of ingest, the StoreError tree.
    """
    clock = SystemClock()
    kind = _kind(wanted)
    login = Login(wanted.username, wanted.password or "") if wanted.username else None
    settings, tags = RecordSettings(audio=wanted.audio, keep_days=wanted.keep_days), tuple(wanted.tags)

    def camera(name: str, streams: tuple[StreamSource, ...], **more: Any) -> Camera:
        transport = Transport.UDP if wanted.udp else Transport.TCP
        placed = tuple(replace(stream, transport=transport) for stream in streams)
        at = clock.now()
        return Camera(
            new_id(at), name, agency_id, kind, placed, username=wanted.username, record=settings, tags=tags, **more
        )

    if kind is SourceKind.RECORDER:
        make = _make(wanted.make)
        found = channels_of(kind, make, wanted.url, _numbers(wanted.channels), login, policy)
        device = new_id(clock.now())
        cameras = [
            camera(f"{wanted.name} {one.number}", one.streams, device_id=device, channel=one.number) for one in found
        ]
    elif kind is SourceKind.ONVIF:
        device_at = device_url(wanted.url)
        first = channels_of(kind, RecorderMake.ONVIF, wanted.url, [], login, policy)[0]
        cameras = [camera(wanted.name, first.streams, onvif_port=device_at.port)]
    else:
        streams = [StreamSource(StreamRole.MAIN, wanted.url)]
        if wanted.sub_url:
            streams.append(StreamSource(StreamRole.SUB, wanted.sub_url))
        if kind is SourceKind.FILE:  # said now, and not first when the site tries to open it
            for stream in streams:
                policy.checked_file(stream.url)
        cameras = [camera(wanted.name, tuple(streams))]
    if not change:
        return save_new([(one, wanted.password) for one in cameras], store)
    with store.together():
        return [store.save(_in_place_of(one, store), wanted.password) for one in cameras]


def channels_of(
    kind: SourceKind, make: RecorderMake, address: str, numbers: list[int], login: Login | None, policy: NetworkPolicy
) -> list[Channel]:
    """What a device has to show: an ONVIF device is asked, a recorder's streams are known by its make."""
    if kind is SourceKind.RECORDER:
        return recorder_channels(make, address, numbers, login, policy, SystemClock())
    return OnvifDevice(device_url(address), login, policy, SystemClock()).channels()


def save_new(cameras: list[tuple[Camera, str | None]], store: CameraStore) -> list[Camera]:
    """Add them all with their passwords, or none. Raises NameTaken and what the store raises."""
    with store.together():
        return [store.save(_new(camera, store), password) for camera, password in cameras]


def _in_place_of(camera: Camera, store: CameraStore) -> Camera:
    try:
        before = store.camera(camera.name)
    except NotFound:
        return camera
    return replace(
        camera,
        id=before.id,
        username=camera.username or before.username,
        analyse=before.analyse,
        placement=before.placement,
        tags=camera.tags or before.tags,
        device_id=before.device_id or camera.device_id,
    )


def _new(camera: Camera, store: CameraStore) -> Camera:
    try:
        store.camera(camera.name)
    except NotFound:
        return camera
    raise NameTaken(name=camera.name)


def _kind(wanted: NewCamera) -> SourceKind:
    if wanted.kind:
        try:
            return SourceKind(wanted.kind.lower())
        except ValueError:
            raise UserError(problem=f"--kind: {', '.join(SourceKind)}") from None
    if "://" not in wanted.url or wanted.url.startswith("file:"):
        return SourceKind.FILE
    return SourceKind.MJPEG if parse(wanted.url)[0].scheme.startswith("http") else SourceKind.RTSP


def _make(text: str) -> RecorderMake:
    try:
        return RecorderMake(text.lower())
    except ValueError:
        raise UserError(problem=f"--make: {', '.join(RecorderMake)}") from None


def _numbers(text: str) -> list[int]:
    """ "1-4,7" as numbers."""
    numbers: list[int] = []
    for part in filter(None, text.replace(" ", "").split(",")):
        match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= MAX_CHANNELS:
            raise UserError(problem=f"--channels: {text}")
        numbers += range(first, last + 1)
    return list(dict.fromkeys(numbers))


def find_devices(policy: NetworkPolicy, wait_s: float) -> list[dict[str, Any]]:
    """Devices of the network that answer a probe."""
    return [asdict(one) for one in discover(policy, SystemClock(), wait_s=wait_s)]


def ask_device(address: str, login: Login | None, policy: NetworkPolicy) -> list[dict[str, Any]]:
    """The channels of one device, with their stream URLs."""
    rows = []
    for one in channels_of(SourceKind.ONVIF, RecorderMake.ONVIF, address, [], login, policy):
        urls = {stream.role: stream.url for stream in one.streams}
        rows.append(
            {
                "channel": one.number,
                "name": one.name,
                "main_url": urls.get(StreamRole.MAIN),
                "sub_url": urls.get(StreamRole.SUB),
            }
        )
    return rows
