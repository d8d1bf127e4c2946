"""Commands to cameras at other sites: asked for, and done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commands",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("change", sa.JSON, nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("problem", sa.JSON(none_as_null=True)),
        sa.CheckConstraint("state IN ('requested', 'done', 'refused')", name=op.f("ck_commands_state_known")),
    )
    op.create_index("ix_commands_agency_id", "commands", ["agency_id"])
    op.create_index("ix_commands_state", "commands", ["state"])
