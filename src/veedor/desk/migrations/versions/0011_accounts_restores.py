"""People of an agency's other sites, restores of this machine and of others, and the roster that a hub signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import BIG, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_records",
        sa.Column("person_id", sa.String(64), primary_key=True),
        _agency("account_records"),
        sa.Column("is_home", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("problem", sa.String(16), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_account_records_agency_id", "account_records", ["agency_id"])
    op.create_table(
        "account_lists",
        sa.Column(
            "agency_id",
            sa.String(64),
            sa.ForeignKey("agencies.id", name="fk_account_lists_agency_id"),
            primary_key=True,
        ),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "restores",
        sa.Column("number", BIG, primary_key=True, autoincrement=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("is_own", sa.Boolean, nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("restored_at", UtcDateTime, nullable=False),
        sa.Column("backup_made_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("lost_to", BIG),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("place", "restored_at", name="uq_restores_place"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kept_roster",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
    )
    op.add_column("sites", sa.Column("signs", sa.Boolean))
    op.add_column("sites", sa.Column("doubted_at", UtcDateTime))


def _agency(table: str) -> sa.Column[str]:
    return sa.Column(
        "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id"), nullable=False
    )
