"""Agencies, people, sessions, login counters, audit chain, live feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _audit()
    op.create_table(
        "feed",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_feed_agency_id"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_agency_sequence", "feed", ["agency_id", "sequence"])
    op.create_index("ix_feed_at", "feed", ["at"])


def _accounts() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_users_agency_id"), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("password_changed_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("disabled_at", UtcDateTime),
        sa.UniqueConstraint("username", name="uq_users_username"),
        sa.CheckConstraint("username = lower(username)", name=op.f("ck_users_username_lower")),
    )
    op.create_index("ix_users_agency_id", "users", ["agency_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_sessions_agency_id"), nullable=False
        ),
        sa.Column("user_id", sa.String(36), sa.ForeignKey("users.id", name="fk_sessions_user_id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("address", sa.String(64)),
        sa.Column("agent", sa.String(200)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "login_counters",
        sa.Column(
            "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name="fk_login_counters_agency_id"), nullable=False
        ),
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("blocked_until", UtcDateTime),
        sa.PrimaryKeyConstraint("agency_id", "subject", name="pk_login_counters"),
    )
    op.create_index("ix_login_counters_last_at", "login_counters", ["last_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", sa.String(64)),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("user_agency_id", sa.String(64)),
        sa.Column("session_id", sa.String(64)),
        sa.Column("address", sa.String(64)),
        sa.Column("purpose", sa.String(200)),
        sa.Column("case_number", sa.String(200)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("resource_kind", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(200)),
        sa.Column("resource_agency_id", sa.String(64), nullable=False),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "sequence", name="pk_audit"),
    )
    op.create_index("ix_audit_agency_at", "audit", ["agency_id", "at"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
        )
