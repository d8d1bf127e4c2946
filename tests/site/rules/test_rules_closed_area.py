"""A vehicle where none may be."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, car
from observing import Actor, Stage, run

KIND = "closed_area"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "zone: Plaza") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_vehicle_that_moves_in_the_zone_is_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.explanation.render("es") == "Automóvil en movimiento en zona Plaza, cerrada a esta hora"
    assert event.start_s == pytest.approx(2.0, abs=0.41)


def test_what_never_moves_or_walks_is_none_and_the_schedule_counts() -> None:
    assert told(Stage([car(1, [(0, 0.6, 0.7), (20, 0.6, 0.7)])], 30)) == []
    assert told(Stage([Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)])], 12)) == []
    assert told(ACT.stage, 'zone: Plaza, schedule: {from: "19:00", to: "05:00"}') == []
    assert len(told(ACT.stage, 'zone: Plaza, schedule: {from: "09:00", to: "11:00"}')) == 1


def test_it_is_one_event_though_it_is_hidden_behind_trees() -> None:
    assert len(told(Stage([car(1, [(0, 0.1, 0.7), (30, 0.9, 0.7)], hidden=[(12, 20)])], 45))) == 1
