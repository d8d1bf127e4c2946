"""The table of alerts. Their pictures and clips are files, named by the alert's id, in the desk's data directory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class AlertRow(Base):
    """One alert. The columns under "folded" repeat what the fold over its acts says, for filters and counts; they
    change in the transaction of the act and can be computed anew at any time."""

    __tablename__ = "alerts"
    __table_args__ = (
        sa.CheckConstraint("clip_state IN ('pending', 'ready', 'failed')", name="clip_state_known"),
        sa.Index("ix_alerts_agency_raised", "agency_id", "raised_at", "id"),
        sa.Index("ix_alerts_camera_rule_raised", "camera_id", "rule", "raised_at"),
        sa.Index("ix_alerts_camera_completed", "camera_id", "completed_at"),
        sa.Index("ix_alerts_clip_state", "clip_state"),
    )

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # the event's id: raising twice raises once
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    rule: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(64))
    severity: Mapped[str] = mapped_column(sa.String(16))
    event: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # the whole event; its explanation as key and parameters
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the desk had it
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the frame that completed it: latency counts from here
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: it goes on
    group_id: Mapped[str] = mapped_column(sa.String(64), index=True)  # first alert of a burst: same camera, same rule
    has_snapshot: Mapped[bool]
    clip_state: Mapped[str] = mapped_column(sa.String(8))
    clip_problem: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # null: none; else a Message
    in_review: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false()
    )  # its rule was, when it was raised
    # folded
    status: Mapped[str] = mapped_column(sa.String(16), index=True)
    dismiss_reason: Mapped[str | None] = mapped_column(sa.String(32))  # null: not dismissed
    incident_id: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # null: not escalated
    version: Mapped[int]
