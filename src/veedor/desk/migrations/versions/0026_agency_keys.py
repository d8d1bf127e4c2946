"""Keys of agencies that are no longer pinned, and those that are offered in their place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, when in (("agency_keys_former", "until"), ("agency_keys_offered", "offered_at")):
        op.create_table(
            name,
            sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), primary_key=True),
            sa.Column("public_key", sa.String(64), primary_key=True),
            sa.Column(when, UtcDateTime, nullable=False),
        )
    op.create_index("ix_witnessed_heads_flaw", "witnessed_heads", ["flaw"])
