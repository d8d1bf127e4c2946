"""Table of what people asked a colleague to agree to."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class ApprovalRow(Base):
    """One look that somebody wants to have, as it is shown to a colleague. Kept: the audit names it."""

    __tablename__ = "approvals"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)  # of both people
    asked_by: Mapped[str] = mapped_column(sa.String(36))
    asked_by_name: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    right: Mapped[str] = mapped_column(sa.String(16))  # value of model.Right
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    owner_agency_id: Mapped[str] = mapped_column(sa.String(64))  # of the camera
    purpose: Mapped[str] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: not about footage
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_by: Mapped[str | None] = mapped_column(sa.String(36))  # null: nobody has agreed
    given_by_name: Mapped[str | None] = mapped_column(sa.String(200))
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_by: Mapped[str | None] = mapped_column(
        sa.String(36)
    )  # null: nobody has refused; or taken back, by who asked
    refused_by_name: Mapped[str | None] = mapped_column(sa.String(200))
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    text: Mapped[str | None] = mapped_column(sa.Text)  # as signed for other sites; null: no key here
