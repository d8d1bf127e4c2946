"""How rules do, in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from veedor.desk.review.bounds import ReviewConfig, Tally, is_poor
from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.schemas import In, Out, UtcTime
from veedor.model.event import Severity

Share = Annotated[float, Field(ge=0, le=1)]


class ReviewAct(StrEnum):
    RESTORE = "restore"  # back into the queue; counting begins anew
    PIN = "pin"  # never demote
    UNPIN = "unpin"
    BOUND = "bound"  # its own bound in place of the site's, or the site's again


class RuleReviewIn(In):
    """What a person decides about one rule of a camera."""

    rule: Annotated[str, Field(min_length=1, max_length=200)]
    act: ReviewAct
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
    below: Share | None = Field(None, description="Of `bound`: its own, 0..1 (0: never); null: the site's again")

    @model_validator(mode="after")
    def _fits(self) -> RuleReviewIn:
        if self.below is not None and self.act is not ReviewAct.BOUND:
            raise ValueError("below: of `bound` alone")
        return self


class NumbersOut(Out):
    """What a decision rested on."""

    true: int
    of: int
    low: float
    high: float
    below: float


class RulePrecisionOut(Out):
    """One rule on one camera: what people's dispositions say of it. A burst counts once in `true` and `of`."""

    camera_id: str
    camera_name: str
    rule: str
    severity: Severity | None = Field(description="Of its newest alert; null: none in these days")
    raised: int = Field(description="Alerts")
    true: int = Field(description="Escalated, or acknowledged and not dismissed within the hour")
    of: int = Field(description="Those that say something of the rule; a test or what is open still does not")
    precision: float | None = Field(description="true / of; null: nothing was said yet")
    low: float = Field(description="Lower end of the precision's interval (Wilson, 95 %)")
    high: float
    reasons: dict[str, int] = Field(description="Alerts dismissed, by reason; those that do not count too")
    enough: bool = Field(description="Whether there are verdicts enough to decide by")
    poor: bool = Field(description="Whether it is known to be under the bound")
    below: float = Field(description="The bound: its own, or the site's")
    own_below: float | None
    counted_from: UtcTime | None = Field(description="Counting began anew then: restored, or written otherwise")
    in_review: bool
    warned: bool = Field(description="As poor as one in review, but critical or pinned: it stays in the queue")
    pinned: bool
    changed_at: UtcTime | None
    changed_by: str | None
    reason: str | None
    numbers: NumbersOut | None = Field(description="Why it is in review, or was told to be poor")

    @staticmethod
    def of_rule(
        key: tuple[str, str],
        name: str,
        told: tuple[Tally, Severity | None, dict[str, int]],
        row: RuleReviewRow | None,
        config: ReviewConfig,
    ) -> RulePrecisionOut:
        tally, severity, reasons = told
        low, high = tally.interval
        own = row.below if row is not None else None
        below = config.below if own is None else own
        decided = row is not None and (row.in_review or row.pinned or row.warned or own is not None or row.reason)
        return RulePrecisionOut(
            camera_id=key[0],
            camera_name=name,
            rule=key[1],
            severity=severity,
            raised=tally.raised,
            true=tally.true,
            of=tally.of,
            precision=round(tally.true / tally.of, 4) if tally.of else None,
            low=round(low, 4),
            high=round(high, 4),
            reasons=reasons,
            enough=tally.of >= config.least_verdicts,
            poor=is_poor(tally, below, config.least_verdicts),
            below=below,
            own_below=own,
            counted_from=row.counted_from if row is not None else None,
            in_review=row is not None and row.in_review,
            warned=row is not None and row.warned,
            pinned=row is not None and row.pinned,
            changed_at=row.changed_at if row is not None and decided else None,
            changed_by=row.changed_by_name if row is not None and decided else None,
            reason=row.reason if row is not None else None,
            numbers=NumbersOut(**row.numbers)
            if row is not None and row.numbers and (row.in_review or row.warned)
            else None,
        )


class PrecisionListOut(Out):
    """Rules with alerts in these days, and those that are in review, pinned or were told to be poor."""

    days: float
    below: float = Field(description="The site's bound; 0: no rule is demoted")
    least_verdicts: int
    rules: list[RulePrecisionOut]
