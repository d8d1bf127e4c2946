"""Somebody against the drawn direction."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, car
from observing import Stage, run

KIND = "wrong_way"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "tripwire: Puente") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_against_the_direction_and_not_with_it_or_across() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.explanation.render("es") == "Automóvil en sentido contrario en la imagen, durante 1 s"
    assert event.start_s == pytest.approx(0.6, abs=0.21)  # a speed is known after 0.6 s
    assert event.end_s == pytest.approx(8.0, abs=0.21)
    assert told(Stage([car(1, [(0, 0.9, 0.7), (8, 0.1, 0.7)])], 12)) == []
    assert told(Stage([car(1, [(0, 0.4, 0.1), (6, 0.4, 0.95)])], 12)) == []
    other = "tripwire: Puente, allowed: right_to_left"
    assert len(told(Stage([car(1, [(0, 0.9, 0.7), (8, 0.1, 0.7)])], 12), other)) == 1


def test_a_new_number_and_missing_detections_are_one_event() -> None:
    halves = [
        car(1, [(0, 0.1, 0.7), (4, 0.5, 0.7)], hidden=[(1.4, 2.4)]),
        car(2, [(4.6, 0.56, 0.7), (8, 0.9, 0.7)], hidden=[(6.0, 6.6)]),
    ]
    assert len(told(Stage(halves, 14))) == 1


def test_who_rolls_back_a_little_or_stands_is_on_no_way() -> None:
    assert told(Stage([car(1, [(0, 0.5, 0.7), (9, 0.52, 0.7)])], 12)) == []
    trembling = [(t / 5, 0.5 + (0.01 if t % 2 else -0.01), 0.7) for t in range(50)]
    assert told(Stage([car(1, trembling)], 12)) == []
