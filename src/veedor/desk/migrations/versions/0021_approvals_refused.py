"""A colleague may say no, and who asks may take it back: who, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approvals") as table:
        table.add_column(sa.Column("refused_by", sa.String(36)))
        table.add_column(sa.Column("refused_by_name", sa.String(200)))
        table.add_column(sa.Column("refused_at", UtcDateTime))
