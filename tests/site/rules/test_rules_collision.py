"""Two that come together and stay."""

from __future__ import annotations

from acts import ACTS, PLACES, car
from observing import Stage, run

KIND = "collision"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_one_that_hits_another_and_stays_is_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2)
    assert event.explanation.render("es") == "Automóvil: posible choque en la imagen; ambos siguen detenidos 3 s"


def test_a_gap_between_them_soft_braking_or_driving_on_is_none() -> None:
    standing = car(2, [(0, 0.9, 0.7), (15, 0.9, 0.7)])
    assert told(Stage([car(1, ACT.stage.actors[0].way), standing], 20)) == []
    braking = [(t / 5, 0.1 + 0.24 * (t / 5) - 0.024 * (t / 5) ** 2, 0.7) for t in range(26)]
    assert told(Stage([car(1, [*braking, (20, 0.7, 0.7)]), ACT.stage.actors[1]], 20)) == []
    on = [(0, 0.1, 0.7), (3, 0.7, 0.7), (4.2, 0.7, 0.7), (6, 0.95, 0.95)]
    assert told(Stage([car(1, on), ACT.stage.actors[1]], 20)) == []


def test_missing_detections_do_not_hide_it() -> None:
    hit = car(2, ACT.stage.actors[1].way, hidden=[(5.0, 5.6)])
    assert len(told(Stage([ACT.stage.actors[0], hit], 20))) == 1
