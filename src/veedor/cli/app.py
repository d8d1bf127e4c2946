"""The whole `veedor` command: which groups it has. A group's room is imported only when one of its commands runs."""

from __future__ import annotations

from typing import Annotated

import typer

from veedor import __version__
from veedor.cli import models, rules
from veedor.cli.output import t

app = typer.Typer(
    name="veedor",
    help=t("cli-veedor"),
    epilog=t("cli-exit-codes"),
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"veedor {__version__}")
        raise typer.Exit


# Groups and commands are added here, one line each: app.add_typer(cameras.app, name="cameras"),
# app.command("track")(track.track) ...
app.add_typer(models.app, name="models")
app.add_typer(rules.app, name="rules")


@app.callback()
def _root(
    lang: Annotated[str, typer.Option("--lang", help=t("cli-lang"))] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=t("cli-version"))
    ] = False,
) -> None:
    """`lang` was read before typer ran (see output.py); it stands here for `--help`."""


def run() -> None:
    app()
