"""A crowd that forms or scatters."""

from __future__ import annotations

import pytest
from acts import ACTS, PLACES, crowd, stands
from observing import Stage, run

KIND = "crowd"
ACT = ACTS[KIND]


def told(stage: Stage, says: str = "zone: Plaza") -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage) if one.kind == KIND]


def test_a_crowd_forms_and_scatters_at_once() -> None:
    forming, dispersing = run(ACT.rules(KIND), ACT.stage)
    assert forming.explanation.render("es") == "Aglomeración repentina en zona Plaza: de 0 a 8 personas en 20 s"
    assert forming.start_s == pytest.approx(30.6, abs=0.31)
    assert "Dispersión" in dispersing.explanation.render("es")
    assert len(told(ACT.stage, "zone: Plaza, change: forming")) == 1


def test_slow_growth_and_a_moment_s_blindness_are_none() -> None:
    slowly = [stands(n, 0.32 + 0.06 * n, 0.8, 120, 5 + 10 * n) for n in range(1, 9)]
    assert told(Stage(slowly, 100), "zone: Plaza, change: forming") == []
    people = crowd(8, 0, 60)
    for one in people:
        one.hidden = [(40, 42.5)]
    assert told(Stage(people, 58), "zone: Plaza, change: dispersing") == []
