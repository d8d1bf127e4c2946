"""Routes of views: which cameras were moved, the word of a person that a view is right, zones moved along with it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.setup.schemas import RulesCheckOut
from veedor.desk.stream.news import tell_camera
from veedor.desk.views.schemas import ConfirmedOut, ViewOut
from veedor.kit.errors import NotFound
from veedor.wire.views import CameraViews

router = room_router("views")

ListCameras = Annotated[Permit, Depends(Need(Action.CAMERA_LIST, "camera", owner=own))]
ShowCamera = Annotated[Permit, Depends(Need(Action.CAMERA_LIST, "camera", id_from="camera_id", owner=camera_owner))]
EditRules = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "rules", id_from="camera_id", owner=camera_owner))]
ConfirmView = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "view", id_from="camera_id", owner=camera_owner))]
_CANNOT: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorOut, "description": "No such camera, or nobody compares its view"},
    409: {"model": ErrorOut, "description": "Too little is known of its view"},
}


@router.get("/api/views")
def list_views(permit: ListCameras) -> list[ViewOut]:
    """The cameras of which it is known where they look, of those that this person may see."""
    views, scope = permit.ports.views, permit.scope
    if views is None:
        return []
    found = []
    for camera in permit.ports.cameras.cameras():
        report = views.report(camera.id) if scope.covers(camera.agency_id, camera.id) else None
        if report is not None:
            found.append(ViewOut.of(camera.id, report, permit.lang))
    return found


@router.get("/api/cameras/{camera_id}/view", responses=_CANNOT)
def show_view(permit: ShowCamera, camera_id: Id) -> ViewOut:
    """Whether the camera looks where its zones were drawn, and which rules rest."""
    permit.ports.cameras.camera(camera_id)
    report = _views(permit, camera_id).report(camera_id)
    if report is None:
        raise NotFound(kind="view", name=camera_id)
    return ViewOut.of(camera_id, report, permit.lang)


@router.post("/api/cameras/{camera_id}/view/confirm", responses=_CANNOT)
def confirm_view(permit: ConfirmView, camera_id: Id) -> ConfirmedOut:
    """Say that the view is right as it is: its zones have been looked at. Rules go on, and what the camera sees now is
    what later pictures are compared with."""
    permit.ports.cameras.camera(camera_id)
    views = _views(permit, camera_id)
    before = views.report(camera_id)
    if before is not None:
        permit.note(state=before.state.value, moved=before.sentence.render("en") if before.sentence else None)
    is_stale = views.confirm(camera_id)
    tell_camera(permit, camera_id)
    report = views.report(camera_id)
    if report is None:
        raise NotFound(kind="view", name=camera_id)
    return ConfirmedOut(view=ViewOut.of(camera_id, report, permit.lang), is_calibration_stale=is_stale)


@router.get("/api/cameras/{camera_id}/view/places", responses=_CANNOT)
def places_moved_along(permit: EditRules, camera_id: Id) -> RulesCheckOut:
    """The camera's rules with zones and lines moved as the view moved: to look at, correct and save. Nothing is
    changed by asking."""
    permit.ports.cameras.camera(camera_id)
    return RulesCheckOut.of(_views(permit, camera_id).moved_along(camera_id), permit.lang)


def _views(permit: Permit, camera_id: str) -> CameraViews:
    if permit.ports.views is None:
        raise NotFound(kind="view", name=camera_id)
    return permit.ports.views
