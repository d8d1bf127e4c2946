"""Sealing of case and officer: sealings, those that passes brought here, and their openings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("case", sa.String(64), nullable=False),
        sa.Column("held", sa.LargeBinary, nullable=False),
        sa.Column("has_secret", sa.Boolean, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("opened_by", sa.String(64)),
        sa.Column("opened_by_name", sa.String(200)),
    )
    op.create_index("ix_seals_agency_id", "seals", ["agency_id"])
    op.create_index("ix_seals_until", "seals", ["until"])
    op.create_table(
        "seals_seen",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("case", sa.String(64), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime),
    )
    op.create_table(
        "seal_openings",
        sa.Column("seal_id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
    )
