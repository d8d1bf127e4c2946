"""Tables of random stretches that gave no alert."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class SampleDayRow(Base):
    """One camera's day was drawn from: once, whatever was found. What is not here says nothing of that day."""

    __tablename__ = "sample_days"

    camera_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)  # in the site's time zone
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frame: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # stratum -> {"hours", "stretches"} it was drawn from
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SampleRow(Base):
    """A stretch without an alert that somebody is asked about. Its clip is asked for as any other footage."""

    __tablename__ = "samples"
    __table_args__ = (
        sa.CheckConstraint("probability > 0 AND probability <= 1", name="probability_is_one"),
        sa.CheckConstraint("answer IN ('yes', 'no', 'unsure')", name="answer_known"),
        sa.Index("ix_samples_agency_day", "agency_id", "day"),
    )

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    day: Mapped[date] = mapped_column(sa.Date)  # of `sample_days`
    stratum: Mapped[str] = mapped_column(sa.String(16))  # value of frame.Stratum
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    probability: Mapped[float]  # with which just this stretch was drawn
    place_in_line: Mapped[float]  # 0..1, random: who answers some of those that wait answers a random part of them
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.String(8))  # null: nobody has said anything
    kind: Mapped[str | None] = mapped_column(sa.String(64))  # of the rule that should have told it, where "yes"
    note: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(sa.String(64))
    answered_by_name: Mapped[str | None] = mapped_column(sa.String(200))  # as called then
