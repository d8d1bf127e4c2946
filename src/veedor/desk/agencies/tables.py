"""Tables of what a hub said of the agencies, signed (kept for the day on which the hub has forgotten it), and of their
keys beside the one that is pinned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class KeptRosterRow(Base):
    """What the hub signed last: 1 the roster of agencies, 2 the sites. Only a member has them."""

    __tablename__ = "kept_roster"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # wire.roster.SignedRoster.to_json, SignedSites.to_json


class FormerKeyRow(Base):
    """A key that was pinned for the agency until then. It signs nothing any more; what it signed before can be told
    from what nobody signed."""

    __tablename__ = "agency_keys_former"

    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    public_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class OfferedKeyRow(Base):
    """A key that somebody says is the agency's, while another is pinned: it counts for nothing until a person has
    compared it."""

    __tablename__ = "agency_keys_offered"

    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    public_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
