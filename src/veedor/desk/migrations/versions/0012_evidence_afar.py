"""Evidence across sites: in whose name a hub asks for it, and what an owner gave away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import BIG, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_errands",
        sa.Column("subject_id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(200)),
        sa.Column("case_number", sa.String(200)),
        sa.Column("approval", sa.Text),
        sa.Column("approved_by", sa.String(36)),
    )
    op.create_table(
        "evidence_given",
        sa.Column("number", BIG, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("lock_id", sa.String(64), nullable=False),
        sa.Column("package_id", sa.String(64), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(100), nullable=False),
        sa.Column("person_name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(200)),
        sa.Column("case_number", sa.String(200)),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("grant_id", sa.String(64)),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("octets", sa.BigInteger, nullable=False),
        sa.Column("statement_sha256", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("lock_id", "kind", "package_id", "statement_sha256", name="uq_evidence_given_step"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER evidence_given_no_{verb.lower()} BEFORE {verb} ON evidence_given "
                "BEGIN SELECT RAISE(ABORT, 'what was given is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER evidence_given_append_only BEFORE UPDATE OR DELETE ON evidence_given "
            "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
        )
