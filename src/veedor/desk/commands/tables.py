"""Table of commands: at a hub those that were asked for, at a site those that it has done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class CommandRow(Base):
    """One change of a camera's settings. A site that finds the id here has done it, and does it never again."""

    __tablename__ = "commands"
    __table_args__ = (sa.CheckConstraint("state IN ('requested', 'done', 'refused')", name="state_known"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    change: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # desk.commands.schemas.SettingsIn
    user_id: Mapped[str] = mapped_column(sa.String(36))  # who asked, and with which login
    username: Mapped[str] = mapped_column(sa.String(200))
    session_id: Mapped[str] = mapped_column(sa.String(36))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(sa.String(16), index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: the site has not answered
    problem: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # a Message; null: none
