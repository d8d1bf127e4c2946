"""Sites of other versions: which version of the link each spoke last, and facts that only a newer hub can read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sites") as table:
        table.add_column(sa.Column("protocol", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "unread_facts",
        sa.Column("message_id", sa.String(100), primary_key=True),
        sa.Column("site_id", sa.String(64), primary_key=True),
        sa.Column(
            "agency_id",
            sa.String(64),
            sa.ForeignKey("agencies.id", name="fk_unread_facts_agency_id_agencies"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_unread_facts_kind", "unread_facts", ["kind"])
