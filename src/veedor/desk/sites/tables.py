"""Tables of sites and invitations. Only a hub fills them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class SiteRow(Base):
    """A site that has joined. Never deleted, since the audit names it: revoked instead."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # also its JetStream domain
    number: Mapped[int] = mapped_column(unique=True)  # from 1: makes a site's own numbers unlike another's
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    link_key: Mapped[str] = mapped_column(sa.String(64), unique=True)  # public nkey of its leaf node
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: it may connect
    # Joined, another key, revoked: which came last; null: before this was kept, and joined_at or revoked_at tells.
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[str] = mapped_column(sa.String(40))  # of Veedor, as it said last
    protocol: Mapped[int] = mapped_column(
        default=1, server_default="1"
    )  # version of the link that it spoke last: see wire/version.py
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: it has not called yet
    boot: Mapped[str | None] = mapped_column(sa.String(64))  # which run of the site called last
    boots: Mapped[list[str]] = mapped_column(sa.JSON)  # runs before it: one that comes back means two with one key
    is_doubled: Mapped[bool]  # two machines speak with this identity
    health: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # what it said of itself last
    signs: Mapped[bool | None]  # it has its agency's key; null: it has not said so yet
    # Since when this hub, which was restored then, waits for it to confirm its agency's grants; null: it has.
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SiteCameraRow(Base):
    """A camera as its site described it last: no address, no user name."""

    __tablename__ = "site_cameras"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("sites.id"), index=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    sent: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # wire.directory.camera_to_json, as it came
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: it is there


class InvitationRow(Base):
    """A one-time token. The secret itself is never stored: only its SHA-256."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    site_name: Mapped[str] = mapped_column(sa.String(200))
    site_id: Mapped[str | None] = mapped_column(sa.String(64))  # null: a new site; else a new key for this one
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: still good


class VouchedRow(Base):
    """The identity of one login session, and its private key, encrypted."""

    __tablename__ = "vouched_sessions"

    session_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    identity: Mapped[str] = mapped_column(sa.Text)  # as the agency signed it
    private_key: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
