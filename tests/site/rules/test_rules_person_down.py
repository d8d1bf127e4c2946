"""Somebody who drops and stays."""

from __future__ import annotations

from typing import Any

import pytest
from acts import ACTS, FALL, PLACES
from observing import Actor, Stage, run

KIND = "person_down"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_who_drops_and_stays_is_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.start_s == pytest.approx(5.4, abs=0.21)
    assert event.end_s == pytest.approx(20.0, abs=0.21)
    assert event.explanation.render("es") == "Persona cayó al suelo en la imagen y no se levanta desde hace 4 s"


def there(**kwargs: Any) -> Stage:
    return Stage([Actor(1, [(0, 0.5, 0.8), (20, 0.5, 0.8)], **kwargs)], 25)


def test_who_bends_down_and_rises_or_has_never_stood_is_none() -> None:
    assert told(there(sizes=[*FALL[:3], (7.5, 0.1, 0.07), (7.9, 0.04, 0.2), (30, 0.04, 0.2)])) == []
    assert told(there(size=(0.1, 0.07))) == []


def test_legs_that_are_hidden_are_no_fall() -> None:
    """The box shrinks from below: the foot point rises, the head stays."""
    sizes = [*FALL[:2], (5.6, 0.04, 0.09), (30, 0.04, 0.09)]
    behind = Actor(1, [(0, 0.5, 0.8), (5, 0.5, 0.8), (5.6, 0.5, 0.69), (20, 0.5, 0.69)], sizes=sizes)
    assert told(Stage([behind], 25)) == []


def test_walking_away_is_no_fall_and_missing_detections_do_not_hide_one() -> None:
    away = Actor(1, [(0, 0.5, 0.9), (15, 0.5, 0.4)], sizes=[(0, 0.06, 0.3), (15, 0.02, 0.1)])
    assert told(Stage([away], 20)) == []
    assert len(told(there(sizes=FALL, hidden=[(5, 6), (8, 10)]))) == 1
