"""What an annotation asks for, in words that someone who writes YAML or a command line understands."""

from __future__ import annotations

import types
import typing
from enum import Enum
from typing import Any

from pydantic import BaseModel

from tools.reference import text

_WORDS = {
    "en": {
        "str": "text",
        "int": "whole number",
        "float": "number",
        "bool": "true / false",
        "Path": "path",
        "IPvAnyNetwork": "network (CIDR)",
        "dict": "mapping",
        "section": "section",
        "or": " or ",
        "list": "list of ",
    },
    "es": {
        "str": "texto",
        "int": "número entero",
        "float": "número",
        "bool": "sí / no",
        "Path": "ruta",
        "IPvAnyNetwork": "red (CIDR)",
        "dict": "mapa",
        "section": "sección",
        "or": " o ",
        "list": "lista de ",
    },
}


def words(annotation: Any, lang: str = "en") -> str:
    """`list[str] | None` becomes "list of text"; an Enum or Literal becomes its values."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    names = _WORDS[lang]
    if origin is typing.Annotated:
        said = words(arguments[0], lang)
    elif origin in (typing.Union, types.UnionType):
        said = names["or"].join(dict.fromkeys(words(item, lang) for item in arguments if item is not type(None)))
    elif origin in (list, tuple, set, frozenset):
        said = names["list"] + names["or"].join(
            dict.fromkeys(words(item, lang) for item in arguments if item is not Ellipsis)
        )
    elif origin is typing.Literal:
        said = ", ".join(text.code(str(item)) for item in arguments)
    else:
        said = _plain(origin or annotation, lang)
    return said


def _plain(kind: Any, lang: str) -> str:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _WORDS[lang]["section"]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(text.code(str(item.value)) for item in kind)
    name = getattr(kind, "__name__", str(kind))
    return _WORDS[lang].get(name, name)
