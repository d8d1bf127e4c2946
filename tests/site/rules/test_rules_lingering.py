"""Somebody who stops on the way."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES
from observing import Actor, Stage, run

KIND = "lingering"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_who_stops_is_told_from_when_they_stopped() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.start_s == pytest.approx(3.0, abs=1.2)  # within a body height of the spot
    assert event.end_s == pytest.approx(17.0, abs=1.2)
    assert event.explanation.render("es") == "Persona se detuvo en la imagen desde hace 5 s"


def test_who_walks_on_or_stops_shortly_is_none() -> None:
    assert told(Stage([Actor(1, [(0, 0.1, 0.7), (10, 0.9, 0.7)])], 12)) == []
    assert told(Stage([Actor(1, [(0, 0.1, 0.7), (4, 0.5, 0.7), (6, 0.5, 0.7), (10, 0.9, 0.7)])], 12)) == []


def test_missing_detections_and_a_new_number_do_not_begin_it_anew() -> None:
    there = [
        Actor(1, [(0, 0.5, 0.7), (6, 0.5, 0.7)], hidden=[(2, 3.2)]),
        Actor(2, [(7, 0.5, 0.7), (12, 0.5, 0.7)]),
    ]
    assert len(told(Stage(there, 16), "dwell_s: 9")) == 1


def test_who_goes_on_slowly_has_not_stopped() -> None:
    a_fifth_of_a_body_each_second = [(0, 0.3, 0.7), (20, 0.3 + 20 * 0.04 / (16 / 9), 0.7)]
    assert told(Stage([Actor(1, a_fifth_of_a_body_each_second)], 24)) == []


def test_a_box_that_is_elsewhere_for_a_moment_does_not_begin_it_anew_and_a_walk_does() -> None:
    hidden_legs = [(0, 0.5, 0.7), (4, 0.5, 0.7), (4.2, 0.5, 0.58), (4.8, 0.5, 0.58), (5, 0.5, 0.7), (9, 0.5, 0.7)]
    (event,) = run(ACT.rules(KIND, "dwell_s: 8"), Stage([Actor(1, hidden_legs)], 12))
    assert (event.start_s, event.end_s) == (pytest.approx(0), pytest.approx(9.0))
    there_and_back = [(0, 0.5, 0.7), (4, 0.5, 0.7), (5.5, 0.6, 0.7), (7, 0.5, 0.7), (12, 0.5, 0.7)]
    (event,) = run(ACT.rules(KIND), Stage([Actor(1, there_and_back)], 15))
    assert event.start_s == pytest.approx(6.6, abs=0.5)
