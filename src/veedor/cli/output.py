"""How commands speak: language, tables or JSON, errors, exit codes. Every command prints through this file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from veedor.kit import messages
from veedor.kit.errors import VeedorError

P = ParamSpec("P")
R = TypeVar("R")

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def _language() -> str:
    """`--lang` wins over VEEDOR_LANG, LC_ALL and LANG. Read before typer, since help texts need it at import."""
    arguments = sys.argv
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.partition("=")[2][:2]
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1][:2]
    return os.environ.get("VEEDOR_LANG") or messages.language_from_environment()


lang = _language()


def t(key: str, **params: messages.Param) -> str:
    """The catalogue's sentence in the language of this run."""
    return messages.render(key, lang, params)


def wide(columns: int = 110) -> bool:
    """Whether the screen takes a table of all its columns."""
    return out.width >= columns


def print_json(value: Any) -> None:
    """One JSON document on standard output, for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Iterable[str], *, as_json: bool, empty: str = "", whole: str = ""
) -> None:
    """Rows as a table whose headings are catalogue keys `column-<name>`, or as a JSON list. `whole`: the
    column that is typed into other commands, and never broken."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        out.print(empty)
        return
    table = Table(show_lines=any("\n" in str(value) for row in rows for value in row.values()))
    names = list(columns)
    for name in names:
        table.add_column(t(f"column-{name.replace('_', '-')}"), overflow="fold", no_wrap=name == whole)
    for row in rows:  # as Text: what people typed is never markup
        table.add_row(*(Text("" if row.get(name) is None else str(row[name])) for name in names))
    out.print(table)


def fail(error: VeedorError, *, as_json: bool = False) -> NoReturn:
    """Say what is wrong and what to do, and leave with the error's exit code."""
    hint = error.hint(lang)
    if as_json:
        print_json({"error": error.key, "message": error.render(lang), "hint": hint})
    else:
        err.print(f"[bold red]✗[/] {_escape(error.render(lang))}", highlight=False)
        if hint:
            err.print(f"  → {_escape(hint)}", highlight=False)
    raise typer.Exit(error.exit_code)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a typer command: our errors become a sentence and an exit code; a traceback stays for real faults."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except VeedorError as error:
            fail(error, as_json=bool(kwargs.get("as_json")))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return wrapped
