"""The hand-over log of shifts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shift_notes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "agency_id",
            sa.String(64),
            sa.ForeignKey("agencies.id", name="fk_shift_notes_agency_id"),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_id", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_shift_notes_agency_at", "shift_notes", ["agency_id", "at"])
