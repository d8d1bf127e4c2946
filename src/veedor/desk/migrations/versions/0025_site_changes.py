"""When a site last joined, got another key, or was revoked: which of two tellings of it is the newer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("changed_at", UtcDateTime))
