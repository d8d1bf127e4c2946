"""What is usual on a camera, in the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from veedor.desk.schemas import In, Out, UtcTime
from veedor.wire.usual import UsualFlow


class BaselineVersionOut(Out):
    version: int
    until: UtcTime = Field(description="What came before this was learned")
    made_at: UtcTime
    days: float = Field(description="Days of tracks in it")
    tracks: int
    drift: float = Field(description="How far it is from the version before it, 0..1")
    since: int | None = Field(description="The version that a person went back to, where this one repeats it")


class FlowArrowOut(Out):
    """Which way most go who come by a place."""

    x: float = Field(description="0..1 of the picture's width")
    y: float = Field(description="0..1 of the picture's height")
    way: int = Field(description="In eighths of a turn: 0 to the right, 2 down, 4 to the left, 6 up")
    weight: float = Field(description="How many come by, 0..1 of the busiest place")


class GroupFlowOut(Out):
    arrows: list[FlowArrowOut]
    week: list[float] = Field(description="Tracks to expect in each of the 168 hours of a week, Monday 0:00 first")


class UsualOut(Out):
    """`versions`: the newest, which is in force, first; none where nothing was learned yet."""

    versions: list[BaselineVersionOut]
    hour: int = Field(description="The hour of the week that the arrows are of, in the site's time zone")
    people: GroupFlowOut
    vehicles: GroupFlowOut

    @staticmethod
    def of(usual: UsualFlow) -> UsualOut:
        groups = {
            name: GroupFlowOut(
                arrows=[
                    FlowArrowOut(x=x, y=y, way=way, weight=weight) for x, y, way, weight in usual.flows.get(name, ())
                ],
                week=list(usual.week.get(name, ())),
            )
            for name in ("people", "vehicles")
        }
        versions = [
            BaselineVersionOut(
                version=one.version,
                until=one.until,
                made_at=one.made_at,
                days=one.days,
                tracks=one.tracks,
                drift=one.drift,
                since=one.since,
            )
            for one in usual.versions
        ]
        return UsualOut(versions=versions, hour=usual.hour, **groups)


class BaselineBackIn(In):
    version: Annotated[int, Field(ge=1, description="The version to go back to")]
