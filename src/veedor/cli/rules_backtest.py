"""`veedor rules backtest`: changed rules over the last days of a camera's archive, beside those in force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from veedor.cli.options import DEFAULT_CONFIG, AsJson, Config
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t
from veedor.kit.errors import UserError

if TYPE_CHECKING:
    from veedor.site.backtest.run import BacktestRun


class BacktestSpanError(UserError):
    """The end is not after the start."""

    key = "error-backtest-span"


@command
def backtest(
    camera: Annotated[str, typer.Option("--camera", help=t("backtest-cli-camera"))],
    rules: Annotated[Path, typer.Option("--rules", help=t("backtest-cli-rules"))],
    since: Annotated[str, typer.Option("--since", help=t("backtest-cli-since"))] = "7d",
    until: Annotated[str | None, typer.Option("--until", help=t("backtest-cli-until"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, max=5000, help=t("backtest-cli-limit"))] = 20,
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    from veedor.cli.casework import moment
    from veedor.cli.rules import rules_of
    from veedor.compose.backtests import offline_run
    from veedor.compose.stores import load_config
    from veedor.kit.clock import SystemClock
    from veedor.site.backtest.report import report

    rules_of(rules, as_json)
    clock = SystemClock()
    start, end = _time(moment(since)), _time(moment(until)) if until else clock.now()
    if start is None or end is None or end <= start:
        raise BacktestSpanError
    run = offline_run(load_config(config), camera, rules, (start, end), clock)
    _work(run)
    told = report(run, max(limit, 1))
    told["events"] = [] if limit == 0 else told["events"]
    if as_json:
        print_json(told)
    else:
        _show(told)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _work(run: BacktestRun) -> None:
    """To the end, with a bar; the days so far as soon as there are some worth a look."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        for _ in run.steps():
            hours = (run.until - run.wanted.start).total_seconds() / 3600
            rate = f"{hours / max(run.taken_s, 1e-6):.1f}"
            text = t("backtest-cli-progress", tracks=str(run.tracks), rate=rate)
            counts = t("backtest-cli-counts-so-far", new=str(len(run.new.raised)), old=str(len(run.old.raised)))
            progress.update(task, completed=run.share, description=f"{text}. {counts}")


def _show(told: dict[str, Any]) -> None:
    from veedor.cli.casework import local, plain
    from veedor.kit.messages import Message

    days = [{"day": one["day"], "alerts-old": one["old"], "alerts-new": one["new"]} for one in told["days"]]
    print_rows(days, ("day", "alerts-old", "alerts-new"), as_json=False)
    names = {"only_new": "only-new", "only_old": "only-old"}
    lines = [
        {
            "rule": plain(one["rule"]),
            "alerts-old": one["old"],
            "alerts-new": one["new"],
            **{shown: one[key] for key, shown in names.items()},
            "same": one["same"],
        }
        for one in told["rules"]
    ]
    print_rows(lines, ("rule", "alerts-old", "alerts-new", "only-new", "only-old", "same"), as_json=False)
    for state in ("new", "gone"):
        some = [one for one in told["events"] if one["state"] == state]
        rows = [
            {
                "begins": local(one["started_at"]),
                "rule": plain(one["rule"]),
                "explanation": plain(Message.from_json(one["explanation"]).render(lang)),
            }
            for one in some
        ]
        if rows:
            out.print(t(f"backtest-cli-list-{state}"), markup=False, highlight=False, style="bold")
            print_rows(rows, ("begins", "rule", "explanation"), as_json=False)
        if some and told["more"][state]:
            out.print(t("backtest-cli-more", count=str(told["more"][state])), highlight=False)
    out.print(t("backtest-cli-counts", **{key: str(value) for key, value in told["counts"].items()}), highlight=False)
    for note in told["notes"]:
        out.print(f"• {Message.from_json(note).render(lang)}", markup=False, highlight=False)
    figures = {"tracks": str(told["tracks"]), "seconds": f"{told['taken_s']:.1f}", "rate": f"{told['hours_per_s']:.1f}"}
    out.print(t("backtest-cli-done", **figures), highlight=False)
