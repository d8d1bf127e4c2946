"""What is usual on a camera: learned, looked up, faded, kept, put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from street import FAR, FIRST, LIMA, NEAR, day, drive, learned, street, street_baseline

from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreCorrupt
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Baseline, Normality, empty
from veedor.site.normality.counts import Counts, hour_of_week
from veedor.site.normality.grid import Aspect
from veedor.site.normality.keeper import NormalityKeeper
from veedor.site.normality.scoring import score_of
from veedor.site.normality.store import KEPT_VERSIONS, BaselineStore
from veedor.site.normality.usual import drift

Span = tuple[datetime, datetime | None]
NOON = FIRST + timedelta(days=5, hours=12)
LIMIT = 3 / 5  # a day, for each aspect: what a rule with its defaults asks


def rare(track: ArchivedTrack, normality: Normality) -> set[Aspect]:
    """In which aspects the track is rare enough for an alert."""
    known = normality.at(track.started_at)
    assert known is not None
    scores = score_of(track, known.usual)
    assert scores, "nothing could be judged: the test would be empty"
    found = {aspect: known.rarity.per_day(aspect, score) for aspect, score in scores.items()}
    return {aspect for aspect, per_day in found.items() if per_day is not None and per_day <= LIMIT}


def test_each_aspect_is_found_and_the_usual_is_not() -> None:
    town = street()
    assert rare(drive(NOON, (0.02, 0.98), (FAR, FAR), 9), town) == set()
    assert rare(drive(NOON, (0.98, 0.02), (NEAR, NEAR), 9), town) == set()
    assert rare(drive(NOON, (0.98, 0.02), (FAR, FAR), 9), town) == {Aspect.WAY}
    assert rare(drive(NOON, (0.02, 0.98), (FAR, FAR), 3), town) == {Aspect.SPEED}
    assert Aspect.PLACE in rare(drive(NOON, (0.5, 0.5), (0.05, 0.95), 8), town)
    assert Aspect.STAY in rare(drive(NOON, (0.5, 0.502), (FAR, FAR), 90), town)
    assert rare(drive(NOON - timedelta(hours=9), (0.02, 0.98), (FAR, FAR), 9), town) == {Aspect.HOUR}


def test_most_of_an_ordinary_day_is_usual() -> None:
    found = [rare(track, street()) for track in day(5)]
    assert sum(bool(one) for one in found) <= 3  # the rate that was asked for


def test_a_camera_without_a_past_finds_nothing_rare() -> None:
    assert Normality(LIMA).at(NOON) is None
    assert Normality(LIMA, empty(FIRST)).at(NOON) is None
    fresh = Normality(LIMA, learned([day(0)]))
    assert rare(drive(NOON, (0.98, 0.02), (FAR, FAR), 9), fresh) == set()  # no day has been judged yet


def test_a_roadwork_is_learned_and_unlearned_in_days() -> None:
    against = drive(NOON + timedelta(days=14), (0.98, 0.02), (NEAR, NEAR), 9)
    days = [day(number) for number in range(5)]
    works = [day(number, one_way=True) for number in range(5, 12)]
    changed = learned([*days, *works])
    along = drive(NOON + timedelta(days=7), (0.02, 0.98), (NEAR, NEAR), 9)
    assert rare(along, Normality(LIMA, learned(days))) == {Aspect.WAY}
    assert rare(along, Normality(LIMA, changed)) == set()
    over = learned([*days, *works, *(day(number) for number in range(12, 19))])
    assert rare(against, Normality(LIMA, over)) == set()


def test_memory_is_the_same_after_any_number_of_days() -> None:
    def octets(baseline: Baseline) -> int:
        return sum(getattr(baseline.counts, name).nbytes for name in baseline.counts.names())

    one, many = learned([day(0)]), learned([day(number, 10) for number in range(20)])
    assert octets(one) == octets(many)
    assert len(many.rarity.days) == 14
    assert all(len(top) <= 64 for kept in many.rarity.days for top in kept.top)


def test_the_past_fades_by_half_in_a_week() -> None:
    counts = Counts()
    counts.learn_all(day(0), LIMA)
    before = float(counts.tracks.sum())
    counts.fade(7)
    assert float(counts.tracks.sum()) == pytest.approx(before / 2)


def test_hours_are_those_of_the_sites_zone() -> None:
    assert hour_of_week(FIRST, LIMA) == 2 * 24  # a Wednesday
    assert hour_of_week(FIRST - timedelta(seconds=1), LIMA) == 2 * 24 - 1


# -- files


def test_a_version_is_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    baseline = street_baseline()
    baseline.save(tmp_path / "one.npz")
    again = Baseline.load(tmp_path / "one.npz")
    assert again.about == baseline.about
    for name in baseline.counts.names():
        np.testing.assert_allclose(getattr(again.counts, name), getattr(baseline.counts, name), rtol=1e-3)
    assert [one.tracks for one in again.rarity.days] == [one.tracks for one in baseline.rarity.days]


@pytest.mark.parametrize("damage", ["cut", "other", "shape"])
def test_a_damaged_file_is_named_and_never_used(tmp_path: Path, damage: str) -> None:
    baseline, path = learned([day(0, 5)]), tmp_path / "one.npz"
    if damage == "shape":
        baseline.counts.hours = np.zeros(3, np.float32)
    baseline.save(path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "other":
        path.write_bytes(b"no archive at all")
    with pytest.raises(StoreCorrupt, match=r"one\.npz"):
        Baseline.load(path)


def test_going_back_makes_a_new_version_that_does_not_learn_what_was_in_between(tmp_path: Path) -> None:
    store = BaselineStore(tmp_path)
    for number in range(1, 4):
        store.keep("c1", learned([day(one, 5) for one in range(number)]))
    back = store.roll_back("c1", 1, NOON)
    assert (back.about.version, back.about.since, back.about.until) == (4, 1, NOON)
    assert store.versions("c1") == [1, 2, 3, 4]
    newest = store.load("c1", 4)
    np.testing.assert_array_equal(newest.counts.tracks, store.load("c1", 1).counts.tracks)
    with pytest.raises(KeyError):
        store.roll_back("c1", 9, NOON)
    assert store.keep("c1", learned([day(0, 5)])) is False  # older than what is there


def test_old_versions_go(tmp_path: Path) -> None:
    store, baseline = BaselineStore(tmp_path), learned([day(0, 5)])
    store.keep("c1", baseline)
    for number in range(KEPT_VERSIONS + 4):
        store.roll_back("c1", store.versions("c1")[-1], FIRST + timedelta(days=number))
    store.keep("c1", learned([[] for _ in range(store.versions("c1")[-1] + 1)]))
    assert len(store.versions("c1")) == KEPT_VERSIONS


# -- day by day


def keeper(
    folder: Path, clock: SimulatedClock, tracks: list[ArchivedTrack], away: Sequence[Span] = ()
) -> NormalityKeeper:
    def between(_camera: str, start: object, end: object) -> list[ArchivedTrack]:
        return [one for one in tracks if start <= one.started_at < end]  # type: ignore[operator]

    first = tracks[0].started_at if tracks else None
    return NormalityKeeper(BaselineStore(folder), between, lambda: first, clock, "America/Lima", away=lambda _id: away)


class Still(SimulatedClock):
    """Does not wait: the keeper's pauses are for the sake of others."""

    def wait(self, event: object, seconds: float) -> bool:  # type: ignore[override]
        return False


def test_the_past_is_learned_at_once_and_then_day_by_day(tmp_path: Path) -> None:
    tracks = [track for number in range(8) for track in day(number, 40)]
    clock = Still(FIRST + timedelta(days=5, hours=12))
    one = keeper(tmp_path, clock, tracks)
    normality = one.of("c1")
    assert normality.about is None
    assert one.step() == 5
    assert normality.about is not None
    assert normality.about.tracks == sum(t.started_at < FIRST + timedelta(days=5, hours=3) for t in tracks)
    assert one.step() == 0
    clock.advance(86_400)
    assert one.step() == 1
    again = keeper(tmp_path, clock, tracks)  # another run of the site goes on from the file
    assert again.of("c1").about is not None
    assert again.step() == 0


def test_what_a_camera_saw_while_it_looked_elsewhere_is_not_learned(tmp_path: Path) -> None:
    tracks = [track for number in range(4) for track in day(number, 20)]
    away: list[Span] = [(FIRST + timedelta(days=1), FIRST + timedelta(days=2)), (FIRST + timedelta(days=3), None)]
    one = keeper(tmp_path, Still(FIRST + timedelta(days=4, hours=12)), tracks, away)
    normality = one.of("c1")
    one.step()
    assert normality.about is not None
    assert normality.about.tracks == 40
    one.begin_anew("c1")  # a person has confirmed another view
    one.step()
    assert normality.about.tracks == 0
    assert normality.at(NOON) is None


def test_what_somebody_went_back_to_is_taken_in(tmp_path: Path) -> None:
    tracks = [track for number in range(6) for track in day(number, 20)]
    one = keeper(tmp_path, Still(FIRST + timedelta(days=6)), tracks)
    normality = one.of("c1")
    one.step()
    assert normality.about is not None
    newest = normality.about.version
    BaselineStore(tmp_path).roll_back("c1", 2, FIRST + timedelta(days=6))
    one.step()
    assert normality.about.version == newest + 1
    assert normality.about.since == 2


def test_a_great_change_is_told(tmp_path: Path) -> None:
    usual = [track for number in range(3) for track in day(number)]
    crossing = [
        drive(FIRST + timedelta(days=3, hours=8, minutes=n), (0.1 + 0.002 * n, 0.1 + 0.002 * n), (0.2, 0.9), 9)
        for n in range(400)
    ]
    one = keeper(tmp_path, Still(FIRST + timedelta(days=4, hours=6)), [*usual, *crossing])
    one.of("c1")
    one.step()
    (told,) = one.problems({"c1": "Av. Grau"})
    assert "Av. Grau" in told.render("es")
    assert "rollback" in told.render("es")
    a, b = learned([day(0)]).counts, learned([day(1)]).counts
    assert drift(a, b) < 0.25  # two ordinary days


def test_the_flow_of_an_unusual_event_is_that_of_its_hour_and_kind_of_thing(tmp_path: Path) -> None:
    noon = FIRST + timedelta(days=5, hours=12)
    clock = Still(noon)
    tracks = [one for number in range(5) for one in day(number)]
    kept = keeper(tmp_path, clock, tracks)
    kept.of("c1")
    kept.step()
    found = kept.flow_of(unusual_event(noon, "car"))
    lanes = {FAR: 0, NEAR: 4}
    assert len(found) >= 16
    for _x, y, way, weight in found:
        lane = min(lanes, key=lambda one: abs(one - y))
        assert abs(lane - y) < 0.1
        assert 0 < weight <= 1
        assert way == lanes[lane], "to the right on the far lane, to the left on the near one"
    assert kept.flow_of(unusual_event(noon, "person")) == [], "nobody walks there"
    assert kept.flow_of(replace(unusual_event(noon, "car"), kind="tripwire")) == []
    assert kept.flow_of(replace(unusual_event(noon, "car"), camera_id="c2")) == []


def unusual_event(at: datetime, label: str) -> Event:
    overlay = TrackOverlay(1, label, (0.1, 0.1, 0.2, 0.2), ())
    said = Message("rules-unusual", {})
    return Event("e", "c1", "r", "unusual", Severity.LOW, at, at, None, said, overlays=(overlay,))


def test_what_a_file_says_of_itself_is_read_without_its_counts(tmp_path: Path) -> None:
    store = BaselineStore(tmp_path)
    store.keep("c1", street_baseline())
    assert store.about("c1") == [street_baseline().about]


def test_a_file_that_cannot_be_read_is_told_and_not_written_over(tmp_path: Path) -> None:
    tracks = day(0, 20)
    path = tmp_path / "c1" / "000007.npz"
    path.parent.mkdir()
    path.write_bytes(b"?")
    one = keeper(tmp_path, Still(FIRST + timedelta(days=2)), tracks)
    one.of("c1")
    assert one.step() == 0
    assert [path.name for path in path.parent.glob("*.npz")] == ["000007.npz"]
    assert "000007.npz" in one.problems({"c1": "Av. Grau"})[0].render("es")
