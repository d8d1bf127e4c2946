"""Routes of commands: changing a camera of one's own agency from wherever one is logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from veedor.access.actions import Action
from veedor.desk.commands import service
from veedor.desk.commands.schemas import CommandIn, CommandOut
from veedor.desk.commands.tables import CommandRow
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import Id, room_router
from veedor.kit.errors import NotFound

router = room_router("cameras")

Edit = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera", id_from="camera_id", owner=camera_owner))]
List = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera", owner=own))]


@router.post("/api/cameras/{camera_id}/commands", status_code=202)
def command(permit: Edit, camera_id: Id, body: CommandIn) -> CommandOut:
    """Ask for a change of a camera's settings. At its own site it is done at once; at a hub it is `requested` until
    the site has done it, also when the link is down in between."""
    camera = permit.ports.cameras.camera(camera_id)
    permit.note(command=body.id, **body.change.model_dump(mode="json", exclude_unset=True))
    command_id = service.request(permit.ports, permit.principal, camera, body)
    with permit.ports.database.reading() as session:
        row = session.get(CommandRow, command_id)
    if row is None:
        raise NotFound(kind="command", name=command_id)
    return CommandOut.of(row, permit.lang)


@router.get("/api/commands")
def list_commands(permit: List) -> list[CommandOut]:
    """The agency's newest commands: requested, done or refused."""
    with permit.ports.database.reading() as session:
        rows = service.commands_of(session, permit.principal.agency_id)
    return [CommandOut.of(row, permit.lang) for row in rows]
