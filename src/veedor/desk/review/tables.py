"""Tables of how rules do: which are in review, and what was decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import Base, UtcDateTime


class RuleReviewRow(Base):
    """One rule of one camera of which something was decided; a rule without a row is in the queue, by the site's bound.

    A rule is known by its name, as in its alerts. A row outlives its rule: one that comes back under the same name on
    the same camera is the same rule.
    """

    __tablename__ = "rule_reviews"

    camera_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_name: Mapped[str] = mapped_column(sa.String(200))  # as called then
    in_review: Mapped[bool]  # its alerts go to the review list
    warned: Mapped[bool]  # as poor as one in review, but critical or pinned: told, and left in the queue
    pinned: Mapped[bool]  # never demote
    below: Mapped[float | None]  # its own bound, 0..1; null: the site's
    counted_from: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: all of the window counts
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64))  # of the rule as written; null: not looked at yet
    numbers: Mapped[dict[str, Any] | None] = mapped_column(
        sa.JSON
    )  # true, of, low, high, below, when demoted or warned
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it went into review, or was restored, or pinned
    changed_by: Mapped[str] = mapped_column(sa.String(64))  # users.id, or "site"
    changed_by_name: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str | None] = mapped_column(sa.Text)  # as that person gave it


class RuleReviewActRow(Base):
    """What was decided about a rule, by whom and why. Only ever added to."""

    __tablename__ = "rule_review_acts"
    __table_args__ = (sa.Index("ix_rule_review_acts_camera_rule", "camera_id", "rule", "at"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    camera_id: Mapped[str] = mapped_column(sa.String(200))
    rule: Mapped[str] = mapped_column(sa.String(200))
    what: Mapped[str] = mapped_column(sa.String(16))  # demoted, warned, restored, pinned, unpinned, bound, anew
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(sa.String(64))
    by_name: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    numbers: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
