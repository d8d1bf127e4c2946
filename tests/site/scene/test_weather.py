"""Bad weather and bad light, with the real detector: rules are quiet, and still see who walks through it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import weather
from footage import Picture, frame_of
from veedor.compose.offline_looks import FileLooks
from veedor.model.event import Event
from veedor.model.second_look import Outcome
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.closer import crop_detector
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.pipeline import Pipeline
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ruleset import RuleSet
from veedor.site.scene.watcher import SceneWatcher
from weather import WEATHERS, Plaza

QUIET_S, END_S, FPS = 8.0, 13.4, 5
RULES = """
zones: {all: [[0.02, 0.05], [0.98, 0.05], [0.98, 0.98], [0.02, 0.98]]}
tripwires: {middle: {from: [0.4, 0.1], to: [0.4, 1.0]}}
rules:
  - {name: anybody, kind: zone_intrusion, zone: all, classes: [person, bicycle, motorcycle, animal, bag]}
  - {name: crossing, kind: tripwire, tripwire: middle}
  - {name: closed, kind: closed_area, enabled: true, zone: all}
  - {name: running, kind: running, enabled: true}
  - {name: stop, kind: sudden_stop, enabled: true}
  - {name: lingering, kind: lingering, enabled: true, dwell_s: 3, classes: [person, bicycle, motorcycle, animal, bag]}
  - {name: tampered, kind: camera_tampered}
"""


@pytest.fixture(scope="module")
def place(shared: Path) -> Plaza:
    return weather.plaza(shared)


@pytest.fixture(scope="module")
def network(model_file: Path) -> OnnxDetector:
    return OnnxDetector(model_file)


@pytest.mark.parametrize("name", WEATHERS)
def test_movement_rules_are_quiet_in_bad_weather_until_somebody_walks_through_it(
    name: str, place: Plaza, network: OnnxDetector
) -> None:
    rules = RuleSet.loads(RULES, name="rules")
    pipeline, engine = Pipeline(AtlasDetector(network)), RuleEngine(rules, "cam")
    looks = FileLooks(rules, lambda _: crop_detector(network))
    events: dict[str, Event] = {}
    for number in range(round(END_S * FPS)):
        at_s = number / FPS
        clean = place.picture(at_s - QUIET_S if at_s >= QUIET_S else None)
        frame = frame_of(WEATHERS[name](clean, at_s), at_s, index=number)
        (seen,) = pipeline.process([frame], [at_s])
        events.update({one.id: one for one in looks.take(frame, seen, engine.step(seen))})
    assert [one for one in events.values() if one.start_s < QUIET_S] == []
    assert {one.rule for one in events.values()} == {"anybody", "crossing"}
    assert {looks.of[one.id].outcome for one in events.values()} == {Outcome.CONFIRMED}


def clear(picture: Picture, at_s: float) -> Picture:
    return np.clip(picture + weather.noise(at_s, 2.5), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", WEATHERS)
def test_weather_that_comes_or_goes_is_no_tampering_and_leaves_nothing_behind(name: str, place: Plaza) -> None:
    """One picture a second: clear for half a minute and then not, and the other way round."""
    for first, then in ((clear, WEATHERS[name]), (WEATHERS[name], clear)):
        watcher = SceneWatcher()
        things = 0
        for second in range(60):
            shown = (first if second < 30 else then)(place.picture(), float(second))
            facts, found = watcher.update(frame_of(shown, float(second)), np.zeros((0, 4), np.float32))
            things = things + 1 if len(found) else 0
            assert things < 5, "a flicker of seconds is no object left behind"
            assert facts.covered < 0.3, second
            assert facts.view_shift == 0.0, second
            assert facts.sharpness > 0.6, second


@pytest.mark.parametrize("name", ["night", "rain"])
def test_a_thing_that_is_put_down_in_bad_weather_is_found_all_the_same(name: str, place: Plaza) -> None:
    watcher = SceneWatcher()
    boxes = []
    for second in range(45):
        picture = place.picture()
        if second >= 25:
            picture[205:235, 330:365] = (200, 60, 60)
        frame = frame_of(WEATHERS[name](picture, float(second)), float(second))
        _, found = watcher.update(frame, np.zeros((0, 4), np.float32))
        boxes.append(found.xyxy.tolist())
    assert not any(boxes[:25])
    (box,) = boxes[-1]
    assert box == pytest.approx([330, 205, 365, 235], abs=8)
