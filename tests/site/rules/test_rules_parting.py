"""Two who were together and part."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, stands
from observing import Actor, Stage, run

KIND = "parting"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_two_who_part_are_told_once() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.track_ids == (1, 2)
    assert 6.0 <= event.start_s <= 7.0
    assert event.explanation.render("es") == "Dos personas que estaban juntas se separaron en la imagen"


def test_it_begins_when_they_begin_to_walk_apart_and_not_when_they_are_a_body_apart() -> None:
    slow = [
        Actor(1, [(0, 0.5, 0.7), (6, 0.5, 0.7), (18, 0.2, 0.7), (22, 0.2, 0.7)]),
        Actor(2, [(0, 0.54, 0.7), (22, 0.54, 0.7)]),
    ]
    (event,) = run(ACT.rules(KIND), Stage(slow, 26))  # a body height apart at 8.9 s, two at 13.4 s
    assert event.start_s == pytest.approx(6.0, abs=0.21)
    assert event.end_s == pytest.approx(13.4 + 0.7, abs=0.41)


def test_who_leaves_a_group_parts_once_and_who_is_left_may_part_later() -> None:
    goes = Actor(9, [(0, 0.5, 0.7), (6, 0.5, 0.7), (9, 0.2, 0.7), (30, 0.2, 0.7)])
    stays = [stands(n, 0.5 + 0.03 * n, 0.7, 30) for n in (1, 2)]
    assert len(told(Stage([goes, *stays], 34))) == 1
    later = Actor(2, [(0, 0.56, 0.7), (18, 0.56, 0.7), (21, 0.9, 0.7), (30, 0.9, 0.7)])
    assert len(told(Stage([goes, stays[0], later], 34))) == 2


def test_who_was_together_for_a_moment_or_walks_out_of_sight_is_none() -> None:
    passing = [Actor(1, [(0, 0.1, 0.7), (8, 0.9, 0.7)]), Actor(2, [(0, 0.9, 0.7), (8, 0.1, 0.7)])]
    assert told(Stage(passing, 12)) == []
    assert told(Stage([stands(1, 0.5, 0.7, 9), stands(2, 0.56, 0.7, 6)], 12)) == []
