"""Stretches without an alert: drawn once a day, offered in random order, answered by one person, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from desk.cases import event
from desk.desks import AGENCY, Desk, make_desk, running
from desk.fakes import FakeFootage, FakeSite, camera
from veedor.access.principal import Principal, Role
from veedor.desk.alerts.handling import AlertHandling, Escalation, Seen
from veedor.desk.alerts.service import AlertService
from veedor.desk.audit.log import AuditQuery
from veedor.desk.samples.drawer import SampleDrawer
from veedor.desk.samples.frame import SampleConfig
from veedor.desk.samples.recall import RecallReport, report
from veedor.desk.samples.repository import waiting
from veedor.desk.samples.tables import SampleDayRow, SampleRow
from veedor.desk.scope_clause import only
from veedor.kit.clock import SimulatedClock
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.camera import StreamRole
from veedor.model.detection import ObjectClass
from veedor.model.event import Event, Severity
from veedor.model.track import ArchivedTrack
from veedor.wire.ports import RecordedSpan, RecordedTimeline
from veedor.wire.second_looks import TurnedDown

DAY = date(2026, 3, 1)
MIDNIGHT = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)  # in Lima
OLGA = Principal("u-olga", "olga", AGENCY, frozenset({Role.OPERATOR}))


class TwoHours(FakeFootage):
    """Recorded from 08:00 to 10:00 in Lima."""

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        span = RecordedSpan(MIDNIGHT + timedelta(hours=8), MIDNIGHT + timedelta(hours=10), "h264")
        spans = (span,) if span.started_at < end and span.ended_at > start else ()
        return RecordedTimeline(StreamRole.MAIN, spans, ())


class Walkers(FakeSite):
    """Somebody passes in the first ten minutes of every hour."""

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]:
        path = np.zeros((2, 5), np.float32)
        return [ArchivedTrack(camera_id, 7, ObjectClass.PERSON, start, start + timedelta(minutes=10), path)]


class OneTurnedDown:
    """A second look that turned one thing down, at 09:30."""

    def turned_down(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None, limit: int = 500):
        at = MIDNIGHT + timedelta(hours=9, minutes=30)
        found = event(
            camera_id=(camera_ids or ["?"])[0], started_at=at, completed_at=at, ended_at=at + timedelta(seconds=8)
        )
        return [TurnedDown(found, 0, 5, False)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = SimulatedClock(MIDNIGHT + timedelta(hours=30))
    made = make_desk(tmp_path, clock, samples=SampleConfig(per_day=4))
    made.ports = replace(
        made.ports, footage=TwoHours(tmp_path), site=Walkers(made.cameras), second_looks=OneTurnedDown()
    )
    yield made
    made.ports.database.close()


def drawn(desk: Desk) -> list[SampleRow]:
    with desk.ports.database.reading() as session:
        return waiting(session, only(AGENCY), MIDNIGHT, 100)[0]


def raise_alert(desk: Desk, at: datetime) -> str:
    event = Event(new_id(at), "plaza", "Vereda", "loitering", Severity.LOW, at, at, at, Message("cli-json"))
    AlertService(desk.ports).raise_alert(event, None)
    return event.id


def found(desk: Desk) -> RecallReport:
    with desk.ports.database.reading() as session:
        return report(session, only(AGENCY), desk.ports, 30)


def test_a_day_is_drawn_once_from_what_was_recorded_without_an_alert(desk: Desk) -> None:
    raise_alert(desk, MIDNIGHT + timedelta(hours=8, minutes=5))
    drawer = SampleDrawer(desk.ports, Random(5))
    assert [drawer.run_once() for _ in range(2)] == [True, False]
    assert not SampleDrawer(desk.ports, Random(5)).draw_day(camera(), DAY), "started again: not drawn again"
    with desk.ports.database.reading() as session:
        frame = session.get_one(SampleDayRow, ("plaza", DAY)).frame
    # 30 stretches of 20 s each in two times ten minutes; an alert and its margins take two. Of the 300 quiet ones the
    # one that was turned down touches one.
    assert frame == {
        "tracks": {"hours": 2, "stretches": 58},
        "quiet": {"hours": 2, "stretches": 299},
        "rejected": {"hours": 1, "stretches": 1},
    }
    rows = drawn(desk)
    assert sorted(row.stratum for row in rows) == ["quiet", "rejected", "tracks", "tracks"]
    by_stratum = {row.stratum: row.probability for row in rows}
    assert by_stratum["rejected"] == 1
    assert by_stratum["quiet"] == pytest.approx(0.5 / 150) or by_stratum["quiet"] == pytest.approx(0.5 / 149)
    assert {round(1 / row.probability) for row in rows if row.stratum == "tracks"} == {28, 30}  # both hours
    assert [row.place_in_line for row in rows] == sorted(row.place_in_line for row in rows)
    for row in rows:
        assert MIDNIGHT + timedelta(hours=8) <= row.started_at < row.ended_at <= MIDNIGHT + timedelta(hours=10)


def test_a_day_without_footage_says_nothing_and_zero_draws_nothing(desk: Desk) -> None:
    desk.ports.clock.advance(86_400)  # type: ignore[attr-defined]
    assert SampleDrawer(desk.ports, Random(5)).run_once()
    assert drawn(desk) == []
    off = replace(desk.ports, config=replace(desk.ports.config, samples=SampleConfig(per_day=0)))
    assert not SampleDrawer(off, Random(5)).run_once()


def test_answers_become_an_estimate_with_its_interval(desk: Desk) -> None:
    """Of three that are told, one was missed: it stands for 30 or 28 stretches with tracks."""
    alert = raise_alert(desk, MIDNIGHT + timedelta(hours=8, minutes=5))
    AlertHandling(desk.ports).escalate(OLGA, alert, Seen(), Escalation())
    SampleDrawer(desk.ports, Random(5)).run_once()
    assert found(desk).all.recall is None, "nobody has answered"
    first = next(row for row in drawn(desk) if row.stratum == "tracks")
    with desk.ports.database.session() as session:
        for row in drawn(desk):
            answer = "yes" if row.id == first.id else "unsure" if row.stratum == "quiet" else "no"
            session.get_one(SampleRow, row.id).answer = answer
    told = found(desk)
    missed = told.all.missed
    assert (told.all.drawn, told.all.unsure, missed.seen, missed.hits, missed.size) == (4, 1, 3, 1, 59)
    assert missed.total == pytest.approx(1 / first.probability)
    assert missed.low < missed.total < missed.high
    assert told.all.alerted == 1
    assert told.all.recall is not None
    value, low, high = told.all.recall
    assert value == pytest.approx(1 / (1 + missed.total))
    assert low < value < high
    assert told.by_stratum[next(one for one in told.by_stratum if one.value == "rejected")].missed.total == 0
    assert list(told.by_camera) == [("plaza", "Plaza")]


@pytest.mark.sqlite_only
def test_one_person_answers_each_and_every_look_is_audited(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        now = desk.ports.clock.now()
        for name, role in (("olga", Role.OPERATOR), ("luis", Role.OPERATOR), ("ada", Role.ADMINISTRATOR)):
            desk.add_user(name, role)
        with desk.ports.database.session() as session:
            for number, age_d in enumerate((0, 0, 9)):
                session.add(
                    SampleRow(
                        id=f"s{number}",
                        agency_id=AGENCY,
                        camera_id="plaza",
                        camera_name="Plaza",
                        day=DAY,
                        stratum="tracks",
                        started_at=now,
                        ended_at=now + timedelta(seconds=20),
                        probability=0.01,
                        place_in_line=number / 10,
                        drawn_at=now - timedelta(days=age_d),
                    )
                )
        with desk.client("olga") as olga, desk.client("luis") as luis, desk.client("ada") as ada:
            page = olga.get("/api/samples", params={"limit": 1}).json()
            assert (page["waiting"], [one["id"] for one in page["samples"]]) == (2, ["s0"])  # the third waited too long
            assert olga.post("/api/samples/s0/answer", json={"answer": "no", "kind": "loitering"}).status_code == 422
            assert olga.post("/api/samples/s0/answer", json={"answer": "yes", "kind": "magic"}).status_code == 422
            assert ada.post("/api/samples/s0/answer", json={"answer": "no"}).status_code == 403
            olga.post("/api/samples/s0/answer", json={"answer": "no"})
            mine = olga.post("/api/samples/s0/answer", json={"answer": "yes", "kind": "loitering"}).json()
            assert (mine["answer"], mine["kind"], mine["answered_by"]) == ("yes", "loitering", "olga")
            late = luis.post("/api/samples/s0/answer", json={"answer": "no"})
            assert (late.status_code, late.json()["error"]) == (409, "error-samples-answered")
            assert olga.get("/api/samples").json()["waiting"] == 1
            told = ada.get("/api/samples/recall").json()
            assert (told["all"]["answered"], told["all"]["enough"]) == (0, False)  # of a day that was never drawn
        entries = desk.audit.entries(AuditQuery(action="alert.handle"))
        assert {(one.username, one.resource_id, one.allowed) for one in entries if one.resource_id} == {
            ("olga", "s0", True),
            ("luis", "s0", True),
            ("ada", "s0", False),
        }
