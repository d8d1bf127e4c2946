"""How far each site has been read, and the sites' audit entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


class SitePositionRow(Base):
    """The last message of a site that is in this database; written in the transaction of what it said."""

    __tablename__ = "site_position"

    site_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    incarnation: Mapped[str] = mapped_column(sa.String(64))  # another one: the site's stream began anew
    sequence: Mapped[int] = mapped_column(BIG)
    message_id: Mapped[str] = mapped_column(sa.String(100))  # of that message: another one there is another stream
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnreadFactRow(Base):
    """A message of a kind that only a newer version knows: kept until this program is of that version."""

    __tablename__ = "unread_facts"

    message_id: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    site_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # the site's
    kind: Mapped[str] = mapped_column(sa.String(100), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SiteAuditRow(Base):
    """An entry of a site's audit chain as it came. Nothing is dropped: what does not fit is kept with its flaw, and
    two entries that claim one place are both kept."""

    __tablename__ = "site_audit"
    __table_args__ = (
        sa.Index("ix_site_audit_agency_at", "agency_id", "at"),
        sa.Index("ix_site_audit_owner_at", "resource_agency_id", "at"),
    )

    site_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # the site's
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    username: Mapped[str] = mapped_column(sa.String(64))
    user_agency_id: Mapped[str | None] = mapped_column(sa.String(64))
    action: Mapped[str] = mapped_column(sa.String(64))
    resource_kind: Mapped[str] = mapped_column(sa.String(64))
    resource_id: Mapped[str | None] = mapped_column(sa.String(200))
    resource_agency_id: Mapped[str] = mapped_column(sa.String(64))
    allowed: Mapped[bool]
    entry: Mapped[str] = mapped_column(sa.Text)  # canonical JSON of what the hash was made of: of form 1 all of it
    personal: Mapped[str | None] = mapped_column(
        sa.Text
    )  # JSON, field -> [salt, value]: goes when the site erases it; null: of form 1
    flaw: Mapped[str | None] = mapped_column(
        sa.String(16), index=True
    )  # null: it fits; else gap, break, hash, fork, head
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SiteEventRow(Base):
    """An event of a site, whether it became an alert or not, as it was told last."""

    __tablename__ = "site_events"
    __table_args__ = (sa.Index("ix_site_events_camera_started", "camera_id", "started_at"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    site_id: Mapped[str] = mapped_column(sa.String(64))
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))  # the site's
    camera_id: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(64))
    rule: Mapped[str] = mapped_column(sa.String(200))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: it goes on
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
