"""What may be one vehicle that goes round."""

from __future__ import annotations

from acts import ACTS, PLACES, car
from observing import Actor, Stage, run

from veedor.model.detection import ObjectClass

KIND = "vehicle_circling"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "zone: Plaza") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_three_alike_and_regular_are_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.explanation.params["count"] == "3"
    assert event.explanation.render("es").startswith("3 pasadas en zona Plaza en 2 min, parecidas")


def passes(times: list[float], sizes: list[float]) -> Stage:
    cars = [
        Actor(n + 1, [(t, 0.2, 0.7), (t + 5, 0.95, 0.7)], ObjectClass.CAR, (size, size))
        for n, (t, size) in enumerate(zip(times, sizes, strict=True))
    ]
    return Stage(cars, max(times) + 20)


def test_other_sizes_other_ways_and_chance_are_none() -> None:
    assert told(passes([0, 60, 120], [0.1, 0.16, 0.1])) == []
    assert told(passes([0, 30, 150], [0.1, 0.1, 0.1])) == []
    back = Stage([*passes([0, 120], [0.1, 0.1]).actors, car(9, [(60, 0.95, 0.7), (65, 0.2, 0.7)])], 140)
    assert told(back) == []
    assert told(passes([0, 8, 16], [0.1] * 3)) == []  # a queue of cars, not one that goes round


def test_a_busy_street_says_nothing() -> None:
    alike = ACT.stage.actors[0]
    others = [
        Actor(20 + n, [(t + 12 + 15 * n, x, y) for t, x, y in alike.way], alike.object_class, alike.size)
        for n in range(6)
    ]
    assert told(Stage([*ACT.stage.actors, *others], 140)) == []


def test_who_goes_another_way_makes_no_street_busy() -> None:
    others = [Actor(20 + n, [(4 + 15 * n, 0.95, 0.5), (8 + 15 * n, 0.2, 0.5)], ObjectClass.CAR) for n in range(9)]
    assert len(told(Stage([*ACT.stage.actors, *others], 140))) == 1


def test_one_other_may_come_between_where_more_than_three_are_asked_for() -> None:
    regular = passes([0, 60, 75, 120, 180], [0.1] * 5)
    assert len(told(regular, "zone: Plaza, times: 4")) == 1
    assert told(passes([0, 60, 75, 120], [0.1] * 4)) == []  # of three, none between
    assert told(passes([0, 60, 75, 95, 120, 180], [0.1] * 6), "zone: Plaza, times: 4") == []  # two are too many


def test_passes_out_of_the_span_are_forgotten() -> None:
    assert told(passes([0, 60, 120], [0.1] * 3), "zone: Plaza, span_s: 100") == []
