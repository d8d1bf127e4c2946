"""Routes of saved walls. Who may watch live keeps walls of their own; shared ones need wall.share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import Field, field_validator, model_validator

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import ErrorOut, Id, In, Out, UtcTime, room_router
from veedor.desk.scoping import require
from veedor.desk.walls import repository
from veedor.desk.walls.errors import TooManyWalls, WallChanged
from veedor.desk.walls.tables import WallRow
from veedor.kit.errors import NotFound

router = room_router("walls")

TILES = (1, 4, 9, 16)
MAX_CAMERAS = 400
MAX_WALLS = 200

ListWalls = Annotated[Permit, Depends(Need(Action.LIVE_WATCH, "wall", owner=own))]
OneWall = Annotated[Permit, Depends(Need(Action.LIVE_WATCH, "wall", id_from="wall_id", owner=own))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Somebody changed the wall meanwhile"}
}


class WallIn(In):
    """`revision` is the one that you changed, 0 for a new wall."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    shared: bool = False
    tiles: Annotated[int, Field(description="1, 4, 9 or 16")]
    cameras: Annotated[list[Id | None], Field(max_length=MAX_CAMERAS)]
    tour_s: Annotated[int, Field(ge=3, le=3600)] | None = Field(
        None, description="Turn the page every so many seconds; null: stand still"
    )
    revision: Annotated[int, Field(ge=0)] = 0

    @field_validator("name")
    @classmethod
    def _is_text(cls, value: str) -> str:
        name = " ".join(value.split())
        if not name or not name.isprintable():
            raise ValueError("not a name")
        return name

    @model_validator(mode="after")
    def _fits(self) -> WallIn:
        if self.tiles not in TILES:
            raise ValueError("tiles: 1, 4, 9 or 16")
        return self


class WallOut(Out):
    id: str
    name: str
    shared: bool
    own: bool = Field(description="Made by the person who asks")
    editable: bool
    tiles: int
    cameras: list[str | None]
    tour_s: int | None
    revision: int
    changed_at: UtcTime
    changed_by: str


@router.get("/api/walls")
def list_walls(permit: ListWalls) -> list[WallOut]:
    """One's own walls and the agency's shared ones, by name."""
    with permit.ports.database.reading() as session:
        rows = repository.visible_walls(session, permit.principal.agency_id, permit.principal.user_id)
    return [_out(permit, row) for row in rows]


@router.put("/api/walls/{wall_id}", responses=_CONFLICT)
def save_wall(permit: OneWall, wall_id: Id, body: WallIn) -> WallOut:
    """Add a wall or change it. Of two who change the same revision, one gets 409."""
    before = _find(permit, wall_id)
    if body.shared or (before is not None and before.shared):
        require(permit, Action.WALL_SHARE, "wall", wall_id)
    permit.note(name=body.name, shared=body.shared, revision=body.revision)
    with permit.ports.database.session() as session:
        agency_id, user_id = permit.principal.agency_id, permit.principal.user_id
        row = repository.find_wall(session, agency_id, user_id, wall_id)
        if row is None and repository.is_taken(session, wall_id):
            raise NotFound(kind="wall", name=wall_id)
        if (row.revision if row else 0) != body.revision or (row is not None and row.shared and not _had(before)):
            raise WallChanged(name=body.name, who=row.changed_by if row else "—")
        if row is None:
            if repository.count_walls(session, agency_id, user_id) >= MAX_WALLS:
                raise TooManyWalls(limit=MAX_WALLS)
            row = WallRow(id=wall_id, agency_id=agency_id, owner_id=user_id, revision=0)
            session.add(row)
        was_shared = bool(row.shared)
        row.name, row.shared = body.name, body.shared
        row.content = {"tiles": body.tiles, "cameras": list(body.cameras), "tour_s": body.tour_s}
        row.revision += 1
        row.changed_at, row.changed_by = permit.ports.clock.now(), permit.principal.username
        _tell(permit, session, row, was_shared=was_shared)
    return _out(permit, row)


@router.delete("/api/walls/{wall_id}", status_code=204, responses=_CONFLICT)
def delete_wall(permit: OneWall, wall_id: Id, revision: Annotated[int | None, Query(ge=0)] = None) -> None:
    """Forget a wall. `revision` left out: whatever it is now."""
    before = _find(permit, wall_id)
    if before is None:
        raise NotFound(kind="wall", name=wall_id)
    if before.shared:
        require(permit, Action.WALL_SHARE, "wall", wall_id)
    with permit.ports.database.session() as session:
        row = repository.find_wall(session, permit.principal.agency_id, permit.principal.user_id, wall_id)
        if row is None:
            raise NotFound(kind="wall", name=wall_id)
        if (revision is not None and revision != row.revision) or row.shared != before.shared:
            raise WallChanged(name=row.name, who=row.changed_by)
        _tell(permit, session, row, was_shared=row.shared)
        session.delete(row)


def _find(permit: Permit, wall_id: str) -> WallRow | None:
    with permit.ports.database.reading() as session:
        return repository.find_wall(session, permit.principal.agency_id, permit.principal.user_id, wall_id)


def _had(before: WallRow | None) -> bool:
    """Whether the right to change shared walls has been asked for this one."""
    return before is not None and before.shared


def _tell(permit: Permit, session: Any, row: WallRow, *, was_shared: bool) -> None:
    """Open pages load their walls anew. Names stay out: an own wall's name is nobody else's business."""
    whose = None if row.shared or was_shared else row.owner_id
    permit.feed.publish(session, "wall.changed", {"id": row.id, "owner": whose}, row.agency_id)


def _out(permit: Permit, row: WallRow) -> WallOut:
    return WallOut(
        id=row.id,
        name=row.name,
        shared=row.shared,
        own=row.owner_id == permit.principal.user_id,
        editable=permit.may(Action.WALL_SHARE) if row.shared else True,
        revision=row.revision,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        **row.content,
    )
