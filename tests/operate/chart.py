"""As much of Helm's templates as our chart uses, rendered. An action that this does not know is an error, so that the
chart stays within it: `{{ .Values.a.b }}`, `.Release.Name`, `| quote`, `| toJson`, `if`, `if not`, `else`, `end`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_ACTION = re.compile(r"[ \t]*\{\{-\s*(.*?)\s*\}\}\n|\{\{\s*(.*?)\s*\}\}")
_VALUE = re.compile(r"\.(Values|Release)((?:\.\w+)+)(?: \| (quote|toJson))?")


def render(template: str, values: Mapping[str, Any], release: str) -> str:
    """The text. Raises ValueError for what it does not know, KeyError for a value that is not there."""
    known = {"Values": values, "Release": {"Name": release}}
    made: list[str] = []
    shown = [True]  # of each `if` that is open, whether its part is taken
    at = 0
    for found in _ACTION.finditer(template):
        if all(shown):
            made.append(template[at : found.start()])
        at = found.end()
        control, value = found.groups()
        if control is None:
            made += [_value(value, known)] if all(shown) else []
        elif control == "end":
            shown.pop()
        elif control == "else":
            shown[-1] = not shown[-1]
        elif control.startswith("if "):
            words = control.split()
            is_so = bool(_look(words[-1], known))
            shown.append(not is_so if words[1] == "not" else is_so)
        else:
            raise ValueError(control)
    if shown != [True]:
        raise ValueError("an `if` without its end")
    return "".join(made) + template[at:]


def _value(action: str, known: Mapping[str, Any]) -> str:
    found = _VALUE.fullmatch(action)
    if found is None:
        raise ValueError(action)
    value = _look(action.partition(" | ")[0], known)
    if found.group(3) == "toJson":
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False) if found.group(3) == "quote" else str(value)


def _look(path: str, known: Mapping[str, Any]) -> Any:
    value: Any = known
    for name in path.strip(".").split("."):
        value = value[name]
    return value
