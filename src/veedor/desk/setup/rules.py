"""Routes of rules: their kinds, what a camera's are, checking and saving them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.setup.classes import ObjectClassOut, class_rows
from veedor.desk.setup.schemas import (
    RuleKindOut,
    RulesCheckIn,
    RulesCheckOut,
    RulesIn,
    RulesOut,
    TriedEventOut,
    TriedOut,
    TryRulesIn,
)
from veedor.desk.stream.news import tell_rules
from veedor.wire.rules import RulesState

router = room_router("rules")

ReadKinds = Annotated[Permit, Depends(Need(Action.RULES_READ, "rules"))]
CheckRules = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "rules"))]
ReadRules = Annotated[Permit, Depends(Need(Action.RULES_READ, "rules", id_from="camera_id", owner=camera_owner))]
EditRules = Annotated[Permit, Depends(Need(Action.RULES_EDIT, "rules", id_from="camera_id", owner=camera_owner))]

_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Somebody changed the rules meanwhile"}
}


@router.get("/api/rules/kinds")
def rule_kinds(permit: ReadKinds) -> list[RuleKindOut]:
    """Every kind of rule with its parameters, from the definitions that check the YAML."""
    return [RuleKindOut(**one) for one in permit.ports.rules.kinds(permit.lang)]


@router.get("/api/rules/classes")
def object_classes(permit: ReadKinds) -> list[ObjectClassOut]:  # noqa: ARG001 - that one may is all
    """What rules and searches may name: what detectors find here."""
    return class_rows()


@router.get("/api/rules/written")
def written_rules(permit: ReadKinds) -> list[str]:
    """Ids of the cameras that have rules of their own, written by somebody."""
    return permit.ports.rules.written()


@router.post("/api/rules/check")
def check_rules(permit: CheckRules, body: RulesCheckIn) -> RulesCheckOut:
    """What is wrong with rules, by line and column; nothing is saved."""
    return RulesCheckOut.of(permit.ports.rules.check(body.text, body.document), permit.lang)


@router.get("/api/cameras/{camera_id}/rules")
def show_rules(permit: ReadRules, camera_id: Id) -> RulesOut:
    """A camera's rules as they are written."""
    permit.ports.cameras.camera(camera_id)
    return _out(permit, camera_id, permit.ports.rules.show(camera_id))


@router.put("/api/cameras/{camera_id}/rules", responses=_CONFLICT)
def save_rules(permit: EditRules, camera_id: Id, body: RulesIn) -> RulesOut:
    """Make this the camera's rules, at once."""
    permit.ports.cameras.camera(camera_id)
    saved = permit.ports.rules.write(camera_id, body.text, body.version)
    tell_rules(permit, camera_id)
    return _out(permit, camera_id, saved)


@router.post("/api/cameras/{camera_id}/rules/try")
def try_rules(permit: EditRules, camera_id: Id, body: TryRulesIn) -> TriedOut:
    """What these rules would have found in the last minutes."""
    permit.ports.cameras.camera(camera_id)
    end = permit.ports.clock.now()
    start = end - timedelta(minutes=body.minutes)
    events = permit.ports.rules.try_out(camera_id, body.text, start, end)
    return TriedOut(minutes=body.minutes, events=[TriedEventOut.of(one, permit.lang) for one in events[:500]])


def _out(permit: Permit, camera_id: str, state: RulesState) -> RulesOut:
    backtests = permit.ports.backtests
    history = backtests is not None and backtests.has_history(camera_id)
    notes = [one.render(permit.lang) for one in state.notes]
    return RulesOut(
        text=state.text, version=state.version, is_default=state.is_default, notes=notes, has_history=history
    )
