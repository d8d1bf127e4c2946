"""A vehicle that stops beside somebody and leaves fast."""

from __future__ import annotations

from acts import ACTS, PLACES, car, stands
from observing import Actor, Stage, run

KIND = "stop_and_flee"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_who_stops_beside_a_person_and_leaves_fast_is_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (2, 1)
    assert "junto a una persona en la imagen y arrancó a toda velocidad" in event.explanation.render("es")


def vehicle(stop_s: float, leave_s: float) -> Actor:
    gone = 5 + stop_s
    return car(2, [(0, 0.1, 0.7), (5, 0.5, 0.7), (gone, 0.5, 0.7), (gone + leave_s, 0.95, 0.7)])


def test_leaving_slowly_parking_or_with_nobody_there_is_none() -> None:
    person = ACT.stage.actors[0]
    assert told(Stage([person, vehicle(5, 6)], 25)) == []
    assert told(Stage([person, vehicle(14, 1.2)], 25), "stood_most_s: 10") == []
    assert told(Stage([vehicle(5, 1.2)], 25)) == []
    assert told(Stage([stands(1, 0.56, 0.3, 20), vehicle(5, 1.2)], 25)) == []


def test_who_gets_out_was_not_there_before() -> None:
    assert told(Stage([stands(1, 0.56, 0.72, 20, since=6.5), vehicle(5, 1.2)], 25)) == []


def test_missing_detections_do_not_hide_it() -> None:
    person = Actor(1, ACT.stage.actors[0].way, hidden=[(4, 5.4), (8, 9)])
    assert len(told(Stage([person, vehicle(5, 1.2)], 25))) == 1
