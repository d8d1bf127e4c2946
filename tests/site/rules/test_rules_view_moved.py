"""Rules and the view that they were drawn for: which rest, what they forget, and how places move along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.model.viewpoint import HOME, Viewpoint, ViewState
from veedor.site.rules.backtest import not_rerun
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ground import Ground
from veedor.site.rules.moved import moved_along
from veedor.site.rules.ruleset import RuleSet, check

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT_HOME = Viewpoint(ViewState.SETTLED, frozenset({HOME}))
AT_2 = Viewpoint(ViewState.SETTLED, frozenset({"2", "Esquina"}), turns=True)
AWAY = Viewpoint(ViewState.STEERED, turns=True)
MOVED = Viewpoint(ViewState.MOVED)
TEXT = """
zones: {Muro: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}
tripwires: {Puerta: {from: [0.5, 0], to: [0.5, 1]}}
rules:
  - {name: Muro, kind: zone_intrusion, zone: Muro, debounce_s: 1}
  - {name: Puerta, kind: tripwire, tripwire: Puerta}
  - {name: Esquina, kind: loitering, dwell_s: 1, preset: 2}
  - {name: Veloz, kind: speeding, enabled: true}
  - {name: Corre, kind: running, enabled: true}
  - {name: Raro, kind: unusual, enabled: true}
  - {name: Gente, kind: occupancy, more_than: 0}
  - {name: Cámara, kind: camera_tampered, debounce_s: 0}
  - {name: Sin pase, kind: absence, enabled: true, after: Gente, missing: Puerta}
"""
RULES = RuleSet.loads(TEXT, name="r")
GROUND = Ground((10.0, 0, 0, 0, 10, 0, 0, 0, 1))


def seen(second: float, x: float, viewpoint: Viewpoint | None, shift: float = 0.0) -> Observation:
    box = np.array([[x * 100 - 5, 20, x * 100 + 5, 60]], np.float32)
    one = Tracks(np.array([7]), box, np.ones(1, np.float32), np.ones(1, np.int32), np.ones(1, np.bool_))
    at = START + timedelta(seconds=second)
    facts = SceneFacts(learned=True, view_shift=shift)
    return Observation("c", second, at, int(second * 10), 100, 100, one, facts, viewpoint=viewpoint)


@pytest.mark.parametrize(
    ("viewpoint", "rests"),
    [
        (None, set()),
        (AT_HOME, {"Esquina"}),
        (Viewpoint(ViewState.LEARNING), {"Esquina"}),
        (MOVED, {"Muro", "Puerta", "Esquina", "Veloz", "Corre", "Raro", "Sin pase"}),
        (AWAY, {"Muro", "Puerta", "Esquina", "Veloz", "Corre", "Raro", "Sin pase"}),
        (AT_2, {"Muro", "Puerta", "Veloz", "Corre", "Raro", "Sin pase"}),
    ],
)
def test_what_rests_where(viewpoint: Viewpoint | None, rests: set[str]) -> None:
    assert set(RuleEngine(RULES, "c", ground=GROUND).resting_at(viewpoint)) == rests


def test_a_rule_that_rests_ends_its_event_and_remembers_nobody() -> None:
    engine, events = RuleEngine(RULES, "c"), list[Event]()
    for step in range(60):
        second = step / 10
        inside = 0.7 if second < 5.8 else 0.3
        events += engine.step(seen(second, inside, MOVED if 2 <= second < 4.5 else AT_HOME))
    told = [one for one in events if one.rule == "Muro"]
    assert [one.ended_at is not None for one in told] == [False, True, False]
    assert told[1].id == told[0].id
    assert told[1].end_s == pytest.approx(1.9)
    assert told[2].start_s == pytest.approx(4.5)  # the stay of before is not counted


def test_what_crossed_while_the_rule_rested_is_no_crossing_and_counts_stay() -> None:
    engine, events = RuleEngine(RULES, "c"), list[Event]()
    way = [(x / 20, AT_HOME) for x in range(4, 17)] + [(x / 20, MOVED) for x in range(16, 3, -1)]
    for step, (x, viewpoint) in enumerate([*way, *[(0.2, AT_HOME)] * 20]):
        events += engine.step(seen(step / 5, x, viewpoint))
    assert len([one for one in events if one.rule == "Puerta"]) == 1
    assert sum(engine.crossings()["Puerta"].values()) == 1


def test_a_steered_camera_is_no_tampered_one_and_a_moved_one_is() -> None:
    for viewpoint, told in ((AWAY, 0), (AT_2, 0), (replace(AWAY, state=ViewState.MOVED), 1), (AT_HOME, 1)):
        engine = RuleEngine(RULES, "c")
        events = [one for second in range(3) for one in engine.step(seen(second, 0.3, viewpoint, shift=1.0))]
        assert len([one for one in events if one.rule == "Cámara"]) == told


def test_no_archive_says_where_the_camera_looked_so_rules_of_presets_are_not_run_again() -> None:
    assert not_rerun(RULES) == ["Esquina"]


@pytest.mark.parametrize("bad", ["true", "[2]", "{a: 1}", '" "'])
def test_a_preset_is_a_name_or_a_number(bad: str) -> None:
    text = f"rules:\n  - {{name: a, kind: loitering, dwell_s: 1, preset: {bad}}}"
    assert check(text, name="r")[1]


# -- moved along


DOCUMENT = {
    "zones": {"a": [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]], "b": [[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]]},
    "tripwires": {"l": {"from": [0.1, 0.5], "to": [0.9, 0.5]}},
    "rules": [{"name": "x", "kind": "zone_intrusion", "zone": "b", "preset": 2}],
}
LEFT_30 = (1.0, 0.0, -0.3, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def test_places_move_with_the_view_and_end_at_its_border() -> None:
    moved = moved_along(DOCUMENT, LEFT_30, frozenset())
    assert sorted(moved["zones"]["a"]) == [[0.0, 0.2], [0.0, 0.6], [0.3, 0.2], [0.3, 0.6]]
    assert moved["zones"]["b"] == DOCUMENT["zones"]["b"]  # it is of a preset, which did not move
    assert moved["tripwires"]["l"]["from"] == pytest.approx([0.0, 0.5], abs=1e-3)
    assert moved["tripwires"]["l"]["to"] == pytest.approx([0.6, 0.5], abs=1e-3)


def test_the_places_of_a_preset_move_alone_and_what_leaves_the_picture_stays_to_be_seen() -> None:
    assert moved_along(DOCUMENT, LEFT_30, frozenset({"2"})) == DOCUMENT  # b would be out of the picture
    right = (1.0, 0.0, 0.3, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    moved = moved_along(DOCUMENT, right, frozenset({"2"}))
    assert moved["zones"]["a"] == DOCUMENT["zones"]["a"]
    assert sorted(moved["zones"]["b"])[0] == [0.3, 0.0]
