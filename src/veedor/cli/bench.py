"""`veedor bench ...`: the project's figures, measured on this machine. They need the source tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.output import command, t

FIGURES = ("streams", "recording", "detection", "video", "tracker", "rules", "memory")


@command
def bench(
    figure: Annotated[str, typer.Argument(help=t("cli-bench-figure", figures=", ".join(FIGURES)))],
    arguments: Annotated[list[str] | None, typer.Argument(help=t("cli-bench-arguments"))] = None,
) -> None:
    from veedor.kit.errors import NotFound, UserError

    if figure not in FIGURES:
        raise NotFound(kind="bench", name=figure)
    script = Path(__file__).parents[3] / "bench" / f"{figure}.py"
    if not script.is_file():
        raise UserError(problem=t("cli-bench-source"))
    raise typer.Exit(subprocess.run([sys.executable, str(script), *(arguments or [])], check=False).returncode)
