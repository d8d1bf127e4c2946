"""The table behind live feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


class FeedRow(Base):
    """Something that open pages must hear of; written in the transaction of the fact itself.

    `sequence` is the SSE event id: AUTOINCREMENT, so a number is never used twice, even after old rows are pruned.
    """

    __tablename__ = "feed"
    __table_args__ = (sa.Index("ix_feed_agency_sequence", "agency_id", "sequence"), {"sqlite_autoincrement": True})

    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str | None] = mapped_column(sa.String(200))  # null: not about one camera
    kind: Mapped[str] = mapped_column(sa.String(64))  # alert.raised, alert.act, incident.act ...
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
