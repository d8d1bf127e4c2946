"""Draws stretches without an alert, of each camera once for each day that is over. A camera's day is drawn in one
transaction: whoever is killed draws it anew, and nobody draws it twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from veedor.desk.context import DeskPorts
from veedor.desk.rounds import Rounds
from veedor.desk.samples.frame import DrawnStretch, Facts, Frame, Span, draw, frame_of
from veedor.desk.samples.repository import alert_spans
from veedor.desk.samples.tables import SampleDayRow, SampleRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id
from veedor.model.camera import Camera

log = logging.getLogger(__name__)

_EVERY_S = 20.0  # one camera's day at a time: nobody notices
_RESOLUTION_S = 1.0
_HOUR = timedelta(hours=1)


class SampleDrawer(Rounds):
    """One per desk of a site. `random`: whose draws nobody can foretell; a seeded one in tests."""

    def __init__(self, ports: DeskPorts, random: Random | None = None, every_s: float = _EVERY_S) -> None:
        super().__init__("samples", ports.clock, every_s)
        self._ports = ports
        self._config = ports.config.samples
        self._random = random or SystemRandom()
        self._feed = LiveFeedHub(ports.database, ports.clock)
        self._done: set[tuple[str, date]] = set()  # of the last day alone

    def round(self) -> None:
        self.run_once()

    def run_once(self) -> bool:
        """Draw yesterday of one camera of which there is no draw yet; whether there was one."""
        if self._config.per_day <= 0:
            return False
        zone = ZoneInfo(self._ports.config.time_zone)
        day = self._ports.clock.now().astimezone(zone).date() - timedelta(days=1)
        self._done = {one for one in self._done if one[1] == day}
        for camera in self._ports.cameras.cameras():
            if (camera.id, day) in self._done:
                continue
            is_new = self.draw_day(camera, day)
            self._done.add((camera.id, day))
            if is_new:
                return True
        return False

    def draw_day(self, camera: Camera, day: date) -> bool:
        """False where it was drawn before."""
        with self._ports.database.reading() as session:
            if session.get(SampleDayRow, (camera.id, day)) is not None:
                return False
        span = day_span(day, ZoneInfo(self._ports.config.time_zone))
        frame = self._frame(camera.id, span)
        drawn = draw(frame, self._config.per_day, self._random)
        now = self._ports.clock.now()
        with self._ports.database.session() as session:
            if session.get(SampleDayRow, (camera.id, day)) is not None:
                return False
            session.add(self._day_row(camera, day, span, frame))
            session.add_all([self._row(camera, day, one, now) for one in drawn])
            session.flush()
            if drawn:
                self._feed.publish(session, "sample.drawn", {"count": len(drawn)}, camera.agency_id, camera.id)
        return True

    def _frame(self, camera_id: str, span: Span) -> Frame:
        start, end = span
        site = self._ports.site
        try:
            recorded = self._ports.footage.timeline(camera_id, start, end, _RESOLUTION_S).spans
        except NotFound:
            recorded = ()
        if not recorded:
            return {}
        with self._ports.database.reading() as session:
            alerts = alert_spans(session, camera_id, span)
        hours = list(hours_of(span))
        tracks = [(one.started_at, one.ended_at) for hour in hours for one in site.tracks(camera_id, *hour)]
        spans = [(one.started_at, one.ended_at) for one in recorded]
        return frame_of(hours, Facts(spans, tracks, alerts, self._turned_down(camera_id, span)), self._config.stretch_s)

    def _turned_down(self, camera_id: str, span: Span) -> list[Span]:
        """What second looks turned down before it became an alert, by time."""
        book = self._ports.second_looks
        found = [one.event for one in book.turned_down(*span, [camera_id])] if book is not None else []
        return sorted((one.started_at, one.ended_at or one.completed_at) for one in found)

    def _day_row(self, camera: Camera, day: date, span: Span, frame: Frame) -> SampleDayRow:
        told = {
            stratum.value: {"hours": len(hours), "stretches": sum(len(one) for one in hours)}
            for stratum, hours in frame.items()
        }
        return SampleDayRow(
            camera_id=camera.id,
            day=day,
            agency_id=camera.agency_id,
            started_at=span[0],
            ended_at=span[1],
            frame=told,
            drawn_at=self._ports.clock.now(),
        )

    def _row(self, camera: Camera, day: date, one: DrawnStretch, now: datetime) -> SampleRow:
        return SampleRow(
            id=new_id(now),
            agency_id=camera.agency_id,
            camera_id=camera.id,
            camera_name=camera.name,
            day=day,
            stratum=one.stratum.value,
            started_at=one.span[0],
            ended_at=one.span[1],
            probability=one.probability,
            place_in_line=self._random.random(),
            drawn_at=now,
        )


def day_span(day: date, zone: ZoneInfo) -> Span:
    """From one midnight to the next, as clocks there show it."""
    start, end = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    return start.astimezone(ZoneInfo("UTC")), end.astimezone(ZoneInfo("UTC"))


def hours_of(span: Span) -> Iterator[Span]:
    """The span cut into hours; the last one may be shorter."""
    start, end = span
    while start < end:
        yield start, min(start + _HOUR, end)
        start += _HOUR
