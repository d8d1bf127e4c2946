"""Routes of cameras: their desired configuration and observed health."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends

from veedor.access.actions import Action
from veedor.desk.cameras.schemas import CameraIn, CameraOut, CameraTestOut, HealthOut
from veedor.desk.errors import CameraChanged, CameraPasswordNeeded
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.stream.news import tell_camera
from veedor.kit.errors import NotFound, Unavailable
from veedor.model.camera import Camera, StreamState

router = room_router("cameras")

ListCameras = Annotated[Permit, Depends(Need(Action.CAMERA_LIST, "camera", owner=own))]
ShowCamera = Annotated[Permit, Depends(Need(Action.CAMERA_LIST, "camera", id_from="camera_id", owner=camera_owner))]
EditCamera = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera", id_from="camera_id", owner=camera_owner))]
TestCamera = Annotated[Permit, Depends(Need(Action.CAMERA_TEST, "camera", id_from="camera_id", owner=camera_owner))]

_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Somebody changed the camera meanwhile"}
}


@router.get("/api/cameras")
def list_cameras(permit: ListCameras) -> list[CameraOut]:
    """Every camera that this person may see."""
    health = permit.ports.cameras.health()
    edits, scope, agency_id = permit.may(Action.CAMERA_EDIT), permit.scope, permit.principal.agency_id
    return [
        CameraOut.of(one, health, permit.lang, with_addresses=edits and one.agency_id == agency_id)
        for one in permit.ports.cameras.cameras()
        if scope.covers(one.agency_id, one.id)
    ]


@router.get("/api/cameras/{camera_id}")
def show_camera(permit: ShowCamera, camera_id: Id) -> CameraOut:
    """One camera."""
    return _out(permit, permit.ports.cameras.camera(camera_id))


_MODELS = ("models", "second_look_model")


@router.put("/api/cameras/{camera_id}", responses=_CONFLICT)
def save_camera(permit: EditCamera, camera_id: Id, body: CameraIn) -> CameraOut:
    """Add a camera, or change it; the running site follows within seconds."""
    try:
        there: Camera | None = permit.ports.cameras.camera(camera_id)
    except NotFound:
        there = None
    if body.revision != (there.revision if there else 0):
        raise CameraChanged(name=camera_id)
    wanted = body.camera(camera_id, there.agency_id if there else permit.ports.agency_id)
    if there and body.password is None and wanted.username and not _places(wanted) <= _places(there):
        raise CameraPasswordNeeded
    if there:
        wanted = replace(wanted, calibration=there.calibration)  # it has a route of its own
        if body.tags is None:
            wanted = replace(wanted, tags=there.tags)
        kept = {name: getattr(there.analyse, name) for name in _MODELS if name not in body.analyse.model_fields_set}
        wanted = replace(wanted, analyse=replace(wanted.analyse, **kept))
    if permit.ports.detectors is not None:
        analyse = there.analyse if there else None
        before = (*(analyse.models or ()), analyse.second_look_model or "") if analyse else ()
        permit.ports.detectors.check(wanted, before)
    permit.note(**body.model_dump(mode="json", exclude={"password"}), new_password=body.password is not None)
    saved = permit.ports.cameras.save(wanted, body.password)
    tell_camera(permit, saved.id)
    return _out(permit, saved)


@router.delete("/api/cameras/{camera_id}", status_code=204)
def remove_camera(permit: EditCamera, camera_id: Id) -> None:
    """Stop it and forget its configuration; its footage stays until retention takes it."""
    permit.ports.cameras.remove(camera_id)
    tell_camera(permit, camera_id)


@router.post("/api/cameras/{camera_id}/test")
def test_camera(permit: TestCamera, camera_id: Id) -> CameraTestOut:
    """Whether the site gets packets and pictures from the camera now. No picture is sent."""
    camera = permit.ports.cameras.camera(camera_id)
    streams = [one for one in permit.ports.cameras.health() if one.camera_id == camera.id]
    problem = next((one.problem.render(permit.lang) for one in streams if one.problem), None)
    try:
        picture = bool(permit.ports.live.snapshot(camera_id))
    except Unavailable as error:
        picture, problem = False, problem or error.render(permit.lang)
    return CameraTestOut(
        online=bool(streams) and all(one.state is StreamState.ONLINE for one in streams),
        picture=picture,
        problem=problem,
        streams=[HealthOut.of(one, permit.lang) for one in streams],
    )


def _places(camera: Camera) -> set[tuple[str, str | None, int | None]]:
    """Where a password would be sent. A stored one never goes to a new place: that would give it away."""
    parts = [urlsplit(stream.url) for stream in camera.streams]
    return {(part.scheme.lower(), part.hostname, part.port) for part in parts}


def _out(permit: Permit, camera: Camera) -> CameraOut:
    edits = permit.may(Action.CAMERA_EDIT) and camera.agency_id == permit.principal.agency_id
    return CameraOut.of(camera, permit.ports.cameras.health(), permit.lang, with_addresses=edits)
