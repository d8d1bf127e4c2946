"""`veedor audit`: what was done, by whom, and whether the record of it is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.erasures import add_erasures
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t
from veedor.cli.seals import show_sealed, who_text
from veedor.kit.errors import VeedorError

app = App(name="audit", help=t("cli-audit"), no_args_is_help=True)
add_erasures(app)

Json = Annotated[bool, typer.Option("--json", help=t("cli-json"))]
NotedHead = tuple[str | None, int, str]  # whose chain, sequence, hash
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
            "username": who_text(row),
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
    witness: Annotated[
        Path | None, typer.Option("--witness", help=t("cli-audit-witness"), exists=True, dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Exit code 5 where the chain is broken, or the opening of a seal does not fit."""
    kept, unproved = _kept(witness) if witness else ([], 0)
    heads = [*_noted(head), *kept]
    verdicts = _on_disk(data, heads) if data else [_by_desk(heads)]
    if unproved and not as_json:
        err.print(t("cli-audit-unproved", heads=str(unproved)))
    verdicts = [{**one, "unproved": unproved} for one in verdicts]
    if as_json:
        print_json(verdicts[0] if len(verdicts) == 1 else verdicts)
    elif not verdicts:
        out.print(t("cli-audit-empty"))
    fits = True
    for verdict in verdicts:
        if not as_json:
            _show_contradictions(verdict)
            fits = show_sealed(verdict) and fits
        if not verdict["intact"]:
            from veedor.desk.errors import AuditBroken

            if as_json:
                raise typer.Exit(AuditBroken.exit_code)
            raise AuditBroken(path=str(data or "desk"), problem=_explained(verdict))
        if not as_json:
            head_text = f"{verdict['head_sequence']}:{verdict['head_hash']}"
            out.print(t("cli-audit-intact", entries=str(verdict["entries"]), head=head_text))
            if verdict["compared"]:
                out.print(t("cli-audit-compared", heads=str(verdict["compared"])))
            for one in verdict["erased"]:
                told = {name: str(one[name]) for name in ("at", "values", "entries")}
                out.print(t("cli-audit-erased", entry=str(one["sequence"]), **told))
    if not fits:
        from veedor.desk.errors import AuditBroken

        raise typer.Exit(AuditBroken.exit_code)


@app.command("heads", help=t("cli-audit-heads"), epilog=t("cli-example", command="veedor audit heads hub"))
@command
def heads(
    place: Annotated[str, typer.Argument(help=t("cli-audit-heads-place"))],
    out_file: Annotated[Path | None, typer.Option("--out", help=t("cli-audit-heads-out"), dir_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """What the desk that one is logged in at keeps of another chain, for `--witness`."""
    from veedor.cli import client
    from veedor.kit.files import write_file

    rows: list[dict[str, Any]] = client.connect().get(f"/api/audit/witness-of/{client.part(place)}", {"limit": 1000})
    if out_file is not None:
        write_file(out_file, json.dumps(rows, indent=1).encode())
        out.print(t("cli-audit-heads-saved", heads=str(len(rows)), path=str(out_file)))
        return
    print_rows(rows, ("place", "sequence", "at", "flaw", "hash"), as_json=as_json, empty="")


def _explained(verdict: dict[str, Any]) -> str:
    """The first broken link, in words."""
    told = {name: str(verdict[name] or "-") for name in ("expected", "found")}
    return t("cli-audit-break", problem=str(verdict["problem"]), entry=str(verdict["broken_at"]), **told)


def _show_contradictions(verdict: dict[str, Any]) -> None:
    for one in verdict.get("contradictions", ()):
        out.print(
            t("cli-audit-contradiction", place=one["place"], entry=str(one["sequence"]), flaw=str(one["flaw"])),
            style="yellow",
        )
    for one in verdict.get("restores", ()):
        last = str(one["lost_to"] or "none")
        told = {"by": str(one["by"]), "at": str(one["restored_at"]), "made": str(one["backup_made_at"])}
        place = str(one["place"] or "here")
        out.print(t("cli-audit-restored", place=place, first=str(one["lost_from"]), last=last, **told), style="yellow")


def _noted(head: str | None) -> list[NotedHead]:
    if head is None:
        return []
    number, _, digest = head.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise typer.BadParameter(t("cli-audit-head"))
    return [(None, int(number), digest)]


def _kept(file: Path) -> tuple[list[NotedHead], int]:
    """Heads of one chain that somebody else keeps, as `GET /api/audit/witness-of` tells them; those that nobody signed
    count for nothing. With how many could not be checked there, since the agency's key was not known."""
    from veedor.wire.heads import BadHead, SignedHead

    try:
        told = json.loads(file.read_bytes())
        read = [(SignedHead.from_json(one), str(one["public_key"])) for one in told]
    except (ValueError, TypeError, KeyError, BadHead) as problem:
        raise typer.BadParameter(t("cli-audit-witness-unreadable", problem=_words(problem))) from problem
    heads = [head for head, key in read if head.signed_by(key)]
    proved = {(head.place, head.sequence, head.hash) for head in heads}
    aside = {(one["place"], one["sequence"], one["hash"]) for one in told if one.get("flaw") == "unproved"} - proved
    if len({place for place, _, _ in proved | aside}) != 1:
        raise typer.BadParameter(t("cli-audit-witness-places"))
    return [(head.agency_id, head.sequence, head.hash) for head in heads], len(aside)


def _words(problem: Exception) -> str:
    return problem.render(lang) if isinstance(problem, VeedorError) else str(problem)


def _by_desk(heads: list[NotedHead]) -> dict[str, Any]:
    from veedor.cli import client
    from veedor.wire.heads import MOST_HEADS

    last = sorted({(sequence, hash_) for _agency, sequence, hash_ in heads})[
        -MOST_HEADS:
    ]  # each vouches for all before
    answer = client.connect().get("/api/audit/verify", {"head": [f"{number}:{hash_}" for number, hash_ in last]})
    return dict(answer)


def _on_disk(data: Path, heads: list[NotedHead]) -> list[dict[str, Any]]:
    """Every chain in the database of a data folder, without a desk: the file is not changed."""
    from veedor.desk.audit.offline import verify_file

    return verify_file(data, heads)
