"""Tables of locks on footage, of packages made from them, and of the public keys that packages were signed with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class EvidenceRow(Base):
    """A span of one camera, locked for an incident. `id` is also the lock's id at the site."""

    __tablename__ = "evidence"
    __table_args__ = (sa.CheckConstraint("started_at < ended_at", name="span_order"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    incident_id: Mapped[str] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    problem: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # why the site's answer is outstanding: a Message
    # folded
    status: Mapped[str] = mapped_column(sa.String(16), index=True)
    version: Mapped[int]


class PackageRow(Base):
    """An export. Its files lie in a folder named by its id until they expire; the row stays."""

    __tablename__ = "evidence_packages"
    __table_args__ = (
        sa.CheckConstraint("state IN ('building', 'ready', 'failed', 'expired')", name="state_known"),
        sa.Index("ix_evidence_packages_state", "state"),
    )

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    incident_id: Mapped[str] = mapped_column(sa.ForeignKey("incidents.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.Text)
    requested_by: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # user, purpose and case number, as in the manifest
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: being built
    problem: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # null: none; else a Message
    files: Mapped[int | None]  # null until ready, as are the next two
    octets: Mapped[int | None] = mapped_column(sa.BigInteger)
    manifest_sha256: Mapped[str | None] = mapped_column(sa.String(64))


class SigningKeyRow(Base):
    """A public key that this desk has signed packages with. The newest is in use; old ones verify old packages."""

    __tablename__ = "evidence_keys"

    fingerprint: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    public_pem: Mapped[str] = mapped_column(sa.Text)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
