"""Routes that find cameras, look at them before they are saved, and add several at once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends

from veedor.access.actions import Action
from veedor.desk.cameras.schemas import CameraOut
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import Id, room_router
from veedor.desk.setup.schemas import (
    ChannelOut,
    ChannelsIn,
    DeviceOut,
    DiscoverIn,
    ImportIn,
    ImportLineOut,
    ImportOut,
    LookIn,
    LookOut,
    NewCamerasIn,
    SaidPlaceOut,
    SavedLookIn,
)
from veedor.desk.stream.news import tell_camera
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, StreamRole, StreamSource

router = room_router("setup")

EditCamera = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera", id_from="camera_id", owner=camera_owner))]
EditCameras = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera"))]
TestCamera = Annotated[Permit, Depends(Need(Action.CAMERA_TEST, "camera", id_from="camera_id", owner=camera_owner))]


@router.post("/api/setup/discover")
def discover(permit: EditCameras, body: DiscoverIn) -> list[DeviceOut]:
    """ONVIF devices that answer a probe within a few seconds."""
    permit.note(address=body.address or "network")
    return [
        DeviceOut(address=one.address, service=one.service, name=one.name, hardware=one.hardware)
        for one in permit.ports.setup.discover(body.address)
    ]


@router.post("/api/setup/channels")
def channels(permit: EditCameras, body: ChannelsIn) -> list[ChannelOut]:
    """The pictures that an ONVIF device or a recorder has to show, each with its streams."""
    permit.note(kind=body.kind.value, host=_host(body.address), channels=list(body.channels))
    login = (body.username, body.password or "") if body.username else None
    found = permit.ports.setup.channels(body.kind, body.make, body.address, body.channels, login)
    return [
        ChannelOut(
            number=one.number,
            name=one.name,
            streams=ChannelOut.streams_of(one.streams),
            place=SaidPlaceOut.of(one.place),
        )
        for one in found
    ]


@router.post("/api/setup/look")
def look(permit: EditCameras, body: LookIn) -> LookOut:
    """Look at a stream for a few seconds before anything is saved: what it is, and one picture."""
    url = body.stream.url
    permit.note(kind=body.kind.value, host=_host(url))
    permit.require(Action.LIVE_WATCH, "camera", None, host=_host(url))
    stream = StreamSource(StreamRole.MAIN, url, body.stream.transport)
    camera = Camera("look", _host(url), permit.ports.agency_id, body.kind, (stream,), username=body.username)
    return LookOut.of(permit.ports.setup.look(camera, StreamRole.MAIN, body.password))


@router.post("/api/cameras/{camera_id}/look")
def look_at_saved(permit: TestCamera, camera_id: Id, body: SavedLookIn) -> LookOut:
    """Connect anew to a camera that is there, with its own login: what it sends now, or the reason why it does not."""
    permit.require(Action.LIVE_WATCH, "camera", camera_id)
    return LookOut.of(permit.ports.setup.look_at_saved(camera_id, body.role))


@router.post("/api/cameras/{camera_id}/said-place")
def said_place(permit: EditCamera, camera_id: Id) -> SaidPlaceOut | None:
    """Where the camera itself says that it stands (ONVIF GetGeoLocation), for a person to confirm. Null: it does not
    say. Nothing is saved."""
    permit.ports.cameras.camera(camera_id)
    permit.note(asked="place")
    return SaidPlaceOut.of(permit.ports.setup.said_place(camera_id))


@router.post("/api/setup/cameras", status_code=201)
def add_cameras(permit: EditCameras, body: NewCamerasIn) -> list[CameraOut]:
    """Add cameras: all of them, or none. Their ids are made here."""
    at = permit.ports.clock.now()
    device = new_id(at) if body.device else None
    permit.note(names=[one.name for one in body.cameras[:20]], count=len(body.cameras), device=device)
    cameras = []
    for one in body.cameras:
        told = one.model_copy(update={"device_id": device or one.device_id, "revision": 0})
        camera = told.camera(new_id(at), permit.ports.agency_id)
        if permit.ports.detectors is not None:
            permit.ports.detectors.check(camera)
        cameras.append((camera, one.password))
    saved = permit.ports.setup.add(cameras)
    tell_camera(permit, *(one.id for one in saved))
    return [CameraOut.of(one, [], permit.lang, with_addresses=True) for one in saved]


@router.post("/api/setup/demo")
def add_demo(permit: EditCameras) -> list[CameraOut]:
    """Add cameras that show real clips, with rules of their own, to look around with: those that were not there."""
    permit.note(demo=True)
    added = permit.ports.setup.add_demo()
    if added:
        tell_camera(permit, *(one.id for one in added))
    return [CameraOut.of(one, [], permit.lang, with_addresses=True) for one in added]


@router.post("/api/setup/import")
def import_cameras(permit: EditCameras, body: ImportIn) -> ImportOut:
    """Cameras from a CSV file: what is wrong, line by line; added when `keep` says so."""
    permit.note(keep=body.keep, partial=body.partial, characters=len(body.text))
    lines, added = permit.ports.setup.import_list(body.text, keep=body.keep, partial=body.partial)
    if body.keep and added:
        tell_camera(permit, "")
    bad = sum(one.problem is not None for one in lines)
    told = [ImportLineOut.of(one, permit.lang) for one in lines]
    return ImportOut(lines=told, good=len(lines) - bad, bad=bad, added=added if body.keep else 0)


def _host(address: str) -> str:
    """What the audit names of an address: never a login, nor a path, in which recorders hide passwords."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    return parts.netloc.rpartition("@")[2][:100] or "?"
