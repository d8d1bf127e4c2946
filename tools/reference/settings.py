"""`config.md`: every key of `veedor.yaml`, from the model that validates it."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable
from enum import Enum
from typing import Any

from annotated_types import BaseMetadata
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tools.reference import kinds, meanings, text

HEADINGS = ("Key", "Value", "Default", "Meaning")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥", "max_length": "length ≤"}


def pages() -> dict[str, str]:
    """File names and contents."""
    from veedor.compose.config import SiteFile

    intro = (
        "`veedor init` writes this file with comments; `veedor site run` reads it. An unknown key, or a value that "
        "does not fit, is an error with its line and column. Relative paths are taken from the file's own folder. "
        "Cameras, people and rules are not in it."
    )
    return {"config.md": text.page("Configuration: `veedor.yaml`", intro, describe(SiteFile))}


def describe(model: type[BaseModel], *, name: str = "") -> str:
    """A section for `model`, and one for each model inside it."""
    inner = [
        describe(part, name=f"{name}.{key}" if name else key)
        for key, field in model.model_fields.items()
        if (part := _nested(field.annotation)) is not None
    ]
    heading = f"## `{name}`" if name else "## Top level"
    table = text.table(HEADINGS, rows(model, list(model.model_fields)))
    return "\n\n".join(part for part in (heading, own_doc(model), table, *inner) if part)


def rows(model: type[BaseModel], names: Iterable[str]) -> list[tuple[str, str, str, str]]:
    """Key, value, default and meaning of these fields of `model`, as cells."""
    lineage = tuple(ancestor.__name__ for ancestor in model.__mro__)
    found = []
    for name in names:
        field = model.model_fields[name]
        known = meanings.meaning(lineage, name)
        nested = _nested(field.annotation)
        meaning = field.description or (known.meaning if known else own_doc(nested) if nested else "")
        value = (known.value if known else None) or _value(field)
        default = (known.default if known else None) or _default(field)
        found.append((text.code(field.alias or name), value, default, meaning))
    return found


def own_doc(model: type[BaseModel]) -> str:
    """The first paragraph of what `model` says of itself, not of what it inherits."""
    return text.sentence(vars(model).get("__doc__"))


def _nested(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *typing.get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _value(field: FieldInfo) -> str:
    limits = [_limit(item) for item in field.metadata]
    return ", ".join(part for part in (kinds.words(field.annotation), *limits) if part)


def _limit(item: Any) -> str:
    pattern = getattr(item, "pattern", None)
    if pattern:
        choices = re.fullmatch(r"\^\(([\w|]+)\)\$", pattern)
        return (
            "one of " + ", ".join(text.code(word) for word in choices[1].split("|")) if choices else text.code(pattern)
        )
    if isinstance(item, BaseMetadata):
        return ", ".join(f"{sign} {getattr(item, name)}" for name, sign in _SIGNS.items() if hasattr(item, name))
    return ""


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "(required)"
    if value is PydanticUndefined or value is None or value == () or isinstance(value, BaseModel):
        return ""
    return text.code(_yaml(value))


def _yaml(value: Any) -> str:
    """A default as somebody would write it in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)
