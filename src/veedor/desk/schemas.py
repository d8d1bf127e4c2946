"""Shapes that every room's answers share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from veedor.desk.errors import NaiveTime, SpanEmpty, SpanTooLong


def iso(value: datetime) -> str:
    """A time as every answer writes it."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


UtcTime = Annotated[datetime, PlainSerializer(iso, when_used="json")]
"""A time in an answer: aware, UTC, ISO 8601 with "Z" and milliseconds."""

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""An identifier in a path: no separators, so that no path can be built with it."""

Start = Annotated[datetime, Query(description="First moment, ISO 8601 with its zone: 2026-03-01T08:00:00-05:00")]
End = Annotated[datetime, Query(description="End of the span (not included), ISO 8601 with its zone")]


class In(BaseModel):
    """A body that we read: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class ErrorOut(Out):
    """What every refusal and failure looks like."""

    error: str = Field(description="Stable key, for programs", examples=["error-not-found"])
    message: str = Field(description="What is wrong, in the caller's language")
    hint: str | None = Field(description="What to do about it")
    reason: str | None = Field(
        None, description="Of a 403: what is missing, such as `role`, `purpose`, `case` or `condition:two_person`"
    )


def aware(value: datetime, field: str) -> datetime:
    """`value` in UTC. Raises NaiveTime for a time without a zone: it could mean any of 24 moments."""
    if value.tzinfo is None:
        raise NaiveTime(field=field)
    try:
        return value.astimezone(UTC)
    except OverflowError as problem:
        raise NaiveTime(field=field) from problem


def span(start: datetime, end: datetime, max_h: float) -> tuple[datetime, datetime]:
    """A checked span [start, end) in UTC, at most `max_h` hours. Raises NaiveTime, SpanEmpty, SpanTooLong."""
    first, last = aware(start, "start"), aware(end, "end")
    if last <= first:
        raise SpanEmpty
    if (last - first).total_seconds() > max_h * 3600:
        raise SpanTooLong(hours=max_h)
    return first, last


_ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorOut, "description": "Not logged in"},
    403: {"model": ErrorOut, "description": "The role does not allow it, or another site's page sent the request"},
    422: {"model": ErrorOut, "description": "A parameter or the body is wrong"},
    507: {"model": ErrorOut, "description": "The database or the audit cannot be written: nothing was shown or done"},
}


def room_router(tag: str) -> APIRouter:
    """A router for one room, with the errors that any of its routes may answer."""
    return APIRouter(tags=[tag], responses=_ERRORS)
