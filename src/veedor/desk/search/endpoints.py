"""Routes of what the analysis found: tracks and events."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import End, Id, Out, Start, UtcTime, room_router, span
from veedor.desk.scoping import owner_of
from veedor.model.event import Event, Severity
from veedor.model.track import ArchivedTrack

router = room_router("search")

_TRACKS_MAX_H = 6.0

ReadTracks = Annotated[
    Permit, Depends(Need(Action.TRACK_READ, "track", id_from="camera_id", owner=camera_owner, detail=("start", "end")))
]
ReadLiveTracks = Annotated[Permit, Depends(Need(Action.TRACK_READ, "track", id_from="camera_id", owner=camera_owner))]
ReadEvents = Annotated[Permit, Depends(Need(Action.EVENT_READ, "event", owner=own, detail=("start", "end", "camera")))]


class TrackOut(Out):
    camera_id: str
    track_id: int
    object_class: str = Field(alias="class")
    started_at: UtcTime
    ended_at: UtcTime
    path: list[tuple[float, float, float, float, float]] = Field(
        description="Each: seconds after started_at, then the box x1, y1, x2, y2 in 0..1 of the picture"
    )

    @staticmethod
    def of(one: ArchivedTrack) -> TrackOut:
        return TrackOut.model_validate(
            {
                "camera_id": one.camera_id,
                "track_id": one.track_id,
                "class": one.object_class.label,
                "started_at": one.started_at,
                "ended_at": one.ended_at,
                "path": one.path.astype("float64").round(4).tolist(),
            }
        )


class LiveTrackOut(Out):
    track_id: int
    object_class: str = Field(alias="class")
    box_norm: tuple[float, float, float, float]


class LiveTracksOut(Out):
    captured_at: UtcTime | None = Field(description="None: nothing has been analysed yet")
    tracks: list[LiveTrackOut]


class EventOut(Out):
    id: str
    camera_id: str
    rule: str
    kind: str
    severity: Severity
    started_at: UtcTime
    completed_at: UtcTime
    ended_at: UtcTime | None = Field(description="None: it goes on")
    explanation: str = Field(description="One sentence, in the reader's language")
    zone: str | None
    track_ids: list[int]

    @staticmethod
    def of(one: Event, lang: str) -> EventOut:
        names = EventOut.model_fields.keys() - {"explanation", "track_ids"}
        return EventOut(
            explanation=one.explanation.render(lang),
            track_ids=list(one.track_ids),
            **{name: getattr(one, name) for name in names},
        )


class EventsOut(Out):
    events: list[EventOut]
    more: bool = Field(description="There were more than `limit`: ask for a shorter span")


@router.get("/api/cameras/{camera_id}/tracks")
def list_tracks(permit: ReadTracks, camera_id: Id, start: Start, end: End) -> list[TrackOut]:
    """Tracks of one camera that overlap the span, at most 6 hours."""
    first, last = span(start, end, _TRACKS_MAX_H)
    return [TrackOut.of(one) for one in permit.ports.site.tracks(camera_id, first, last)]


@router.get("/api/cameras/{camera_id}/tracks/live")
def live_tracks(permit: ReadLiveTracks, camera_id: Id) -> LiveTracksOut:
    """The tracks of the newest analysed frame."""
    permit.ports.cameras.camera(camera_id)
    return LiveTracksOut.model_validate(permit.ports.site.live_tracks(camera_id))


@router.get("/api/events")
def list_events(
    permit: ReadEvents,
    start: Start,
    end: End,
    camera: Annotated[list[Id] | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> EventsOut:
    """Events in the span, of all cameras or of those named, by time."""
    first, last = span(start, end, permit.config.list_max_h)
    scope = permit.scope
    events = permit.ports.site.events(first, last, camera)
    owners = {camera_id: owner_of(permit.ports, camera_id) for camera_id in {one.camera_id for one in events}}
    found = [one for one in events if scope.covers(owners[one.camera_id], one.camera_id)]
    return EventsOut(events=[EventOut.of(one, permit.lang) for one in found[:limit]], more=len(found) > limit)
