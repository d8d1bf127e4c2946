"""The route of searches over tracks: one query, answered line by line as sites answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import StreamingResponse
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.errors import BadRequest
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, In, Out, UtcTime, room_router, span
from veedor.kit.errors import VeedorError
from veedor.model.agency import in_polygons
from veedor.model.camera import Camera
from veedor.model.detection import ObjectClass, class_named
from veedor.model.grant_reading import is_area
from veedor.model.track_query import (
    MAX_LIMIT,
    Between,
    FoundTrack,
    Order,
    Sector,
    SiteAnswer,
    TrackQuery,
    VehicleColour,
    ZoneWish,
)

router = room_router("search")

HERE = "here"  # the id of the one site of a desk that has one
_SEARCH_MAX_H = 24.0 * 92
_NAMED_MOST = 200  # cameras that an audit entry names; of more it says how many, and sites have their own entries
_COLOURS = {one.label: one for one in VehicleColour}

Search = Annotated[Permit, Depends(Need(Action.TRACK_READ, "track", owner=own))]


class BetweenIn(In):
    least: float | None = Field(default=None, ge=0, le=1e7)
    most: float | None = Field(default=None, ge=0, le=1e7)

    def value(self) -> Between:
        return Between(self.least, self.most)


class ZoneIn(In):
    ring: list[tuple[float, float]] = Field(min_length=3, max_length=64, description="Corners in 0..1 of the picture")
    inside_s: float = Field(
        default=0.0, ge=0, le=86_400, description="0: entered it; else: stayed in it for so long, in all"
    )


class SearchIn(In):
    start: UtcTime
    end: UtcTime
    cameras: list[Id] | None = Field(default=None, max_length=5000, description="None: all that one may search")
    area: dict[str, Any] | None = Field(
        default=None,
        description="GeoJSON Polygon or MultiPolygon: only cameras whose place on the map is in it",
    )
    classes: list[str] = Field(default=[], max_length=20, description="person, car, an own class, ...; none: any")
    sectors: list[Sector] = Field(default=[], description="Where it went in the picture, N being up; none: anywhere")
    bearing_deg: tuple[float, float] | None = Field(
        default=None, description="Where it went on the ground, from..to clockwise from north; calibrated cameras alone"
    )
    speed_hps: BetweenIn = Field(default=BetweenIn(), description="Picture heights a second")
    speed_mps: BetweenIn = Field(default=BetweenIn(), description="Metres a second; calibrated cameras alone")
    dwell_s: BetweenIn = Field(default=BetweenIn(), description="How long it was seen")
    zone: ZoneIn | None = None
    colours: list[str] = Field(default=[], max_length=8, description="Of cars, buses and lorries: nothing else has one")
    order: Order = Order.NEWEST
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="Of each site")
    cursors: dict[Id, Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]] | None = Field(
        default=None,
        max_length=1000,
        description="For further results: the cursors that came, by site; others are not asked",
    )


class FoundOut(Out):
    id: str
    camera_id: str
    track_id: int
    object_class: str = Field(alias="class")
    started_at: UtcTime
    ended_at: UtcTime
    dwell_s: float
    heading_deg: float | None = Field(description="In the picture, clockwise from up; None: it stayed where it was")
    bearing_deg: float | None = Field(description="On the ground, clockwise from north")
    speed_hps: float
    speed_mps: float | None
    colour: str | None = Field(description="Of vehicles alone")
    at: UtcTime = Field(description="When it is seen largest: ask for the still of this moment")
    box_norm: tuple[float, float, float, float]

    @staticmethod
    def of(one: FoundTrack) -> FoundOut:
        told = {name: getattr(one, name) for name in _AS_THEY_ARE}
        colour = one.colour.label if one.colour is not None else None
        return FoundOut.model_validate({**told, "class": one.object_class.label, "colour": colour})


_AS_THEY_ARE = tuple(name for name in FoundOut.model_fields if name not in ("object_class", "colour"))


class AnswerOut(Out):
    """A line of the answer: `site` with what it found, `silent` with why it did not answer, and last `end`."""

    kind: str = Field(description="site, silent or end")
    site_id: str | None = None
    site: str | None = None
    tracks: list[FoundOut] | None = None
    cursor: str | None = Field(default=None, description="There may be more at this site: send it in `cursors`")
    searched_to: UtcTime | None = Field(default=None, description="What began before this was not looked at yet")
    error: str | None = None
    message: str | None = None
    hint: str | None = None
    sites: int | None = Field(default=None, description="How many were asked, at the end")
    unanswered: list[str] | None = Field(default=None, description="Names of those that did not answer, at the end")


@router.post(
    "/api/search/tracks",
    response_class=StreamingResponse,
    responses={200: {"model": AnswerOut, "content": {"application/x-ndjson": {}}, "description": "One JSON a line"}},
)
def search_tracks(permit: Search, body: SearchIn) -> StreamingResponse:
    """Tracks by what they did, of all cameras that one may search. The answer is lines of JSON, one for each site as
    it answers, newest first within it, and a last one that names the sites that did not."""
    query = _query(permit, body)
    _note(permit, query)
    answers = _answers(permit, query, body.cursors)
    return StreamingResponse(_lines(answers, permit.lang), media_type="application/x-ndjson")


def _query(permit: Permit, body: SearchIn) -> TrackQuery:
    start, end = span(body.start, body.end, _SEARCH_MAX_H)
    scope = permit.ports.access.scope(permit.principal, permit.action, (start, end))
    if body.area is not None and not is_area(body.area):
        raise BadRequest(field="area", problem="no GeoJSON polygon", detail="search-no-area")
    wanted = None if body.cameras is None else frozenset(body.cameras)
    allowed = tuple(
        one.id
        for one in permit.ports.cameras.cameras()
        if (wanted is None or one.id in wanted) and _stands_in(one, body.area) and scope.covers(one.agency_id, one.id)
    )
    try:
        return TrackQuery(
            start=start,
            end=end,
            cameras=allowed,
            classes=tuple(_class(one) for one in body.classes),
            sectors=tuple(body.sectors),
            bearing_deg=body.bearing_deg,
            speed_hps=body.speed_hps.value(),
            speed_mps=body.speed_mps.value(),
            dwell_s=body.dwell_s.value(),
            zone=ZoneWish(tuple(body.zone.ring), body.zone.inside_s) if body.zone else None,
            colours=tuple(_COLOURS[one] for one in body.colours),
            order=body.order,
            limit=body.limit,
        )
    except KeyError as problem:
        raise BadRequest(field="classes, colours", problem=str(problem), detail="search-unknown-name") from problem
    except ValueError as problem:
        raise BadRequest(field="body", problem=str(problem), detail="search-not-possible") from problem


def _stands_in(camera: Camera, area: dict[str, Any] | None) -> bool:
    place = camera.placement
    return area is None or (place is not None and in_polygons(area, place.longitude_deg, place.latitude_deg))


def _class(word: str) -> ObjectClass:
    found = class_named(word)
    if found is None:
        raise KeyError(word)
    return found


def _note(permit: Permit, query: TrackQuery) -> None:
    """What exactly is looked for, on disk before anything is looked at."""
    told: dict[str, Any] = {
        "start": query.start.isoformat(),
        "end": query.end.isoformat(),
        "camera_count": len(query.cameras),
        "cameras": list(query.cameras[:_NAMED_MOST]),
        "classes": [one.label for one in query.classes],
        "sectors": [one.value for one in query.sectors],
        "colours": [one.label for one in query.colours],
        "zone": [list(one) for one in query.zone.ring] if query.zone else None,
        "order": query.order.value,
    }
    for name in ("bearing_deg", "speed_hps", "speed_mps", "dwell_s"):
        value = getattr(query, name)
        if value:
            told[name] = [value.least, value.most] if isinstance(value, Between) else list(value)
    permit.note(**{name: value for name, value in told.items() if value not in (None, [])})


def _answers(permit: Permit, query: TrackQuery, cursors: dict[str, str] | None) -> Iterator[SiteAnswer]:
    if permit.ports.search is not None:
        yield from permit.ports.search.search(query, cursors)
    elif cursors is None or HERE in cursors:
        name = permit.config.site_name
        query = TrackQuery(
            **{one: getattr(query, one) for one in TrackQuery.__slots__ if one != "cursor"},
            cursor=(cursors or {}).get(HERE),
        )
        try:
            yield SiteAnswer(HERE, name, permit.ports.site.search(query))
        except VeedorError as problem:
            yield SiteAnswer(HERE, name, None, problem)


def _lines(answers: Iterator[SiteAnswer], lang: str) -> Iterator[bytes]:
    count, unanswered = 0, []
    for answer in answers:
        count += 1
        if answer.page is None:
            problem = answer.problem or VeedorError()
            unanswered.append(answer.site)
            told = AnswerOut(
                kind="silent",
                site_id=answer.site_id,
                site=answer.site,
                error=problem.key,
                message=problem.render(lang),
                hint=problem.hint(lang),
            )
        else:
            told = AnswerOut(
                kind="site",
                site_id=answer.site_id,
                site=answer.site,
                tracks=[FoundOut.of(one) for one in answer.page.tracks],
                cursor=answer.page.cursor,
                searched_to=answer.page.searched_to,
            )
        yield _line(told)
    yield _line(AnswerOut(kind="end", sites=count, unanswered=unanswered))


def _line(told: AnswerOut) -> bytes:
    return told.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"
