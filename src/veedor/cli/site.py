"""`veedor site ...`: the site and its desk as a service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.calls import App
from veedor.cli.output import command, err, lang, out, t

app = App(name="site", help=t("cli-site"), no_args_is_help=True)


@app.command("run", help=t("cli-site-run"), epilog=t("cli-example", command="veedor site run --config veedor.yaml"))
@command
def run(
    config: Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-config"))] = Path(
        "veedor.yaml"
    ),
) -> None:
    from veedor.cli.logs import speak_in_log, tell_problem
    from veedor.compose.config import load
    from veedor.compose.errors import ConfigMissing
    from veedor.compose.service import run_until_stopped

    if not config.is_file():
        raise ConfigMissing(path=str(config))

    def started(url: str, administrator: str, password: str | None) -> None:
        out.print(t("cli-site-started", url=url))
        if password is not None:
            err.print(t("cli-site-first-login", user=administrator, password=password), highlight=False)

    speak_in_log()
    run_until_stopped(load(config), lang, started, tell_problem)
    out.print(t("cli-site-stopped"))


@app.command("join", help=t("cli-site-join"), epilog=t("cli-example", command="veedor site join veedor1.eyJ1Ijoi..."))
@command
def join(
    token: Annotated[str, typer.Argument(help=t("cli-site-join-token"))],
    config: Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-config"))] = Path(
        "veedor.yaml"
    ),
    again: Annotated[bool, typer.Option("--again", help=t("cli-site-join-again"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=t("cli-json"))] = False,
) -> None:
    from dataclasses import asdict

    from veedor.cli.output import print_json
    from veedor.compose.config import load
    from veedor.compose.errors import ConfigMissing
    from veedor.member.files import MemberFiles
    from veedor.member.joining import join as join_hub

    if not config.is_file():
        raise ConfigMissing(path=str(config))
    site = load(config)
    answer = join_hub(MemberFiles.beside(site.secret_key), site.agency_id, token, again=again)
    if as_json:
        print_json(asdict(answer))
        return
    out.print(t("cli-site-joined", site=answer.site_name, hub=answer.hub_name, agency=answer.agency_name))
    out.print(t("cli-site-joined-next"))
