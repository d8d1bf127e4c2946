"""Agencies as a tree with keys; grants and what agencies stated of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agencies") as table:
        table.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="other"))
        table.add_column(sa.Column("parent_id", sa.String(64)))
        table.add_column(sa.Column("area", sa.JSON))
        table.add_column(sa.Column("public_key", sa.String(64)))
        table.add_column(sa.Column("hosted", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "grants",
        sa.Column("id", sa.String(100), primary_key=True),
        _agency("agency_id", "fk_grants_agency_id"),
        _agency("grantee_id", "fk_grants_grantee_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("terms_sha256", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_grants_agency", "grants", ["agency_id"])
    op.create_index("ix_grants_grantee", "grants", ["grantee_id"])
    op.create_table(
        "grant_statements",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "grant_id", sa.String(100), sa.ForeignKey("grants.id", name="fk_grant_statements_grant_id"), nullable=False
        ),
        sa.Column("terms_sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        _agency("agency_id", "fk_grant_statements_agency_id"),
        sa.Column("by_id", sa.String(100), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_grant_statements_grant", "grant_statements", ["grant_id"])
    counters = op.create_table(
        "agreement_counters",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    op.bulk_insert(counters, [{"name": "agencies", "value": 0}, {"name": "grants", "value": 0}])


def _agency(column: str, name: str) -> sa.Column[str]:
    return sa.Column(column, sa.String(64), sa.ForeignKey("agencies.id", name=name), nullable=False)
