"""Crossings by class and direction, told once a period."""

from __future__ import annotations

from acts import ACTS, PLACES
from observing import Actor, Stage, run

from veedor.site.rules import RuleEngine, RuleSet

KIND = "counting"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "tripwire: Puente, period_s: 10") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_period_is_told_with_numbers_by_class_and_direction() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.explanation.params["person_right_to_left"] == "1"
    assert event.explanation.params["car_left_to_right"] == "1"
    assert "de izquierda a derecha 0 personas, 1 vehículos" in event.explanation.render("es")
    assert event.completed_at.second % 10 == 0
    assert event.severity == "info"


def test_counts_are_kept_by_period_and_none_is_counted_twice() -> None:
    people = [Actor(n, [(n * 4, 0.3, 0.7), (n * 4 + 3, 0.7, 0.7)]) for n in range(1, 9)]
    engine = RuleEngine(RuleSet.loads(ACT.rules(KIND), name="r"), "c1")
    events = list(engine.run(Stage(people, 40).observations()))
    (periods,) = engine.counts().values()
    assert sum(count for one in periods for _, count in one.crossings) == 8
    assert engine.crossings() == {"r": {("person", "right_to_left"): 8}}
    assert len(events) == len(periods) >= 3


def test_outside_the_schedule_nothing_is_counted() -> None:
    assert told(ACT.stage, "tripwire: Puente, period_s: 10, schedule: {days: [sun]}") == []
