"""Reading and writing walls. The caller has passed `access/`."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.walls.tables import WallRow


def visible_walls(session: Session, agency_id: str, user_id: str) -> list[WallRow]:
    """The person's own walls and the agency's shared ones, by name."""
    query = (
        sa.select(WallRow)
        .where(WallRow.agency_id == agency_id, sa.or_(WallRow.owner_id == user_id, WallRow.shared))
        .order_by(sa.func.lower(WallRow.name), WallRow.id)
    )
    return list(session.scalars(query))


def find_wall(session: Session, agency_id: str, user_id: str, wall_id: str) -> WallRow | None:
    """The wall, if this person may see it: somebody else's own wall is as good as absent."""
    row = session.get(WallRow, wall_id)
    if row is None or row.agency_id != agency_id or not (row.shared or row.owner_id == user_id):
        return None
    return row


def is_taken(session: Session, wall_id: str) -> bool:
    """Whether the id is there at all, whosever it is."""
    return session.get(WallRow, wall_id) is not None


def count_walls(session: Session, agency_id: str, user_id: str) -> int:
    """How many walls this person made."""
    query = sa.select(sa.func.count()).where(WallRow.agency_id == agency_id, WallRow.owner_id == user_id)
    return int(session.scalar(query) or 0)
