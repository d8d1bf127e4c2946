"""The hand-over log: what one shift tells the next. Append-only, like a bound book."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class ShiftNoteRow(Base):
    """One entry of the log. It is never changed: a correction is another entry."""

    __tablename__ = "shift_notes"
    __table_args__ = (sa.Index("ix_shift_notes_agency_at", "agency_id", "at"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[str] = mapped_column(sa.String(64))
    by_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    text: Mapped[str] = mapped_column(sa.Text)
