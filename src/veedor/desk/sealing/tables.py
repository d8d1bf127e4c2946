"""Tables of sealings: those that this desk made or puts into passes, those that passes brought here, and openings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class SealRow(Base):
    """A sealing of one's own people. A hub has it of every agency whose people look through it; the secret lies where
    the agency's key is."""

    __tablename__ = "seals"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    person: Mapped[str] = mapped_column(sa.String(64))  # commitment, as `case`
    case: Mapped[str] = mapped_column(sa.String(64))
    # Encrypted JSON: person_id, person, case_number, reason; secret too, where this desk holds it.
    held: Mapped[bytes]
    has_secret: Mapped[bool]
    made_by: Mapped[str] = mapped_column(sa.String(64))  # users.id
    made_by_name: Mapped[str] = mapped_column(sa.String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: sealed; at `until` it opens by itself
    opened_by: Mapped[str | None] = mapped_column(sa.String(64))  # users.id; null: its time was over
    opened_by_name: Mapped[str | None] = mapped_column(sa.String(200))


class SealSeenRow(Base):
    """A sealing of another agency, as the first pass under it showed it. All later ones must show the same."""

    __tablename__ = "seals_seen"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.String(64))  # that sealed
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(sa.String(64))
    case: Mapped[str] = mapped_column(sa.String(64))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: no opening that fits has come


class SealOpeningRow(Base):
    """An opening that the agency's key signed, whether it fits or not: whoever shows it computes the commitments."""

    __tablename__ = "seal_openings"

    seal_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # SHA-256 of what was signed
    agency_id: Mapped[str] = mapped_column(sa.String(64))
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # SignedOpening.to_json
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
