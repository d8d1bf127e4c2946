"""Two who come from apart and stay together."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, stands
from observing import Actor, Stage, run

KIND = "meeting"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_two_who_come_together_meet_until_they_part() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2)
    assert event.start_s == pytest.approx(4.5, abs=0.6)
    assert event.end_s == pytest.approx(15.0, abs=0.21)
    assert event.explanation.render("es").startswith("Dos personas se encontraron en la imagen")


def test_passing_each_other_and_coming_together_are_none() -> None:
    passing = [Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)]), Actor(2, [(0, 0.9, 0.7), (8, 0.1, 0.7)])]
    assert told(Stage(passing, 12)) == []
    assert told(Stage([stands(1, 0.5, 0.7, 9), stands(2, 0.56, 0.7, 9)], 12)) == []


def test_missing_detections_do_not_split_it() -> None:
    one, two = ACT.stage.actors
    hidden = Actor(1, one.way, hidden=[(7, 9)])
    assert len(told(Stage([hidden, two], 25))) == 1
