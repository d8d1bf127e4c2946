"""A vehicle parked for long."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, car
from observing import Stage, run

KIND = "parked_vehicle"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "dwell_s: 30, absence_s: 5") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_it_is_one_vehicle_under_a_new_number_after_long_out_of_sight() -> None:
    parts = [car(1, [(0, 0.6, 0.7), (12, 0.6, 0.7)]), car(2, [(40, 0.6, 0.7), (60, 0.6, 0.7)])]
    (event,) = run(ACT.rules(KIND).replace("absence_s: 5", "absence_s: 40"), Stage(parts, 120))
    assert event.start_s == pytest.approx(0.0)
    assert event.end_s == pytest.approx(60.0, abs=0.21)
    assert event.track_ids == (2,)
    assert event.explanation.render("es") == "Vehículo estacionado 45 s en la imagen (límite 30 s)"


def test_one_that_goes_and_another_elsewhere_are_none() -> None:
    parts = [car(1, [(0, 0.6, 0.7), (20, 0.6, 0.7)]), car(2, [(22, 0.4, 0.7), (45, 0.4, 0.7)])]
    assert told(Stage(parts, 60)) == []
    assert told(Stage([car(1, [(0, 0.1, 0.7), (60, 0.9, 0.7)])], 60)) == []
