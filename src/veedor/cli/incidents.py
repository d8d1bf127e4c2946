"""`veedor incidents`: open, work through and close incidents from a terminal, as the person who logged in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, out, print_json, print_rows, t

app = App(name="incidents", help=t("cli-incidents"), no_args_is_help=True)

Incident = Annotated[str, typer.Argument(help=t("cli-incidents-ref"), metavar="INCIDENT")]
Seen = Annotated[int | None, typer.Option("--version", min=0, help=t("cli-alerts-version"))]
_COLUMNS = ("number", "opened_at", "incident_type", "status", "place", "assignee")


@app.command(
    "list", help=t("cli-incidents-list"), epilog=t("cli-example", command="veedor incidents list --status open")
)
@command
def list_incidents(
    status: Annotated[str | None, typer.Option("--status", help=t("cli-incidents-status"))] = None,
    type_: Annotated[str | None, typer.Option("--type", help=t("cli-incidents-type"))] = None,
    since: Annotated[str | None, typer.Option("--since", help=t("cli-alerts-since"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help=t("cli-alerts-limit"))] = 50,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import casework, client

    wanted = {"status": status, "type": type_, "since": casework.moment(since), "limit": limit}
    page = client.connect().get("/api/incidents", wanted)
    if as_json:
        print_json(page)
        return
    rows = [
        {
            "number": one["number"],
            "opened_at": casework.local(one["opened_at"]),
            "incident_type": casework.plain(one["type_name"]),
            "status": t(f"incident-status-{one['status']}"),
            "place": casework.plain(one["place"]),
            "assignee": casework.plain(one["assignee"]),
        }
        for one in page["incidents"]
    ]
    print_rows(rows, _COLUMNS, as_json=False, empty=t("cli-incidents-none"))


@app.command("show", help=t("cli-incidents-show"), epilog=t("cli-example", command="veedor incidents show 12"))
@command
def show(incident: Incident, as_json: AsJson = False) -> None:
    from veedor.cli import casework, client
    from veedor.cli.alerts import print_acts

    shown = client.connect().get(f"/api/incidents/{client.part(incident)}")
    if as_json:
        print_json(shown)
        return
    head = f"{shown['number']}. {shown['type_name']}"
    out.print(f"[bold]{casework.plain(head)}[/] · {t('incident-status-' + shown['status'])}", highlight=False)
    for text in (shown["place"], shown["summary"], shown["assignee"]):
        if text:
            out.print(casework.plain(text), highlight=False)
    steps = [
        {
            "done": "✓" if step["done"] else "",
            "step": f"{casework.plain(step['name'])} ({step['step']})",
            "who": step["by"],
        }
        for step in shown["checklist"]
    ]
    print_rows(steps, ("done", "step", "who"), as_json=False)
    print_acts(shown["timeline"])


@app.command(
    "open",
    help=t("cli-incidents-open"),
    epilog=t("cli-example", command='veedor incidents open --type robbery --place "Jr. Puno 120" --caller vecina'),
)
@command
def open_incident(
    type_: Annotated[str, typer.Option("--type", help=t("cli-incidents-type"))],
    place: Annotated[str | None, typer.Option("--place", help=t("cli-incidents-place"))] = None,
    summary: Annotated[str | None, typer.Option("--summary", help=t("cli-incidents-summary"))] = None,
    caller: Annotated[str | None, typer.Option("--caller", help=t("cli-incidents-caller"))] = None,
    origin: Annotated[str, typer.Option("--origin", help=t("cli-incidents-origin"))] = "phone",
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    body = {"type": type_, "place": place, "summary": summary, "caller": caller, "origin": origin}
    _done(client.connect().post("/api/incidents", _given(body)), as_json=as_json)


@app.command(
    "note", help=t("cli-incidents-note"), epilog=t("cli-example", command='veedor incidents note 12 "camisa roja"')
)
@command
def note(
    incident: Incident,
    text: Annotated[str, typer.Argument(help=t("cli-incidents-text"))],
    as_json: AsJson = False,
) -> None:
    _act(incident, "notes", {"text": text}, as_json=as_json)


@app.command(
    "check", help=t("cli-incidents-check"), epilog=t("cli-example", command="veedor incidents check 12 notify_police")
)
@command
def check(
    incident: Incident,
    step: Annotated[str, typer.Argument(help=t("cli-incidents-step"))],
    undo: Annotated[bool, typer.Option("--undo", help=t("cli-incidents-undo"))] = False,
    as_json: AsJson = False,
) -> None:
    _act(incident, "checklist", {"step": step, "done": not undo}, as_json=as_json)


@app.command(
    "assign", help=t("cli-incidents-assign"), epilog=t("cli-example", command='veedor incidents assign 12 "Unidad 7"')
)
@command
def assign(
    incident: Incident,
    assignee: Annotated[str, typer.Argument(help=t("cli-incidents-assignee"))],
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    _act(incident, "assign", {"assignee": assignee or None, "expected_version": version}, as_json=as_json)


@app.command(
    "close",
    help=t("cli-incidents-close"),
    epilog=t("cli-example", command="veedor incidents close 12 --disposition handed_to_police"),
)
@command
def close(
    incident: Incident,
    disposition: Annotated[str, typer.Option("--disposition", help=t("cli-incidents-disposition"))],
    note_: Annotated[str | None, typer.Option("--note", help=t("cli-alerts-note"))] = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    body = {"disposition": disposition, "note": note_, "expected_version": version}
    _act(incident, "close", _given(body), as_json=as_json)


@app.command(
    "reopen",
    help=t("cli-incidents-reopen"),
    epilog=t("cli-example", command='veedor incidents reopen 12 --reason "volvieron"'),
)
@command
def reopen(
    incident: Incident,
    reason: Annotated[str, typer.Option("--reason", help=t("cli-incidents-text"))],
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    _act(incident, "reopen", _given({"reason": reason, "expected_version": version}), as_json=as_json)


@app.command("types", help=t("cli-incidents-types"), epilog=t("cli-example", command="veedor incidents types"))
@command
def types(as_json: AsJson = False) -> None:
    from veedor.cli import client

    found = client.connect().get("/api/incident-types")
    if as_json:
        print_json(found)
        return
    rows = [
        {"kind": one["type"], "incident_type": one["name"], "step": "\n".join(step["name"] for step in one["steps"])}
        for one in found
    ]
    print_rows(rows, ("kind", "incident_type", "step"), as_json=False)


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _act(incident: str, what: str, body: dict[str, Any], *, as_json: bool) -> None:
    from veedor.cli import client

    _done(client.connect().post(f"/api/incidents/{client.part(incident)}/{what}", body), as_json=as_json)


def _done(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
    else:
        status = t(f"incident-status-{shown['status']}")
        out.print(t("cli-incidents-done", number=str(shown["number"]), status=status))
