"""The table of bookmarks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class BookmarkRow(Base):
    """A moment of a camera with somebody's words. It keeps no footage."""

    __tablename__ = "bookmarks"
    __table_args__ = (sa.Index("ix_bookmarks_agency_camera_at", "agency_id", "camera_id", "at"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(sa.String(500))
    made_by: Mapped[str] = mapped_column(sa.String(64))
    made_by_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
