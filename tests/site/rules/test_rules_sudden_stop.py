"""A vehicle that stops at once."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, car
from observing import Stage, run

KIND = "sudden_stop"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_hard_stop_is_told_and_braking_for_a_light_is_not() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.start_s == pytest.approx(3.5, abs=0.41)
    assert event.explanation.render("es") == "Automóvil frenó de golpe en la imagen y sigue detenido 2 s"
    braking = [(t / 5, 0.1 + 0.2 * (t / 5) - 0.02 * (t / 5) ** 2, 0.7) for t in range(26)]  # 2.7 sizes/s to 0 in 5 s
    assert told(Stage([car(1, [*braking, (20, 0.6, 0.7)])], 20)) == []


def test_who_goes_on_at_once_or_crept_before_is_none() -> None:
    assert told(Stage([car(1, [(0, 0.1, 0.7), (3, 0.6, 0.7), (4.4, 0.6, 0.7), (6, 0.95, 0.7)])], 12)) == []
    assert told(Stage([car(1, [(0, 0.1, 0.7), (6, 0.3, 0.7), (15, 0.3, 0.7)])], 20)) == []
    assert told(Stage([car(1, [(0, 0.5, 0.7), (15, 0.5, 0.7)])], 20)) == []


def test_missing_detections_do_not_hide_it() -> None:
    assert len(told(Stage([car(1, ACT.stage.actors[0].way, hidden=[(1.6, 2.0), (5, 6)])], 20))) == 1
