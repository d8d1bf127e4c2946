"""What people said of the events that backtests found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backtest_marks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_backtest_marks_agency_id"), nullable=False
        ),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(200), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("track_ids", sa.JSON, nullable=False),
        sa.Column("is_true", sa.Boolean, nullable=False),
        sa.Column("marked_by", sa.String(64), nullable=False),
        sa.Column("marked_by_name", sa.String(200), nullable=False),
        sa.Column("marked_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_backtest_marks_camera_started", "backtest_marks", ["camera_id", "started_at"])
