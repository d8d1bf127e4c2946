"""`veedor audit erase` and its kin: personal values go where the law says so, if two people agree."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, out, print_json, print_rows, t

ErasureId = Annotated[str, typer.Argument(help=t("cli-audit-erase-id"))]
_COLUMNS = ("id", "state", "entries", "fields", "reason")


def add_erasures(app: App) -> None:
    """Put the commands into `veedor audit`."""
    for name, run, words, example in (
        ("erase", erase, "erase", 'erase --person rosa --reason "Ley 29733, art. 20"'),
        ("erasures", erasures, "erasures", "erasures"),
        ("confirm-erasure", confirm, "erase-confirm", "confirm-erasure 0198c2d1"),
        ("refuse-erasure", refuse, "erase-refuse", "refuse-erasure 0198c2d1"),
    ):
        epilog = t("cli-example", command=f"veedor audit {example}")
        app.command(name, help=t(f"cli-audit-{words}"), epilog=epilog)(run)


@command
def erase(
    reason: Annotated[str, typer.Option("--reason", help=t("cli-audit-erase-reason"))],
    person: Annotated[str | None, typer.Option("--person", help=t("cli-audit-erase-person"))] = None,
    agency: Annotated[str | None, typer.Option("--agency", help=t("cli-audit-erase-agency"))] = None,
    entry: Annotated[list[int] | None, typer.Option("--entry", min=1, help=t("cli-audit-erase-entry"))] = None,
    field: Annotated[list[str] | None, typer.Option("--field", help=t("cli-audit-erase-field"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    body = {"person": person, "agency": agency, "entries": entry or [], "fields": field or [], "reason": reason}
    asked = client.connect().post("/api/audit/erasures", body)
    if as_json:
        print_json(asked)
        return
    out.print(t("cli-audit-erase-asked", id=str(asked["id"]), entries=str(asked["entries"])))
    for name in ("whole", "left"):
        if asked[name]:
            out.print(t(f"cli-audit-erase-{name}", entries=str(asked[name])))


@command
def erasures(as_json: AsJson = False) -> None:
    from veedor.cli import client

    rows: list[dict[str, Any]] = client.connect().get("/api/audit/erasures")
    shown = rows if as_json else [{**row, "fields": ", ".join(row["fields"])} for row in rows]
    print_rows(shown, _COLUMNS, as_json=as_json, empty=t("cli-audit-erasures-empty"))


@command
def confirm(erasure_id: ErasureId, as_json: AsJson = False) -> None:
    from veedor.cli import client

    done = client.connect().post(f"/api/audit/erasures/{erasure_id}/confirm")
    if as_json:
        print_json(done)
        return
    out.print(t("cli-audit-erase-done", entries=str(done["entries"]), entry=str(done["entry"])))


@command
def refuse(erasure_id: ErasureId, as_json: AsJson = False) -> None:
    from veedor.cli import client

    refused = client.connect().post(f"/api/audit/erasures/{erasure_id}/refuse")
    if as_json:
        print_json(refused)
        return
    out.print(t("cli-audit-erase-refused"))
