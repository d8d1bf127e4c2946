"""Routes of playback: what a timeline draws, and pictures in time for a source buffer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.footage.bounded import bounded
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.playback import marks
from veedor.desk.playback.gate import CopyGate
from veedor.desk.schemas import End, ErrorOut, Id, Out, Start, UtcTime, aware, room_router, span
from veedor.kit.errors import NotAuthenticated, NotFound
from veedor.model.camera import StreamRole
from veedor.model.event import Severity
from veedor.model.recording import GapReason
from veedor.wire.ports import Playback, PlayWish

router = room_router("playback")

_PLAY_MAX_H = 0.25
_RECHECK_S = 1.0
_MARKS_MAX = 4000
_NO_FOOTAGE: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorOut, "description": "No footage there, or no such camera"},
    503: {"model": ErrorOut, "description": "It needs a working copy, and one is being made for somebody else"},
}

ReadTimeline = Annotated[
    Permit,
    Depends(Need(Action.FOOTAGE_LIST, "footage", id_from="camera_id", owner=camera_owner, detail=("start", "end"))),
]
ReadTimelines = Annotated[
    Permit, Depends(Need(Action.FOOTAGE_LIST, "footage", owner=own, detail=("start", "end", "camera")))
]
Play = Annotated[
    Permit,
    Depends(
        Need(
            Action.FOOTAGE_PLAY,
            "footage",
            id_from="camera_id",
            owner=camera_owner,
            detail=("start", "end", "prefer", "keyframes"),
        )
    ),
]
ReadMarks = Annotated[Permit, Depends(Need(Action.EVENT_READ, "event", owner=own, detail=("start", "end", "camera")))]
ReadNext = Annotated[Permit, Depends(Need(Action.EVENT_READ, "event", owner=own, detail=("at", "camera")))]
Cameras = Annotated[list[Id], Query(min_length=1, max_length=16)]
Resolution = Annotated[float, Query(ge=0, le=86_400, description="What is closer together is told as one")]


class SpanOut(Out):
    started_at: UtcTime
    ended_at: UtcTime
    codec: str


class MergedGapOut(Out):
    started_at: UtcTime
    ended_at: UtcTime | None = Field(description="None: it goes on")
    reason: GapReason = Field(description="Of the longest, where several are told as one")
    count: int


class TimelineOut(Out):
    """`role` is the stream that this tells of; none where nothing is there."""

    camera_id: str
    role: StreamRole | None
    recorded_until: UtcTime | None
    spans: list[SpanOut]
    gaps: list[MergedGapOut]


class MarkOut(Out):
    """An event on the timeline, or several of a kind close together."""

    id: str
    camera_id: str
    at: UtcTime
    ended_at: UtcTime | None
    kind: str
    rule: str
    severity: Severity
    explanation: str = Field(description="One sentence, in the reader's language")
    is_alert: bool
    count: int

    @staticmethod
    def of(one: marks.Mark, lang: str) -> MarkOut:
        names = MarkOut.model_fields.keys() - {"explanation"}
        return MarkOut(explanation=one.words(lang), **{name: getattr(one, name) for name in names})


class MarksOut(Out):
    marks: list[MarkOut]
    more: bool = Field(description="There were too many: ask for a coarser resolution or a shorter span")


@router.get("/api/cameras/{camera_id}/timeline", responses={404: _NO_FOOTAGE[404]})
def timeline(
    permit: ReadTimeline,
    camera_id: Id,
    start: Start,
    end: End,
    resolution_s: Resolution = 1,
    role: StreamRole | None = None,
) -> TimelineOut:
    """Spans that are recorded and gaps between them, at most 31 days, as fine as a screen can show."""
    first, last = span(start, end, permit.config.list_max_h)
    return _timeline(permit, camera_id, (first, last), resolution_s, role)


@router.get("/api/timelines")
def timelines(
    permit: ReadTimelines, start: Start, end: End, camera: Cameras, resolution_s: Resolution = 1
) -> list[TimelineOut]:
    """The timelines of some cameras. One that is not there, and has left no footage, is left out; of another agency's,
    only what lies inside the spans that were granted is told."""
    bounds = span(start, end, permit.config.list_max_h)
    found = []
    for one in dict.fromkeys(camera):
        resource = Resource("footage", one, camera_owner(permit.ports, permit.principal, one), one, bounds)
        parts = permit.ports.access.spans(permit.principal, Action.FOOTAGE_LIST, resource)
        told = []
        for part in parts:
            is_own = resource.agency_id == permit.principal.agency_id
            inside = permit if is_own else replace(permit, ports=bounded(permit.ports, part))
            with suppress(NotFound):
                told.append(_timeline(inside, one, part, resolution_s, None))
        if told:
            found.append(_together(told))
    return found


def _together(told: list[TimelineOut]) -> TimelineOut:
    """One camera's timeline of parts that follow each other."""
    return TimelineOut(
        camera_id=told[0].camera_id,
        role=next((one.role for one in told if one.role is not None), None),
        recorded_until=max((one.recorded_until for one in told if one.recorded_until is not None), default=None),
        spans=[span for one in told for span in one.spans],
        gaps=[gap for one in told for gap in one.gaps],
    )


def _timeline(
    permit: Permit, camera_id: str, bounds: tuple[datetime, datetime], resolution_s: float, role: StreamRole | None
) -> TimelineOut:
    until = _known_until(permit, camera_id, bounds)
    told = permit.ports.footage.timeline(camera_id, *bounds, resolution_s, role)
    return TimelineOut(
        camera_id=camera_id,
        role=told.role,
        recorded_until=until,
        spans=[SpanOut(started_at=one.started_at, ended_at=one.ended_at, codec=one.codec) for one in told.spans],
        gaps=[
            MergedGapOut(started_at=one.started_at, ended_at=one.ended_at, reason=one.reason, count=one.count)
            for one in told.gaps
        ],
    )


@router.get("/api/cameras/{camera_id}/play.mp4", response_class=StreamingResponse, responses=_NO_FOOTAGE)
def play(  # noqa: PLR0913, PLR0917 (one parameter per query parameter)
    request: Request,
    permit: Play,
    camera_id: Id,
    start: Start,
    end: End,
    prefer: StreamRole = StreamRole.MAIN,
    keyframes: Annotated[bool, Query(description="Keyframes alone, for fast looking")] = False,
    hevc: Annotated[bool, Query(description="The viewer can show H.265")] = False,
) -> Response:
    """Fragmented MP4 for Media Source Extensions, pictures alone, at most 15 minutes.

    Header `x-veedor-play` is JSON: `at` is the wall time of time 0, `until` where to ask for the next piece, `role`
    the stream, `codec` of the recording, `substitute` whether the preferred stream cannot be shown, `copy` whether
    this is a working copy.
    """
    first, last = span(start, end, _PLAY_MAX_H)
    found = permit.ports.footage.play(camera_id, first, last, PlayWish(prefer, hevc, keyframes))
    headers = {"x-veedor-play": _told(found)}
    if found.is_copy:
        gate: CopyGate = request.app.state.copies
        who = permit.principal
        with gate.turn(who.session_id or who.user_id, camera_id, who.shown().username):
            body = b"".join(found.chunks)
        if not body:
            raise NotFound(kind="footage", name=camera_id)
        return Response(body, media_type=found.mime, headers=headers)
    head = next(found.chunks, b"")  # errors come here, while there can still be an answer that says so
    body_chunks = _while_allowed(permit, chain([head], found.chunks))
    return StreamingResponse(body_chunks, media_type=found.mime, headers=headers)


@router.get("/api/marks")
def list_marks(
    permit: ReadMarks,
    start: Start,
    end: End,
    camera: Cameras,
    resolution_s: Annotated[float, Query(ge=0, le=86_400)] = 0,
) -> MarksOut:
    """Events and alerts of some cameras, by time; of those of one kind and severity closer together than the
    resolution, the first."""
    first, last = span(start, end, permit.config.list_max_h)
    found = marks.thinned(marks.between(permit, first, last, camera), resolution_s)
    return MarksOut(marks=_out(permit, found[:_MARKS_MAX]), more=len(found) > _MARKS_MAX)


@router.get("/api/marks/next")
def next_mark(permit: ReadNext, at: datetime, camera: Cameras, backwards: bool = False) -> MarkOut | None:
    """The first event or alert after a moment, or the last one before it, within 31 days; none where there is none."""
    found = marks.nearest(permit, aware(at, "at"), camera, backwards=backwards)
    return MarkOut.of(found, permit.lang) if found else None


def _out(permit: Permit, found: Iterable[marks.Mark]) -> list[MarkOut]:
    return [MarkOut.of(one, permit.lang) for one in found]


def _known_until(permit: Permit, camera_id: str, bounds: tuple[datetime, datetime]) -> datetime | None:
    """Up to when there is footage; NotFound where neither a camera nor footage of a former one has that id."""
    until = permit.ports.footage.recorded_until(camera_id, within=bounds)
    if until is None:
        permit.ports.cameras.camera(camera_id)
    return until


def _told(found: Playback) -> str:
    return json.dumps(
        {
            "at": _exact(found.at),
            "until": _exact(found.until),
            "role": found.role.value,
            "codec": found.codec,
            "substitute": found.is_substitute,
            "copy": found.is_copy,
        }
    )


def _exact(at: datetime) -> str:
    """To the microsecond: the next piece is asked for from exactly there."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _while_allowed(permit: Permit, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, for as long as the session stands."""
    clock = permit.ports.clock
    checked_s = clock.monotonic()
    for chunk in chunks:
        if clock.monotonic() - checked_s >= _RECHECK_S:
            if not permit.still_holds():
                raise NotAuthenticated
            checked_s = clock.monotonic()
        yield chunk
