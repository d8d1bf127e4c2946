"""Two who move to and fro against each other."""

from __future__ import annotations

from acts import ACTS, PLACES, shaking, stands
from observing import Actor, Stage, run

KIND = "fight"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_to_and_fro_close_together_is_told() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2)
    assert "Dos personas muy cerca se mueven una contra otra" in event.explanation.render("es")


def test_walking_standing_and_passing_are_none() -> None:
    side_by_side = [Actor(n, [(0, 0.1 + 0.05 * n, 0.7), (8, 0.8 + 0.05 * n, 0.7)]) for n in (1, 2)]
    assert told(Stage(side_by_side, 12)) == []
    passing = [Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)]), Actor(2, [(0, 0.9, 0.7), (8, 0.1, 0.7)])]
    assert told(Stage(passing, 12)) == []
    standing = [shaking(1, 0.5, 0.7, 0.001, 0, 8), shaking(2, 0.55, 0.7, 0.001, 1, 8)]
    assert told(Stage(standing, 12)) == []


def test_two_who_walk_along_while_their_boxes_sway_are_none() -> None:
    def along(number: int, phase: int, per_s: float) -> Actor:
        """`shaking`, and on by so many body heights a second."""
        on = 0.2 * per_s / (16 / 9)
        steps = [(t / 5, 0.012 if (t + phase) % 2 else -0.012) for t in range(36)]
        return Actor(number, [(t, 0.1 + 0.05 * number + on * t + by, 0.7) for t, by in steps])

    assert told(Stage([along(1, 0, 0.8), along(2, 1, 0.8)], 12)) == []
    assert len(told(Stage([along(1, 0, 0.2), along(2, 1, 0.2)], 12))) == 1, "pushed along, slowly"


def test_one_who_waves_far_from_another_is_none() -> None:
    assert told(Stage([shaking(1, 0.4, 0.7, 0.012, 0, 8), stands(2, 0.6, 0.7, 8)], 12)) == []


def test_missing_detections_do_not_hide_it() -> None:
    two = [shaking(1, 0.5, 0.7, 0.012, 0, 8), shaking(2, 0.55, 0.7, 0.012, 1, 8)]
    two[0].hidden = [(3.0, 3.4)]
    assert len(told(Stage(two, 12))) == 1
