"""Which detection models a camera of this site can have."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit
from veedor.desk.schemas import Out, room_router
from veedor.wire.detectors import Detector, DetectorCost

router = room_router("setup")

ReadDetectors = Annotated[Permit, Depends(Need(Action.CAMERA_EDIT, "camera"))]


class DetectorCostOut(Out):
    """Measured when the model was added."""

    ms: float = Field(description="Milliseconds for one picture")
    cpu_ms: float = Field(description="Processor time for one picture")
    fps: float = Field(description="Pictures a second that core_share is for")
    core_share: float = Field(description="Of one core, for a camera in which something always moves")

    @staticmethod
    def of(one: DetectorCost) -> DetectorCostOut:
        return DetectorCostOut(ms=one.ms, cpu_ms=one.cpu_ms, fps=one.fps, core_share=one.core_share)


class DetectorOut(Out):
    name: str = Field(description='What a camera names; "default": the site\'s own')
    classes: list[str] = Field(description="Their words in rules")
    licence: str
    cost: DetectorCostOut | None
    problem: str | None = Field(description="Why it cannot be used now, in the reader's language")

    @staticmethod
    def of(one: Detector, lang: str) -> DetectorOut:
        return DetectorOut(
            name=one.name,
            classes=list(one.classes),
            licence=one.licence,
            cost=DetectorCostOut.of(one.cost) if one.cost else None,
            problem=one.problem.render(lang) if one.problem else None,
        )


class DetectorsOut(Out):
    detectors: list[DetectorOut]
    site_models: list[str] = Field(description="What looks at a camera that does not say")
    site_second: str | None = Field(description="What looks again before an alert; null: the site's own model")


@router.get("/api/setup/models")
def detectors(permit: ReadDetectors) -> DetectorsOut:
    """Detection models of this site: its own, and those that were added with `veedor models add`."""
    if permit.ports.detectors is None:  # a hub's cameras are set up at their own site
        return DetectorsOut(detectors=[], site_models=[], site_second=None)
    told = permit.ports.detectors.detectors()
    return DetectorsOut(
        detectors=[DetectorOut.of(one, permit.lang) for one in told.detectors],
        site_models=list(told.site_models),
        site_second=told.site_second,
    )
