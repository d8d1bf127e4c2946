"""`veedor hub ...`: the hub that joins sites, as a service, and inviting sites to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t
from veedor.cli.seals import add_seals

app = App(name="hub", help=t("cli-hub"), no_args_is_help=True)
add_seals(app)

Config = Annotated[Path, typer.Option("--config", envvar="VEEDOR_HUB_CONFIG", help=t("cli-hub-config"))]


def _example(text: str) -> str:
    return t("cli-example", command=text)


@app.command("init", help=t("cli-hub-init"), epilog=_example('veedor hub init --name "Región Lima" --host hub.gob.pe'))
@command
def init(
    folder: Annotated[Path, typer.Argument(help=t("cli-init-folder"))] = Path(),
    name: Annotated[str, typer.Option("--name", help=t("cli-hub-name"))] = "Veedor",
    agency: Annotated[str, typer.Option("--agency", help=t("cli-hub-agency"))] = "Región",
    host: Annotated[str, typer.Option("--host", help=t("cli-hub-host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=t("cli-init-port"))] = 8490,
    link_port: Annotated[int, typer.Option("--link-port", min=1, max=65535, help=t("cli-hub-link-port"))] = 7422,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.hub_initial import write_hub_config

    path = write_hub_config(folder, name=name, agency=agency, lang=lang, host=host, port=port, link_port=link_port)
    if as_json:
        print_json({"config": str(path)})
        return
    out.print(t("cli-hub-init-done", path=str(path)))


@app.command("run", help=t("cli-hub-run"), epilog=_example("veedor hub run --config hub.yaml"))
@command
def run(config: Config = Path("hub.yaml")) -> None:
    from veedor.cli.logs import speak_in_log
    from veedor.compose.errors import ConfigMissing
    from veedor.compose.hub import running_hub
    from veedor.compose.hub_config import load
    from veedor.compose.service import stop_on_signals, wait_for_stop
    from veedor.kit.clock import SystemClock
    from veedor.kit.garbage import settle

    if not config.is_file():
        raise ConfigMissing(path=str(config))
    speak_in_log()
    stop, clock = stop_on_signals(), SystemClock()
    with running_hub(load(config), clock) as hub:
        out.print(t("cli-hub-started", url=hub.url, leaf=hub.address.leaf_url))
        out.print(t("cli-hub-ca", file=str(hub.ca_file)))
        if hub.first_password is not None:
            err.print(t("cli-site-first-login", user=hub.administrator, password=hub.first_password), highlight=False)
        settle()
        wait_for_stop(stop, clock)
    out.print(t("cli-hub-stopped"))


@app.command(
    "invite",
    help=t("cli-hub-invite"),
    epilog=_example('veedor hub invite --site "Serenazgo La Victoria" --agency la-victoria'),
)
@command
def invite(
    site: Annotated[str, typer.Option("--site", help=t("cli-hub-invite-site"))],
    agency: Annotated[str, typer.Option("--agency", help=t("cli-hub-invite-agency"))],
    agency_name: Annotated[str | None, typer.Option("--agency-name", help=t("cli-hub-invite-agency-name"))] = None,
    kind: Annotated[str, typer.Option("--kind", help=t("cli-hub-invite-kind"))] = "municipality",
    parent: Annotated[str | None, typer.Option("--parent", help=t("cli-hub-invite-parent"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    connection = client.connect()
    known = {one["id"] for one in connection.get("/api/agencies")}
    if agency not in known:
        body = {"name": agency_name or site, "kind": kind, "parent_id": parent}
        connection.put(f"/api/agencies/{client.part(agency)}", body)
    made = connection.post("/api/invitations", {"agency_id": agency, "site_name": site})
    if as_json:
        print_json(made)
        return
    err.print(t("cli-hub-invite-done", until=made["expires_at"]))
    out.print(made["token"], highlight=False, markup=False, soft_wrap=True)


@app.command("sites", help=t("cli-hub-sites"), epilog=_example("veedor hub sites"))
@command
def sites(as_json: AsJson = False) -> None:
    from veedor.cli import client

    rows = client.connect().get("/api/sites")["sites"]
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            "id": row["id"],
            "name": row["name"],
            "agency_id": row["agency_id"],
            "site_state": t(_state(row)),
            "cameras": str(row["cameras"]),
            "behind": "-" if row["behind"] is None else str(row["behind"]),
            "link_use": _use(row["health"].get("link") or {}),
            "version": row["version"],
        }
        for row in rows
    ]
    print_rows(
        shown,
        ("id", "name", "agency_id", "site_state", "cameras", "behind", "link_use", "version"),
        as_json=False,
        empty=t("cli-hub-sites-none"),
        whole="id",
    )


def _state(row: dict[str, object]) -> str:
    if row["revoked_at"]:
        return "cli-hub-site-revoked"
    if row["is_doubled"]:
        return "cli-hub-site-doubled"
    if row["is_other_version"]:
        return "cli-hub-site-other-version"
    return "cli-hub-site-online" if row["online"] else "cli-hub-site-offline"


def _use(link: dict[str, object]) -> str:
    """Of its budget for pictures, in kbit/s; "-" where it has none."""
    return f"{link.get('used_kbps', 0)} / {link['budget_kbps']}" if link.get("budget_kbps") else "-"


@app.command("revoke", help=t("cli-hub-revoke"), epilog=_example("veedor hub revoke serenazgo-la-victoria-1a2b3c4d"))
@command
def revoke(site: Annotated[str, typer.Argument(help=t("cli-hub-revoke-site"))], as_json: AsJson = False) -> None:
    from veedor.cli import client

    client.connect().post(f"/api/sites/{client.part(site)}/revoke")
    if as_json:
        print_json({"revoked": site})
    else:
        out.print(t("cli-hub-revoked", site=site))


@app.command("rekey", help=t("cli-hub-rekey"), epilog=_example("veedor hub rekey serenazgo-la-victoria-1a2b3c4d"))
@command
def rekey(site: Annotated[str, typer.Argument(help=t("cli-hub-revoke-site"))], as_json: AsJson = False) -> None:
    from veedor.cli import client

    made = client.connect().post(f"/api/sites/{client.part(site)}/invitation")
    if as_json:
        print_json(made)
        return
    err.print(t("cli-hub-invite-done", until=made["expires_at"]))
    out.print(made["token"], highlight=False, markup=False, soft_wrap=True)


@app.command("trust", help=t("cli-hub-trust"), epilog=_example("veedor hub trust la-victoria --key 1a2b-3c4d-..."))
@command
def trust(
    agency: Annotated[str, typer.Argument(help=t("cli-trust-agency"))],
    key: Annotated[str | None, typer.Option("--key", help=t("cli-trust-key"))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=t("cli-trust-yes"))] = False,
    as_json: AsJson = False,
) -> None:
    from datetime import datetime

    from veedor.cli import client
    from veedor.cli.trusting import ask, show
    from veedor.desk.agencies.keys import AgencyKeys, offered_as

    connection = client.connect()
    told = connection.get(f"/api/agencies/{client.part(agency)}/keys")
    known = AgencyKeys(
        told["agency_id"],
        told["name"],
        told["pinned"]["public_key"] if told["pinned"] else None,
        tuple(one["public_key"] for one in told["offered"]),
        tuple((one["public_key"], datetime.fromisoformat(one["until"])) for one in told["former"]),
    )
    if key is None:
        show(known, "veedor hub trust", as_json=as_json)
        return
    offered = offered_as(known, key)
    done = ask(known, offered, yes=yes)
    if done:
        (row,) = (one for one in connection.get("/api/agencies") if one["id"] == agency)
        body = {name: row[name] for name in ("name", "kind", "parent_id", "area")}
        connection.put(f"/api/agencies/{client.part(agency)}", {**body, "public_key": offered, "repin": True})
    if as_json:
        print_json({"trusted": done})
    else:
        out.print(t("cli-hub-trust-done" if done else "cli-trust-left", agency=agency))


@app.command("new-key", help=t("cli-hub-new-key"), epilog=_example("veedor hub new-key --config hub.yaml"))
@command
def new_key(
    config: Config = Path("hub.yaml"),
    yes: Annotated[bool, typer.Option("--yes", help=t("cli-hub-new-key-yes"))] = False,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.agency_keys import new_hosted_key
    from veedor.compose.errors import ConfigMissing
    from veedor.compose.hub_config import load
    from veedor.kit.clock import SystemClock
    from veedor.wire.keys import key_fingerprint

    if not config.is_file():
        raise ConfigMissing(path=str(config))
    hub = load(config)
    if not yes and not typer.confirm(t("cli-hub-new-key-sure"), default=False, err=True):
        out.print(t("cli-trust-left"))
        return
    made = new_hosted_key(hub.keys, hub.agency_id, SystemClock())
    if as_json:
        print_json({"agency_id": hub.agency_id, "public_key": made, "fingerprint": key_fingerprint(made)})
    else:
        out.print(t("cli-hub-new-key-done", fingerprint=key_fingerprint(made)), highlight=False)
