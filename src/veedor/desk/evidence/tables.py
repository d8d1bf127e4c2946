"""Tables of locks on footage, of packages made from them, and of the public keys that packages were signed with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


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


class ErrandRow(Base):
    """In whose name a lock or package is asked for at other sites. Only a hub has them: the request outlives the
    answer to the browser, and goes on with the login of the person who made it, never with another's."""

    __tablename__ = "evidence_errands"

    subject_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # of the lock, or of the package
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # of the person
    user_id: Mapped[str] = mapped_column(sa.String(36))
    username: Mapped[str] = mapped_column(sa.String(200))
    session_id: Mapped[str] = mapped_column(sa.String(36))  # the login with which it was asked
    purpose: Mapped[str | None] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    approval: Mapped[str | None] = mapped_column(sa.Text)  # the second person's, as signed; null: none was needed
    approved_by: Mapped[str | None] = mapped_column(sa.String(36))  # null: nobody


class GivenRow(Base):
    """What this site's agency gave of its footage to others, step by step: the owner's side of the custody. It is only
    ever added to. `kind`: locked, taken (the signed list of segments was handed out), received, released."""

    __tablename__ = "evidence_given"
    __table_args__ = (
        sa.UniqueConstraint("lock_id", "kind", "package_id", "statement_sha256", name="uq_evidence_given_step"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lock_id: Mapped[str] = mapped_column(sa.String(64))
    package_id: Mapped[str] = mapped_column(sa.String(64))  # empty: not about a package
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agency_id: Mapped[str] = mapped_column(sa.String(64))  # of who took it; for `released`, of who released it
    person_id: Mapped[str] = mapped_column(sa.String(100))
    person_name: Mapped[str] = mapped_column(sa.String(200))
    purpose: Mapped[str | None] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    approved_by: Mapped[str | None] = mapped_column(sa.String(100))  # null: no second person was needed
    grant_id: Mapped[str | None] = mapped_column(sa.String(64))
    segments: Mapped[int]
    octets: Mapped[int] = mapped_column(sa.BigInteger)
    statement_sha256: Mapped[str] = mapped_column(sa.String(64))  # empty: not about a package
    reason: Mapped[str | None] = mapped_column(sa.Text)  # of a release
