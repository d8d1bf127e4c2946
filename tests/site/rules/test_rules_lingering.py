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
