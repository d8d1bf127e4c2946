"""Routes of recorded video: lists, segments, clips and stills. Ids only: no part of a path comes from a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import End, ErrorOut, Id, Out, Start, UtcTime, aware, room_router, span
from veedor.kit.errors import NotAuthenticated, NotFound
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource
from veedor.model.recording import Gap, GapReason, Segment

router = room_router("footage")

_RECHECK_S = 1.0
_SPAN = ("start", "end", "role")
_NO_FOOTAGE: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorOut, "description": "No footage there, or no such camera"}
}

ListFootage = Annotated[
    Permit, Depends(Need(Action.FOOTAGE_LIST, "footage", id_from="camera_id", owner=camera_owner, detail=_SPAN))
]
PlayFootage = Annotated[
    Permit, Depends(Need(Action.FOOTAGE_PLAY, "footage", id_from="camera_id", owner=camera_owner, detail=_SPAN))
]
PlaySegment = Annotated[
    Permit,
    Depends(
        Need(Action.FOOTAGE_PLAY, "footage", id_from="camera_id", owner=camera_owner, detail=("segment_id", "role"))
    ),
]
PlayStill = Annotated[
    Permit,
    Depends(Need(Action.FOOTAGE_PLAY, "footage", id_from="camera_id", owner=camera_owner, detail=("at", "role"))),
]
Role = Annotated[StreamRole | None, Query(description="Left out: main where it is recorded, else sub")]


class SegmentOut(Out):
    id: int
    camera_id: str
    role: StreamRole
    run: int = Field(description="Segments of one run follow each other without a gap")
    started_at: UtcTime
    ended_at: UtcTime
    clock: ClockSource = Field(description="Where these times come from")
    clock_offset_s: float | None = Field(description="Camera clock less the site's, where known")
    codec: str
    width: int
    height: int
    octets: int
    packets: int
    sha256: str
    locked: bool = Field(description="Held as evidence: retention leaves it alone")

    @staticmethod
    def of(one: Segment) -> SegmentOut:
        return SegmentOut(**{name: getattr(one, name) for name in SegmentOut.model_fields})


class GapOut(Out):
    camera_id: str
    role: StreamRole
    started_at: UtcTime
    ended_at: UtcTime | None = Field(description="None: it goes on")
    reason: GapReason

    @staticmethod
    def of(one: Gap) -> GapOut:
        return GapOut(**{name: getattr(one, name) for name in GapOut.model_fields})


@router.get("/api/cameras/{camera_id}/segments", responses=_NO_FOOTAGE)
def list_segments(permit: ListFootage, camera_id: Id, start: Start, end: End, role: Role = None) -> list[SegmentOut]:
    """Finished segments that overlap the span, at most 31 days of them."""
    first, last = _span(permit, camera_id, start, end, permit.config.list_max_h)
    return [SegmentOut.of(one) for one in permit.ports.footage.segments(camera_id, first, last, role)]


@router.get("/api/cameras/{camera_id}/gaps", responses=_NO_FOOTAGE)
def list_gaps(permit: ListFootage, camera_id: Id, start: Start, end: End, role: Role = None) -> list[GapOut]:
    """Spans without footage, and why."""
    first, last = _span(permit, camera_id, start, end, permit.config.list_max_h)
    return [GapOut.of(one) for one in permit.ports.footage.gaps(camera_id, first, last, role)]


@router.get("/api/cameras/{camera_id}/segments/{segment_id}/file", response_class=FileResponse, responses=_NO_FOOTAGE)
def segment_file(permit: PlaySegment, camera_id: Id, segment_id: Annotated[int, Path(ge=0, lt=2**63)]) -> FileResponse:
    """The segment's file, byte for byte; byte ranges are served."""
    segment = permit.ports.footage.segment(segment_id)
    if segment.camera_id != camera_id:  # the audit has just named this camera
        raise NotFound(kind="segment", name=str(segment_id))
    path = permit.ports.footage.segment_path(segment_id)
    return FileResponse(path, media_type="video/mp4", filename=f"{camera_id}-{segment_id}.mp4")


@router.get("/api/cameras/{camera_id}/clip.mp4", response_class=StreamingResponse, responses=_NO_FOOTAGE)
def clip(permit: PlayFootage, camera_id: Id, start: Start, end: End, role: Role = None) -> StreamingResponse:
    """A playable MP4 of the span, at most 6 hours; gaps are cut out."""
    first, last = _span(permit, camera_id, start, end, permit.config.clip_max_h)
    chunks = permit.ports.footage.clip(camera_id, first, last, role)
    head = next(chunks, b"")  # errors come here, while there can still be an answer that says so
    name = f"{camera_id}-{first:%Y%m%dT%H%M%SZ}.mp4"
    return StreamingResponse(
        _while_allowed(permit, chain([head], chunks)),
        media_type="video/mp4",
        headers={"content-disposition": f'inline; filename="{name}"'},
    )


@router.get("/api/cameras/{camera_id}/still.jpg", response_class=Response, responses=_NO_FOOTAGE)
def still(
    permit: PlayStill,
    camera_id: Id,
    at: Annotated[datetime, Query(description="ISO 8601 with its zone")],
    role: Role = None,
) -> Response:
    """The last recorded picture at or before `at`, at most 5 s older."""
    return Response(permit.ports.footage.still(camera_id, aware(at, "at"), role), media_type="image/jpeg")


def _span(permit: Permit, camera_id: str, start: datetime, end: datetime, max_h: float) -> tuple[datetime, datetime]:
    """The checked span; NotFound where neither a camera nor footage of a former one has that id."""
    first, last = span(start, end, max_h)
    try:
        permit.ports.cameras.camera(camera_id)
    except NotFound:
        # A camera that was removed: its footage stays until retention takes it.
        if permit.ports.footage.recorded_until(camera_id, within=(first, last)) is None:
            raise
    return first, last


def _while_allowed(permit: Permit, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, for as long as the session stands; then the connection breaks off, so no player takes it as whole."""
    clock = permit.ports.clock
    checked_s = clock.monotonic()
    for chunk in chunks:
        if clock.monotonic() - checked_s >= _RECHECK_S:
            if not permit.still_holds():
                raise NotAuthenticated
            checked_s = clock.monotonic()
        yield chunk
