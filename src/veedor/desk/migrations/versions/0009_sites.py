"""Sites that have joined, their cameras and events, invitations, and identities of people of other desks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sites()
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        _agency("invitations"),
        sa.Column("site_name", sa.String(200), nullable=False),
        sa.Column("site_id", sa.String(64)),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.UniqueConstraint("secret_hash", name="uq_invitations_secret_hash"),
    )
    op.create_table(
        "site_events",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("site_id", sa.String(64), nullable=False),
        _agency("site_events"),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_site_events_camera_started", "site_events", ["camera_id", "started_at"])
    op.create_index("ix_site_events_started_at", "site_events", ["started_at"])
    op.create_table(
        "vouched_sessions",
        sa.Column("session_id", sa.String(36), primary_key=True),
        _agency("vouched_sessions"),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_vouched_sessions_expires_at", "vouched_sessions", ["expires_at"])


def _agency(table: str) -> sa.Column[str]:
    return sa.Column(
        "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id"), nullable=False
    )


def _sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        _agency("sites"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("link_key", sa.String(64), nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("seen_at", UtcDateTime),
        sa.Column("boot", sa.String(64)),
        sa.Column("boots", sa.JSON, nullable=False),
        sa.Column("is_doubled", sa.Boolean, nullable=False),
        sa.Column("health", sa.JSON, nullable=False),
        sa.UniqueConstraint("number", name="uq_sites_number"),
        sa.UniqueConstraint("link_key", name="uq_sites_link_key"),
    )
    op.create_index("ix_sites_agency_id", "sites", ["agency_id"])
    op.create_table(
        "site_cameras",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("site_id", sa.String(64), sa.ForeignKey("sites.id", name="fk_site_cameras_site_id"), nullable=False),
        _agency("site_cameras"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sent", sa.JSON, nullable=False),
        sa.Column("removed_at", UtcDateTime),
    )
    op.create_index("ix_site_cameras_site_id", "site_cameras", ["site_id"])
    op.create_index("ix_site_cameras_agency_id", "site_cameras", ["agency_id"])
