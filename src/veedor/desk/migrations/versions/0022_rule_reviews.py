"""Rules whose alerts go to the review list, what was decided about them, and which alerts are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("in_review", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "rule_reviews",
        sa.Column("camera_id", sa.String(200), primary_key=True),
        sa.Column("rule", sa.String(200), primary_key=True),
        _agency("rule_reviews"),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("in_review", sa.Boolean, nullable=False),
        sa.Column("warned", sa.Boolean, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("below", sa.Double, nullable=True),
        sa.Column("counted_from", UtcDateTime, nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=True),
        sa.Column("numbers", sa.JSON, nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_by_name", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
    )
    op.create_table(
        "rule_review_acts",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("rule_review_acts"),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("numbers", sa.JSON, nullable=True),
    )
    op.create_index("ix_rule_review_acts_camera_rule", "rule_review_acts", ["camera_id", "rule", "at"])


def _agency(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id")
    return sa.Column("agency_id", sa.String(64), key, nullable=False)
