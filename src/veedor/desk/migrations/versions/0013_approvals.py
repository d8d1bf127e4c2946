"""What people asked a colleague to agree to, where a grant asks for two persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("asked_by", sa.String(36), nullable=False),
        sa.Column("asked_by_name", sa.String(200), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("right", sa.String(16), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("owner_agency_id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("case_number", sa.String(200)),
        sa.Column("started_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("given_by", sa.String(36)),
        sa.Column("given_by_name", sa.String(200)),
        sa.Column("given_at", UtcDateTime),
        sa.Column("text", sa.Text),
    )
    op.create_index("ix_approvals_agency_id", "approvals", ["agency_id"])
