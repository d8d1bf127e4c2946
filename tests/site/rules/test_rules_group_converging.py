"""Several who come to one."""

from __future__ import annotations

from acts import ACTS, PLACES, stands
from observing import Actor, Stage, run

KIND = "group_converging"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_three_from_three_sides_are_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2, 3, 4)
    assert event.explanation.render("es") == "3 personas rodearon a una desde varios lados en la imagen en 5 s"


def test_from_one_side_or_to_one_who_walks_is_none() -> None:
    ways = {n: [(0, 0.05, 0.5 + 0.05 * n), (4, 0.42, 0.5 + 0.03 * n), (15, 0.42, 0.5 + 0.03 * n)] for n in (2, 3, 4)}
    one_side = [stands(1, 0.5, 0.6, 15), *(Actor(n, way) for n, way in ways.items())]
    assert told(Stage(one_side, 20)) == []
    _, *others = ACT.stage.actors
    walker = Actor(1, [(0, 0.2, 0.6), (6, 0.5, 0.6), (9, 0.8, 0.6)])
    assert told(Stage([walker, *others], 20)) == []


def test_two_are_too_few_and_slow_arrival_is_none() -> None:
    assert told(Stage(ACT.stage.actors[:3], 20)) == []
    slowly = []
    for number, x in ((2, 0.05), (3, 0.95), (4, 0.1)):
        there = 0.5 + (x - 0.5) * 0.15
        slowly.append(Actor(number, [(8 * number, x, 0.6), (8 * number + 9, there, 0.6), (50, there, 0.6)]))
    assert told(Stage([stands(1, 0.5, 0.6, 50), *slowly], 55)) == []
