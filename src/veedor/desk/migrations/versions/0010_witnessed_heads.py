"""Heads of audit chains that this desk keeps for others, and a quick way to looks at an agency's cameras."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import BIG, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "witnessed_heads",
        sa.Column("number", BIG, primary_key=True, autoincrement=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("flaw", sa.String(16), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("place", "sequence", "hash", "flaw", name="uq_witnessed_heads_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_site_audit_owner_at", "site_audit", ["resource_agency_id", "at"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER witnessed_heads_no_{verb.lower()} BEFORE {verb} ON witnessed_heads "
                "BEGIN SELECT RAISE(ABORT, 'witnessed heads are append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER witnessed_heads_append_only BEFORE UPDATE OR DELETE ON witnessed_heads "
            "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
        )
