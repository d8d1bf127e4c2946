"""Asking for a change of a camera, and doing it at the camera's own site. The caller has passed `access/`."""

from __future__ import annotations

from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.commands.schemas import CommandIn, SettingsIn
from veedor.desk.commands.tables import CommandRow
from veedor.desk.context import DeskPorts
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import Conflict
from veedor.model.camera import Camera

REQUESTED, DONE, REFUSED = "requested", "done", "refused"


class FarCommands(Protocol):
    """A hub's: commands to the sites of cameras, in the name of one person. Raises what the site raises."""

    def change_camera(self, command_id: str, camera_id: str, change: dict[str, Any]) -> None:
        """Returns when the site has done it. Idempotent by `command_id`."""


def request(ports: DeskPorts, who: Principal, camera: Camera, wanted: CommandIn) -> str:
    """Keep the command until its site has done it; at the site itself it is done now. Raises Conflict where the id
    stands for another command, and what saving a camera raises."""
    change = wanted.change.model_dump(mode="json", exclude_unset=True)
    if ports.far_commands is None:
        do(ports, who, wanted.id, camera.id, change)
        return wanted.id
    with ports.database.session() as session:
        if not _is_known(session, wanted.id, camera.id, change):
            row = _row(ports, who, wanted.id, camera, change, REQUESTED)
            session.add(row)
            session.flush()
            tell(ports, session, row)
    return wanted.id


def do(ports: DeskPorts, who: Principal, command_id: str, camera_id: str, change: dict[str, Any]) -> Camera:
    """At the camera's site, once. Raises Conflict, ValueError for settings that cannot be, what saving raises."""
    wanted = SettingsIn.model_validate(change)
    camera = ports.cameras.camera(camera_id)
    with ports.database.reading() as session:
        if _is_known(session, command_id, camera_id, change):
            return camera
    saved = ports.cameras.save(wanted.applied(camera))
    with ports.database.session() as session:  # a crash before this: asked again, it is saved as the same again
        row = _row(ports, who, command_id, saved, change, DONE)
        session.add(row)
        session.flush()
        tell(ports, session, row)
    return saved


def commands_of(session: Session, agency_id: str) -> list[CommandRow]:
    """The newest 200 of an agency, the newest first."""
    query = sa.select(CommandRow).where(CommandRow.agency_id == agency_id)
    return list(session.scalars(query.order_by(CommandRow.requested_at.desc(), CommandRow.id).limit(200)))


def outstanding(session: Session) -> list[CommandRow]:
    """Those that no site has answered, the oldest first."""
    query = sa.select(CommandRow).where(CommandRow.state == REQUESTED)
    return list(session.scalars(query.order_by(CommandRow.requested_at, CommandRow.id)))


def _is_known(session: Session, command_id: str, camera_id: str, change: dict[str, Any]) -> bool:
    row = session.get(CommandRow, command_id)
    if row is not None and (row.camera_id, row.change) != (camera_id, change):
        raise Conflict(problem=f"command {command_id} is another one")
    return row is not None


def _row(
    ports: DeskPorts, who: Principal, command_id: str, camera: Camera, change: dict[str, Any], state: str
) -> CommandRow:
    now = ports.clock.now()
    return CommandRow(
        id=command_id,
        agency_id=camera.agency_id,
        camera_id=camera.id,
        camera_name=camera.name[:200],
        change=change,
        user_id=who.user_id,
        username=who.username[:200],
        session_id=who.session_id or "",
        requested_at=now,
        state=state,
        finished_at=now if state == DONE else None,
        problem=None,
    )


def tell(ports: DeskPorts, session: Session, row: CommandRow) -> None:
    """Let open pages know how far it is."""
    told = {"camera_ids": [row.camera_id], "command": row.id, "state": row.state}
    LiveFeedHub(ports.database, ports.clock).publish(session, "camera.changed", told, row.agency_id, row.camera_id)
