"""The table of acts. Triggers of the migration refuse UPDATE and DELETE."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class ActRow(Base):
    """One act. `sequence` counts the acts of one subject in the order in which this desk learned of them, from 1.

    Its uniqueness is the lock: who read version n writes sequence n + 1, and of two who do so only one can.
    """

    __tablename__ = "acts"
    __table_args__ = (
        sa.UniqueConstraint("subject_kind", "subject_id", "sequence"),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
    )

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)  # whose thing was acted on
    actor_agency_id: Mapped[str] = mapped_column(sa.String(64))  # who acted: may be another agency
    subject_kind: Mapped[str] = mapped_column(sa.String(16))  # alert, incident, evidence
    subject_id: Mapped[str] = mapped_column(sa.String(64))
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(32))  # value of model.ActKind; newer desks may know more
    actor_id: Mapped[str] = mapped_column(sa.String(64))  # users.id, or "site" where the site itself answers
    actor_name: Mapped[str | None] = mapped_column(sa.String(200))  # as called then
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was done, by the clock where it was done
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when this desk learned of it
    reason: Mapped[str | None] = mapped_column(sa.Text)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
