"""Saved walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "walls",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_walls_agency_id"), nullable=False),
        sa.Column("owner_id", sa.String(36), sa.ForeignKey("users.id", name="fk_walls_owner_id"), nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
    )
    op.create_index("ix_walls_agency_owner", "walls", ["agency_id", "owner_id"])
