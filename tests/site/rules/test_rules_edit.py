"""Changing rules by program keeps what people wrote around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from veedor.site.rules import edit
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.reference import json_schema, place_of
from veedor.site.rules.ruleset import RuleSet, check

TEXT = """\
# revisado en marzo
zones:
  # la vereda
  Vereda: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.5]]  # hasta el poste
rules:
  # de noche
  - name: Merodeo
    kind: loitering
    zone: Vereda   # solo ahí
    dwell_s: 60
    schedule: {days: [mon..fri], from: "22:00", to: "06:00"}
  # siempre
  - name: Ingreso
    kind: zone_intrusion
    zone: 'Vereda'
"""


def test_nothing_changed_is_the_same_text() -> None:
    assert edit.put(TEXT, edit.document(TEXT)) == TEXT


def test_a_number_changed_changes_one_line() -> None:
    wanted = edit.document(TEXT)
    wanted["rules"][0]["dwell_s"] = 120
    assert edit.put(TEXT, wanted) == TEXT.replace("dwell_s: 60", "dwell_s: 120")


def test_added_places_and_rules_stand_after_the_others() -> None:
    wanted = edit.document(TEXT)
    wanted["zones"]["Pista: norte"] = [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]]
    wanted["tripwires"] = {"Puerta": {"from": [0, 0.5], "to": [1, 0.5]}}
    wanted["rules"].append({"name": "Cruce", "kind": "tripwire", "tripwire": "Puerta"})
    text = edit.put(TEXT, wanted)
    assert text.startswith(TEXT.partition("rules:")[0])
    for kept in ("# la vereda", "# hasta el poste", "# de noche", "# solo ahí", "# siempre"):
        assert kept in text
    assert edit.document(text) == wanted
    rules = RuleSet.loads(text, name="x")
    assert list(rules.zones) == ["Vereda", "Pista: norte"]
    assert [one.name for one in rules.rules] == ["Merodeo", "Ingreso", "Cruce"]


@pytest.mark.parametrize("gone", [0, 1])
def test_a_rule_taken_away_leaves_the_other(gone: int) -> None:
    wanted = edit.document(TEXT)
    del wanted["rules"][gone]
    assert edit.document(edit.put(TEXT, wanted)) == wanted


def test_lists_flush_with_their_key_stay_so() -> None:
    text = "rules:\n- name: a\n  kind: camera_offline  # quizá 30\n"
    wanted = edit.document(text)
    wanted["rules"][0]["after_s"] = 30
    assert edit.put(text, wanted) == text + "  after_s: 30\n"


@pytest.mark.parametrize("text", ["", "rules: [", "- 1\n- 2\n", "rules: &a [*a]\n", "a: 1\na: 2\n"])
def test_text_that_is_no_rules_file_is_replaced(text: str) -> None:
    wanted = {"zones": {}, "tripwires": {}, "rules": [{"name": "a", "kind": "camera_offline"}]}
    result = edit.put(text, wanted)
    assert check(result, name="x")[1] == []
    assert edit.document(result) == wanted


def test_aliases_are_never_changed_in_two_places() -> None:
    text = "zones:\n  A: &a [[0.1, 0.2], [0.3, 0.2], [0.3, 0.5]]\n  B: *a\nrules: []\n"
    wanted = edit.document(text)
    wanted["zones"]["B"] = [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]]
    assert edit.document(edit.put(text, wanted)) == wanted


@pytest.mark.parametrize("odd", [{"rules": "x"}, {"zones": [1]}, {"rules": [1, None]}, {"rules": [{"name": 3}]}, {}])
def test_odd_documents_are_written_and_then_refused_by_the_check(odd: dict[str, Any]) -> None:
    assert check(edit.put(TEXT, odd), name="x")[1] or odd == {}


def test_the_default_rules_as_a_file_are_the_default_rules() -> None:
    assert RuleSet.loads(edit.default_text(), name="x").rules == RuleSet.default().rules


def test_every_kind_has_a_schema_of_what_its_yaml_takes() -> None:
    for kind, rule in KINDS.items():
        for lang in ("es", "en"):
            schema = json_schema(kind, lang)
            json.dumps(schema)
            names = {info.alias or name for name, info in rule.Params.model_fields.items()}
            assert set(schema["properties"]) == names
            assert all(part["description"] for part in schema["properties"].values())
    assert "tripwire" in json_schema("tripwire", "es")["required"]
    assert "zone" in json_schema("zone_intrusion", "es")["required"]
    assert [place_of(kind) for kind in ("tripwire", "loitering", "camera_clock")] == ["tripwire", "zone", None]
    days = json_schema("loitering", "es")["$defs"]["Schedule"]["properties"]["days"]
    assert days["items"]["pattern"].startswith("^(mon|")
