"""`veedor login` and `veedor logout`: commands that act as a person use this login."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, out, print_json, t
from veedor.kit.errors import VeedorError


@command
def login(
    user: Annotated[str, typer.Option("--user", "-u", help=t("cli-login-user"), prompt=t("cli-login-user"))],
    url: Annotated[str, typer.Option("--url", help=t("cli-login-url"))] = "http://127.0.0.1:8480",
    ca: Annotated[Path | None, typer.Option("--ca", help=t("cli-login-ca"), exists=True, dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Log in to a desk; the password is asked for, never taken from the command line."""
    from veedor.cli import client
    from veedor.desk.errors import CodeNeeded

    trusted = str(ca.resolve()) if ca else None
    connection = client.Client(url, ca=trusted)
    password = typer.prompt(t("cli-login-password"), hide_input=True, err=True)
    body = {"username": user, "password": password, "bearer": True}
    try:
        answer = connection.post("/api/login", body)
    except VeedorError as problem:
        if client.said_key(problem) != CodeNeeded.key:
            raise
        code = typer.prompt(t("cli-login-code"), err=True)
        answer = connection.post("/api/login", {**body, "code": code})
    path = client.store(client.Login(url, answer["user"]["username"], answer["token"], answer["expires_at"], trusted))
    if as_json:
        print_json({"user": answer["user"], "expires_at": answer["expires_at"], "file": str(path)})
    else:
        out.print(t("cli-login-done", user=answer["user"]["username"], url=url, until=answer["expires_at"]))


@command
def logout(as_json: AsJson = False) -> None:
    """End the session and forget it."""
    from veedor.cli import client

    there = client.stored()
    if there is not None:
        with contextlib.suppress(VeedorError):  # a session that ended by itself, or a desk that is gone, is no obstacle
            client.Client(there.url, there.token, there.ca).post("/api/logout")
    client.forget()
    if as_json:
        print_json({"logged_out": there is not None})
    else:
        out.print(t("cli-logout-done"))
