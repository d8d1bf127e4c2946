"""`veedor users`: people who may log in, and their roles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veedor.access.principal import Role
from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, err, out, print_json, print_rows, t

app = App(name="users", help=t("cli-users"), no_args_is_help=True)

User = Annotated[str, typer.Argument(help=t("cli-login-user"))]
Roles = Annotated[list[Role], typer.Option("--role", "-r", help=t("cli-users-role"))]


def _example(text: str) -> str:
    return t("cli-example", command=text)


@app.command("list", help=t("cli-users-list"), epilog=_example("veedor users list"))
@command
def list_users(as_json: AsJson = False) -> None:
    from veedor.cli import client

    rows = client.connect().get("/api/users")
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            "username": row["username"],
            "full_name": row["full_name"],
            "roles": ", ".join(row["roles"]),
            "user_state": t("cli-users-disabled") if row["disabled"] else t("cli-users-active"),
        }
        for row in rows
    ]
    print_rows(shown, ("username", "full_name", "roles", "user_state"), as_json=False)


@app.command("add", help=t("cli-users-add"), epilog=_example("veedor users add rosa --role operator"))
@command
def add(
    user: User,
    role: Roles,
    name: Annotated[str, typer.Option("--name", help=t("cli-users-name"))] = "",
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    body = {"username": user, "full_name": name, "roles": [one.value for one in role]}
    _show_password(client.connect().post("/api/users", body), as_json=as_json)


@app.command("set-roles", help=t("cli-users-set-roles"), epilog=_example("veedor users set-roles rosa -r supervisor"))
@command
def set_roles(user: User, role: Roles, as_json: AsJson = False) -> None:
    _change(user, {"roles": [one.value for one in role]}, as_json=as_json)


@app.command("disable", help=t("cli-users-disable"), epilog=_example("veedor users disable rosa"))
@command
def disable(user: User, as_json: AsJson = False) -> None:
    _change(user, {"disabled": True}, as_json=as_json)


@app.command("enable", help=t("cli-users-enable"), epilog=_example("veedor users enable rosa"))
@command
def enable(user: User, as_json: AsJson = False) -> None:
    _change(user, {"disabled": False}, as_json=as_json)


@app.command(
    "reset-password",
    help=t("cli-users-reset"),
    epilog=_example("veedor users reset-password admin --config veedor.yaml"),
)
@command
def reset_password(
    user: User,
    config: Annotated[Path | None, typer.Option("--config", help=t("cli-users-reset-config"))] = None,
    as_json: AsJson = False,
) -> None:
    """With `--config` at the machine itself, without a login: for an administrator who lost the password."""
    if config is not None:
        from veedor.compose import at_machine
        from veedor.compose.stores import load_config
        from veedor.kit.clock import SystemClock

        account, password = at_machine.reset_password(load_config(config), user, SystemClock())
        _show_password({"user": account.model_dump(mode="json"), "password": password}, as_json=as_json)
        if account.disabled and not as_json:
            err.print(t("cli-users-still-disabled", user=account.username), highlight=False, markup=False)
        return
    from veedor.cli import client

    answer = client.connect().post(f"/api/users/{client.part(user)}/password")
    _show_password(answer, as_json=as_json)


def _change(user: str, change: dict[str, Any], *, as_json: bool) -> None:
    from veedor.cli import client

    answer = client.connect().patch(f"/api/users/{client.part(user)}", change)
    if as_json:
        print_json(answer)
        return
    state = t("cli-users-disabled") if answer["disabled"] else t("cli-users-active")
    out.print(t("cli-users-changed", user=answer["username"], roles=", ".join(answer["roles"]), state=state))


def _show_password(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        out.print(t("cli-users-password", user=answer["user"]["username"], password=answer["password"]))
