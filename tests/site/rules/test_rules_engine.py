"""The engine: the same events however it is fed, and a memory that ends."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observing import START, Actor, Stage, caviar, numbered, observation, run

from veedor.model.detection import ObjectClass
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import ArchivedTrack, Tracks
from veedor.site.rules import RuleEngine, RuleSet
from veedor.site.rules.backtest import backtest
from veedor.site.rules.export import event_rows
from veedor.site.rules.replay import from_frames

EVERY_KIND = """
zones:
  Z: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
tripwires:
  T: {from: [0.5, 0.0], to: [0.5, 1.0]}
rules:
  - {name: in, kind: zone_intrusion, zone: Z, debounce_s: 0.2, absence_s: 0.5}
  - {name: cool, kind: zone_intrusion, zone: Z, cooldown_s: 3, cooldown_per: track, absence_s: 0.3}
  - {name: over, kind: tripwire, tripwire: T, debounce_s: 0.2}
  - {name: stay, kind: loitering, zone: Z, dwell_s: 2, absence_s: 1, classes: [person, car]}
  - {name: many, kind: occupancy, more_than: 1, dwell_s: 0.4, absence_s: 0.4}
  - {name: left, kind: object_left, dwell_s: 1, attended_within: 0.05}
  - {name: stop, kind: stopped_vehicle, dwell_s: 1.5, absence_s: 1}
  - {name: off, kind: camera_offline, after_s: 0.6}
  - {name: bad, kind: camera_tampered, debounce_s: 0.4}
"""


class Count:
    """Ids that can be pickled with the engine."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self, _at: datetime) -> str:
        self.last += 1
        return str(self.last)


@st.composite
def videos(draw: st.DrawFn) -> list[Observation]:
    """A minute of anything: tracks that jump, vanish, change class, are guessed; outages, odd steps in time."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 6))
    place, speed = rng.random((count, 2)), rng.normal(0, 0.04, (count, 2))
    at_s, result = 0.0, []
    for frame in range(draw(st.integers(1, 120))):
        at_s += float(rng.choice([0.04, 0.2, 0.2, 0.2, 1.5]))
        speed[rng.random(count) < 0.1] = 0
        place = np.clip(place + speed, -0.1, 1.1)
        here = rng.random(count) < 0.85
        boxes = np.hstack((place - np.asarray((0.03, 0.1)), place + np.asarray((0.03, 0.0))))[here] * (
            640,
            360,
            640,
            360,
        )
        classes = rng.choice([0, 1, 4, 9], size=int(here.sum()))
        tracks = Tracks(
            np.flatnonzero(here) + 1 + 10 * (frame // 40),
            boxes.astype(np.float32),
            np.ones(int(here.sum()), np.float32),
            classes.astype(np.int32),
            rng.random(int(here.sum())) < 0.9,
        )
        scene = SceneFacts(True, covered=float(rng.random() < 0.3))
        connected = bool(rng.random() < 0.9)
        when = START + timedelta(seconds=at_s)
        result.append(Observation("c", at_s, when, frame, 640, 360, tracks, scene, connected))
    return result


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(videos(), st.data())
def test_chunks_and_pickling_change_nothing(video: list[Observation], data: st.DataObject) -> None:
    rules = RuleSet.loads(EVERY_KIND, name="r")
    whole = list(RuleEngine(rules, "c", "America/Lima", ids=Count()).run(video))
    cuts = data.draw(st.sets(st.integers(0, len(video)), max_size=6))
    engine, events = RuleEngine(rules, "c", "America/Lima", ids=Count()), []
    for number, obs in enumerate(video):
        if number in cuts:
            engine = pickle.loads(pickle.dumps(engine))
        events += engine.step(obs)
    events += engine.close()
    assert events == whole
    check_invariants(whole, video)


def check_invariants(events: list[Event], video: list[Observation]) -> None:
    """What holds for all events of any video."""
    begun: dict[str, Event] = {}
    for event in events:
        if event.id not in begun:
            begun[event.id] = event
        else:
            assert event.ended_at is not None
            assert replace(event, ended_at=None, end_s=None, end_frame=None) == begun.pop(event.id)
        if event.end_s is not None:
            assert event.start_s <= event.end_s
            assert event.ended_at is not None
            assert event.started_at <= event.ended_at
            begun.pop(event.id, None)
        assert event.start_s <= (event.completed_at - START).total_seconds() + 1e-6
    assert begun == {}, "an event was left open"
    observed = {int(i) for obs in video for i in obs.tracks.track_id[obs.tracks.observed]}
    assert all(set(event.track_ids) <= observed for event in events)


def test_every_kind_speaks_in_that_test() -> None:
    """The property above is empty unless all kinds of events come up in such videos."""
    kinds = set()
    people = [Actor(1, [(0, 0.1, 0.5), (4, 0.6, 0.5), (9, 0.6, 0.5)]), Actor(2, [(0, 0.7, 0.7), (9, 0.7, 0.7)])]
    car = Actor(3, [(0, 0.3, 0.3), (9, 0.3, 0.3)], ObjectClass.CAR)
    thing = Actor(4, [(0, 0.4, 0.95), (9, 0.4, 0.95)], ObjectClass.OBJECT, (0.02, 0.03))
    stage = Stage([*people, car, thing], 12, offline=[(10, 12)], scene=lambda t: SceneFacts(True, covered=float(t > 8)))
    kinds = {event.kind for event in run(EVERY_KIND, stage)}
    assert len(kinds) == 8


def test_memory_ends_with_the_tracks() -> None:
    engine = RuleEngine(RuleSet.loads(EVERY_KIND, name="r"), "c")
    sizes = []
    for number in range(3000):
        t = number * 0.2
        actor = Actor(number // 3 + 1, [(t, 0.5, 0.5), (t + 0.2, 0.6, 0.6)])
        engine.step(observation(t, number, [actor]))
        if number % 500 == 499:
            sizes.append(len(pickle.dumps(engine)))
    assert max(sizes[1:]) < 1.3 * sizes[0] + 20_000, sizes
    for number in range(3000, 3400):
        engine.step(observation(number * 0.2, number, []))
    assert engine.tracks_in_memory == 0


def test_a_clock_that_goes_back_ends_events_and_begins_anew() -> None:
    rules = "zones: {Z: [[0,0],[1,0],[1,1],[0,1]]}\nrules: [{name: r, kind: zone_intrusion, zone: Z}]\n"
    engine = RuleEngine(RuleSet.loads(rules, name="r"), "c", ids=numbered())
    here = Actor(1, [(0, 0.5, 0.5), (100, 0.5, 0.5)])
    for t in (50.0, 50.2, 50.4):
        events = engine.step(observation(t, 1, [here]))
    assert [event.ended_at for event in events] == [None]
    (ended,) = engine.step(observation(1.0, 1, [here]))
    assert (ended.id, ended.end_s) == (events[0].id, 50.4)
    assert engine.close() == []


def test_a_wall_clock_that_is_set_back_an_hour_leaves_durations_true() -> None:
    engine = RuleEngine(RuleSet.loads("rules: [{name: r, kind: loitering, dwell_s: 10}]", name="r"), "c")
    here, events = Actor(1, [(0, 0.5, 0.5), (100, 0.5, 0.5)]), []
    for number in range(150):
        t = number / 5
        events += engine.step(observation(t, number, [here], START if t < 5 else START - timedelta(hours=1)))
    events += engine.close()
    begun, over = events
    assert (begun.completed_at - begun.started_at).total_seconds() == pytest.approx(10.0)
    assert over.ended_at is not None
    assert (over.ended_at - over.started_at).total_seconds() == pytest.approx(29.8)


def test_odd_tracks_do_no_harm() -> None:
    engine = RuleEngine(RuleSet.loads(EVERY_KIND, name="r"), "c")
    odd = Tracks(
        np.asarray([1, 1, 2, 3, -5], np.int64),
        np.asarray([[0, 0, 9, 9], [600, 0, 609, 9], [np.nan] * 4, [9, 9, 1, 1], [-1e9, 0, 1e9, 1e9]], np.float32),
        np.ones(5, np.float32),
        np.asarray([1, 1, 1, 99, -3], np.int32),
        np.ones(5, np.bool_),
    )
    for number, at_s in enumerate([0.0, 0.2, float("nan"), 0.4, 0.6, float("inf"), 5.0]):
        for width in (640, 0):
            engine.step(Observation("c", at_s, START, number, width, width, odd))
    engine.close()
    assert all(count == {} for count in engine.crossings().values()), "one id in two places crosses nothing"


def test_counts_of_crossings_per_class_and_direction() -> None:
    rules = "tripwires: {T: {from: [0.5, 0], to: [0.5, 1]}}\nrules:\n"
    rules += "  - {name: r, kind: tripwire, tripwire: T, direction: left_to_right, schedule: {days: [sun]}}\n"
    over = [Actor(1, [(0, 0.3, 0.6), (4, 0.7, 0.6)]), Actor(2, [(0, 0.7, 0.8), (4, 0.3, 0.8)], ObjectClass.CAR)]
    engine = RuleEngine(RuleSet.loads(rules, name="r"), "c1")
    assert list(engine.run(Stage(over).observations())) == []  # another day, but counted
    assert engine.crossings() == {"r": {("person", "right_to_left"): 1, ("car", "left_to_right"): 1}}


# -- stored tracks


def clip_events(clip: str, rules: str, fps: int = 25) -> list[dict[str, object]]:
    engine = RuleEngine(RuleSet.loads(rules, name="r"), "c")
    return event_rows(engine.run(from_frames(caviar(clip, fps), (384, 288), fps, START)), "en")


LEFT = "rules: [{name: left, kind: object_left, dwell_s: 5}]\n"


@pytest.mark.parametrize("fps", [25, 5])
@pytest.mark.parametrize(("clip", "labelled_s"), [("14-LeftBag", 945 / 25), ("17-LeftBox", 571 / 25)])
def test_left_objects_of_caviar(clip: str, labelled_s: float, fps: int) -> None:
    (event,) = clip_events(clip, LEFT, fps)
    assert event["start_s"] == pytest.approx(labelled_s, abs=0.3)


@pytest.mark.parametrize(
    "clip",
    ["01-Walk1", "04-Browse1", "10-Rest_InChair", "11-Rest_SlumpOnFloor", "23-Meet_Crowd", "25-Fight_RunAway1"],
)
def test_people_of_caviar_are_no_left_objects(clip: str) -> None:
    assert clip_events(clip, LEFT) == []


def test_crowd_of_caviar() -> None:
    rules = "rules: [{name: many, kind: occupancy, more_than: 3, dwell_s: 2}]\n"
    (event,) = clip_events("23-Meet_Crowd", rules)
    assert event["start_s"] == pytest.approx(108 / 25, abs=0.1)  # the fourth person appears in frame 109
    assert event["end_s"] == pytest.approx(330 / 25, abs=1.1)  # the first one leaves after frame 331
    assert clip_events("01-Walk1", rules) == []


def test_a_file_whose_frames_are_far_apart_is_read_at_once() -> None:
    here = observation(0.0, 1, [Actor(1, [(0, 0.5, 0.5), (1, 0.5, 0.5)])]).tracks
    frames = [obs.frame for obs in from_frames({2: here, 1: here, 90_000_000: here}, (100, 100), 25, START)]
    assert (frames[0], frames[-1]) == (1, 90_000_000)
    assert len(frames) < 2000
    assert list(from_frames({}, (100, 100), 25, START)) == []


def test_backtest_over_archived_paths_sees_what_the_live_rules_saw() -> None:
    rules = RuleSet.loads(
        "zones: {Z: [[0.4, 0.4], [0.8, 0.4], [0.8, 1], [0.4, 1]]}\ntripwires: {T: {from: [0.6, 0], to: [0.6, 1]}}\n"
        "rules: [{name: in, kind: zone_intrusion, zone: Z}, {name: over, kind: tripwire, tripwire: T}]\n",
        name="r",
    )
    # straight from x 0.2 to 1.2 in 10 s, unseen between 4.4 s and 8.4 s
    xs = np.asarray([[0, 0.2], [2, 0.4], [4.4, 0.64], [8.4, 1.04], [10, 1.2]])
    path = np.column_stack((xs[:, 0], xs[:, 1] - 0.02, np.full(5, 0.5), xs[:, 1] + 0.02, np.full(5, 0.7)))
    track = ArchivedTrack("c", 4, ObjectClass.PERSON, START, START + timedelta(seconds=10), path.astype(np.float32))
    found = backtest(rules, [track], (START, START + timedelta(seconds=20)), camera_id="c")
    spans = {event.kind: (event.start_s, event.end_s) for event in found.events}
    assert spans["zone_intrusion"] == (pytest.approx(2.0, abs=0.21), pytest.approx(4.4, abs=0.21))
    assert spans["tripwire"][0] == pytest.approx(4.2, abs=0.21)
    assert found.crossings == {"over": {("person", "right_to_left"): 1}}
    later = backtest(rules, [track], (START + timedelta(seconds=8), START + timedelta(seconds=20)), camera_id="c")
    assert later.events == ()
