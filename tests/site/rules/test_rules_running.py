"""Somebody who runs."""

from __future__ import annotations

from acts import ACTS, PLACES
from observing import Actor, Stage, run

from veedor.site.rules.ground import Ground

KIND = "running"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_running_and_not_walking() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    said = "Persona corriendo en la imagen (2.2 alturas de cuerpo por segundo, límite 1.6)"
    assert event.explanation.render("es") == said
    assert told(Stage([Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)])], 12)) == []


def test_who_is_seen_from_above_is_measured_only_where_the_camera_is_calibrated() -> None:
    """A box of 0.2 x 0.15 picture heights: what is long in it is no body's height."""
    from_above = Stage([Actor(1, [(0, 0.1, 0.7), (3.2, 0.9, 0.7)], size=(0.2 * 9 / 16, 0.15))], 8)
    assert told(from_above) == []
    assert len(run(ACT.rules(KIND), from_above, ground=Ground((40.0, 0.0, 0.0, 0.0, 22.5, 0.0, 0.0, 0.0, 1.0)))) == 1


def test_missing_detections_are_bridged_and_a_jump_is_no_run() -> None:
    assert len(told(Stage([Actor(1, [(0, 0.1, 0.7), (3.2, 0.9, 0.7)], hidden=[(1, 1.6)])], 8))) == 1
    jump = [(0, 0.3, 0.7), (4, 0.3, 0.7), (4.2, 0.55, 0.7), (9, 0.55, 0.7)]
    assert told(Stage([Actor(1, jump)], 12)) == []


def test_towards_the_camera_it_is_seen_only_where_the_camera_is_calibrated() -> None:
    towards = Stage([Actor(1, [(0, 0.5, 0.3), (4, 0.5, 0.72)])], 8)  # 0.5 body heights a second in the picture
    assert told(towards) == []
    far = Ground((40.0, 0.0, 0.0, 0.0, 45.0, 0.0, 0.0, 0.0, 1.0))  # 4.7 m/s on the ground
    (event,) = run(ACT.rules(KIND), towards, ground=far)
    assert event.explanation.params["speed"] == "2.8"
