"""Every command that a document or a sentence of the program shows is one that exists, with those options."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
from doc_files import ROOT, ShownCommand, commands, documents

from veedor.cli.app import app

CATALOGUES = sorted((ROOT / "src" / "veedor" / "locale").rglob("*.ftl"))
SHOWN = [shown for path in (*documents(), *CATALOGUES) for shown in commands(path, "veedor")]
PROGRAM: Any = typer.main.get_command(app)


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.document}: {shown.line.strip()}")
def test_veedor_commands_exist(shown: ShownCommand) -> None:
    command, rest = PROGRAM, list(shown.words[1:])
    given = _take_options(command, rest, leading=True)
    while rest and getattr(command, "commands", None):
        alternatives = rest[0].split("/")
        unknown = [word for word in alternatives if word not in command.commands]
        if not shown.whole and rest[0] in ("...", "…"):
            return
        assert not unknown, f"there is no {unknown}"
        if len(alternatives) > 1:
            return
        command = command.commands[rest.pop(0)]
    given |= _take_options(command, rest)
    if not shown.whole:
        return
    assert not getattr(command, "commands", None) or "--help" in given, "a group alone does nothing"
    if "--help" in given:
        return
    missing = [item.opts[-1] for item in command.params if item.param_type_name == "option" and item.required]
    assert [option for option in missing if option not in given] == []
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    assert len(rest) >= sum(item.required for item in arguments), "an argument is missing"
    if all(item.nargs == 1 and not item.multiple for item in arguments):
        assert len(rest) <= len(arguments), f"too many arguments: {rest}"


def _take_options(command: Any, words: list[str], *, leading: bool = False) -> set[str]:
    """Remove the options of `command` (with their values) from `words`; which they were. An unknown one fails."""
    by_name = {name: item for item in command.params for name in [*item.opts, *item.secondary_opts]}
    given: set[str] = set()
    index = 0
    while index < len(words):
        word, _, attached = words[index].partition("=")
        if not re.fullmatch(r"--?[a-z][a-z0-9-]*", word):
            if leading:
                break
            index += 1
            continue
        assert word in by_name or word == "--help", f"{word} is no option here"
        takes_value = word != "--help" and not by_name[word].is_flag and not attached
        del words[index : index + 1 + takes_value]
        given.update([word] if word == "--help" else by_name[word].opts)
    return given


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = [shown for path in documents() for shown in commands(path, "make")]
    assert shown, "no document shows a make target"
    missing = {f"{item.document}: {item.line}" for item in shown if _target(item) not in targets}
    assert missing == set()


def _target(shown: ShownCommand) -> str:
    return next(word for word in shown.words[1:] if "=" not in word)


def test_both_readmes_show_the_two_commands() -> None:
    for name in ("README.md", "README.es.md"):
        targets = {_target(shown) for shown in commands(ROOT / name, "make") if shown.whole}
        assert {"demo", "test"} <= targets
