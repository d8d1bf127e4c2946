"""A rules file: what is right, and every way of being wrong, with its line and column."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from veedor.kit.errors import ConfigError
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.reference import meaning, parameters
from veedor.site.rules.ruleset import RuleSet, check

HEAD = """\
zones:
  Plaza: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
tripwires:
  Puente: {from: [0.5, 0.1], to: [0.5, 0.9]}
rules:
"""


def only_problem(text: str) -> ConfigError:
    problems = check(text, name="reglas.yaml")[1]
    assert len(problems) == 1, [one.render("en") for one in problems]
    return problems[0]


@pytest.mark.parametrize(
    ("rule", "line", "column", "said"),
    [
        ("{name: a, kind: loitering, zone: Plaza, dwel_s: 3}", 6, 45, 'unknown key "dwel_s" (did you mean "dwell_s"?)'),
        ("{name: a, kind: loitering, zone: plaza}", 6, 32, 'no zone "plaza" (did you mean "Plaza"?)'),
        ("{name: a, kind: loiter, zone: Plaza}", 6, 15, 'no kind of rule "loiter"'),
        ("{name: a, kind: zone_intrusion}", 6, 5, '"zone" is missing'),
        ("{name: a, kind: tripwire, tripwire: Puerta}", 6, 31, 'no tripwire "Puerta"'),
        ("{name: a, kind: tripwire}", 6, 5, '"tripwire" is missing'),
        ("{kind: camera_offline}", 6, 5, '"name" is missing'),
        ("{name: a}", 6, 5, '"kind" is missing'),
        ("{name: ' ', kind: camera_offline}", 6, 6, "name is empty"),
        ("{name: a, kind: camera_offline, after_s: -1}", 6, 37, "must be 0 or more, not -1"),
        ("{name: a, kind: camera_offline, after_s: '10'}", 6, 37, "a number is expected"),
        ("{name: a, kind: camera_offline, after_s: true}", 6, 37, "a number is expected"),
        ("{name: a, kind: camera_offline, after_s: .inf}", 6, 37, "a number is expected"),
        ("{name: a, kind: camera_offline, after_s: 1e9}", 6, 37, "must be 604800 or less"),
        ("{name: a, kind: loitering, classes: [persona]}", 6, 42, 'no class "persona" (did you mean "person"?)'),
        ("{name: a, kind: loitering, classes: []}", 6, 32, "the list is empty"),
        ("{name: a, kind: loitering, severity: urgent}", 6, 32, '"urgent" is not valid'),
        ("{name: a, kind: occupancy, more_than: 2.5}", 6, 32, "a whole number is expected"),
        ("{name: a, kind: occupancy}", 6, 5, '"more_than" is missing'),
        ("{name: a, kind: loitering, min_size: {hight: 1}}", 6, 43, 'unknown key "hight" (did you mean "height"?)'),
        ("{name: a, kind: loitering, schedule: {from: '25:00'}}", 6, 43, '"25:00" is no time'),
        ("{name: a, kind: loitering, schedule: {days: [lunes]}}", 6, 43, 'no day "lunes"'),
        ("{name: a, kind: loitering, schedule: {from: '08:00', to: '08:00'}}", 6, 32, "begins and ends at the same"),
        ("nothing", 6, 5, "keys with values"),
    ],
)
def test_wrong_rule_names_place_and_cure(rule: str, line: int, column: int, said: str) -> None:
    problem = only_problem(f"{HEAD}  - {rule}\n")
    assert (problem.params["line"], problem.params["column"]) == (str(line), str(column)), problem.render("en")
    assert said in problem.render("en")
    assert problem.render("es") != problem.render("en")
    assert "reglas.yaml" in problem.render("es")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("zones: {Z: [[0, 0], [1, 1], [1, 0], [0, 1]]}", "crosses or touches itself"),
        ("zones: {Z: [[0, 0], [1, 0], [0.5, 0]]}", "crosses or touches itself"),
        ("zones: {Z: [[0, 0], [1, 0]]}", "3 to 200 corners, this one has 2"),
        ("zones: {Z: [[0, 0], [1, 0], [1, 1.2]]}", "[1, 1.2] is off the picture"),
        ("zones: {Z: [[0, 0], [640, 0], [640, 360]]}", "[640, 0] is off the picture"),
        ("zones: {Z: [[0, 0], [1, 0], [1]]}", "a point is two numbers"),
        ("zones: {Z: [[0, 0], [1, 0], [.nan, 1]]}", "is off the picture"),
        ("zones: [1]", "keys with values"),
        ("tripwires: {T: {from: [0.5, 0.5], to: [0.5, 0.5]}}", "no length"),
        ("tripwires: {T: {from: [0.5, 0.5]}}", '"to" is missing'),
        ("zonas: {}", 'unknown key "zonas" (did you mean "zones"?)'),
    ],
)
def test_wrong_place(place: str, said: str) -> None:
    problems = check(f"{place}\nrules: []\n", name="r.yaml")[1]
    assert said in problems[0].render("en")
    assert problems[0].params["line"] == "1"


def test_all_problems_are_told_in_the_order_of_lines() -> None:
    text = (
        "zones:\n  A: [[0, 0], [1, 1], [1, 0], [0, 1]]\nrules:\n"
        "  - {name: x, kind: loitering, zone: B}\n  - {name: x, kind: tripwir}\n"
        "  - {name: y, kind: occupancy, foo: 1}\n"
    )
    lines = [int(one.params["line"]) for one in check(text, name="r.yaml")[1]]
    assert lines == [2, 4, 5, 5, 6, 6]


@pytest.mark.parametrize(
    "text",
    [
        "zones: {Z: [[" + "9" * 400 + ", 0], [1, 0], [1, 1]]}\nrules: []",
        "zones: {Z: [[" + "9" * 6000 + ", 0], [1, 0], [1, 1]]}\nrules: []",
        "rules: " + "[" * 20_000,
        "? [a, b]\n: 3\nrules: []",
        "rules: [{1: 2, name: 3, kind: [a]}]",
        "",
        "rules",
        "[1, 2]",
        "zones: {}",
        "rules: 3",
        "rules: [a: b: c]",
        "rules: []\nrules: []",
        "\t",
        "a: &a [*a]",
    ],
)
def test_no_rules_file_at_all(text: str) -> None:
    problems = check(text, name="r.yaml")[1]
    assert problems
    assert all(len(one.render("es")) < 300 for one in problems)


def test_aliases_that_multiply_are_refused() -> None:
    text = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for number in range(8):
        text += f"b{number}: &b{number} [{', '.join(['*a' if number == 0 else f'*b{number - 1}'] * 10)}]\n"
    assert "too large" in check(text, name="r.yaml")[1][0].render("en")


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00rules")
    huge = tmp_path / "huge.yaml"
    huge.write_text("#" * 1_100_000)
    for path in (binary, huge, tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ConfigError) as raised:
            RuleSet.load(path)
        assert str(path) in raised.value.render("es")


def test_a_problem_survives_pickling() -> None:
    problem = only_problem(f"{HEAD}  - {{name: a, kind: loiter}}\n")
    assert pickle.loads(pickle.dumps(problem)).render("es") == problem.render("es")


def test_valid_file_with_everything() -> None:
    rules = RuleSet.loads(
        HEAD
        + """
  - name: Noche
    kind: zone_intrusion
    zone: Plaza
    classes: [person, vehicle]
    severity: critical
    schedule: {days: [vie..lun], from: "22:00", to: "06:00"}
    min_size: {height: 0.05, area: 0.001}
    debounce_s: 1
    cooldown_s: 60
    cooldown_per: track
  - {name: Cruce, kind: tripwire, tripwire: Puente, direction: left_to_right, enabled: false}
""",
        name="r.yaml",
    )
    assert [one.name for one in rules.rules] == ["Noche", "Cruce"]
    assert rules.rules[0].schedule is not None
    assert rules.rules[0].schedule.days == {4, 5, 6, 0}


def test_closed_ring_and_default_rules() -> None:
    rules = RuleSet.loads("zones: {Z: [[0,0],[1,0],[1,1],[0,0]]}\nrules: []\n", name="r.yaml")
    assert len(rules.zones["Z"].ring) == 3
    assert [one.kind for one in RuleSet.default().rules] == ["camera_offline", "camera_tampered", "camera_clock"]


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_and_parameter_is_explained(kind: str, lang: str) -> None:
    assert meaning(kind, lang)
    names = [one.name for one in parameters(kind, lang)]
    assert names[:2] == ["name", "kind"]
    assert KINDS[kind].kind == kind
