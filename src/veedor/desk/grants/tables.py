"""Tables of grants: terms, and what the agencies stated of them. Rows are added and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class GrantRow(Base):
    """A grant's terms as they were drafted."""

    __tablename__ = "grants"
    __table_args__ = (sa.Index("ix_grants_agency", "agency_id"), sa.Index("ix_grants_grantee", "grantee_id"))

    id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # the owner: who gives
    grantee_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    terms: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    terms_sha256: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]  # of all grants, when this row came


class StatementRow(Base):
    """One signed statement; its signature was verified before it came here."""

    __tablename__ = "grant_statements"
    __table_args__ = (sa.Index("ix_grant_statements_grant", "grant_id"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    grant_id: Mapped[str] = mapped_column(sa.ForeignKey("grants.id"))
    terms_sha256: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(16))
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    by_id: Mapped[str] = mapped_column(sa.String(100))
    by_name: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(sa.Text)
    signature: Mapped[str] = mapped_column(sa.String(128))
    revision: Mapped[int]


class CounterRow(Base):
    """Counts the changes: whoever changes something takes the next number and holds the row until they commit, so
    that numbers become visible in their order."""

    __tablename__ = "agreement_counters"

    name: Mapped[str] = mapped_column(sa.String(16), primary_key=True)  # agencies, grants
    value: Mapped[int]


def next_revision(session: Any, name: str) -> int:
    """The next number of `name`, in the caller's transaction."""
    taken = sa.update(CounterRow).where(CounterRow.name == name).values(value=CounterRow.value + 1)
    return int(session.execute(taken.returning(CounterRow.value)).scalar_one())


def revision_of(session: Any, name: str) -> int:
    """The newest number of `name`."""
    return int(session.scalar(sa.select(CounterRow.value).where(CounterRow.name == name)) or 0)
