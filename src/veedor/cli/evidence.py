"""`veedor evidence`: lock, release and export as the person who logged in; verify offline, as anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.options import AsJson
from veedor.cli.output import command, err, out, print_json, print_rows, t

app = App(name="evidence", help=t("cli-evidence"), no_args_is_help=True)

Incident = Annotated[str, typer.Argument(help=t("cli-incidents-ref"), metavar="INCIDENT")]
Reason = Annotated[str, typer.Option("--reason", help=t("cli-evidence-reason"))]
Purpose = Annotated[str | None, typer.Option("--purpose", help=t("cli-evidence-purpose"))]
Case = Annotated[str | None, typer.Option("--case", help=t("cli-evidence-case"))]
_COLUMNS = ("evidence", "camera", "start", "end", "status", "why")


@app.command(
    "lock",
    help=t("cli-evidence-lock"),
    epilog=t(
        "cli-example",
        command='veedor evidence lock 12 --camera plaza --from 2026-03-01T10:00 --to 2026-03-01T10:05 --reason "robo"',
    ),
)
@command
def lock(
    incident: Incident,
    camera: Annotated[str, typer.Option("--camera", help=t("cli-evidence-camera"))],
    start: Annotated[str, typer.Option("--from", help=t("cli-evidence-from"))],
    end: Annotated[str, typer.Option("--to", help=t("cli-evidence-to"))],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import casework, client

    body = {"camera": camera, "start": casework.moment(start), "end": casework.moment(end), "reason": reason}
    item = client.connect().post(f"/api/incidents/{client.part(incident)}/evidence", body)
    _print_items([item], item, as_json=as_json)


@app.command("list", help=t("cli-evidence-list"), epilog=t("cli-example", command="veedor evidence list 12"))
@command
def list_evidence(incident: Incident, as_json: AsJson = False) -> None:
    from veedor.cli import client

    items = client.connect().get(f"/api/incidents/{client.part(incident)}/evidence")
    _print_items(items, items, as_json=as_json)


@app.command(
    "release",
    help=t("cli-evidence-release"),
    epilog=t("cli-example", command='veedor evidence release 0195a1c2-... --reason "caso archivado"'),
)
@command
def release(
    evidence: Annotated[str, typer.Argument(help=t("cli-evidence-id"), metavar="EVIDENCE")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    item = client.connect().post(f"/api/evidence/{client.part(evidence)}/release", {"reason": reason})
    _print_items([item], item, as_json=as_json)


@app.command(
    "export",
    help=t("cli-evidence-export"),
    epilog=t("cli-example", command='veedor evidence export 12 --out caso-12 --reason "oficio 33-2026"'),
)
@command
def export(
    incident: Incident,
    to: Annotated[Path, typer.Option("--out", help=t("cli-evidence-out"))],
    reason: Reason,
    purpose: Purpose = None,
    case: Case = None,
    package: Annotated[str | None, typer.Option("--package", help=t("cli-evidence-package"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client
    from veedor.cli.evidence_export import Order, fetch_package

    order = Order(incident, reason, to, package, {"purpose": purpose, "case": case})
    done = fetch_package(client.connect(), order)
    if as_json:
        print_json(done)
    else:
        out.print(t("cli-evidence-exported", directory=str(to), files=str(done["files"]), package=done["package_id"]))
        out.print(t("evidence-verify-signer", fingerprint=done["key_fingerprint"]))


@app.command(
    "verify",
    help=t("cli-evidence-verify"),
    epilog=t("cli-example", command="veedor evidence verify caso-12 --key PUBLIC.pem"),
)
@command
def verify(
    directory: Annotated[Path, typer.Argument(help=t("cli-evidence-directory"), metavar="DIR")],
    key: Annotated[Path, typer.Option("--key", help=t("cli-evidence-key-file"))],
    as_json: AsJson = False,
) -> None:
    """Exit code 2 where anything differs from what was signed."""
    from veedor.cli.casework import plain
    from veedor.cli.output import lang
    from veedor.desk.evidence.errors import EvidenceKeyInside, EvidenceNotAuthentic
    from veedor.desk.evidence.signing import fingerprint, read_public_key
    from veedor.desk.evidence.verify import printable, verify_package

    if key.resolve().is_relative_to(directory.resolve()):
        raise EvidenceKeyInside(file=str(key))
    public = read_public_key(key)
    outcome = verify_package(directory, public)
    said = {name: printable(str(outcome.manifest.get(name))) for name in ("package_id", "site", "created_at")}
    failure = EvidenceNotAuthentic(directory=str(directory), count=str(len(outcome.problems)))
    if as_json:
        print_json(
            {
                "authentic": outcome.authentic,
                "files": outcome.files,
                "bytes": outcome.octets,
                "key_fingerprint": fingerprint(public),
                **said,
                "problems": [
                    {"path": one.path, "problem": one.message.key, "message": one.message.render(lang)}
                    for one in outcome.problems
                ],
            }
        )
        if not outcome.authentic:
            raise typer.Exit(failure.exit_code)
        return
    for one in outcome.problems:
        err.print(f"[red]✗[/] {plain(one.message.render(lang))}", highlight=False)
    if not outcome.authentic:
        raise failure
    files, octets = str(outcome.files), str(outcome.octets)
    good = t("evidence-verify-good", files=files, octets=octets, package=said["package_id"], site=said["site"])
    out.print(f"[green]✓[/] {plain(good)}", highlight=False)
    out.print(t("evidence-verify-signer", fingerprint=fingerprint(public)), highlight=False)


@app.command("key", help=t("cli-evidence-key"), epilog=t("cli-example", command="veedor evidence key --out PUBLIC.pem"))
@command
def public_key(
    to: Annotated[Path, typer.Option("--out", help=t("cli-evidence-key-out"))],
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client
    from veedor.desk.evidence.errors import EvidenceKeyUnusable
    from veedor.kit.files import write_file

    key = client.connect().get("/api/evidence-key")
    data = str(key["public_pem"]).encode()
    if to.exists() and (not to.is_file() or to.read_bytes() != data):
        raise EvidenceKeyUnusable(file=str(to), problem=t("evidence-key-there"))
    write_file(to, data)
    if as_json:
        print_json({"file": str(to), "fingerprint": key["fingerprint"]})
    else:
        out.print(t("cli-evidence-key-written", file=str(to)))
        out.print(t("evidence-verify-signer", fingerprint=key["fingerprint"]), highlight=False)


def _print_items(items: list[dict[str, Any]], answer: Any, *, as_json: bool) -> None:
    from veedor.cli import casework

    if as_json:
        print_json(answer)
        return
    rows = [
        {
            "evidence": item["id"],
            "camera": casework.plain(item["camera_name"]),
            "start": casework.local(item["start"]),
            "end": casework.local(item["end"]),
            "status": t(f"evidence-status-{item['status']}"),
            "why": casework.plain(item["problem"] or item["reason"]),
        }
        for item in items
    ]
    print_rows(rows, _COLUMNS, as_json=False, empty=t("cli-evidence-none"))
