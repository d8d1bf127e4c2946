"""Somebody who moves as hardly anybody does."""

from __future__ import annotations

from datetime import timedelta

from acts import ACTS, PLACES, car
from observing import START, Stage, run
from street import FAR, NEAR, street

from veedor.site.normality.baseline import Normality

KIND = "unusual"
ACT = ACTS[KIND]
AGAINST = [(0.0, 0.98, FAR), (9.0, 0.02, FAR)]


def told(stage: Stage, says: str = "", normality: Normality | None = None) -> list[str]:
    """What the rule says of a scene, in Spanish."""
    rules = f"{PLACES}rules:\n  - {{name: r, kind: {KIND}, enabled: true{', ' + says if says else ''}}}\n"
    return [one.explanation.render("es") for one in run(rules, stage, normality=normality or street())]


def test_against_the_usual_way_and_along_it() -> None:
    (said,) = told(ACT.stage)
    assert said.startswith("Automóvil en la imagen: va hacia la izquierda; así van aquí 0.")
    assert said.endswith(" días")
    assert told(Stage([car(1, [(0.0, 0.98, NEAR), (9.0, 0.02, NEAR)])], 14)) == []


def test_the_sentence_says_what_was_measured() -> None:
    (stay,) = told(Stage([car(1, [(0.0, 0.5, FAR), (80.0, 0.5, FAR)])], 90), "aspects: [stay]")
    assert "permanece en un punto" in stay
    (fast,) = told(Stage([car(1, [(0.0, 0.02, FAR), (3.0, 0.98, FAR)])], 8), "aspects: [speed]")
    assert "va más rápido que" in fast
    (place,) = told(Stage([car(1, [(0.0, 0.5, 0.1), (8.0, 0.5, 0.98)])], 12), "aspects: [place]")
    assert "pasa por donde casi nadie pasa" in place
    night = Stage([car(1, [(0.0, 0.02, FAR), (9.0, 0.98, FAR)])], 14, start=START - timedelta(hours=7))
    (hour,) = told(night, "aspects: [hour]")
    assert "a una hora en que casi no hay" in hour


def test_never_more_than_the_rate_that_was_set() -> None:
    many = Stage([car(n, [(20.0 * n, 0.98, FAR), (20.0 * n + 9, 0.02, FAR)]) for n in range(1, 11)], 230)
    assert len(told(many)) == 3
    assert len(told(many, "per_day: 1.0")) == 1
    at_once = Stage([car(n, [(1.0, 0.98, FAR - 0.01 * n), (10.0, 0.02, FAR - 0.01 * n)]) for n in range(1, 6)], 14)
    assert len(told(at_once, "per_day: 2.0")) == 2


def test_the_rate_holds_over_a_day_and_then_begins_anew() -> None:
    day_s = 86_400.0
    stage = Stage(
        [car(n, [(t, 0.98, FAR), (t + 9, 0.02, FAR)]) for n, t in enumerate((10.0, 60.0, day_s + 30, day_s + 90), 1)],
        day_s + 120,
        fps=1.0,
    )
    assert len(told(stage, "per_day: 1.0")) == 2


def test_nothing_is_said_of_what_has_not_been_learned() -> None:
    assert run(ACT.rules(KIND), ACT.stage) == []
    assert told(ACT.stage, "least_days: 6.0") == []


def test_only_in_its_zone_and_of_its_classes() -> None:
    assert len(told(ACT.stage, "zone: Plaza")) == 1
    assert told(ACT.stage, "classes: [person]") == []
