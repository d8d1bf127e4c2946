"""Speed on the ground."""

from __future__ import annotations

from acts import ACTS, GROUND, car
from observing import Stage, run

from veedor.site.rules.ground import Ground

KIND = "speeding"
ACT = ACTS[KIND]


def test_the_speed_is_that_on_the_ground() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage, ground=GROUND)
    assert event.explanation.render("es") == "Automóvil a 58 km/h en la imagen (límite 50)"  # 16 m/s
    slower = Stage([car(1, [(0, 0.1, 0.7), (2.6, 0.9, 0.7)])], 8)  # 44 km/h
    assert run(ACT.rules(KIND), slower, ground=GROUND) == []


def test_where_the_picture_is_too_coarse_nothing_is_measured() -> None:
    """A twentieth of the box is 2 m there: far away, or near the horizon."""
    coarse = Ground((40.0, 0.0, 0.0, 0.0, 450.0, 0.0, 0.0, 0.0, 1.0))
    assert run(ACT.rules(KIND), ACT.stage, ground=coarse) == []


def test_on_the_horizon_there_is_no_speed() -> None:
    tilted = Ground((10.0, 0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 1.0, -0.7))
    assert run(ACT.rules(KIND), ACT.stage, ground=tilted) == []


def test_missing_detections_make_nobody_faster() -> None:
    hidden = Stage([car(1, [(0, 0.1, 0.7), (2.6, 0.9, 0.7)], hidden=[(0.8, 1.6)])], 8)
    assert run(ACT.rules(KIND), hidden, ground=GROUND) == []
