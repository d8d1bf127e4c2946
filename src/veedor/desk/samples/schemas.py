"""Samples in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from veedor.desk.samples.frame import Stratum
from veedor.desk.samples.recall import Recall
from veedor.desk.samples.tables import SampleRow
from veedor.desk.schemas import In, Out, UtcTime


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"  # it cannot be told from the pictures


class AnswerIn(In):
    """Whether there should have been an alert."""

    answer: Answer
    kind: Annotated[str, Field(max_length=64)] | None = Field(None, description="Of `yes`: of which kind of rule")
    note: Annotated[str, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _kind_of_yes(self) -> AnswerIn:
        if self.kind is not None and self.answer is not Answer.YES:
            raise ValueError("kind: of `yes` alone")
        return self


class SampleOut(Out):
    """A stretch without an alert. Ask for the clip of its span: that look is checked and audited as any other."""

    id: str
    camera_id: str
    camera_name: str
    stratum: Stratum = Field(description="Drawn from: stretches with tracks, without, or turned down by a second look")
    started_at: UtcTime
    ended_at: UtcTime
    probability: float = Field(description="With which just this stretch was drawn")
    answer: Answer | None
    kind: str | None
    answered_by: str | None
    answered_at: UtcTime | None

    @staticmethod
    def of(row: SampleRow) -> SampleOut:
        return SampleOut(
            id=row.id,
            camera_id=row.camera_id,
            camera_name=row.camera_name,
            stratum=Stratum(row.stratum),
            started_at=row.started_at,
            ended_at=row.ended_at,
            probability=row.probability,
            answer=Answer(row.answer) if row.answer else None,
            kind=row.kind,
            answered_by=row.answered_by_name,
            answered_at=row.answered_at,
        )


class SamplePageOut(Out):
    waiting: int = Field(description="How many wait for an answer")
    samples: list[SampleOut] = Field(description="The first in line; the line is random, so answer from its head")


class RecallOut(Out):
    """How many stretches called for an alert and had none, estimated (Horvitz-Thompson); intervals at 95 %."""

    drawn: int
    answered: int = Field(description="Yes or no")
    yes: int
    unsure: int
    stretches: int = Field(description="That had no alert, and about which the answers say something")
    missed: float
    missed_low: float
    missed_high: float
    alerted: int = Field(description="Stretches with an alert that was true, on the same days")
    recall: float | None = Field(description="alerted / (alerted + missed); null: nothing can be said")
    recall_low: float | None
    recall_high: float | None
    enough: bool = Field(description="False: too few answers to be more than a hint")

    @staticmethod
    def of(one: Recall, least_answers: int) -> RecallOut:
        value, low, high = one.recall or (None, None, None)
        missed = one.missed
        return RecallOut(
            drawn=one.drawn,
            answered=missed.seen,
            yes=missed.hits,
            unsure=one.unsure,
            stretches=missed.size,
            missed=round(missed.total, 1),
            missed_low=round(missed.low, 1),
            missed_high=round(missed.high, 1),
            alerted=one.alerted,
            recall=value,
            recall_low=low,
            recall_high=high,
            enough=missed.seen >= least_answers,
        )


class CameraRecallOut(RecallOut):
    camera_id: str
    camera_name: str


class RecallReportOut(Out):
    days: float
    stretch_s: float
    least_answers: int
    all: RecallOut
    by_stratum: dict[Stratum, RecallOut]
    cameras: list[CameraRecallOut]
