"""Sequence, together and absence: events of other rules as the parts of one."""

from __future__ import annotations

import pytest
from acts import ACTS, PARTS, PLACES, THROUGH, car
from observing import Actor, Stage, run

from veedor.kit.errors import ConfigError
from veedor.model.event import Event
from veedor.site.rules.ruleset import RuleSet, check

PERSON_IN = "  - {name: A, kind: zone_intrusion, zone: Plaza, classes: [person]}\n"
BACK = [(0.0, 0.9, 0.7), (8.0, 0.1, 0.7)]


def composed(kind: str, says: str, stage: Stage, parts: str = PARTS) -> list[Event]:
    rules = f"{PLACES}rules:\n{parts}  - {{name: r, kind: {kind}, enabled: true, {says}}}\n"
    return [one for one in run(rules, stage) if one.kind == kind]


def test_a_sequence_is_told_when_its_last_part_is() -> None:
    (event,) = composed("sequence", "steps: [A, B]", Stage([Actor(1, THROUGH)], 12))
    assert event.start_s == pytest.approx(2.0, abs=0.21)
    assert (event.completed_at - event.started_at).total_seconds() == pytest.approx(2.2, abs=0.21)
    assert event.explanation.render("es") == "En este orden, en 2 s: A → B"
    assert event.track_ids == (1,)
    assert composed("sequence", 'steps: "A, B"', Stage([Actor(1, THROUGH)], 12)), "as a form writes it"


def test_the_order_and_the_time_count() -> None:
    assert (
        composed("sequence", "steps: [C, B]", Stage([Actor(1, [(0, 0.4, 0.7), (1, 0.7, 0.7), (9, 0.7, 0.7)])], 12))
        == []
    )
    first, later = Actor(1, [(0, 0.6, 0.7), (2, 0.6, 0.7)]), Actor(2, [(20, 0.1, 0.7), (28, 0.9, 0.7)])
    assert composed("sequence", "steps: [A, B], within_s: 10, same: anything", Stage([first], 30)) == []
    assert len(composed("sequence", "steps: [A, B], within_s: 30", Stage([first, later], 30))) == 1
    apart = PERSON_IN + "  - {name: B, kind: tripwire, tripwire: Puente, classes: [car]}\n"
    cars = car(2, [(20, 0.1, 0.7), (28, 0.9, 0.7)])
    assert composed("sequence", "steps: [A, B], within_s: 10", Stage([first, cars], 30), apart) == []
    assert len(composed("sequence", "steps: [A, B], within_s: 25", Stage([first, cars], 30), apart)) == 1


def test_same_track_and_near_tell_two_people_apart() -> None:
    parts = PERSON_IN + "  - {name: B, kind: tripwire, tripwire: Puente}\n"
    two = Stage(
        [Actor(1, [(0, 0.85, 0.7), (5, 0.85, 0.7)]), Actor(2, [(0, 0.1, 0.5), (8, 0.52, 0.5), (9, 0.53, 0.5)])], 12
    )
    assert len(composed("sequence", "steps: [A, B]", two, parts)) == 1
    assert composed("sequence", "steps: [A, B], near: 0.05", two, parts) == []
    only_one = (
        "  - {name: A, kind: zone_intrusion, zone: Plaza}\n"
        "  - {name: B, kind: tripwire, tripwire: Puente, classes: [car]}\n"
    )
    other = Stage([Actor(1, [(0, 0.85, 0.7), (5, 0.85, 0.7)]), car(2, BACK)], 12)
    assert len(composed("sequence", "steps: [A, B], same: anything", other, only_one)) == 1
    person_then_car = only_one.replace("zone: Plaza}", "zone: Plaza, classes: [person]}")
    assert composed("sequence", "steps: [A, B], same: track", other, person_then_car) == []


def test_without_forbids_what_came_between() -> None:
    stage = Stage([Actor(1, [(0, 0.1, 0.7), (4.5, 0.48, 0.7), (9, 0.48, 0.7), (12, 0.9, 0.7)])], 15)
    assert len(composed("sequence", "steps: [A, B]", stage)) == 1
    assert composed("sequence", "steps: [A, B], without: [C]", stage) == []
    assert len(composed("sequence", "steps: [A, B], without: C", Stage([Actor(1, THROUGH)], 12))) == 1


def test_each_event_is_part_of_one_sequence() -> None:
    there_and_back = Actor(1, [(0, 0.1, 0.7), (6, 0.7, 0.7), (10, 0.35, 0.7), (14, 0.7, 0.7)])
    assert len(composed("sequence", "steps: [A, B]", Stage([there_and_back], 16))) == 1


def test_together_in_any_order() -> None:
    stage = Stage([Actor(1, THROUGH)], 12)
    for steps in ("[C, B]", "[B, C]"):
        (event,) = composed("together", f"steps: {steps}", stage)
        assert event.explanation.params["steps"].split(" + ") == [steps[1], steps[4]]
    early = [
        Actor(1, [(0, 0.6, 0.7), (5, 0.6, 0.7)]),
        car(2, [(40, 0.1, 0.7), (44, 0.49, 0.7), (46, 0.7, 0.7), (46.5, 0.95, 0.7)]),
    ]
    parts = PARTS.replace("kind: tripwire,", "kind: tripwire, classes: [car],")
    assert composed("together", "steps: [C, B], within_s: 20", Stage(early, 50), parts) == []


def test_absence_is_told_when_the_time_is_over() -> None:
    act = ACTS["absence"]
    (event,) = [one for one in run(act.rules("absence"), act.stage) if one.kind == "absence"]
    assert (event.completed_at - event.started_at).total_seconds() == pytest.approx(20.4, abs=0.21)
    assert event.explanation.render("es") == "Después de «A», en 20 s, no hubo «B»"
    assert composed("absence", "after: A, missing: B, within_s: 20", Stage([Actor(1, THROUGH)], 40)) == []


def test_what_was_not_seen_is_not_absent() -> None:
    stage = Stage([Actor(1, [(0, 0.6, 0.7), (9, 0.6, 0.7)])], 40, offline=[(12, 14)])
    assert composed("absence", "after: A, missing: B, within_s: 20", stage) == []


def test_compositions_of_compositions_run_in_their_own_order() -> None:
    rules = (
        f"{PLACES}rules:\n"
        "  - {name: S, kind: sequence, enabled: true, steps: [T, C]}\n"
        "  - {name: T, kind: together, enabled: true, steps: [A, B]}\n" + PARTS
    )
    kinds = [one.kind for one in run(rules, Stage([Actor(1, THROUGH)], 12))]
    assert kinds.count("together") == kinds.count("sequence") == 1


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("{name: S, kind: sequence, steps: [A, Bx]}", "rules-problem-unknown-rule"),
        ("{name: S, kind: sequence, steps: [A]}", "rules-problem-steps"),
        ("{name: S, kind: sequence, steps: [A, S]}", "rules-problem-circular"),
        ("{name: S, kind: absence, after: A}", "rules-problem-missing"),
        ("{name: S, kind: absence, after: A, missing: Z}", "rules-problem-unknown-rule"),
    ],
)
def test_a_file_that_names_no_rule_or_itself_is_refused(rule: str, key: str) -> None:
    text = f"{PLACES}rules:\n{PARTS}  - {rule}\n"
    _, problems = check(text, name="r")
    assert [one.params["detail"] for one in problems] == [key]
    assert problems[0].params["line"] == "7"
    with pytest.raises(ConfigError):
        RuleSet.loads(text, name="r")
