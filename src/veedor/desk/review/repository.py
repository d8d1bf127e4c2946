"""Rows of rules in review. Callers hold a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.access.scope import Scope
from veedor.desk.review.bounds import Tally
from veedor.desk.review.tables import RuleReviewActRow, RuleReviewRow
from veedor.desk.scope_clause import within
from veedor.kit.ids import new_id
from veedor.model.event import Event, Severity

SITE = "site"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about a rule: by whom, when and why, with the numbers it rests on."""

    what: str
    who: Principal
    at: datetime
    reason: str | None = None
    numbers: Mapping[str, Any] | None = None


def site_principal(agency_id: str) -> Principal:
    """The site itself, where nobody decided: as in acts."""
    return Principal(SITE, SITE, agency_id, frozenset())


def numbers_of(tally: Tally, below: float) -> dict[str, Any]:
    """What a decision rests on, as kept and shown."""
    low, high = tally.interval
    return {"true": tally.true, "of": tally.of, "low": round(low, 4), "high": round(high, 4), "below": below}


def goes_to_review(session: Session, event: Event) -> bool:
    """Whether an alert raised now belongs into the review list. What is critical never does."""
    if event.severity is Severity.CRITICAL:
        return False
    row = session.get(RuleReviewRow, (event.camera_id, event.rule))
    return row is not None and row.in_review


def review_rows(session: Session, scope: Scope, camera_id: str | None = None) -> dict[tuple[str, str], RuleReviewRow]:
    """By camera and rule."""
    query = sa.select(RuleReviewRow).where(within(scope, RuleReviewRow.agency_id, RuleReviewRow.camera_id))
    if camera_id is not None:
        query = query.where(RuleReviewRow.camera_id == camera_id)
    return {(row.camera_id, row.rule): row for row in session.scalars(query)}


def row_of(session: Session, key: tuple[str, str], agency_id: str, camera_name: str, at: datetime) -> RuleReviewRow:
    """The rule's row; a new one says nothing yet."""
    row = session.get(RuleReviewRow, key)
    if row is None:
        row = RuleReviewRow(
            camera_id=key[0],
            rule=key[1],
            agency_id=agency_id,
            camera_name=camera_name,
            in_review=False,
            warned=False,
            pinned=False,
            changed_at=at,
            changed_by=SITE,
            changed_by_name=SITE,
        )
        session.add(row)
        session.flush()
    return row


def note(session: Session, row: RuleReviewRow, decision: Decision) -> None:
    """Keep what was decided, on the row and among its acts."""
    who = decision.who
    row.changed_at, row.changed_by, row.changed_by_name = decision.at, who.user_id, who.username
    row.reason = decision.reason
    keep(session, row, decision)


def keep(session: Session, row: RuleReviewRow, decision: Decision) -> None:
    """Add it to the rule's acts alone."""
    who = decision.who
    session.add(
        RuleReviewActRow(
            id=new_id(decision.at),
            agency_id=row.agency_id,
            camera_id=row.camera_id,
            rule=row.rule,
            what=decision.what,
            at=decision.at,
            by=who.user_id,
            by_name=who.username,
            reason=decision.reason,
            numbers=dict(decision.numbers) if decision.numbers is not None else None,
        )
    )
    session.flush()
