"""The second factor of a login."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("totp_secret", sa.LargeBinary))
        table.add_column(sa.Column("totp_pending", sa.LargeBinary))
        table.add_column(sa.Column("totp_confirmed_at", UtcDateTime))
        table.add_column(sa.Column("totp_step", sa.Integer))
