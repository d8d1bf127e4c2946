"""The table of saved walls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class WallRow(Base):
    """One wall: of the person who made it, or shared with the agency."""

    __tablename__ = "walls"
    __table_args__ = (sa.Index("ix_walls_agency_owner", "agency_id", "owner_id"),)

    id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    owner_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    shared: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # tiles, cameras (null: an empty tile), tour_s
    revision: Mapped[int]  # counts changes, from 1
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(sa.String(64))  # user name, for people
