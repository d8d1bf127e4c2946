"""`veedor init`: the first configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, lang, out, print_json, t


@command
def init(
    folder: Annotated[Path, typer.Argument(help=t("cli-init-folder"))] = Path(),
    site: Annotated[str, typer.Option("--site", help=t("cli-init-site"))] = "Veedor",
    agency: Annotated[str, typer.Option("--agency", help=t("cli-init-agency"))] = "Serenazgo",
    host: Annotated[str, typer.Option("--host", help=t("cli-init-host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=t("cli-init-port"))] = 8480,
    tls: Annotated[list[str] | None, typer.Option("--tls", help=t("cli-init-tls"))] = None,
    allow: Annotated[list[str] | None, typer.Option("--allow", help=t("cli-init-allow"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.config import load
    from veedor.compose.initial import config_home, write_config
    from veedor.desk.security import make_certificate
    from veedor.kit.clock import SystemClock

    certificate = make_certificate(tuple(tls), config_home() / "tls", SystemClock()) if tls else None
    path = write_config(
        folder,
        site=site,
        agency=agency,
        lang=lang,
        host=host,
        port=port,
        tls=certificate,
        allowed=tuple(allow or ()),
    )
    config = load(path)
    if as_json:
        print_json({"config": str(path), "secret_key": str(config.secret_key), "data": str(config.data)})
        return
    out.print(t("cli-init-done", path=str(path), secret=str(config.secret_key)))
    out.print(t("cli-init-next", path=str(path)))
