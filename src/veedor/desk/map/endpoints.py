"""Routes of the map: what lies below the cameras, where a camera stands, and what its picture is on the ground."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import FileResponse

from veedor.access.actions import Action
from veedor.desk.cameras.schemas import CalibrationOut, CameraOut
from veedor.desk.errors import CameraChanged
from veedor.desk.map.calibration import calibrate
from veedor.desk.map.districts import Districts
from veedor.desk.map.schemas import (
    CalibratedOut,
    CalibrationCheckOut,
    DistrictsOut,
    MapOut,
    PairsIn,
    PlacementChangeIn,
    TilesOut,
)
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.stream.news import tell_camera, tell_map
from veedor.kit.errors import NotFound
from veedor.model.camera import Calibration, Camera, GroundPair, Placement

router = room_router("map")

Look = Annotated[Permit, Depends(Need(Action.CAMERA_LIST, "map", owner=own))]
Change = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "map", owner=own))]
EditCamera = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera", id_from="camera_id", owner=camera_owner))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Somebody changed the camera meanwhile"}
}


async def _body(request: Request) -> bytes:
    return await request.body()


@router.get("/api/map")
def show_map(permit: Look) -> MapOut:
    """What lies below the cameras."""
    config = permit.config
    path = Districts(permit.ports.data_directory).path(permit.principal.agency_id)
    tiles = None
    if config.map_tiles:
        tiles = TilesOut(url=config.map_tiles, attribution=config.map_attribution, max_zoom=config.map_tiles_max_zoom)
    return MapOut(
        districts=f"{path.stat().st_mtime_ns:x}" if path.is_file() else None,
        pmtiles=config.map_pmtiles is not None and config.map_pmtiles.is_file(),
        tiles=tiles,
    )


@router.get("/api/map/tiles.pmtiles", response_class=FileResponse)
def tiles_file(permit: Look) -> FileResponse:
    """The configured file of tiles; byte ranges are served."""
    path = permit.config.map_pmtiles
    if path is None or not path.is_file():
        raise NotFound(kind="tiles", name="pmtiles")
    return FileResponse(path, media_type="application/octet-stream")


@router.get("/api/map/districts", response_class=FileResponse)
def show_districts(permit: Look) -> FileResponse:
    """The agency's own districts: GeoJSON polygons, each with a name."""
    path = Districts(permit.ports.data_directory).path(permit.principal.agency_id)
    if not path.is_file():
        raise NotFound(kind="districts", name=permit.principal.agency_id)
    return FileResponse(path, media_type="application/geo+json")


@router.put(
    "/api/map/districts",
    openapi_extra={"requestBody": {"content": {"application/geo+json": {"schema": {"type": "object"}}}}},
)
def save_districts(permit: Change, sent: Annotated[bytes, Depends(_body)]) -> DistrictsOut:
    """Replace the districts by those of a GeoJSON file: a FeatureCollection of polygons in WGS 84, at most 1 MB."""
    count = Districts(permit.ports.data_directory).save(permit.principal.agency_id, sent)
    tell_map(permit, count)
    return DistrictsOut(districts=count)


@router.delete("/api/map/districts", status_code=204)
def remove_districts(permit: Change) -> None:
    """The map is as it was without them."""
    if not Districts(permit.ports.data_directory).remove(permit.principal.agency_id):
        raise NotFound(kind="districts", name=permit.principal.agency_id)
    tell_map(permit, 0)


@router.patch("/api/cameras/{camera_id}/placement", responses=_CONFLICT)
def place_camera(permit: EditCamera, camera_id: Id, body: PlacementChangeIn) -> CameraOut:
    """Where the camera stands and looks, and nothing else of it. Its recording goes on."""
    there = _camera(permit, camera_id, body.revision)
    permit.note(**body.model_dump(mode="json"))
    place = Placement(**body.placement.model_dump()) if body.placement else None
    return _save(permit, replace(there, placement=place))


@router.post("/api/cameras/{camera_id}/calibration")
def check_calibration(permit: EditCamera, camera_id: Id, body: PairsIn) -> CalibrationCheckOut:
    """What these pairs would give; nothing is stored."""
    permit.ports.cameras.camera(camera_id)
    calibration, residuals = _fit(body)
    return CalibrationCheckOut(calibration=CalibrationOut.of(calibration), residuals_m=residuals)


@router.put("/api/cameras/{camera_id}/calibration", responses=_CONFLICT)
def save_calibration(permit: EditCamera, camera_id: Id, body: PairsIn) -> CalibratedOut:
    """Calibrate the camera by these pairs."""
    there = _camera(permit, camera_id, body.revision)
    calibration, residuals = _fit(body)
    permit.note(pairs=len(body.pairs), k1=calibration.k1, rms_m=round(calibration.rms_m, 3))
    return CalibratedOut(camera=_save(permit, replace(there, calibration=calibration)), residuals_m=residuals)


@router.delete("/api/cameras/{camera_id}/calibration", responses=_CONFLICT)
def remove_calibration(permit: EditCamera, camera_id: Id, revision: Annotated[int, Query(ge=0)]) -> CameraOut:
    """Forget it: the camera's tracks no longer move on the map."""
    return _save(permit, replace(_camera(permit, camera_id, revision), calibration=None))


def _fit(body: PairsIn) -> tuple[Calibration, list[float]]:
    pairs = tuple(GroundPair(**one.model_dump()) for one in body.pairs)
    return calibrate(pairs, lens=body.lens, aspect=body.aspect)


def _camera(permit: Permit, camera_id: str, revision: int) -> Camera:
    there = permit.ports.cameras.camera(camera_id)
    if revision != there.revision:
        raise CameraChanged(name=there.name)
    return there


def _save(permit: Permit, camera: Camera) -> CameraOut:
    saved = permit.ports.cameras.save(camera)
    tell_camera(permit, saved.id)
    return CameraOut.of(saved, permit.ports.cameras.health(), permit.lang, with_addresses=True)
