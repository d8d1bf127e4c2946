"""The audit table. Triggers of the migration refuse UPDATE and DELETE; the hash chain shows what they could not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


class AuditRow(Base):
    """One look, act or refusal. `hash` covers every other column, `previous_hash` included."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index("ix_audit_agency_at", "agency_id", "at"),)

    agency_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # whose chain: the desk's
    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)  # from 1, without holes
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[str | None] = mapped_column(sa.String(64))  # null: nobody was logged in
    username: Mapped[str] = mapped_column(sa.String(64))
    user_agency_id: Mapped[str | None] = mapped_column(sa.String(64))
    session_id: Mapped[str | None] = mapped_column(sa.String(64))
    address: Mapped[str | None] = mapped_column(sa.String(64))
    purpose: Mapped[str | None] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(64))
    resource_kind: Mapped[str] = mapped_column(sa.String(64))
    resource_id: Mapped[str | None] = mapped_column(sa.String(200))  # null: the kind as a whole, a list
    resource_agency_id: Mapped[str] = mapped_column(sa.String(64))
    allowed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    detail: Mapped[str] = mapped_column(sa.Text)  # canonical JSON object
    previous_hash: Mapped[str] = mapped_column(sa.String(64))  # of sequence - 1; 64 zeros for the first
    hash: Mapped[str] = mapped_column(sa.String(64))


class WitnessedHeadRow(Base):
    """A signed head of somebody's audit chain, kept for them. Only added to, as the audit is (triggers)."""

    __tablename__ = "witnessed_heads"
    __table_args__ = (
        sa.UniqueConstraint("place", "sequence", "hash", "flaw", name="uq_witnessed_heads_place"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)  # in the order they came
    place: Mapped[str] = mapped_column(sa.String(64))  # a site's id, or `hub`
    agency_id: Mapped[str] = mapped_column(sa.String(64))  # whose chain; maybe not an agency of this desk's yet
    sequence: Mapped[int] = mapped_column(BIG)
    hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was signed
    signature: Mapped[str] = mapped_column(sa.String(128))
    public_key: Mapped[str] = mapped_column(sa.String(64))  # that it was checked with
    flaw: Mapped[str] = mapped_column(sa.String(16))  # "": none; else signature, fork or rollback
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RestoreRow(Base):
    """A machine that was restored from a backup: this one, or one whose heads are kept here. Entries of its chain above
    `sequence` up to `lost_to` are gone there, and held by whoever had them."""

    __tablename__ = "restores"
    __table_args__ = (
        sa.UniqueConstraint("place", "restored_at", name="uq_restores_place"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    place: Mapped[str] = mapped_column(sa.String(64))  # a site's id, or `hub`; empty: this one, which has not joined
    is_own: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BIG)  # of the last entry that the backup had
    restored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(sa.String(200))  # who, at the machine
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # SignedRestore.to_json; one's own: as the note said
    lost_to: Mapped[int | None] = mapped_column(BIG)  # null: nobody is known to hold a later entry
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
