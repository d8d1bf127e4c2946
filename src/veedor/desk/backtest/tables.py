"""The table of judgements about what backtests found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class BacktestMarkRow(Base):
    """Somebody looked at what a rule found, and said whether it was true. It is about the fact, not the rules: the next
    backtest, with other rules, that finds it again shows it as judged."""

    __tablename__ = "backtest_marks"
    __table_args__ = (sa.Index("ix_backtest_marks_camera_started", "camera_id", "started_at"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # of the event, the same in every run
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(64))
    zone: Mapped[str | None] = mapped_column(sa.String(200))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of one that went on: when it was complete
    track_ids: Mapped[Any] = mapped_column(sa.JSON)
    is_true: Mapped[bool] = mapped_column(sa.Boolean)
    marked_by: Mapped[str] = mapped_column(sa.String(64))
    marked_by_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)
