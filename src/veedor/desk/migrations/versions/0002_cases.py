"""Acts, alerts, incidents, evidence locks, packages, signing keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _acts()
    _alerts()
    _incidents()
    _evidence()


def _agency(table: str) -> sa.Column[str]:
    return sa.Column(
        "agency_id", sa.String(64), sa.ForeignKey("agencies.id", name=f"fk_{table}_agency_id"), nullable=False
    )


def _incident(table: str) -> sa.Column[str]:
    return sa.Column(
        "incident_id", sa.String(64), sa.ForeignKey("incidents.id", name=f"fk_{table}_incident_id"), nullable=False
    )


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("acts"),
        sa.Column("actor_agency_id", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(200)),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.UniqueConstraint("subject_kind", "subject_id", "sequence", name="uq_acts_subject_kind_subject_id_sequence"),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_acts_sequence_positive")),
    )
    op.create_index("ix_acts_agency_id", "acts", ["agency_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER acts_no_{verb.lower()} BEFORE {verb} ON acts "
                "BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION acts_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'acts are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER acts_append_only BEFORE UPDATE OR DELETE ON acts "
            "FOR EACH ROW EXECUTE FUNCTION acts_append_only()"
        )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("alerts"),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("event", sa.JSON, nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("completed_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("has_snapshot", sa.Boolean, nullable=False),
        sa.Column("clip_state", sa.String(8), nullable=False),
        sa.Column("clip_problem", sa.JSON),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("dismiss_reason", sa.String(32)),
        sa.Column("incident_id", sa.String(64)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("clip_state IN ('pending', 'ready', 'failed')", name=op.f("ck_alerts_clip_state_known")),
    )
    op.create_index("ix_alerts_agency_raised", "alerts", ["agency_id", "raised_at", "id"])
    op.create_index("ix_alerts_camera_rule_raised", "alerts", ["camera_id", "rule", "raised_at"])
    for column in ("clip_state", "group_id", "status", "incident_id"):
        op.create_index(f"ix_alerts_{column}", "alerts", [column])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("incidents"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("place", sa.String(500)),
        sa.Column("summary", sa.Text),
        sa.Column("assignee", sa.String(200)),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("agency_id", "number", name="uq_incidents_agency_id_number"),
    )
    op.create_index("ix_incidents_agency_opened", "incidents", ["agency_id", "opened_at", "id"])
    op.create_index("ix_incidents_status", "incidents", ["status"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("evidence"),
        _incident("evidence"),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("camera_name", sa.String(200), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("problem", sa.JSON),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("started_at < ended_at", name=op.f("ck_evidence_span_order")),
    )
    op.create_index("ix_evidence_incident_id", "evidence", ["incident_id"])
    op.create_index("ix_evidence_status", "evidence", ["status"])
    op.create_table(
        "evidence_packages",
        sa.Column("id", sa.String(64), primary_key=True),
        _agency("evidence_packages"),
        _incident("evidence_packages"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_by", sa.JSON, nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("problem", sa.JSON),
        sa.Column("files", sa.Integer),
        sa.Column("octets", sa.BigInteger),
        sa.Column("manifest_sha256", sa.String(64)),
        sa.CheckConstraint(
            "state IN ('building', 'ready', 'failed', 'expired')", name=op.f("ck_evidence_packages_state_known")
        ),
    )
    op.create_index("ix_evidence_packages_incident_id", "evidence_packages", ["incident_id"])
    op.create_index("ix_evidence_packages_state", "evidence_packages", ["state"])
    op.create_table(
        "evidence_keys",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        _agency("evidence_keys"),
        sa.Column("public_pem", sa.Text, nullable=False),
        sa.Column("first_used_at", UtcDateTime, nullable=False),
    )
