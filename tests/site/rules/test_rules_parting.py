"""Two who were together and part."""

from __future__ import annotations

from acts import ACTS, PLACES, stands
from observing import Actor, Stage, run

KIND = "parting"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_two_who_part_are_told_once() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2)
    assert 6.0 <= event.start_s <= 7.0
    assert event.explanation.render("es") == "Dos personas que estaban juntas se separaron en la imagen"


def test_who_was_together_for_a_moment_or_walks_out_of_sight_is_none() -> None:
    passing = [Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)]), Actor(2, [(0, 0.9, 0.7), (8, 0.1, 0.7)])]
    assert told(Stage(passing, 12)) == []
    assert told(Stage([stands(1, 0.5, 0.7, 9), stands(2, 0.56, 0.7, 6)], 12)) == []
