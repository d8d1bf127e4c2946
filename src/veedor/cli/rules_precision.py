"""`veedor rules precision`: how many of each rule's alerts were true, as the person who logged in may see it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, print_json, print_rows, t

_COLUMNS = ("camera", "rule", "raised", "judged", "true", "interval", "rule_state")


@command
def precision(
    camera: Annotated[str | None, typer.Option("--camera", help=t("cli-rules-precision-camera"))] = None,
    days: Annotated[float | None, typer.Option("--days", help=t("cli-rules-precision-days"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.cli import client

    answer = client.connect().get("/api/precision", {"camera": camera, "days": days})
    if as_json:
        print_json(answer)
        return
    rows = [_row(rule) for rule in answer["rules"]]
    print_rows(rows, _COLUMNS, as_json=False, empty=t("cli-rules-precision-none"))


def _row(rule: dict[str, Any]) -> dict[str, Any]:
    from veedor.cli import casework

    state = "review" if rule["in_review"] else "poor" if rule["warned"] else "pinned" if rule["pinned"] else "queue"
    return {
        "camera": casework.plain(rule["camera_name"]),
        "rule": casework.plain(rule["rule"]),
        "raised": rule["raised"],
        "judged": rule["of"],
        "true": rule["true"],
        "interval": f"{rule['low']:.0%} – {rule['high']:.0%}" if rule["of"] else "",
        "rule_state": t("cli-rules-precision-state", state=state),
    }
