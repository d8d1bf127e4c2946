"""`veedor grants`: what one's agency gave and received, each told as a sentence, and ending one at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.output import command, out, print_json, print_rows, t

if TYPE_CHECKING:
    from veedor.cli.client import Client
    from veedor.cli.grant_words import Known

app = App(name="grants", help=t("cli-grants"), no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help=t("cli-json"))]
GrantId = Annotated[str, typer.Argument(help=t("cli-grants-id"), metavar="ID")]
_COLUMNS = ("id", "given", "state", "grant")


class State(StrEnum):
    """Where a grant may stand, as the desk names it."""

    DRAFT = "draft"
    SIGNED_BY_ONE = "signed_by_one"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@app.command("list", help=t("cli-grants-list"), epilog=t("cli-example", command="veedor grants list --state active"))
@command
def list_grants(
    state: Annotated[list[State] | None, typer.Option("--state", help=t("cli-grants-state"))] = None,
    as_json: Json = False,
) -> None:
    from veedor.cli import client
    from veedor.cli.grant_words import sentence_of, state_of, waits_for

    desk = client.connect()
    found = desk.get("/api/grants", {"state": [one.value for one in state] if state else None})
    known = _known(desk, found)
    if as_json:
        print_json([{**one, "sentence": sentence_of(one, known)} for one in found])
        return
    rows = [
        {
            "id": one["id"],
            "given": t("cli-grants-given" if one["given"] else "cli-grants-received"),
            "state": " · ".join(filter(None, (state_of(one), waits_for(one)))),
            "grant": _plain(sentence_of(one, known)),
        }
        for one in found
    ]
    print_rows(rows, _COLUMNS, as_json=False, empty=t("cli-grants-none"), whole="id")


@app.command("show", help=t("cli-grants-show"), epilog=t("cli-example", command="veedor grants show 01a2275e-6464"))
@command
def show(grant_id: GrantId, as_json: Json = False) -> None:
    from veedor.cli import casework, client

    desk = client.connect()
    grant = desk.get(f"/api/grants/{client.part(grant_id)}")
    if _told(desk, grant, as_json=as_json):
        return
    period = f"{casework.local(grant['starts_at'])} - {casework.local(grant['expires_at'])}"
    _line(t("cli-grants-period", period=period))
    if grant["document_sha256"]:
        _line(t("cli-grants-paper", sha256=str(grant["document_sha256"])))
    for one in grant["statements"]:
        said = f"{one['agency']['name']} {t('sharing-said-' + one['kind'])}"
        reason = one["reason"] if one["reason"] != grant["note"] else ""
        _line(" · ".join(filter(None, (casework.local(one["at"]), said, one["by"], reason))))


@app.command(
    "revoke",
    help=t("cli-grants-revoke"),
    epilog=t("cli-example", command='veedor grants revoke 01a2275e-6464 --reason "Oficio 12"'),
)
@command
def revoke(
    grant_id: GrantId,
    reason: Annotated[str, typer.Option("--reason", help=t("cli-grants-reason"))],
    as_json: Json = False,
) -> None:
    from veedor.cli import client

    desk = client.connect()
    ended = desk.post(f"/api/grants/{client.part(grant_id)}/revoke", {"reason": reason})
    _told(desk, ended, as_json=as_json)


def _told(desk: Client, grant: Mapping[str, Any], *, as_json: bool) -> bool:
    """Print the grant as a sentence, or whole as JSON; whether it was the latter."""
    from veedor.cli.grant_words import sentence_of, state_of, waits_for

    sentence = sentence_of(grant, _known(desk, [grant]))
    if as_json:
        print_json({**grant, "sentence": sentence})
        return True
    _line(" · ".join(filter(None, (state_of(grant), waits_for(grant)))), style="bold")
    _line(sentence)
    if grant["note"]:
        _line(grant["note"])
    return False


def _known(desk: Client, grants: Sequence[Mapping[str, Any]]) -> Known:
    """What their sentences need beside them: cameras are asked for only where one is named."""
    from veedor.cli.grant_words import Known, names_wanted
    from veedor.kit.errors import AccessError

    names: dict[str, str] = {}
    if names_wanted(grants):
        try:
            names = {str(one["id"]): str(one["name"]) for one in desk.get("/api/cameras")}
        except AccessError:  # who may read grants and no cameras is told how many
            names = {}
    return Known(str(desk.get("/api/site")["time_zone"]), names)


def _line(text: str, style: str | None = None) -> None:
    out.print(_plain(text), style=style, markup=False, highlight=False)


def _plain(text: str) -> str:
    """Text that other people wrote, without control characters."""
    return "".join(one if one.isprintable() or one == "\n" else "�" for one in text)
