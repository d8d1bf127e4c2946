"""`config.md`: every key of `veedor.yaml`, from the model that validates it.

What a key means is the comment beside it in the source, or its `description`.
"""

from __future__ import annotations

import inspect
import io
import re
import tokenize
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from annotated_types import BaseMetadata
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tools.reference import kinds, text

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


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key that a file of `model` may have, nested ones with dots."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        yield key
        nested = _nested(field.annotation)
        if nested is not None:
            yield from keys(nested, f"{key}.")


def describe(model: type[BaseModel], *, name: str = "") -> str:
    """A section for `model`, and one for each model inside it."""
    comments = _comments(model)
    rows, inner = [], []
    for field_name, field in model.model_fields.items():
        key = field.alias or field_name
        nested = _nested(field.annotation)
        if nested is not None:
            inner.append(describe(nested, name=f"{name}.{key}" if name else key))
        meaning = field.description or comments.get(field_name, "")
        if nested is not None and not meaning:
            meaning = text.sentence(nested.__doc__) if _own_doc(nested) else ""
        rows.append((text.code(key), _value(field), _default(field), meaning))
    heading = f"## `{name}`" if name else "## Top level"
    doc = text.sentence(model.__doc__) if _own_doc(model) else ""
    return "\n\n".join(
        part for part in (heading, doc, text.table(("Key", "Value", "Default", "Meaning"), rows), *inner) if part
    )


def _own_doc(model: type[BaseModel]) -> bool:
    return bool(vars(model).get("__doc__"))


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
    if isinstance(value, Enum):
        return text.code(str(value.value))
    return text.code(value.as_posix() if isinstance(value, Path) else str(value))


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """The comment at the end of each field's line."""
    found: dict[str, str] = {}
    name = None
    for token in tokenize.generate_tokens(io.StringIO(inspect.cleandoc(inspect.getsource(model))).readline):
        line_start = token.line[: token.start[1]].strip() == ""
        if token.type == tokenize.NAME and line_start:
            name = token.string
        elif token.type == tokenize.COMMENT and name in model.model_fields and not line_start:
            found[name] = token.string.lstrip("# ")
    return found
