"""Bookmarks, and alerts by camera and time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_bookmarks_agency_id"), nullable=False
        ),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_bookmarks_agency_camera_at", "bookmarks", ["agency_id", "camera_id", "at"])
    # A timeline asks for the alerts of some cameras in a span.
    op.create_index("ix_alerts_camera_completed", "alerts", ["camera_id", "completed_at"])
