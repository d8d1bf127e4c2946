"""A thing that is taken away."""

from __future__ import annotations

import pytest
from acts import ACTS, BAG, PLACES, TAKER
from observing import Actor, Stage, run

KIND = "object_removed"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_bag_that_somebody_takes_is_told_with_who_was_there() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (9, 1)
    assert event.start_s == pytest.approx(42.0, abs=0.21)
    assert event.explanation.render("es") == "Se llevaron un bolso en la imagen; llevaba 42 s en su lugar"


def test_a_bag_that_is_lost_with_nobody_near_or_hidden_is_none() -> None:
    assert told(Stage([BAG], 55)) == []
    before = Actor(9, [(0, 0.6, 0.7), (50, 0.6, 0.7)], BAG.object_class, BAG.size, hidden=[(40, 45)])
    stander = Actor(1, [(38, 0.2, 0.7), (40, 0.6, 0.72), (45, 0.6, 0.72), (48, 0.9, 0.7)])
    assert told(Stage([before, stander], 50)) == []


def test_a_bag_that_stood_shortly_is_none() -> None:
    soon = Actor(9, [(20, 0.6, 0.7), (42, 0.6, 0.7)], BAG.object_class, BAG.size)
    assert told(Stage([soon, TAKER], 55)) == []
