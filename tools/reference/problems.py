"""`errors.md`: every error that Veedor raises on purpose: what it says in both languages, what to do, its codes."""

from __future__ import annotations

import importlib
import pkgutil
from importlib import resources

from fluent.syntax import FluentParser, FluentSerializer, ast

import veedor
from tools.reference import text
from veedor.kit.errors import VeedorError


def pages() -> dict[str, str]:
    """File names and contents."""
    intro = (
        "What the command line and the API say when something is wrong. `exit` is the exit code of the command, `HTTP` "
        "the status of the API's answer; the API also gives the key. `{ $name }` stands for what the message names."
    )
    return {"errors.md": text.page("Errors", intro, *(_section(kind) for kind in error_classes()))}


def error_classes() -> list[type[VeedorError]]:
    """Every error class of every room, by its key."""
    for module in pkgutil.walk_packages(veedor.__path__, "veedor."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    found: dict[str, type[VeedorError]] = {}
    waiting: list[type[VeedorError]] = [VeedorError]
    while waiting:
        kind = waiting.pop()
        if "key" in vars(kind):
            found.setdefault(kind.key, kind)
        waiting.extend(kind.__subclasses__())
    return [found[key] for key in sorted(found)]


def _section(kind: type[VeedorError]) -> str:
    rows = []
    for lang in ("en", "es"):
        saying, hint = _texts(lang).get(kind.key, ("", ""))
        rows.append((lang, saying, hint))
    codes = f"exit {kind.exit_code} · HTTP {kind.http_status}"
    return f"## `{kind.key}`\n\n{codes}\n\n{text.table(('', 'Says', 'What to do'), rows)}"


_READ: dict[str, dict[str, tuple[str, str]]] = {}


def _texts(lang: str) -> dict[str, tuple[str, str]]:
    """Of every message of `lang`: its text and its `.hint`, as the catalogue has them."""
    if lang not in _READ:
        folder = resources.files("veedor").joinpath("locale", lang)
        entries = sorted((item for item in folder.iterdir() if item.name.endswith(".ftl")), key=lambda item: item.name)
        _READ[lang] = {
            message.id.name: (_pattern(message.value), _hint(message))
            for entry in entries
            for message in FluentParser().parse(entry.read_text(encoding="utf-8")).body
            if isinstance(message, ast.Message)
        }
    return _READ[lang]


def _hint(message: ast.Message) -> str:
    return next((_pattern(item.value) for item in message.attributes if item.id.name == "hint"), "")


def _pattern(pattern: ast.Pattern | None) -> str:
    """The text of a pattern as written; a choice between plural forms is shown by its default."""
    if pattern is None:
        return ""
    return "".join(_element(element) for element in pattern.elements)


def _element(element: ast.TextElement | ast.Placeable) -> str:
    if isinstance(element, ast.TextElement):
        return str(element.value)
    if isinstance(element.expression, ast.SelectExpression):
        default = next(variant for variant in element.expression.variants if variant.default)
        return _pattern(default.value)
    return (
        FluentSerializer()
        .serialize_entry(ast.Message(ast.Identifier("x"), ast.Pattern([element])))
        .removeprefix("x = ")
        .rstrip("\n")
    )
