"""Every kind says the same tick by tick, in chunks of any length, pickled in between, and over the archive."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta

import numpy as np
import pytest
from acts import ACTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observing import START, Actor, run

from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.site.rules import RuleEngine, RuleSet
from veedor.site.rules.backtest import backtest
from veedor.site.rules.ground import Ground
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.standing import Standing

OF_THE_CAMERA = {kind for kind in KINDS if kind.startswith("camera_")}
SHOWN = sorted(KINDS.keys() - {"camera_clock"})  # the clock has a test of its own: it needs what no scene has


class Count:
    """Ids that can be pickled with the engine."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self, _at: datetime) -> str:
        self.last += 1
        return str(self.last)


def test_every_kind_has_a_scene() -> None:
    assert sorted(ACTS) == SHOWN


def engine_of(kind: str) -> RuleEngine:
    rules = RuleSet.loads(ACTS[kind].rules(kind), name=kind)
    return RuleEngine(
        rules, "c1", "America/Lima", ids=Count(), ground=ACTS[kind].ground, normality=ACTS[kind].normality()
    )


@pytest.mark.parametrize("kind", SHOWN)
def test_an_engine_in_the_middle_of_a_scene_can_be_pickled(kind: str) -> None:
    """Of the long test below, what every run has to hold."""
    video, engine = list(ACTS[kind].stage.observations()), engine_of(kind)
    for obs in video[: len(video) // 2]:
        list(engine.step(obs))
    again = pickle.loads(pickle.dumps(engine))
    for obs in video[len(video) // 2 :][:5]:
        assert list(again.step(obs)) == list(engine.step(obs))


@pytest.mark.parametrize("kind", SHOWN)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_chunks_and_pickling_change_nothing(kind: str, data: st.DataObject) -> None:
    video = list(ACTS[kind].stage.observations())
    whole = list(engine_of(kind).run(video))
    assert any(event.kind == kind for event in whole), "the scene shows nothing: the test would be empty"
    cuts = sorted(data.draw(st.sets(st.integers(0, len(video)), max_size=5)))
    engine, events = engine_of(kind), []
    for start, end in zip([0, *cuts], [*cuts, len(video)], strict=True):
        engine = pickle.loads(pickle.dumps(engine))
        events += [event for obs in video[start:end] for event in engine.step(obs)]
    assert [*events, *engine.close()] == whole


def archived(actor: Actor, seconds: float) -> list[ArchivedTrack]:
    """The actor's track as the archive keeps it."""
    rows, found = [], []
    for number in range(int(seconds * 5) + 1):
        t = number / 5
        spot = actor.at(t)
        if spot is None:
            continue
        (x, y), (w, h) = spot, actor.size_at(t)
        rows.append((t, x - w / 2, y - h, x + w / 2, y))
    path = np.asarray(rows, np.float64)
    first, last = path[0, 0], path[-1, 0]
    path[:, 0] -= first
    span = (START + timedelta(seconds=first), START + timedelta(seconds=last))
    found.append(ArchivedTrack("c1", actor.track_id, actor.object_class, *span, path.astype(np.float32)))
    return found


def told(events: list[Event], kind: str) -> list[tuple[float, float | None, tuple[int, ...]]]:
    return [
        (round(one.start_s, 1), one.end_s and round(one.end_s, 1), one.track_ids) for one in events if one.kind == kind
    ]


@pytest.mark.parametrize("kind", sorted(set(SHOWN) - OF_THE_CAMERA))
def test_the_archive_says_what_was_said_live(kind: str) -> None:
    act = ACTS[kind]
    live = run(act.rules(kind), act.stage, ground=act.ground, normality=act.normality())
    tracks = [track for actor in act.stage.actors for track in archived(actor, act.stage.seconds)]
    span = (START, START + timedelta(seconds=act.stage.seconds + 0.2))
    rules = RuleSet.loads(act.rules(kind), name=kind)
    where = {"ground": act.ground, "normality": act.normality()}
    again = backtest(rules, tracks, span, camera_id="c1", time_zone="America/Lima", **where)  # type: ignore[arg-type]
    assert told(live, kind), "the scene shows nothing"
    found, expected = told(list(again.events), kind), told(live, kind)
    assert [one[2] for one in found] == [one[2] for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one[0] == pytest.approx(other[0], abs=0.21)
        assert one[1] == pytest.approx(other[1], abs=0.21)


def test_experimental_kinds_are_off_until_they_are_switched_on() -> None:
    for kind, rule in KINDS.items():
        default = rule.Params.model_fields["enabled"].default
        assert default is (rule.standing is not Standing.EXPERIMENTAL), kind
    act = ACTS["running"]
    assert run(act.rules("running").replace("enabled: true, ", "").replace(", enabled: true", ""), act.stage) == []


def test_a_rule_in_metres_rests_without_a_calibration_and_with_a_stale_one() -> None:
    act = ACTS["speeding"]
    rules = RuleSet.loads(act.rules("speeding"), name="r")
    assert act.ground is not None
    stale = Ground(act.ground.matrix, stale=True)
    for ground in (None, stale):
        engine = RuleEngine(rules, "c1", ground=ground)
        assert list(engine.run(act.stage.observations())) == []
        assert engine.resting() == ["r"]
    assert RuleEngine(rules, "c1", ground=act.ground).resting() == []
