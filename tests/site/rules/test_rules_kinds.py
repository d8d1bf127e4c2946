"""Each kind of rule on scenes with known answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from observing import Actor, Stage, run

from veedor.model.detection import ObjectClass
from veedor.model.event import Severity
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ruleset import RuleSet

ZONE = "zones: {Plaza: [[0.4, 0.4], [0.8, 0.4], [0.8, 1.0], [0.4, 1.0]]}\n"
WIRE = "tripwires: {Puente: {from: [0.5, 0.3], to: [0.5, 0.9]}}\n"
THROUGH = [(0, 0.2, 0.7), (10, 1.2, 0.7)]  # in the zone from 2 s to 6 s


def zone_rule(kind: str, extra: str = "") -> str:
    return f"{ZONE}rules:\n  - {{name: r, kind: {kind}, zone: Plaza{', ' + extra if extra else ''}}}\n"


def wire_rule(extra: str = "") -> str:
    return f"{WIRE}rules:\n  - {{name: r, kind: tripwire, tripwire: Puente{', ' + extra if extra else ''}}}\n"


# -- zone intrusion


def test_intrusion_begins_and_ends_with_the_stay() -> None:
    (event,) = run(zone_rule("zone_intrusion", "severity: high"), Stage([Actor(7, THROUGH)]))
    assert event.start_s == pytest.approx(2.0, abs=0.21)
    assert event.end_s == pytest.approx(6.0, abs=0.21)
    assert event.start_frame == round(event.start_s * 5) + 1
    assert (event.completed_at - event.started_at).total_seconds() == pytest.approx(0.4)
    assert (event.kind, event.zone, event.track_ids) == ("zone_intrusion", "Plaza", (7,))
    assert event.severity is Severity.HIGH
    assert event.explanation.render("es") == "Persona en zona Plaza"
    assert event.overlays[0].label == "person"
    assert len(event.overlays[0].path_norm) > 5
    assert len(event.zone_norm) == 4


def test_a_prediction_makes_no_event_and_does_not_prolong_one() -> None:
    assert run(zone_rule("zone_intrusion"), Stage([Actor(1, THROUGH, guessed=[(1.5, 7)])])) == []
    (event,) = run(zone_rule("zone_intrusion"), Stage([Actor(1, THROUGH, guessed=[(4, 9)])]))
    assert event.end_s == pytest.approx(3.8)


def test_one_frame_is_not_enough() -> None:
    assert run(zone_rule("zone_intrusion"), Stage([Actor(1, [(3, 0.6, 0.7), (3.2, 0.6, 0.7)])])) == []
    assert (
        len(run(zone_rule("zone_intrusion", "debounce_s: 0"), Stage([Actor(1, [(3, 0.6, 0.7), (3, 0.6, 0.7)])]))) == 1
    )


def test_short_absence_does_not_split_the_event_long_absence_does() -> None:
    stay = [(0, 0.6, 0.7), (20, 0.6, 0.7)]
    assert len(run(zone_rule("zone_intrusion"), Stage([Actor(1, stay, hidden=[(5, 6.5)])], 20))) == 1
    assert len(run(zone_rule("zone_intrusion"), Stage([Actor(1, stay, hidden=[(5, 9)])], 20))) == 2


def test_a_new_number_in_the_zone_is_the_same_intruder_and_a_second_person_is_another() -> None:
    renamed = [Actor(1, [(0, 0.6, 0.7), (5, 0.6, 0.7)]), Actor(2, [(6, 0.61, 0.7), (9, 0.6, 0.7)])]
    (event,) = run(zone_rule("zone_intrusion"), Stage(renamed, 15))
    assert (event.start_s, event.end_s, event.track_ids) == (pytest.approx(0.0), pytest.approx(9.0), (1,))
    beside = [Actor(1, [(0, 0.6, 0.7), (9, 0.6, 0.7)]), Actor(2, [(6, 0.61, 0.7), (9, 0.6, 0.7)])]
    assert len(run(zone_rule("zone_intrusion"), Stage(beside, 15))) == 2


def test_class_size_and_unclassed_tracks() -> None:
    only_cars = zone_rule("zone_intrusion", "classes: [vehicle]")
    assert run(only_cars, Stage([Actor(1, THROUGH)])) == []
    assert len(run(only_cars, Stage([Actor(1, THROUGH, ObjectClass.BUS)]))) == 1
    assert len(run(only_cars, Stage([Actor(1, THROUGH, ObjectClass.UNKNOWN)]))) == 1
    assert run(zone_rule("zone_intrusion", "min_size: 0.25"), Stage([Actor(1, THROUGH)])) == []
    assert len(run(zone_rule("zone_intrusion", "min_size: 0.15"), Stage([Actor(1, THROUGH)]))) == 1
    assert run(zone_rule("zone_intrusion", "min_size: {area: 0.01}"), Stage([Actor(1, THROUGH)])) == []


def test_the_foot_decides_unless_the_center_is_asked_for() -> None:
    above = [(0, 0.6, 0.45), (5, 0.6, 0.45)]  # feet inside, the box's centre above the zone
    assert len(run(zone_rule("zone_intrusion"), Stage([Actor(1, above)]))) == 1
    assert run(zone_rule("zone_intrusion", "anchor: center"), Stage([Actor(1, above)])) == []


def test_feet_cut_off_by_the_border_stand_in_a_zone_that_reaches_it() -> None:
    assert len(run(zone_rule("zone_intrusion"), Stage([Actor(1, [(0, 0.6, 1.05), (5, 0.6, 1.0)])]))) == 1


def test_cooldown_puts_off_and_never_loses_what_lasts() -> None:
    one_after_another = [Actor(1, [(0, 0.6, 0.7), (3, 0.6, 0.7)]), Actor(2, [(5, 0.7, 0.7), (25, 0.7, 0.7)])]
    first, second = run(zone_rule("zone_intrusion", "cooldown_s: 10"), Stage(one_after_another, 30))
    assert (second.completed_at - first.completed_at).total_seconds() == pytest.approx(10)
    assert second.start_s == pytest.approx(5)
    per_track = run(zone_rule("zone_intrusion", "cooldown_s: 10, cooldown_per: track"), Stage(one_after_another, 30))
    assert (per_track[1].completed_at - per_track[1].started_at).total_seconds() == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("utc", "days", "events"),
    [
        ((2026, 3, 3, 4, 0), "[mon]", 1),  # Monday 23:00 in Lima
        ((2026, 3, 3, 8, 0), "[mon]", 1),  # Tuesday 03:00: Monday's night
        ((2026, 3, 3, 8, 0), "[tue]", 0),  # Tuesday's night has not begun
        ((2026, 3, 2, 20, 0), "[mon]", 0),  # Monday 15:00
        ((2026, 3, 2, 8, 0), "[sun]", 1),  # Monday 03:00: Sunday's night
        ((2026, 3, 2, 8, 0), "[sat..mon]", 1),
    ],
)
def test_schedule_over_midnight_in_the_site_s_time(utc: tuple[int, ...], days: str, events: int) -> None:
    rule = zone_rule("zone_intrusion", f'schedule: {{days: {days}, from: "22:00", to: "06:00"}}')
    assert len(run(rule, Stage([Actor(1, THROUGH)], start=datetime(*utc, tzinfo=UTC)))) == events


def test_the_end_of_the_schedule_ends_the_event() -> None:
    rule = zone_rule("zone_intrusion", 'schedule: {from: "08:00", to: "10:00"}')
    stay = Actor(1, [(0, 0.6, 0.7), (30, 0.6, 0.7)])
    (event,) = run(rule, Stage([stay], 30, start=datetime(2026, 3, 2, 14, 59, 50, tzinfo=UTC)))
    assert event.end_s == pytest.approx(9.8)


# -- tripwire


def test_crossing_has_a_direction_and_a_moment() -> None:
    (event,) = run(wire_rule(), Stage([Actor(3, [(0, 0.3, 0.6), (4, 0.7, 0.6)])]))
    assert event.start_s == event.end_s == pytest.approx(2.2, abs=0.21)
    assert event.ended_at == event.completed_at
    # from -> to points down: left of it is the picture's right side
    assert event.explanation.render("es") == "Persona cruzó la línea Puente de derecha a izquierda"
    assert len(run(wire_rule("direction: right_to_left"), Stage([Actor(3, [(0, 0.3, 0.6), (4, 0.7, 0.6)])]))) == 1
    assert run(wire_rule("direction: left_to_right"), Stage([Actor(3, [(0, 0.3, 0.6), (4, 0.7, 0.6)])])) == []


def test_two_that_swap_sides_at_once_are_two_crossings() -> None:
    swap = [Actor(1, [(0, 0.3, 0.6), (4, 0.7, 0.6)]), Actor(2, [(0, 0.7, 0.6), (4, 0.3, 0.6)])]
    events = run(wire_rule(), Stage(swap))
    assert {event.track_ids for event in events} == {(1,), (2,)}
    assert len({event.explanation.params["direction"] for event in events}) == 2


def test_trembling_on_the_line_is_no_crossing_and_passing_after_it_is_one() -> None:
    tremble = [(t / 5, 0.5 + (0.004 if t % 2 else -0.004), 0.6) for t in range(5, 50)]
    assert run(wire_rule(), Stage([Actor(1, [(0, 0.3, 0.6), *tremble, (11, 0.3, 0.6)])], 12)) == []
    assert len(run(wire_rule(), Stage([Actor(1, [(0, 0.3, 0.6), *tremble, (11, 0.7, 0.6)])], 12))) == 1


def test_there_and_back_is_two() -> None:
    events = run(wire_rule(), Stage([Actor(1, [(0, 0.3, 0.6), (3, 0.7, 0.6), (6, 0.3, 0.6)])]))
    assert [event.explanation.params["direction"] for event in events] == ["right_to_left", "left_to_right"]


def test_round_the_end_is_no_crossing() -> None:
    assert run(wire_rule(), Stage([Actor(1, [(0, 0.3, 0.6), (2, 0.3, 0.97), (4, 0.7, 0.97), (6, 0.7, 0.6)])])) == []


def test_a_gap_is_bridged_while_it_is_short() -> None:
    way = [(0, 0.3, 0.6), (8, 0.7, 0.6)]
    assert len(run(wire_rule(), Stage([Actor(1, way, hidden=[(3, 5.4)])]))) == 1
    assert run(wire_rule("bridge_s: 1"), Stage([Actor(1, way, hidden=[(3, 5.4)])])) == []


def test_another_track_on_the_other_side_is_no_crossing() -> None:
    halves = [Actor(1, [(0, 0.3, 0.6), (2, 0.48, 0.6)]), Actor(2, [(2.2, 0.52, 0.6), (4, 0.7, 0.6)])]
    assert run(wire_rule(), Stage(halves)) == []


def test_who_begins_on_the_line_has_no_side_at_either_end_of_the_way() -> None:
    on_it, beside_it = 0.492, 0.48  # 7 % and 18 % of the box's height from the line
    assert run(wire_rule(), Stage([Actor(1, [(0, on_it, 0.6), (4, 0.7, 0.6)])])) == []
    assert run(wire_rule(), Stage([Actor(1, [(0, 0.7, 0.6), (4, on_it, 0.6)])])) == []
    assert len(run(wire_rule(), Stage([Actor(1, [(0, beside_it, 0.6), (4, 0.7, 0.6)])]))) == 1
    assert len(run(wire_rule(), Stage([Actor(1, [(0, 0.7, 0.6), (4, beside_it, 0.6)])]))) == 1


def test_who_is_lost_and_found_on_the_line_goes_on_from_the_side_where_they_were() -> None:
    def walk(since: float, x: float) -> Actor:
        return Actor(2, [(since, x, 0.6), (since + 2, x + 0.2, 0.6)])

    lost = Actor(1, [(0, 0.3, 0.6), (1.9, 0.49, 0.6)])
    (event,) = run(wire_rule(), Stage([lost, walk(2.2, 0.505)]))
    assert (event.track_ids, event.explanation.params["direction"]) == ((2,), "right_to_left")
    assert run(wire_rule(), Stage([walk(2.2, 0.505)])) == []
    elsewhere = Actor(1, [(0, 0.3, 0.8), (1.9, 0.49, 0.8)])
    assert run(wire_rule(), Stage([elsewhere, walk(2.2, 0.505)])) == []


def test_debounce_waits_beyond_the_line() -> None:
    back_soon = [(0, 0.3, 0.6), (2, 0.55, 0.6), (2.6, 0.45, 0.6), (5, 0.3, 0.6)]
    assert len(run(wire_rule(), Stage([Actor(1, back_soon)]))) == 2
    assert run(wire_rule("debounce_s: 1"), Stage([Actor(1, back_soon)])) == []


# -- loitering


def test_loitering_after_the_dwell_and_not_before() -> None:
    rule = zone_rule("loitering", "dwell_s: 20")
    assert run(rule, Stage([Actor(1, [(1, 0.6, 0.7), (20, 0.6, 0.7)])], 30)) == []
    (event,) = run(rule, Stage([Actor(1, [(1, 0.6, 0.7), (25, 0.6, 0.7)])], 40))
    assert (event.start_s, event.end_s) == (pytest.approx(1.0), pytest.approx(25.0))
    assert (event.completed_at - event.started_at).total_seconds() == pytest.approx(20.0)
    assert event.explanation.render("es") == "Persona permanece 20 s en zona Plaza"


def test_loitering_survives_short_absence_and_a_new_number() -> None:
    rule = zone_rule("loitering", "dwell_s: 20")
    assert len(run(rule, Stage([Actor(1, [(0, 0.6, 0.7), (25, 0.6, 0.7)], hidden=[(8, 12)])], 40))) == 1
    renamed = [Actor(1, [(0, 0.6, 0.7), (12, 0.62, 0.7)]), Actor(2, [(13, 0.62, 0.7), (24, 0.6, 0.7)])]
    (event,) = run(rule, Stage(renamed, 40))
    assert (event.start_s, event.track_ids) == (pytest.approx(0.0), (2,))


def test_one_leaves_and_another_comes_elsewhere_is_no_loitering() -> None:
    two = [Actor(1, [(0, 0.45, 0.7), (12, 0.45, 0.7)]), Actor(2, [(13, 0.75, 0.7), (24, 0.75, 0.7)])]
    assert run(zone_rule("loitering", "dwell_s: 20"), Stage(two, 40)) == []


def test_walking_to_and_fro_within_the_zone_is_loitering() -> None:
    way = [(t * 2.0, 0.45 + 0.3 * (t % 2), 0.7) for t in range(20)]
    assert len(run(zone_rule("loitering", "dwell_s: 30"), Stage([Actor(1, way)], 40))) == 1


# -- occupancy


def crowd(count: int, last_from: float = 0.0) -> list[Actor]:
    people = [Actor(n, [(0, 0.42 + 0.05 * n, 0.7), (20, 0.42 + 0.05 * n, 0.7)]) for n in range(count - 1)]
    return [*people, Actor(count, [(last_from, 0.75, 0.6), (12, 0.75, 0.6)])]


def test_occupancy_above_the_limit_for_a_while() -> None:
    rule = zone_rule("occupancy", "more_than: 3, dwell_s: 4")
    assert run(rule, Stage(crowd(3), 20)) == []
    assert run(rule, Stage(crowd(4, 9.5), 20)) == []
    (event,) = run(rule, Stage(crowd(4, 5.0), 20))
    assert event.start_s == pytest.approx(5.0)
    assert event.end_s == pytest.approx(13.0, abs=0.21)  # who is gone counts one second more
    assert event.explanation.render("es") == "4 personas en zona Plaza durante 4 s (límite 3)"
    assert len(event.track_ids) == 4


def test_a_new_number_does_not_count_twice() -> None:
    people = [*crowd(3)[:2], Actor(8, [(0, 0.75, 0.6), (9, 0.75, 0.6)]), Actor(9, [(9.2, 0.75, 0.6), (20, 0.75, 0.6)])]
    assert run(zone_rule("occupancy", "more_than: 3, dwell_s: 0"), Stage(people, 20)) == []


# -- stopped vehicle


def test_a_vehicle_that_stops_and_moves_on() -> None:
    way = [(0, 0.2, 0.7), (4, 0.6, 0.7), (40, 0.6, 0.7), (44, 1.0, 0.7)]
    car = Actor(5, way, ObjectClass.CAR, (0.1, 0.1))
    (event,) = run(zone_rule("stopped_vehicle", "dwell_s: 20"), Stage([car], 50))
    assert event.start_s == pytest.approx(4.0, abs=1.2)
    assert event.end_s == pytest.approx(40.0, abs=0.8)
    assert event.explanation.render("es") == "Vehículo detenido 20 s en zona Plaza"


def test_slow_traffic_is_not_stopped_and_people_are_no_vehicles() -> None:
    slow = Actor(5, [(0, 0.42, 0.7), (60, 0.78, 0.7)], ObjectClass.CAR, (0.1, 0.1))
    assert run(zone_rule("stopped_vehicle", "dwell_s: 20"), Stage([slow], 60)) == []
    person = Actor(5, [(0, 0.6, 0.7), (60, 0.6, 0.7)])
    assert run(zone_rule("stopped_vehicle", "dwell_s: 20"), Stage([person], 60)) == []


def test_a_stopped_vehicle_stays_one_behind_passing_traffic() -> None:
    stand = [(0, 0.6, 0.7), (28, 0.6, 0.7)]
    first = Actor(5, stand, ObjectClass.CAR, (0.1, 0.1), hidden=[(10, 14)])
    again = Actor(6, [(34, 0.6, 0.7), (60, 0.6, 0.7)], ObjectClass.CAR, (0.1, 0.1))
    (event,) = run(zone_rule("stopped_vehicle", "dwell_s: 50"), Stage([first, again], 70))
    assert event.start_s == pytest.approx(0.0)
    assert event.explanation.render("en") == "Vehicle stopped 50 s in zone Plaza"


def test_long_times_are_told_in_minutes() -> None:
    car = Actor(5, [(0, 0.6, 0.7), (300, 0.6, 0.7)], ObjectClass.CAR, (0.1, 0.1))
    (event,) = run(zone_rule("stopped_vehicle", "dwell_s: 240"), Stage([car], 300, fps=2))
    assert event.explanation.render("es") == "Vehículo detenido 4 min en zona Plaza"


# -- object left

BOX = (0.03, 0.05)


def test_static_foreground_that_nobody_minds() -> None:
    thing = Actor(9, [(2, 0.6, 0.7), (60, 0.6, 0.7)], ObjectClass.OBJECT, BOX)
    owner = Actor(1, [(0, 0.6, 0.7), (20, 0.58, 0.7), (25, 0.2, 0.7)])
    (event,) = run(zone_rule("object_left", "dwell_s: 10"), Stage([thing, owner], 60))
    assert event.start_s == pytest.approx(2.0)
    assert 20 < (event.completed_at - event.started_at).total_seconds() + 2.0 < 24  # when the owner has gone
    (at_once,) = run(zone_rule("object_left", "dwell_s: 10, attended_within: 0"), Stage([thing], 60))
    assert (at_once.completed_at - at_once.started_at).total_seconds() == pytest.approx(10.0)
    assert event.explanation.params["class"] == "object"


def test_a_parked_car_or_a_standing_person_is_no_object() -> None:
    thing = Actor(9, [(2, 0.6, 0.7), (60, 0.6, 0.7)], ObjectClass.OBJECT, (0.08, 0.08))
    car = Actor(1, [(0, 0.6, 0.71), (60, 0.6, 0.71)], ObjectClass.CAR, (0.1, 0.1))
    assert run(zone_rule("object_left", "dwell_s: 10"), Stage([thing, car], 60)) == []


def test_an_unclassed_track_counts_only_where_it_was_dropped() -> None:
    rule = zone_rule("object_left", "dwell_s: 10")
    owner = Actor(1, [(0, 0.45, 0.7), (5, 0.58, 0.7), (10, 0.2, 0.7)], ObjectClass.UNKNOWN)
    dropped = Actor(2, [(5, 0.6, 0.7), (40, 0.6, 0.7)], ObjectClass.UNKNOWN, BOX)
    (event,) = run(rule, Stage([owner, dropped], 40))
    assert (event.track_ids, event.start_s) == ((2,), pytest.approx(5.0))
    assert run(rule, Stage([dropped], 40)) == []  # from nowhere
    carried = Actor(2, [(5, 0.6, 0.7), (20, 0.75, 0.7), (40, 0.75, 0.7)], ObjectClass.UNKNOWN, BOX)
    assert run(rule, Stage([owner, carried], 40)) == []  # it moved
    resting = Actor(2, [(5, 0.6, 0.7), (40, 0.6, 0.7)], ObjectClass.UNKNOWN)
    assert run(rule, Stage([owner, resting], 40)) == []  # as large as its owner


# -- the camera itself

OFFLINE = "rules:\n  - {name: r, kind: camera_offline, after_s: 5}\n"
TAMPERED = "rules:\n  - {name: r, kind: camera_tampered, debounce_s: 3}\n"


def test_offline_begins_late_and_ends_at_once() -> None:
    assert run(OFFLINE, Stage(seconds=20, offline=[(4, 8)])) == []
    (event,) = run(OFFLINE, Stage(seconds=20, offline=[(4, 12)]))
    assert (event.start_s, event.end_s) == (pytest.approx(4.0), pytest.approx(11.8))
    assert event.explanation.render("es") == "Cámara sin imagen desde hace 5 s"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SceneFacts(True, covered=0.9, sharpness=0.1), "tapada"),
        (SceneFacts(True, view_shift=0.5), "girada"),
        (SceneFacts(True, sharpness=0.1), "desenfocada"),
        (SceneFacts(True, frozen_s=60), "congelada"),
    ],
)
def test_tampered_tells_the_cause(wrong: SceneFacts, said: str) -> None:
    def facts(t: float) -> SceneFacts:
        return wrong if 5 <= t < 12 else SceneFacts(True)

    (event,) = run(TAMPERED, Stage(seconds=20, scene=facts))
    assert said in event.explanation.render("es")
    assert (event.start_s, event.end_s) == (pytest.approx(5.0), pytest.approx(11.8))


def test_tampered_says_nothing_before_the_scene_is_learned_or_when_not_asked() -> None:
    assert run(TAMPERED, Stage(seconds=20, scene=lambda _t: SceneFacts(False, covered=1.0))) == []
    only_turned = TAMPERED.replace("debounce_s: 3", "checks: [turned]")
    assert run(only_turned, Stage(seconds=20, scene=lambda _t: SceneFacts(True, covered=1.0))) == []


CLOCK = "rules:\n  - {name: r, kind: camera_clock, debounce_s: 3, off_by_more_than_s: 5}\n"


@pytest.mark.parametrize(("offset_s", "said"), [(42.4, "adelantado 42 s"), (-3600.0, "atrasado 3600 s")])
def test_a_wrong_clock_is_told_once_and_ends_when_it_is_set(offset_s: float, said: str) -> None:
    engine = RuleEngine(RuleSet.loads(CLOCK, name="rules"), "cam")
    events = []
    for step in range(300):
        t = step / 5
        off = offset_s if 5 <= t < 12 else 0.3
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=t)
        events += engine.step(Observation("cam", t, at, step, 640, 360, Tracks.empty(), clock_offset_s=off))
    first, last = events
    assert first.id == last.id
    assert first.explanation.render("es") == f"El reloj de la cámara está {said}"
    assert (first.start_s, last.ended_at is not None) == (pytest.approx(5.0), True)


def test_a_clock_that_is_not_known_or_a_little_off_is_no_event() -> None:
    engine = RuleEngine(RuleSet.loads(CLOCK, name="rules"), "cam")
    for step in range(200):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=step)
        off = None if step < 100 else 4.9
        assert engine.step(Observation("cam", step, at, step, 640, 360, Tracks.empty(), clock_offset_s=off)) == []


def test_pacing_in_and_out_of_the_zone_is_one_visit() -> None:
    """Ten seconds inside, six outside, in sight; four times."""
    way = [(0.0, 0.6, 0.7)]
    for turn in range(4):
        start = turn * 16.0
        way += [(start + 9, 0.6, 0.7), (start + 10, 0.3, 0.7), (start + 15, 0.3, 0.7), (start + 16, 0.6, 0.7)]
    rule = zone_rule("loitering", "dwell_s: 40")
    (event,) = run(rule, Stage([Actor(1, way)], 90))
    assert event.start_s == pytest.approx(0.0)
    assert event.end_s == pytest.approx(64.0, abs=0.21)
    assert run(zone_rule("loitering", "dwell_s: 40, pacing_s: 3"), Stage([Actor(1, way)], 90)) == []
    away = [Actor(1, way, hidden=[(9.6, 15.8)])]  # out of sight: another visit
    assert run(zone_rule("loitering", "dwell_s: 22"), Stage(away, 30)) == []
