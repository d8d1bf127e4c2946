"""The table of what a hub said of the agencies, signed: kept for the day on which the hub has forgotten it."""

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
