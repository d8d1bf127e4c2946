"""Somebody against the drawn direction."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, car
from observing import Stage, run
from street import FAR, NEAR, street

from veedor.site.normality.baseline import Normality

KIND = "wrong_way"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "tripwire: Puente", normality: Normality | None = None) -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage, normality=normality) if one.kind == KIND]


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


LEARNED = "tripwire: Puente, learned: true, least_tracks: 10"  # drawn: everybody goes to the left


def goes(to_the_right: bool, lane: float) -> Stage:
    ways = (0.02, 0.98) if to_the_right else (0.98, 0.02)
    return Stage([car(1, [(0, ways[0], lane), (9, ways[1], lane)])], 14)


def test_against_the_learned_direction_of_each_lane_and_where_none_is_known_against_the_drawn_one() -> None:
    usual = street()
    (said, *_) = told(goes(False, FAR), LEARNED, usual)
    assert "en sentido contrario en la imagen" in said
    assert "según el sentido habitual, aprendido de " in said
    assert told(goes(True, FAR), LEARNED, usual) == []  # the drawn line would have it the wrong way
    assert told(goes(False, NEAR), LEARNED, usual) == []
    assert "aprendido" in told(goes(True, NEAR), LEARNED, usual)[0]
    (drawn,) = told(goes(True, 0.9), LEARNED, usual)  # nobody has been seen there
    assert "aprendido" not in drawn
    assert told(goes(False, 0.9), LEARNED, usual) == []


def test_too_few_tracks_are_no_direction() -> None:
    strict = "tripwire: Puente, learned: true, least_tracks: 10000"
    assert told(goes(False, FAR), strict, street()) == []
    assert "aprendido" not in told(goes(True, FAR), strict, street())[0]
