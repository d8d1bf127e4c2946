"""A chain of people who stand."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, stands
from observing import Actor, Stage, run

KIND = "queue"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "zone: Plaza, more_than: 3, dwell_s: 10") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_chain_of_people_who_stand_is_a_queue() -> None:
    (event,) = run(ACT.rules(KIND), ACT.stage)
    assert event.explanation.render("es") == "Cola de 5 personas en zona Plaza durante 10 s (límite 3)"
    assert len(event.track_ids) == 5
    assert event.end_s == pytest.approx(20.0, abs=0.21)


def test_people_far_apart_or_walking_are_no_queue() -> None:
    apart = [stands(n, 0.32 + 0.14 * n, 0.5 if n % 2 else 0.9, 20) for n in range(5)]
    assert told(Stage(apart, 30)) == []
    walking = [Actor(n, [(0, 0.1 + 0.09 * n, 0.7), (6, 0.64 + 0.09 * n, 0.7)]) for n in range(5)]
    assert told(Stage(walking, 10), "zone: Plaza, more_than: 3, dwell_s: 1") == []


def test_who_is_hidden_for_a_moment_does_not_end_it() -> None:
    people = [stands(n, 0.4 + 0.09 * n, 0.7, 20) for n in range(5)]
    people[2].hidden = [(6, 9)]  # the chain is cut in two
    assert len(told(Stage(people, 30))) == 1
