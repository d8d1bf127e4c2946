"""Personal values of audit entries lie beside the chain, which commits to them: they can go, and the chain stays whole.

Entries that are there already keep their form: they hold their values themselves, and are checked as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from veedor.desk.database import BIG, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_VALUES = ("username", "address", "purpose", "case_number", "reason", "detail")
_SAID = "personal values of the audit only go, by an erasure"


def upgrade() -> None:
    op.add_column("audit", sa.Column("form", sa.Integer, nullable=False, server_default="1"))
    op.add_column("audit", sa.Column("personal", sa.Text))
    op.add_column("site_audit", sa.Column("personal", sa.Text))
    op.create_table(
        "audit_personal",
        sa.Column("agency_id", sa.String(64), nullable=False),
        sa.Column("sequence", BIG, nullable=False, autoincrement=False),
        sa.Column("salts", sa.Text, nullable=False),
        sa.Column("username", sa.String(64)),
        sa.Column("address", sa.String(64)),
        sa.Column("purpose", sa.String(200)),
        sa.Column("case_number", sa.String(200)),
        sa.Column("reason", sa.String(500)),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("agency_id", "sequence", name="pk_audit_personal"),
    )
    op.create_index("ix_audit_personal_username", "audit_personal", ["username"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(64), sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("spans", sa.JSON, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("settled_by", sa.String(64)),
        sa.Column("settled_at", UtcDateTime),
        sa.Column("entry", BIG),
        sa.CheckConstraint("state IN ('asked', 'done', 'refused')", name="state_known"),
    )
    op.create_index("ix_erasures_agency_id", "erasures", ["agency_id"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgres_triggers()


def _sqlite_triggers() -> None:
    gone = " AND ".join(f"(NEW.{one} IS NULL OR NEW.{one} IS OLD.{one})" for one in _VALUES)
    op.execute(
        "CREATE TRIGGER audit_personal_no_delete BEFORE DELETE ON audit_personal "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_personal_only_goes BEFORE UPDATE ON audit_personal "
        f"WHEN NOT (NEW.agency_id = OLD.agency_id AND NEW.sequence = OLD.sequence AND {gone} "
        "AND length(NEW.salts) <= length(OLD.salts)) "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    )


def _postgres_triggers() -> None:
    gone = " AND ".join(f"(NEW.{one} IS NULL OR NEW.{one} IS NOT DISTINCT FROM OLD.{one})" for one in _VALUES)
    op.execute(
        "CREATE FUNCTION audit_personal_only_goes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF TG_OP = 'UPDATE' AND NEW.agency_id = OLD.agency_id AND NEW.sequence = OLD.sequence "
        f"AND {gone} AND length(NEW.salts) <= length(OLD.salts) THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{_SAID}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_personal_only_goes BEFORE UPDATE OR DELETE ON audit_personal "
        "FOR EACH ROW EXECUTE FUNCTION audit_personal_only_goes()"
    )
