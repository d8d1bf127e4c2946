"""`veedor site ...`: the site and its desk as a service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veedor.cli.calls import App
from veedor.cli.options import DEFAULT_CONFIG, AsJson, Config
from veedor.cli.output import command, err, lang, out, t

if TYPE_CHECKING:
    from veedor.compose.config import SiteFile


app = App(name="site", help=t("cli-site"), no_args_is_help=True)


@app.command("run", help=t("cli-site-run"), epilog=t("cli-example", command="veedor site run --config veedor.yaml"))
@command
def run(
    config: Config = DEFAULT_CONFIG,
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
    config: Config = DEFAULT_CONFIG,
    again: Annotated[bool, typer.Option("--again", help=t("cli-site-join-again"))] = False,
    as_json: AsJson = False,
) -> None:
    from dataclasses import asdict

    from veedor.cli.output import print_json
    from veedor.compose.config import load
    from veedor.compose.errors import ConfigMissing
    from veedor.member.files import MemberFiles
    from veedor.member.joining import join as join_hub
    from veedor.wire.keys import AgencyKey, key_fingerprint

    if not config.is_file():
        raise ConfigMissing(path=str(config))
    site = load(config)
    files = MemberFiles.beside(site.secret_key)
    answer = join_hub(files, site.agency_id, token, again=again, lang=lang)
    if as_json:
        print_json(asdict(answer))
        return
    out.print(t("cli-site-joined", site=answer.site_name, hub=answer.hub_name, agency=answer.agency_name))
    if not files.agency_key.exists():
        offered = AgencyKey.load(files.agency_key_aside).public_hex if files.agency_key_aside.exists() else None
        told = key_fingerprint(offered) if offered else "-"
        text = t("cli-site-joined-no-key", agency=answer.agency_name, id=answer.agency_id, fingerprint=told)
        err.print(text, highlight=False, markup=False)
    out.print(t("cli-site-joined-next"))


@app.command(
    "trust", help=t("cli-site-trust"), epilog=t("cli-example", command="veedor site trust muni --key 1a2b-3c4d-...")
)
@command
def trust(
    agency: Annotated[str, typer.Argument(help=t("cli-trust-agency"))],
    key: Annotated[str | None, typer.Option("--key", help=t("cli-trust-key"))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=t("cli-trust-yes"))] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.cli.trusting import ask, show
    from veedor.compose.agency_keys import agency_keys, trust_offered
    from veedor.kit.clock import SystemClock

    site, clock = _load(config), SystemClock()
    if key is None:
        show(agency_keys(site, agency, clock), "veedor site trust", as_json=as_json)
        return
    done = trust_offered(site, agency, key, clock, lambda known, offered: ask(known, offered, yes=yes))
    if as_json:
        from veedor.cli.output import print_json

        print_json({"trusted": done})
    else:
        out.print(t("cli-trust-done" if done else "cli-trust-left"))


@app.command(
    "worker-invite",
    help=t("cli-worker-invite"),
    epilog=t("cli-example", command="veedor site worker-invite analisis-2"),
)
@command
def worker_invite(
    name: Annotated[str, typer.Argument(help=t("cli-worker-invite-name"))],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.cli.output import print_json
    from veedor.compose.remote_workers import invite_worker
    from veedor.kit.clock import SystemClock

    token, invited = invite_worker(_load(config), config, name, SystemClock())
    if as_json:
        print_json({"id": invited.id, "expires_at": invited.expires_at, "token": token.encode()})
        return
    err.print(t("cli-worker-invited", until=invited.expires_at))
    out.print(token.encode(), highlight=False, markup=False, soft_wrap=True)


@app.command("workers", help=t("cli-workers"), epilog=t("cli-example", command="veedor site workers"))
@command
def workers(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    from veedor.cli.output import print_rows
    from veedor.compose.remote_workers import worker_rows
    from veedor.kit.clock import SystemClock

    rows = worker_rows(_load(config), SystemClock())
    print_rows(rows, ("name", "host", "expires_at", "id"), as_json=as_json, empty=t("cli-workers-none"))


@app.command(
    "worker-revoke",
    help=t("cli-worker-revoke"),
    epilog=t("cli-example", command="veedor site worker-revoke analisis-2"),
)
@command
def worker_revoke(
    name: Annotated[str, typer.Argument(help=t("cli-worker-revoke-name"))],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.cli.output import print_json
    from veedor.compose.remote_workers import revoke_worker
    from veedor.kit.clock import SystemClock

    gone = revoke_worker(_load(config), name, SystemClock())
    if as_json:
        print_json({"revoked": gone})
    else:
        out.print(t("cli-worker-revoked", name=name))


def _load(config: Path) -> SiteFile:
    from veedor.compose.config import load
    from veedor.compose.errors import ConfigMissing

    if not config.is_file():
        raise ConfigMissing(path=str(config))
    return load(config)
