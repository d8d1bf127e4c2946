"""Nearby alerts of several agencies that somebody said are not one thing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal_dismissals",
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), primary_key=True),
        sa.Column("first_burst", sa.String(64), primary_key=True),
        sa.Column("second_burst", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text),
    )
