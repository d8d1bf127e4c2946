"""`veedor audit`: what was done, by whom, and whether the record of it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.output import command, out, print_json, print_rows, t

app = App(name="audit", help=t("cli-audit"), no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help=t("cli-json"))]
_COLUMNS = ("sequence", "at", "username", "audit_action", "resource", "allowed", "reason")


@app.command("list", help=t("cli-audit-list"), epilog=t("cli-example", command="veedor audit list --user rosa"))
@command
def list_audit(
    user: Annotated[str | None, typer.Option("--user", help=t("cli-login-user"))] = None,
    action: Annotated[str | None, typer.Option("--action", help=t("cli-audit-action"))] = None,
    refused: Annotated[bool, typer.Option("--refused", help=t("cli-audit-refused"))] = False,
    before: Annotated[int | None, typer.Option("--before", help=t("cli-audit-before"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help=t("cli-audit-limit"))] = 50,
    as_json: Json = False,
) -> None:
    from veedor.cli import client

    wanted = {"username": user, "action": action, "before": before, "limit": limit}
    rows = client.connect().get("/api/audit", {**wanted, "allowed": "false" if refused else None})
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            **row,
            "audit_action": row["action"],
            "resource": f"{row['resource_kind']} {row['resource_id'] or ''}".strip(),
            "allowed": "✓" if row["allowed"] else "✗",
            "reason": row["reason"] or row["purpose"],
        }
        for row in rows
    ]
    print_rows(shown, _COLUMNS, as_json=False, empty=t("cli-audit-empty"))


@app.command("verify", help=t("cli-audit-verify"), epilog=t("cli-example", command="veedor audit verify --data data"))
@command
def verify(
    data: Annotated[Path | None, typer.Option("--data", help=t("cli-audit-data"), exists=True, file_okay=False)] = None,
    head: Annotated[str | None, typer.Option("--head", help=t("cli-audit-head"))] = None,
    as_json: Json = False,
) -> None:
    """Exit code 5 where the chain is broken."""
    sequence, digest = _noted(head)
    verdicts = _on_disk(data, sequence, digest) if data else [_by_desk(sequence, digest)]
    if as_json:
        print_json(verdicts[0] if len(verdicts) == 1 else verdicts)
    elif not verdicts:
        out.print(t("cli-audit-empty"))
    for verdict in verdicts:
        if not verdict["intact"]:
            from veedor.desk.errors import AuditBroken

            if as_json:
                raise typer.Exit(AuditBroken.exit_code)
            raise AuditBroken(path=str(data or "desk"), problem=f"n.º {verdict['broken_at']}")
        if not as_json:
            head_text = f"{verdict['head_sequence']}:{verdict['head_hash']}"
            out.print(t("cli-audit-intact", entries=str(verdict["entries"]), head=head_text))


def _noted(head: str | None) -> tuple[int | None, str | None]:
    if head is None:
        return None, None
    number, _, digest = head.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise typer.BadParameter(t("cli-audit-head"))
    return int(number), digest


def _by_desk(sequence: int | None, digest: str | None) -> dict[str, Any]:
    from veedor.cli import client

    answer = client.connect().get("/api/audit/verify", {"sequence": sequence, "hash": digest})
    return dict(answer)


def _on_disk(data: Path, sequence: int | None, digest: str | None) -> list[dict[str, Any]]:
    """Every chain in the database of a data folder, without a desk: the file is not changed."""
    from veedor.desk.audit.offline import verify_file

    noted = (sequence, digest) if sequence is not None and digest is not None else None
    return verify_file(data, noted)
