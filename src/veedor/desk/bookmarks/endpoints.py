"""Routes of bookmarks: moments of a camera with words. A bookmark protects nothing from retention."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.bookmarks.tables import BookmarkRow
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import End, Id, In, Out, Start, UtcTime, aware, room_router, span
from veedor.desk.scoping import require
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id

router = room_router("bookmarks")

_MAX = 2000
List = Annotated[Permit, Depends(Need(Action.BOOKMARK_READ, "bookmark", owner=own, detail=("start", "end", "camera")))]
Make = Annotated[Permit, Depends(Need(Action.BOOKMARK_EDIT, "bookmark", owner=own))]
Remove = Annotated[Permit, Depends(Need(Action.BOOKMARK_EDIT, "bookmark", id_from="bookmark_id", owner=own))]


class BookmarkIn(In):
    camera: Id
    at: datetime = Field(description="ISO 8601 with its zone")
    text: Annotated[str, Field(min_length=1, max_length=500)]


class BookmarkOut(Out):
    id: str
    camera_id: str
    at: UtcTime
    text: str
    by: str = Field(description="As called then")
    by_id: str
    made_at: UtcTime

    @staticmethod
    def of(row: BookmarkRow) -> BookmarkOut:
        return BookmarkOut(
            id=row.id,
            camera_id=row.camera_id,
            at=row.at,
            text=row.text,
            by=row.made_by_name,
            by_id=row.made_by,
            made_at=row.made_at,
        )


@router.get("/api/bookmarks")
def list_bookmarks(
    permit: List,
    start: Start,
    end: End,
    camera: Annotated[list[Id], Query(max_length=500)] = [],  # noqa: B006
) -> list[BookmarkOut]:
    """Bookmarks in the span, of all cameras or of those named, by time; at most 2,000."""
    first, last = span(start, end, permit.config.list_max_h)
    query = (
        sa.select(BookmarkRow)
        .where(BookmarkRow.agency_id == permit.principal.agency_id, BookmarkRow.at >= first, BookmarkRow.at < last)
        .order_by(BookmarkRow.at, BookmarkRow.id)
        .limit(_MAX)
    )
    if camera:
        query = query.where(BookmarkRow.camera_id.in_(camera))
    with permit.ports.database.reading() as session:
        return [BookmarkOut.of(row) for row in session.scalars(query)]


@router.post("/api/bookmarks", status_code=201)
def make_bookmark(permit: Make, body: BookmarkIn) -> BookmarkOut:
    """Mark a moment of a camera. This keeps no footage: retention takes it as before."""
    at = aware(body.at, "at")
    ports, who = permit.ports, permit.principal
    try:
        owner = ports.cameras.camera(body.camera).agency_id
    except NotFound:
        if ports.footage.recorded_until(body.camera) is None:
            raise
        owner = ports.agency_id  # removed since; its footage stays this desk's
    ports.access.authorize(who, Action.FOOTAGE_PLAY, Resource("footage", body.camera, owner), detail={"at": str(at)})
    made_at = ports.clock.now()
    row = BookmarkRow(
        id=new_id(made_at),
        agency_id=who.agency_id,
        camera_id=body.camera,
        at=at,
        text=body.text.strip() or "·",
        made_by=who.user_id,
        made_by_name=who.username,
        made_at=made_at,
    )
    with ports.database.session() as session:
        session.add(row)
        session.flush()
        _tell(permit, session, row, "made")
        return BookmarkOut.of(row)


@router.delete("/api/bookmarks/{bookmark_id}", status_code=204)
def remove_bookmark(permit: Remove, bookmark_id: Id) -> None:
    """Remove one's own; a supervisor removes anybody's."""
    ports = permit.ports
    with ports.database.reading() as session:
        found = _get(session, permit.principal.agency_id, bookmark_id)
        is_own = found.made_by == permit.principal.user_id
    if not is_own:
        require(permit, Action.BOOKMARK_CLEAR, "bookmark", bookmark_id)
    with ports.database.session() as session:
        row = _get(session, permit.principal.agency_id, bookmark_id)
        _tell(permit, session, row, "removed")
        session.delete(row)


def _get(session: Session, agency_id: str, bookmark_id: str) -> BookmarkRow:
    row = session.get(BookmarkRow, bookmark_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound(kind="bookmark", name=bookmark_id)
    return row


def _tell(permit: Permit, session: Session, row: BookmarkRow, what: str) -> None:
    payload = {"id": row.id, "camera_id": row.camera_id, "at": row.at.isoformat(), "what": what}
    permit.feed.publish(session, "bookmark.changed", payload, row.agency_id)
