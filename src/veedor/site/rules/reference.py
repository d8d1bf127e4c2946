"""The kinds of rules and their parameters in words: for `veedor rules list`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from veedor.kit.messages import render
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.schema import MinSize


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of a rule. `default` is text; None: the key is required."""

    name: str
    meaning: str
    default: str | None


def parameters(kind: str, lang: str) -> Iterator[Parameter]:
    """The parameters of one kind, `name` and `kind` first."""
    model = KINDS[kind].Params
    fields = model.model_fields
    for name in sorted(fields, key=lambda one: ("name", "kind").index(one) if one in ("name", "kind") else 2):
        info = fields[name]
        required = info.is_required() or model.needs == name
        meaning = render(f"rules-param-{name.replace('_', '-')}", lang)
        yield Parameter(name, meaning, None if required else _default(info.default))


def meaning(kind: str, lang: str) -> str:
    """One kind in a sentence."""
    return render(f"rules-kind-{kind.replace('_', '-')}", lang)


def _default(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return "0" if isinstance(value, MinSize) else str(value)
