"""`veedor hub seal` and its kin: a supervisor hides a colleague and a case from other agencies, and opens it again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.output import command, out, print_json, print_rows, t

Json = Annotated[bool, typer.Option("--json", help=t("cli-json"))]
_COLUMNS = ("id", "person", "case_number", "seal_until", "state", "reason")


def add_seals(app: App) -> None:
    """Put the commands into `veedor hub`."""
    for name, run, example in (
        ("seal", seal, 'seal --person quispe --case 2026-118 --days 30 --reason "Disposición fiscal 4"'),
        ("unseal", unseal, "unseal 5f2c9d0e7a"),
        ("seals", seals, "seals"),
    ):
        app.command(name, help=t(f"cli-hub-{name}"), epilog=t("cli-example", command=f"veedor hub {example}"))(run)


@command
def seal(
    person: Annotated[str, typer.Option("--person", help=t("cli-hub-seal-person"))],
    case: Annotated[str, typer.Option("--case", help=t("cli-hub-seal-case"))],
    reason: Annotated[str, typer.Option("--reason", help=t("cli-hub-seal-reason"))],
    days: Annotated[int, typer.Option("--days", min=1, max=90, help=t("cli-hub-seal-days"))] = 30,
    as_json: Json = False,
) -> None:
    from veedor.cli import client

    body = {"person": person, "case_number": case, "days": days, "reason": reason}
    made = client.connect().post("/api/seals", body)
    if as_json:
        print_json(made)
        return
    out.print(t("cli-hub-seal-done", id=str(made["id"]), name=str(made["name"]), until=str(made["until"])))


@command
def unseal(
    seal_id: Annotated[str, typer.Argument(help=t("cli-hub-unseal-id"))],
    as_json: Json = False,
) -> None:
    from veedor.cli import client

    opened = client.connect().post(f"/api/seals/{client.part(seal_id)}/open")
    if as_json:
        print_json(opened)
        return
    out.print(t("cli-hub-unseal-done", person=str(opened["person"]), case=str(opened["case_number"])))


@command
def seals(as_json: Json = False) -> None:
    from veedor.cli import client

    rows: list[dict[str, Any]] = client.connect().get("/api/seals")
    shown = rows if as_json else [{**row, **_words(row)} for row in rows]
    print_rows(shown, _COLUMNS, as_json=as_json, empty=t("cli-hub-seals-empty"))


def _words(row: dict[str, Any]) -> dict[str, str]:
    return {"state": t("cli-seal-state", state=str(row["state"])), "seal_until": str(row["until"])}


def who_text(row: dict[str, Any]) -> str:
    """Of an audit entry: the name, or until when it is sealed."""
    told = row.get("seal")
    if not told:
        return str(row["username"])
    return t("cli-audit-who-sealed", **_told(told))


def show_sealed(verdict: dict[str, Any]) -> bool:
    """Print what a verdict says of seals; False where an opening does not fit its commitments."""
    fits = True
    for one in verdict.get("sealed", ()):
        told = one["seal"]
        bad = str(told["state"]) == "mismatch"
        fits = fits and not bad
        style = "bold red" if bad else "yellow" if str(told["state"]) == "overdue" else None
        text = t("cli-audit-sealed", entries=str(one["entries"]), agency=str(told["agency_id"]), **_told(told))
        out.print(text, style=style)
    return fits


def _told(seal: dict[str, Any]) -> dict[str, str]:
    return {
        "state": str(seal["state"]),
        "until": str(seal["until"]),
        "person": str(seal["person"] or "-"),
        "case": str(seal["case_number"] or "-"),
        "name": f"sealed:{seal['id']}",
    }
