"""Changing a rules file by program: what is meant is put into the text that people wrote, and their comments stay."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from veedor.kit import configfile
from veedor.kit.errors import ConfigError
from veedor.site.rules.ruleset import RuleSet, is_small

SECTIONS = ("zones", "tripwires", "rules")
_TIME = re.compile(r"\d{1,2}:\d{2}")


def document(text: str) -> dict[str, Any]:
    """The sections of valid rules as plain data."""
    tree = configfile.plain(configfile.parse(text, name=""))
    return {name: tree.get(name) or ([] if name == "rules" else {}) for name in SECTIONS}


def put(text: str, wanted: Mapping[str, Any]) -> str:
    """`text` with the sections of `wanted` in place of its own; comments and everything else stay where they can.

    Nothing is checked: `ruleset.check` says what is wrong with the result.
    """
    tree = _tree(text)
    for name in SECTIONS:
        value = wanted.get(name)
        if value or name == "rules":
            _set(tree, name, value if value is not None else [])
        elif name in tree:
            del tree[name]
    if {key: configfile.plain(tree[key]) for key in tree if key in SECTIONS} != _meant(wanted):
        tree = CommentedMap({key: _made(value) for key, value in _meant(wanted).items()})
    out = io.StringIO()
    _yaml(text).dump(tree, out)
    return out.getvalue()


def default_text() -> str:
    """The rules of a camera for which nobody has written any, as a file."""
    rules = [{"name": one.name, "kind": one.kind, "severity": one.severity.value} for one in RuleSet.default().rules]
    return put("", {"rules": rules})


def _meant(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: wanted.get(name) or [] for name in SECTIONS if wanted.get(name) or name == "rules"}


def _tree(text: str) -> CommentedMap:
    try:
        tree = configfile.parse(text, name="")
    except (ConfigError, RecursionError, ValueError):
        return CommentedMap()
    if not isinstance(tree, CommentedMap) or not is_small(tree):
        return CommentedMap()
    kept: CommentedMap = _yaml(text).load(text)
    return kept


def _yaml(text: str) -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 110
    flush = re.search(r"^rules:[^\n]*\n(?:\s*#[^\n]*\n|\s*\n)*- ", text, re.MULTILINE)
    if flush:
        yaml.indent(mapping=2, sequence=2, offset=0)
    else:
        yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _set(parent: Any, key: Any, value: Any) -> None:
    """Put `value` at `key`, changing what is there rather than replacing it."""
    there = parent[key] if not isinstance(parent, CommentedMap) or key in parent else None
    if isinstance(there, CommentedMap) and isinstance(value, Mapping):
        for name in [name for name in there if str(name) not in value]:
            del there[name]
        names = {str(name): name for name in there}
        for name, one in value.items():
            _set(there, names.get(name, name), one)
    elif isinstance(there, CommentedSeq) and isinstance(value, list) and _holds_maps(value) and _holds_maps(there):
        _set_list(there, value)
    elif configfile.plain(there) != value or there is None:
        parent[key] = _made(value)


def _set_list(there: CommentedSeq, value: list[Any]) -> None:
    """A list of rules: one that is gone takes its comment with it, the others keep theirs."""
    if len(value) < len(there):
        names = [one.get("name") for one in value]
        for index in reversed(range(len(there))):
            if there[index].get("name") not in names and len(there) > len(value):
                del there[index]
        del there[len(value) :]
    for index, one in enumerate(value):
        if index < len(there):
            _set(there, index, one)
        else:
            there.append(_made(one))


def _holds_maps(value: Sequence[Any]) -> bool:
    return all(isinstance(one, Mapping) for one in value)


def _made(value: Any, depth: int = 0) -> Any:
    """`value` as YAML: lists of numbers and words on one line, times in quotes."""
    if isinstance(value, Mapping):
        made = CommentedMap({key: _made(one, depth + 1) for key, one in value.items()})
        if value and not any(isinstance(one, Mapping) for one in value.values()) and set(value) <= _ON_ONE_LINE:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = CommentedSeq([_made(one, depth + 1) for one in value])
        if not any(isinstance(one, Mapping) for one in value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and _TIME.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value


_ON_ONE_LINE = {"from", "to", "days", "height", "area"}
