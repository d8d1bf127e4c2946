"""Routes of how rules do, and of what people decide about them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.review.deciding import decide, precision_list
from veedor.desk.review.schemas import PrecisionListOut, RulePrecisionOut, RuleReviewIn
from veedor.desk.review.tally import Window
from veedor.desk.schemas import ErrorOut, Id, room_router

router = room_router("rules")

Read = Annotated[Permit, Depends(Need(Action.ALERT_READ, "alert", owner=own, detail=("days", "camera", "rule")))]
Decide = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "rules", id_from="camera_id", owner=camera_owner))]
_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorOut, "description": "The rule is not in review"}}


@router.get("/api/precision")
def precision(
    permit: Read,
    days: Annotated[
        float | None, Query(gt=0, le=366, description="How far back; left out: as the site decides")
    ] = None,
    camera: Annotated[str | None, Query(max_length=200)] = None,
    rule: Annotated[str | None, Query(max_length=200)] = None,
) -> PrecisionListOut:
    """How many of each rule's alerts were true, per camera, by what people did with them."""
    wanted = permit.config.review.days if days is None else days
    return precision_list(permit.ports, permit.scope, Window.of_days(permit.ports.clock.now(), wanted, camera, rule))


@router.post("/api/cameras/{camera_id}/rules/review", responses=_CONFLICT)
def decide_about_rule(permit: Decide, camera_id: Id, body: RuleReviewIn) -> RulePrecisionOut:
    """Restore a rule from review, pin it so that it is never demoted, or give it a bound of its own; with a reason."""
    permit.note(rule=body.rule, what=body.act.value, why=body.reason, below=body.below)
    return decide(permit.ports, permit.principal, camera_id, body)
