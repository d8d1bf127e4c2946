"""Acts in answers, and what every act may carry in a request."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from veedor.desk.schemas import In, UtcTime
from veedor.model.act import Act

Text = Annotated[str, Field(max_length=4000)]
Version = Annotated[
    int | None,
    Field(ge=0, le=1_000_000, description="The version that you saw: refused (409) if somebody acted since"),
]


class ActIn(In):
    """An act on what the person saw."""

    expected_version: Version = None
    note: Text | None = None


class ActOut(BaseModel):
    """Who did what to which thing, when and why."""

    id: str
    subject_kind: str
    subject_id: str
    kind: str
    by: str = Field(description="As called then; `site` where the site itself answered")
    by_id: str
    agency_id: str
    at: UtcTime
    reason: str | None
    payload: dict[str, Any]

    @staticmethod
    def of(act: Act) -> ActOut:
        return ActOut(
            id=act.id,
            subject_kind=act.subject_kind.value,
            subject_id=act.subject_id,
            kind=act.kind.value,
            by=act.actor_name or act.actor_id,
            by_id=act.actor_id,
            agency_id=act.agency_id,
            at=act.at,
            reason=act.reason,
            payload=dict(act.payload),
        )
