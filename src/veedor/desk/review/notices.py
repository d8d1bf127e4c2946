"""Rules in review among the site's problems: which, why, since when, and how to set them back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.schemas import iso
from veedor.kit.messages import Message


def review_problems(session: Session, agency_id: str) -> list[Message]:
    """One for each rule in review, then one for each that is as poor and stays in the queue."""
    query = (
        sa.select(RuleReviewRow)
        .where(
            RuleReviewRow.agency_id == agency_id,
            sa.or_(RuleReviewRow.in_review.is_(True), RuleReviewRow.warned.is_(True)),
        )
        .order_by(RuleReviewRow.in_review.desc(), RuleReviewRow.changed_at, RuleReviewRow.camera_id, RuleReviewRow.rule)
    )
    return [_problem(row) for row in session.scalars(query)]


def _problem(row: RuleReviewRow) -> Message:
    numbers = row.numbers or {}
    params = {
        "rule": row.rule,
        "camera": row.camera_name,
        "true": str(numbers.get("true", "?")),
        "of": str(numbers.get("of", "?")),
        "high": _percent(numbers.get("high")),
        "below": _percent(numbers.get("below")),
        "since": iso(row.changed_at)[:16].replace("T", " "),
    }
    return Message("review-problem-demoted" if row.in_review else "review-problem-poor", params)


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share * 100:.0f}"
