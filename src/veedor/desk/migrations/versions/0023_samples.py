"""Random stretches that gave no alert, what they were drawn from, and what people said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_days",
        sa.Column("camera_id", sa.String(200), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        _agency("sample_days"),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("frame", sa.JSON, nullable=False),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("samples"),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("stratum", sa.String(16), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("place_in_line", sa.Double, nullable=False),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
        sa.Column("answer", sa.String(8), nullable=True),
        sa.Column("kind", sa.String(64), nullable=True),
        sa.Column("note", sa.Text, nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("answered_by", sa.String(64), nullable=True),
        sa.Column("answered_by_name", sa.String(200), nullable=True),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name="ck_samples_probability_is_one"),
        sa.CheckConstraint("answer IN ('yes', 'no', 'unsure')", name="ck_samples_answer_known"),
    )
    op.create_index("ix_samples_agency_day", "samples", ["agency_id", "day"])


def _agency(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id")
    return sa.Column("agency_id", sa.String(64), key, nullable=False)
