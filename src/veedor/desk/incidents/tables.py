"""The table of incidents: what lists and filters need. All else is in their acts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class IncidentAgencyRow(Base):
    """An agency that works on another's incident, or is asked to. Folded, like the columns of the incident."""

    __tablename__ = "incident_agencies"

    incident_id: Mapped[str] = mapped_column(sa.ForeignKey("incidents.id"), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(sa.String(16))  # model.incident.AgencyPart


class IncidentRow(Base):
    """One incident. The columns under "folded" repeat what the fold over its acts says."""

    __tablename__ = "incidents"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "number"),
        sa.Index("ix_incidents_agency_opened", "agency_id", "opened_at", "id"),
    )

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    number: Mapped[int]  # what people say on the radio: counts from 1 per agency
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # folded
    type: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[str] = mapped_column(sa.String(16), index=True)
    place: Mapped[str | None] = mapped_column(sa.String(500))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    assignee: Mapped[str | None] = mapped_column(sa.String(200))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: open
    version: Mapped[int]
