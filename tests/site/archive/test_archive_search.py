"""Searches over the archive: what they find is the same before and after tracks were put into blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from made_up_tracks import DAY, NOON, passes
from veedor.kit.clock import SimulatedClock
from veedor.model.camera import Calibration
from veedor.model.detection import ObjectClass
from veedor.model.track_query import (
    Between,
    FoundTrack,
    Order,
    Sector,
    TrackPage,
    TrackQuery,
    VehicleColour,
    ZoneWish,
)
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import ArchiveConfig
from veedor.wire import values

EAST, WEST, NORTH = ((0.1, 0.5), (0.9, 0.5)), ((0.9, 0.5), (0.1, 0.5)), ((0.5, 0.9), (0.5, 0.2))
STAYS = ((0.3, 0.3), (0.301, 0.301))
ALL = TrackQuery(NOON - DAY, NOON + DAY, ("c1", "c2"))
# A picture of a square of 20 by 10 metres, seen from straight above: right is east, up is north.
ABOVE = Calibration((), (20.0, 0.0, 0.0, 0.0, -10.0, 10.0, 0.0, 0.0, 1.0), -12.0, -77.0, 0.0)


class Searched:
    """An archive of a few tracks, asked before or after they were sealed."""

    def __init__(self, folder: Path, sealed: bool) -> None:
        self.clock = SimulatedClock(NOON)
        self.archive = TrackArchive(folder, self.clock)
        passes(self.archive, 1, EAST)
        passes(self.archive, 2, WEST, at_s=100, kind=ObjectClass.CAR, seconds=4, colour=VehicleColour.RED)
        passes(self.archive, 3, NORTH, at_s=200, kind=ObjectClass.CAR, colour=VehicleColour.BLUE)
        passes(self.archive, 4, STAYS, at_s=300, seconds=90)
        passes(self.archive, 5, EAST, at_s=7300, camera="c2", kind=ObjectClass.BUS)
        if sealed:
            self.clock.advance(86_400)
            assert self.archive.seal()

    def __call__(self, **changes: object) -> list[int]:
        return [one.track_id for one in self.page(**changes).tracks]

    def page(self, **changes: object) -> TrackPage:
        return self.archive.search(replace(ALL, **changes), {"c1": ABOVE})  # type: ignore[arg-type]

    def only(self, **changes: object) -> FoundTrack:
        (one,) = self.page(**changes).tracks
        return one


@pytest.fixture(params=[False, True], ids=["parts", "blocks"])
def found(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Searched]:
    searched = Searched(tmp_path, request.param)
    yield searched
    searched.archive.stop()


def test_newest_first_and_only_of_the_cameras_that_are_named(found: Searched) -> None:
    assert found() == [5, 4, 3, 2, 1]
    assert found(cameras=("c2",)) == [5]
    assert found(cameras=()) == []
    assert found(end=NOON + timedelta(seconds=200)) == [2, 1]
    assert found(start=NOON + timedelta(seconds=200)) == [5, 4, 3]


def test_class_direction_speed_dwell(found: Searched) -> None:
    assert found(classes=(ObjectClass.CAR, ObjectClass.BUS)) == [5, 3, 2]
    assert found(sectors=(Sector.E,)) == [5, 1]
    assert found(sectors=(Sector.W, Sector.N)) == [3, 2]
    assert found(sectors=(Sector.NE, Sector.SE, Sector.S)) == []
    # 0.8 of the width is 1.42 heights: in 10 s 0.14 a second, in 4 s 0.36
    assert found(speed_hps=Between(0.2)) == [2]
    assert found(speed_hps=Between(None, 0.01)) == [4]
    assert found(dwell_s=Between(60, 120)) == [4]


def test_zone_entered_and_stayed(found: Searched) -> None:
    middle = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
    assert found(zone=ZoneWish(middle)) == [5, 3, 2, 1]
    # 0.2 of 0.8 in 10 s are 2.5 s, in 4 s 1 s; from 0.6 to 0.4 of 0.7 in 10 s are 2.9 s
    assert found(zone=ZoneWish(middle, 2)) == [5, 3, 1]
    assert found(zone=ZoneWish(middle, 2.7)) == [3]
    assert found(zone=ZoneWish(((0.25, 0.25), (0.35, 0.25), (0.35, 0.35), (0.25, 0.35)), 60)) == [4]
    assert found(zone=ZoneWish(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)))) == []


def test_colours_are_of_vehicles(found: Searched) -> None:
    assert found(colours=(VehicleColour.RED,)) == [2]
    assert found(colours=(VehicleColour.RED, VehicleColour.BLUE), classes=(ObjectClass.CAR,)) == [3, 2]
    assert [one.colour for one in found.page().tracks] == [None, None, VehicleColour.BLUE, VehicleColour.RED, None]
    with pytest.raises(ValueError, match="only vehicles"):
        replace(ALL, classes=(ObjectClass.PERSON,), colours=(VehicleColour.RED,))
    person = found.only(dwell_s=Between(60))
    with pytest.raises(ValueError, match="only vehicles"):
        replace(person, colour=VehicleColour.RED)


def test_on_the_ground_only_where_calibrated(found: Searched) -> None:
    # 0.8 of 20 m in 10 s and in 4 s; 0.7 of 10 m in 10 s
    assert found(speed_mps=Between(1.5, 1.7)) == [1]
    assert found(speed_mps=Between(3.9)) == [2]
    assert found(bearing_deg=(315.0, 45.0)) == [3]
    assert found(bearing_deg=(80.0, 100.0)) == [1]
    one = found.only(classes=(ObjectClass.CAR,), sectors=(Sector.N,))
    assert one.bearing_deg == pytest.approx(0, abs=0.5)
    assert one.speed_mps == pytest.approx(0.7, abs=0.02)
    assert found.only(cameras=("c2",)).speed_mps is None


def test_what_a_result_tells(found: Searched) -> None:
    one = found.only(classes=(ObjectClass.CAR,), sectors=(Sector.N,))
    assert (one.camera_id, one.object_class, one.heading_deg) == ("c1", ObjectClass.CAR, 0)
    assert one.started_at == NOON + timedelta(seconds=200)
    assert one.dwell_s == pytest.approx(10)
    assert one.started_at <= one.at <= one.ended_at
    assert one.id == f"c1:{int(one.started_at.timestamp() * 1000)}:3"
    left, top, right, bottom = one.box_norm
    assert right - left == pytest.approx(0.04, abs=0.001)
    assert bottom - top == pytest.approx(0.1, abs=0.001)


def test_pages_follow_each_other_without_a_gap(found: Searched) -> None:
    for order, wanted in ((Order.NEWEST, [5, 4, 3, 2, 1]), (Order.LONGEST, [4, 5, 3, 1, 2])):
        got, cursor = [], None
        for _ in range(6):
            page = found.page(order=order, limit=2, cursor=cursor)
            got += [one.track_id for one in page.tracks]
            assert len(page.tracks) <= 2
            cursor = page.cursor
            if cursor is None:
                break
        assert got == wanted


def test_a_search_that_may_take_no_time_gets_to_the_end_all_the_same(tmp_path: Path) -> None:
    archive = TrackArchive(tmp_path, SimulatedClock(NOON), ArchiveConfig(search_s=0.0))
    for number in range(8):
        passes(archive, number, EAST, at_s=number * 3600)
    got, cursor, pages = [], None, 0
    while True:
        page = archive.search(
            replace(ALL, cursor=cursor, zone=ZoneWish(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
        )
        pages += 1
        got += [one.track_id for one in page.tracks]
        if page.cursor is None:
            break
        assert page.searched_to is not None
        cursor = page.cursor
    assert got == list(range(7, -1, -1))
    assert pages > 4
    archive.stop()


def test_a_query_and_a_page_travel_as_json(found: Searched) -> None:
    query = replace(ALL, zone=ZoneWish(((0.1, 0.1), (0.5, 0.1), (0.5, 0.5)), 3), colours=(VehicleColour.RED,))
    assert values.load(TrackQuery, values.dump(TrackQuery, query)) == query
    page = found.page()
    assert values.load(TrackPage, values.dump(TrackPage, page)) == page
    broken: list[Callable[[dict], object]] = [
        lambda one: one.update(limit=10_000),
        lambda one: one.update(end=one["start"]),
        lambda one: one.update(classes=[1], colours=[4]),
        lambda one: one.pop("cameras"),
    ]
    for change in broken:
        told = values.dump(TrackQuery, query)
        change(told)
        with pytest.raises(values.BadValue):
            values.load(TrackQuery, told)
