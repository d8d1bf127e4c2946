"""`cli.md` and `cli.es.md`: every command of `veedor`, with every option, from the program that parses them.

Help texts are read from the catalogue when the command modules are imported, so a process can speak one language only:
the page in another language is made by `python -m tools.reference.cli LANG`, which prints it.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from tools.reference import kinds, text

_TITLES = {"en": "Commands", "es": "Órdenes"}
_INTRO = {
    "en": "The command `veedor`. Spanish or English by `--lang`, `VEEDOR_LANG` or `LANG`. See also [the same page in "
    "Spanish](cli.es.md).",
    "es": "La orden `veedor`. En castellano o en inglés según `--lang`, `VEEDOR_LANG` o `LANG`. Véase también [la "
    "misma página en inglés](cli.md).",
}
_HEADINGS = {
    "en": ("Option or argument", "Value", "Default", "Meaning"),
    "es": ("Opción o argumento", "Valor", "Por defecto", "Significado"),
}
_REQUIRED = {"en": "(required)", "es": "(obligatorio)"}
_REPEATABLE = {"en": ", repeatable", "es": ", se puede repetir"}
_SHELL_HELPERS = frozenset({"install_completion", "show_completion"})


def pages() -> dict[str, str]:
    """File names and contents."""
    return {"cli.md": _in_language("en"), "cli.es.md": _in_language("es")}


def commands(app: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every command and group with its full name, in the order of the program."""
    yield from _walk("veedor", typer.main.get_command(app))


def parameters(command: Any) -> list[Any]:
    """What can be given to a command, without what every shell adds and without what is hidden."""
    return [item for item in command.params if item.name not in _SHELL_HELPERS and not getattr(item, "hidden", False)]


def render(lang: str) -> str:
    """The page. `lang` must be the language that `veedor.cli.output` was imported with."""
    from veedor.cli.app import app

    root = typer.main.get_command(app)
    parts = [_INTRO[lang], text.plain(root.help or ""), text.plain(root.epilog or "")]
    parts += [_command(name, command, lang) for name, command in commands(app)]
    return text.page(_TITLES[lang], *parts)


def _in_language(lang: str) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "tools.reference.cli", "--lang", lang], check=True, capture_output=True, text=True
    )
    return made.stdout


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for child_name, child in getattr(command, "commands", {}).items():
        if not getattr(child, "hidden", False):
            yield from _walk(f"{name} {child_name}", child)


def _command(name: str, command: Any, lang: str) -> str:
    items = parameters(command)
    is_group = bool(getattr(command, "commands", None))
    if is_group and name != "veedor" and not items:
        return f"{_heading(name)}\n\n{text.plain(command.help or '')}"
    types_ = _types(command)
    parts = [_heading(name)]
    if name != "veedor":
        parts.append(text.plain(command.help or ""))
        parts.append(f"```\n{_usage(name, items, is_group=is_group)}\n```")
    if items:
        rows = [_row(item, types_.get(item.name, str), lang) for item in items]
        parts.append(text.table(_HEADINGS[lang], rows))
    if name != "veedor" and command.epilog:
        parts.append(_example(text.plain(command.epilog)))
    return "\n\n".join(part for part in parts if part)


def _example(epilog: str) -> str:
    """ "Example: veedor ..." with the command in a block, where it is copied from (and tested)."""
    label, _, line = epilog.partition(": ")
    return f"{label}:\n\n```sh\n{line}\n```" if line.startswith("veedor ") else epilog


def _heading(name: str) -> str:
    return "#" * max(2, len(name.split())) + f" {name}"


def _types(command: Any) -> dict[str, Any]:
    """Annotations of the function behind a command, by parameter name."""
    if command.callback is None:
        return {}
    return typing.get_type_hints(inspect.unwrap(command.callback))


def _usage(name: str, items: list[Any], *, is_group: bool) -> str:
    words = [name]
    for item in items:
        if item.param_type_name == "argument":
            word = _placeholder(item) + ("..." if item.nargs == -1 or getattr(item, "multiple", False) else "")
            words.append(word if item.required else f"[{word}]")
        elif item.required:
            words.append(f"{max(item.opts, key=len)} {_placeholder(item)}")
    if any(item.param_type_name == "option" and not item.required for item in items):
        words.append("[...]")
    return " ".join([*words, "COMMAND"] if is_group else words)


def _placeholder(item: Any) -> str:
    return str(item.metavar or item.name.upper().removeprefix("AS_")).strip("[]")


def _row(item: Any, kind: Any, lang: str) -> tuple[str, str, str, str]:
    if item.param_type_name == "argument":
        name = text.code(_placeholder(item))
    else:
        name = ", ".join(text.code(option) for option in [*item.opts, *item.secondary_opts])
    value = "" if getattr(item, "is_flag", False) else kinds.words(kind, lang)
    if item.param_type_name == "option" and item.multiple:
        value = kinds.words(item_type(kind), lang) + _REPEATABLE[lang]
    return name, value, _default(item, lang), text.plain(item.help or "")


def item_type(kind: Any) -> Any:
    """`str` of `list[str] | None`."""
    while inner := [one for one in typing.get_args(kind) if one is not type(None)]:
        kind = inner[0]
    return kind


def _default(item: Any, lang: str) -> str:
    if item.required:
        return _REQUIRED[lang]
    value = item.default
    if isinstance(value, bool):
        return text.code(item.opts[0]) if value and item.secondary_opts else ""
    if value is None or callable(value) or value in ("", [], ()) or "UNSET" in repr(value):
        return ""
    return text.code(str(value.value if isinstance(value, Enum) else value))


if __name__ == "__main__":
    sys.stdout.write(render(sys.argv[2]))
