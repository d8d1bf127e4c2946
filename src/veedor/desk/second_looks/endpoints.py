"""Routes of second looks. Each picture is a look of its own, audited with its camera."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import Response
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner, own
from veedor.desk.schemas import End, Id, Out, Start, UtcTime, room_router, span
from veedor.desk.scoping import owner_of
from veedor.kit.errors import NotFound
from veedor.kit.messages import Message
from veedor.model.event import Severity
from veedor.wire.second_looks import SecondLookBook, TurnedDown

router = room_router("second-looks")

ReadList = Annotated[
    Permit, Depends(Need(Action.ALERT_READ, "second_look", owner=own, detail=("start", "end", "camera")))
]
ReadPicture = Annotated[
    Permit,
    Depends(Need(Action.ALERT_READ, "second_look", id_from="camera_id", owner=camera_owner, detail=("event_id",))),
]
Cameras = Annotated[list[Id] | None, Query(max_length=500)]


class TurnedDownOut(Out):
    """An event that raised no alert: of `looked` pictures, a second look saw its object in `seen` only."""

    event_id: str
    camera_id: str
    rule: str
    kind: str
    severity: Severity
    started_at: UtcTime
    completed_at: UtcTime
    ended_at: UtcTime | None = Field(description="None: it goes on")
    zone: str | None
    explanation: str = Field(description="One sentence, in the reader's language")
    note: str = Field(description="What the second look found, in the reader's language")
    seen: int
    looked: int
    has_picture: bool = Field(description="Pictures are kept for some weeks only")

    @staticmethod
    def of(one: TurnedDown, lang: str) -> TurnedDownOut:
        event = one.event
        params = {"look_seen": one.seen, "look_of": one.looked}
        return TurnedDownOut(
            event_id=event.id,
            camera_id=event.camera_id,
            rule=event.rule,
            kind=event.kind,
            severity=event.severity,
            started_at=event.started_at,
            completed_at=event.completed_at,
            ended_at=event.ended_at,
            zone=event.zone,
            explanation=event.explanation.render(lang),
            note=Message("second-look-turned-down", params).render(lang),
            seen=one.seen,
            looked=one.looked,
            has_picture=one.has_picture,
        )


class LookCountsOut(Out):
    """Second looks of one rule on one camera. `unverified`: none could be had, and the alerts were raised."""

    camera_id: str
    rule: str
    confirmed: int
    turned_down: int
    unverified: int


@router.get("/api/second-looks")
def second_looks(permit: ReadList, start: Start, end: End, camera: Cameras = None) -> list[LookCountsOut]:
    """How often second looks confirmed, turned down, or could not be had, by camera and rule; at most 31 days."""
    book, first, last = _book(permit), *span(start, end, permit.config.list_max_h)
    found = book.look_counts(first, last, camera) if book is not None else []
    return [
        LookCountsOut(
            camera_id=one.camera_id,
            rule=one.rule,
            confirmed=one.confirmed,
            turned_down=one.turned_down,
            unverified=one.unverified,
        )
        for one in found
        if permit.scope.covers(owner_of(permit.ports, one.camera_id), one.camera_id)
    ]


@router.get("/api/turned-down")
def turned_down(
    permit: ReadList,
    start: Start,
    end: End,
    camera: Cameras = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[TurnedDownOut]:
    """Events that raised no alert since a second look did not see their object again, newest first."""
    book, first, last = _book(permit), *span(start, end, permit.config.list_max_h)
    found = book.turned_down(first, last, camera, limit) if book is not None else []
    return [
        TurnedDownOut.of(one, permit.lang)
        for one in found
        if permit.scope.covers(owner_of(permit.ports, one.event.camera_id), one.event.camera_id)
    ]


@router.get("/api/cameras/{camera_id}/turned-down/{event_id}/picture.jpg", response_class=Response)
def turned_down_picture(permit: ReadPicture, camera_id: Id, event_id: Id) -> Response:
    """The picture, with the track and the zone drawn."""
    book = _book(permit)
    jpeg = book.turned_down_picture(camera_id, event_id) if book is not None else None
    if jpeg is None:
        raise NotFound(kind="snapshot", name=event_id)
    return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "private, no-store"})


def _book(permit: Permit) -> SecondLookBook | None:
    return permit.ports.second_looks
