"""The kinds of rules and their parameters: in words for `veedor rules list`, as JSON Schema for forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from veedor.kit.messages import render
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.schema import MinSize, class_words


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


def standing(kind: str, lang: str) -> str:
    """How much is known of how well a kind does, in words."""
    return render("rules-standing", lang, {"standing": KINDS[kind].standing.value})


def json_schema(kind: str, lang: str) -> dict[str, Any]:
    """The parameters of one kind as JSON Schema, made from the model that checks the YAML. Each is described in
    `lang`; what the kind cannot do without is required."""
    model = KINDS[kind].Params
    schema = model.model_json_schema(by_alias=True, mode="validation")
    told = {one.name: one.meaning for one in parameters(kind, lang)}
    _name_own_classes(schema["properties"].get("classes", {}))
    for name, part in schema["properties"].items():
        part["description"] = told[name]
    schema["properties"]["kind"] = {"const": kind, "description": told["kind"]}
    needed = [model.needs] if model.needs and model.needs not in schema["required"] else []
    schema["required"] = [*schema["required"], *needed]
    schema["description"] = meaning(kind, lang)
    return schema


def _name_own_classes(part: dict[str, Any]) -> None:
    """The agency's own classes among the words that are allowed."""
    for one in (part, *part.get("anyOf", ())):
        if "enum" in one.get("items", {}):
            one["items"]["enum"] = list(class_words())


def place_of(kind: str) -> str | None:
    """What a rule of this kind watches: "zone", "tripwire", or None for the camera itself."""
    fields = KINDS[kind].Params.model_fields
    return next((name for name in ("tripwire", "zone") if name in fields), None)


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
