"""Routes of what is usual on a camera. To see it is to read what its rules go by; to take it back changes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import Id, room_router
from veedor.desk.usual.schemas import BaselineBackIn, UsualOut
from veedor.kit.errors import Unavailable
from veedor.wire.usual import UsualMovement

router = room_router("rules")

Read = Annotated[Permit, Depends(Need(Action.RULES_READ, "normality", id_from="camera_id", owner=camera_owner))]
Edit = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "normality", id_from="camera_id", owner=camera_owner))]
Hour = Annotated[
    int | None, Query(ge=0, le=167, description="Hour of the week, Monday 0:00 is 0; else the present one")
]


@router.get("/api/cameras/{camera_id}/usual")
def show_usual(permit: Read, camera_id: Id, hour: Hour = None) -> UsualOut:
    """What was learned of the camera's movement: the usual flow in one hour of the week, and the versions of it."""
    permit.ports.cameras.camera(camera_id)
    return UsualOut.of(_usual(permit).show(camera_id, hour))


@router.post("/api/cameras/{camera_id}/usual/back")
def take_usual_back(permit: Edit, camera_id: Id, body: BaselineBackIn) -> UsualOut:
    """Go back to an earlier version, as a new one. What came in between is not learned again."""
    camera = permit.ports.cameras.camera(camera_id)
    permit.note(camera=camera.name, version=str(body.version))
    _usual(permit).roll_back(camera_id, body.version)
    return UsualOut.of(_usual(permit).show(camera_id, None))


def _usual(permit: Permit) -> UsualMovement:
    if permit.ports.usual is None:
        raise Unavailable(name="hub", problem="what is usual: at its own site", detail="hub-at-the-site")
    return permit.ports.usual
