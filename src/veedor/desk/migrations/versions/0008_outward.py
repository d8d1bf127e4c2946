"""Many agencies in one desk, and the facts that travel between desks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import BIG, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # a hub of many agencies counts past 2^31
        for table in ("audit", "feed"):
            op.alter_column(table, "sequence", type_=sa.BigInteger)
        op.execute("ALTER SEQUENCE feed_sequence_seq AS bigint")
    op.add_column("feed", sa.Column("camera_id", sa.String(200)))
    _incident_agencies()
    op.create_table(
        "outward",
        sa.Column("sequence", BIG, primary_key=True, autoincrement=True),
        _agency("outward"),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("message_id", name="uq_outward_message_id"),
        sqlite_autoincrement=True,
    )
    _sites()


def _agency(table: str) -> sa.Column[str]:
    return sa.Column(
        "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id"), nullable=False
    )


def _incident_agencies() -> None:
    op.create_table(
        "incident_agencies",
        sa.Column(
            "incident_id",
            sa.String(64),
            sa.ForeignKey("incidents.id", name="fk_incident_agencies_incident_id"),
            nullable=False,
        ),
        _agency("incident_agencies"),
        sa.Column("part", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "agency_id", name="pk_incident_agencies"),
    )
    op.create_index("ix_incident_agencies_agency_id", "incident_agencies", ["agency_id"])


def _sites() -> None:
    op.create_table(
        "site_position",
        sa.Column("site_id", sa.String(64), primary_key=True),
        _agency("site_position"),
        sa.Column("incarnation", sa.String(64), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("message_id", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "site_audit",
        sa.Column("site_id", sa.String(64), nullable=False),
        _agency("site_audit"),
        sa.Column("sequence", BIG, nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("user_agency_id", sa.String(64)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("resource_kind", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(200)),
        sa.Column("resource_agency_id", sa.String(64), nullable=False),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("flaw", sa.String(16)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "sequence", "hash", name="pk_site_audit"),
    )
    op.create_index("ix_site_audit_agency_at", "site_audit", ["agency_id", "at"])
    op.create_index("ix_site_audit_flaw", "site_audit", ["flaw"])
