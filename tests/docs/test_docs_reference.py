"""`docs/reference/` is what the program says now, and leaves nothing out.

The first test would miss a thing that the generator itself leaves out; the others look for each thing by another way.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer
from doc_files import ROOT
from pydantic import BaseModel
from tools.reference.problems import error_classes

import veedor
from veedor.access.actions import Action
from veedor.cli.app import app
from veedor.compose.config import SiteFile
from veedor.desk.app import ROUTERS, need_of
from veedor.kit.errors import VeedorError
from veedor.kit.messages import catalogue_keys
from veedor.member.ops import HANDLERS
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.schema import Schedule, Tripwire
from veedor.wire.calls import Op
from veedor.wire.facts import FactKind

REFERENCE = ROOT / "docs" / "reference"


def test_reference_is_what_the_generator_makes_now() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "tools.reference", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, f"run `make reference`\n{checked.stdout}{checked.stderr}"


def test_every_command_and_option_is_in_the_reference() -> None:
    for page in ("cli.md", "cli.es.md"):
        text = (REFERENCE / page).read_text(encoding="utf-8")
        for name, command in _commands("veedor", typer.main.get_command(app)):
            assert f"# {name}\n" in text, f"{page} lacks {name}"
            section = text.split(f"# {name}\n", 1)[1].split("\n##", 1)[0]
            for item in command.params:
                if item.param_type_name == "option" and not item.hidden and "completion" not in item.name:
                    assert f"`{item.opts[-1]}`" in section, f"{page} lacks {name} {item.opts[-1]}"


def test_every_command_has_help_and_an_example() -> None:
    lacking = [
        name
        for name, command in _commands("veedor", typer.main.get_command(app))
        if not command.help or (not getattr(command, "commands", None) and "veedor" not in (command.epilog or ""))
    ]
    assert lacking == []


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for child_name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _commands(f"{name} {child_name}", child)


def test_every_configuration_key_is_in_the_reference_with_its_meaning() -> None:
    rows = {}
    section = ""
    for line in (REFERENCE / "config.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip("`") + "."
        elif line.startswith("| `"):
            key, _value, _default, meaning = (
                line.strip("| ").split(" | ") if line.count(" | ") == 3 else (line, "", "", "")
            )
            rows[section.replace("Top level.", "") + key.strip("`| ").split("`")[0]] = meaning.strip(" |")
    for key in _keys(SiteFile, ""):
        assert rows.get(key), f"config.md does not say what {key} means"


def _keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for part in (field.annotation, *get_args(field.annotation)):  # a section may be left out: `Section | None`
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _keys(part, f"{prefix}{name}.")


def test_every_rule_kind_and_key_is_in_the_reference_with_its_meaning() -> None:
    text = (REFERENCE / "rules.md").read_text(encoding="utf-8")
    for kind, rule in KINDS.items():
        assert f"## Kind `{kind}`\n" in text
        lacking = [
            name
            for name, field in rule.Params.model_fields.items()
            if not re.search(rf"^\| `{field.alias or name}` \|.*\| [^|]*\w[^|]* \|$", text, re.MULTILINE)
        ]
        assert lacking == [], f"rules.md does not say what these keys of {kind} mean"


def test_no_meaning_is_left_of_a_key_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from tools.reference.meanings import MEANINGS

    models = [Schedule, Tripwire, *(rule.Params for rule in KINDS.values())]
    names = {key.rsplit(".", 1)[-1] for key in _keys(SiteFile, "")} | {
        key for model in models for key in model.model_fields
    }
    assert [key for key in MEANINGS if key.rsplit(".", 1)[-1] not in names] == []


def test_every_action_is_in_the_table_of_roles() -> None:
    text = (REFERENCE / "roles.md").read_text(encoding="utf-8")
    assert [action.value for action in Action if f"| `{action.value}` |" not in text] == []


def test_every_op_of_the_wire_is_in_the_reference_with_the_actions_of_its_pass() -> None:
    text, ops = (REFERENCE / "wire.md").read_text(encoding="utf-8").split("### Ops\n")
    for op in Op:
        row = next((line for line in ops.splitlines() if line.startswith(f"| `{op.value}` |")), None)
        assert row, f"wire.md lacks {op.value}"
        lacking = (
            [action for action in HANDLERS[op].actions if f"`{action.value}`" not in row] if op in HANDLERS else []
        )
        assert lacking == [], f"wire.md does not say that a pass for {op.value} may name {lacking}"
    for kind in FactKind:
        assert f"| `{kind.value}` |" in text, f"wire.md does not say what the body of {kind.value} is"


def test_every_route_is_in_the_reference_with_its_action() -> None:
    text = (REFERENCE / "api.md").read_text(encoding="utf-8")
    routes = [route for router in ROUTERS for route in router.routes]
    assert any(getattr(route, "path", "") == "/api/login" for route in routes)
    for route in routes:
        for method in sorted(getattr(route, "methods", None) or {"WebSocket"}):
            need = need_of(route.dependant)
            action = f"`{need.action.value}`" if need else "public"
            assert f"| {method} | `{route.path}` | {action} |\n" in text, f"api.md lacks {method} {route.path}"


def test_every_error_has_its_sentence() -> None:
    """In Spanish; that English has the same keys, another test says. Errors of every module count, not of `errors.py`
    alone."""
    for module in pkgutil.walk_packages(veedor.__path__, "veedor."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    assert {kind.key for kind in error_classes()} - catalogue_keys("es") - {VeedorError.key} == set()
