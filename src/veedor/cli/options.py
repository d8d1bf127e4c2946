"""Options that many commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.output import t

Config = Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-config"))]
DEFAULT_CONFIG = Path("veedor.yaml")
AsJson = Annotated[bool, typer.Option("--json", help=t("cli-json"))]
