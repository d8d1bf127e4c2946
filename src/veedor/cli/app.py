"""The whole `veedor` command: which groups it has. A group's room is imported only when one of its commands runs."""

from __future__ import annotations

from typing import Annotated

import typer

from veedor import __version__
from veedor.cli import (
    alerts,
    audit,
    cameras,
    check,
    evidence,
    grants,
    hub,
    incidents,
    login,
    models,
    normality,
    rules,
    site,
    track,
    users,
)
from veedor.cli.analyze import analyze
from veedor.cli.backup import backup, restore
from veedor.cli.bench import bench
from veedor.cli.calls import App, speak
from veedor.cli.demo import demo
from veedor.cli.init import init
from veedor.cli.output import t
from veedor.cli.rules_backtest import backtest
from veedor.cli.rules_precision import precision
from veedor.cli.worker import worker

speak()
app = App(
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
app.command(
    "track", help=t("track-help"), epilog=t("cli-example", command="veedor track --detections det.txt --out tracks.txt")
)(track.track)
app.command("bench", help=t("cli-bench"), epilog=t("cli-example", command="veedor bench streams -- --cameras 8"))(bench)
app.command("demo", help=t("cli-demo"), epilog=t("cli-example", command="veedor demo --for 90s --report report.json"))(
    demo
)
app.command("init", help=t("cli-init"), epilog=t("cli-example", command='veedor init --site "La Victoria"'))(init)
app.add_typer(site.app, name="site")
app.add_typer(hub.app, name="hub")
app.command(
    "worker", help=t("cli-worker"), epilog=t("cli-example", command="veedor worker --site-token veedorw1.eyJp...")
)(worker)
app.add_typer(cameras.app, name="cameras")
app.command(
    "analyze", help=t("cli-analyze"), epilog=t("cli-example", command="veedor analyze video.mp4 --events out.json")
)(analyze)
app.command("check", help=t("cli-check"), epilog=t("cli-example", command="veedor check --repair"))(check.check)
app.command("backup", help=t("cli-backup"), epilog=t("cli-example", command="veedor backup --out /mnt/usb/lunes.tar"))(
    backup
)
app.command("restore", help=t("cli-restore"), epilog=t("cli-example", command="veedor restore /mnt/usb/lunes.tar"))(
    restore
)
app.add_typer(models.app, name="models")
rules.app.command(
    "backtest",
    help=t("backtest-cli"),
    epilog=t("cli-example", command="veedor rules backtest --camera Paradero --since 7d --rules new.yaml"),
)(backtest)
rules.app.command(
    "precision",
    help=t("cli-rules-precision"),
    epilog=t("cli-example", command="veedor rules precision --days 7"),
)(precision)
app.add_typer(rules.app, name="rules")
app.add_typer(normality.app, name="normality")
app.command("login", help=t("cli-login"), epilog=t("cli-example", command="veedor login --user rosa"))(login.login)
app.command("logout", help=t("cli-logout"), epilog=t("cli-example", command="veedor logout"))(login.logout)
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")
app.add_typer(alerts.app, name="alerts")
app.add_typer(incidents.app, name="incidents")
app.add_typer(evidence.app, name="evidence")
app.add_typer(grants.app, name="grants")


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
