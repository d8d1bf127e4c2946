"""What people said is not one thing. Proposals themselves are found anew whenever somebody looks, and not stored."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class ProposalDismissalRow(Base):
    """Two bursts of alerts that are not to be proposed to people of an agency again: each agency decides for itself."""

    __tablename__ = "proposal_dismissals"

    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    first_burst: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # the smaller id
    second_burst: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.String(64))
    username: Mapped[str] = mapped_column(sa.String(200))  # as called then
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(sa.Text)  # null: nothing more was said
