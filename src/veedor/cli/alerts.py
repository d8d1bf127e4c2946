"""`veedor alerts`: triage from a terminal, as the person who logged in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, out, print_json, print_rows, t

app = App(name="alerts", help=t("cli-alerts"), no_args_is_help=True)

Alert = Annotated[str, typer.Argument(help=t("cli-alerts-id"), metavar="ALERT")]
Note = Annotated[str | None, typer.Option("--note", help=t("cli-alerts-note"))]
Seen = Annotated[int | None, typer.Option("--version", min=0, help=t("cli-alerts-version"))]
_LOOKS = ("confirmed", "turned_down", "unverified")
_COLUMNS = ("raised_at", "alert", "severity", "status", "camera", "explanation", "handled_by")


@app.command(
    "list", help=t("cli-alerts-list"), epilog=t("cli-example", command="veedor alerts list --status new --since 2h")
)
@command
def list_alerts(
    status: Annotated[list[str] | None, typer.Option("--status", help=t("cli-alerts-status"))] = None,
    severity: Annotated[list[str] | None, typer.Option("--severity", help=t("cli-alerts-severity"))] = None,
    camera: Annotated[str | None, typer.Option("--camera", help=t("cli-alerts-camera"))] = None,
    since: Annotated[str | None, typer.Option("--since", help=t("cli-alerts-since"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help=t("cli-alerts-limit"))] = 50,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import casework, client

    wanted = {"status": status or None, "severity": severity or None, "camera": camera, "limit": limit}
    page = client.connect().get("/api/alerts", {**wanted, "since": casework.moment(since)})
    if as_json:
        print_json(page)
        return
    rows = [
        {
            "raised_at": casework.local(alert["raised_at"]),
            "alert": alert["id"],
            "severity": t(f"alert-severity-{alert['severity']}"),
            "status": t(f"alert-status-{alert['status']}"),
            "camera": casework.plain(alert["camera_name"]),
            "explanation": casework.plain(alert["explanation"]),
            "handled_by": casework.plain(alert["handled_by"]),
        }
        for alert in page["alerts"]
    ]
    print_rows(rows, _COLUMNS, as_json=False, empty=t("cli-alerts-none"))


@app.command(
    "turned-down",
    help=t("cli-alerts-turned-down"),
    epilog=t("cli-example", command="veedor alerts turned-down --since 24h"),
)
@command
def turned_down(
    since: Annotated[str, typer.Option("--since", help=t("cli-alerts-since"))] = "24h",
    camera: Annotated[str | None, typer.Option("--camera", help=t("cli-alerts-camera"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help=t("cli-alerts-limit"))] = 200,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import casework, client
    from veedor.kit.clock import SystemClock

    span = {"start": casework.moment(since), "end": SystemClock().now().isoformat(), "camera": camera}
    desk = client.connect()
    events = desk.get("/api/turned-down", {**span, "limit": limit})
    counts = desk.get("/api/second-looks", span)
    if as_json:
        print_json({"events": events, "counts": counts})
        return
    print_rows(counts, ("camera_id", "rule", *_LOOKS), as_json=False)
    rows = [
        {
            "at": casework.local(one["completed_at"]),
            "event": one["event_id"],
            "camera": casework.plain(one["camera_id"]),
            "rule": casework.plain(one["rule"]),
            "explanation": casework.plain(f"{one['explanation']} ({one['note']})"),
        }
        for one in events
    ]
    columns = ("at", "event", "camera", "rule", "explanation")
    print_rows(rows, columns, as_json=False, empty=t("cli-alerts-turned-down-none"))


@app.command("show", help=t("cli-alerts-show"), epilog=t("cli-example", command="veedor alerts show 0195a1c2-..."))
@command
def show(alert: Alert, as_json: AsJson = False) -> None:
    from veedor.cli import casework, client

    shown = client.connect().get(f"/api/alerts/{client.part(alert)}")
    if as_json:
        print_json(shown)
        return
    out.print(f"[bold]{casework.plain(shown['explanation'])}[/]", highlight=False)
    severity, status = t(f"alert-severity-{shown['severity']}"), t(f"alert-status-{shown['status']}")
    where = casework.plain(f"{shown['camera_name']} · {shown['rule']}")
    out.print(f"{casework.local(shown['raised_at'])} · {where} · {severity} · {status}", highlight=False)
    clip = shown["clip"]["problem"] or t(f"alert-clip-{shown['clip']['state']}")
    out.print(t("cli-alerts-clip", state=casework.plain(clip)), highlight=False)
    print_acts(shown["acts"])
    for act in shown["conflicting_acts"]:
        what, at = t(f"act-{act['kind'].replace('_', '-')}"), casework.local(act["at"])
        out.print(f"[yellow]{t('cli-alerts-conflict', who=casework.plain(act['by']), what=what, at=at)}[/]")


@app.command("ack", help=t("cli-alerts-ack"), epilog=t("cli-example", command="veedor alerts ack 0195a1c2-..."))
@command
def acknowledge(alert: Alert, note: Note = None, version: Seen = None, as_json: AsJson = False) -> None:
    _act(alert, "acknowledge", {"note": note, "expected_version": version}, as_json=as_json)


@app.command(
    "dismiss",
    help=t("cli-alerts-dismiss"),
    epilog=t("cli-example", command="veedor alerts dismiss 0195a1c2-... --reason animal"),
)
@command
def dismiss(
    alert: Alert,
    reason: Annotated[str, typer.Option("--reason", help=t("cli-alerts-reason"))],
    note: Note = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    _act(alert, "dismiss", {"reason": reason, "note": note, "expected_version": version}, as_json=as_json)


@app.command(
    "escalate",
    help=t("cli-alerts-escalate"),
    epilog=t("cli-example", command="veedor alerts escalate 0195a1c2-... --type robbery"),
)
@command
def escalate(
    alert: Alert,
    incident: Annotated[str | None, typer.Option("--incident", help=t("cli-alerts-incident"))] = None,
    type_: Annotated[str, typer.Option("--type", help=t("cli-alerts-type"))] = "other",
    note: Note = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    body = {"incident": incident, "type": type_, "note": note, "expected_version": version}
    _act(alert, "escalate", body, as_json=as_json)


@app.command("stats", help=t("cli-alerts-stats"), epilog=t("cli-example", command="veedor alerts stats --since 7d"))
@command
def stats(
    since: Annotated[str | None, typer.Option("--since", help=t("cli-alerts-since"))] = None, as_json: AsJson = False
) -> None:
    from veedor.cli import casework, client

    answer = client.connect().get("/api/alerts/stats", {"since": casework.moment(since)})
    if as_json:
        print_json(answer)
        return
    rows = [
        {
            **rule,
            "camera": casework.plain(rule["camera_name"]),
            "rule": casework.plain(rule["rule"]),
            "false_rate": "" if rule["false_rate"] is None else f"{rule['false_rate']:.0%}",
        }
        for rule in answer["rules"]
    ]
    columns = ("camera", "rule", "raised", "handled", "false", "false_rate")
    print_rows(rows, columns, as_json=False, empty=t("cli-alerts-no-stats"))
    if answer["alerts"]:
        p50, p95 = f"{answer['latency_p50_s']:.2f}", f"{answer['latency_p95_s']:.2f}"
        out.print(t("cli-alerts-latency", p50=p50, p95=p95, count=str(answer["alerts"])))


def print_acts(acts: list[dict[str, Any]]) -> None:
    """Who did what, when and why, as a table."""
    from veedor.cli import casework

    rows = [
        {
            "at": casework.local(act["at"]),
            "who": casework.plain(act["by"]),
            "what": t(f"act-{act['kind'].replace('_', '-')}"),
            "why": casework.plain(act["reason"]),
        }
        for act in acts
    ]
    if rows:
        print_rows(rows, ("at", "who", "what", "why"), as_json=False)


def _act(alert: str, what: str, body: dict[str, Any], *, as_json: bool) -> None:
    from veedor.cli import casework, client

    given = {name: value for name, value in body.items() if value is not None}
    done = client.connect().post(f"/api/alerts/{client.part(alert)}/{what}", given)
    if as_json:
        print_json(done)
    elif done["incident_id"]:
        out.print(t("cli-alerts-escalated", id=casework.plain(alert), incident=casework.plain(done["incident_id"])))
    else:
        out.print(t("cli-alerts-done", id=casework.plain(alert), status=t(f"alert-status-{done['status']}")))
