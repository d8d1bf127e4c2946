"""The table of what is on its way to the hub."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


class OutwardRow(Base):
    """One fact. `sequence` grows in the order of the commits and is never used twice; `message_id` stays the same
    however often the row is sent."""

    __tablename__ = "outward"
    __table_args__ = ({"sqlite_autoincrement": True},)

    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # whose fact it is
    message_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(64))  # wire.facts.FactKind
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
