"""`veedor analyze`: a file through the whole pipeline, faster than real time."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from veedor.cli.options import AsJson
from veedor.cli.output import command, err, lang, out, print_json, t
from veedor.cli.rules import rules_of


@command
def analyze(
    video: Annotated[Path, typer.Argument(help=t("cli-analyze-video"))],
    rules: Annotated[Path | None, typer.Option("--rules", help=t("cli-analyze-rules"))] = None,
    tracks: Annotated[Path | None, typer.Option("--tracks", help=t("cli-analyze-tracks"))] = None,
    events: Annotated[Path | None, typer.Option("--events", help=t("cli-analyze-events"))] = None,
    annotated: Annotated[Path | None, typer.Option("--annotated", help=t("cli-analyze-annotated"))] = None,
    fps: Annotated[float, typer.Option("--fps", min=0.2, max=120.0, help=t("cli-analyze-fps"))] = 5.0,
    model: Annotated[list[str] | None, typer.Option("--model", help=t("cli-analyze-models"))] = None,
    calibration: Annotated[str, typer.Option("--calibration", help=t("cli-calibration"))] = "",
    config: Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-analyze-config"))] = Path(
        "veedor.yaml"
    ),
    as_json: AsJson = False,
) -> None:
    from veedor.compose.calibration import ground_given
    from veedor.compose.offline import Given, Models, Outputs, analyze_file
    from veedor.compose.stores import load_config
    from veedor.kit.errors import UserError

    site = load_config(config) if model or (rules is not None and config.is_file()) else None
    ground = ground_given(calibration, config) if calibration else None
    if rules is not None:
        resting = [one for one in rules_of(rules, as_json).rules if one.enabled and one.needs_ground]
        for one in resting if ground is None else ():
            err.print(t("rules-cli-resting", rule=one.name), markup=False, highlight=False)
    # The report tells what the reader logs, in the user's language.
    logging.getLogger("veedor").addHandler(logging.NullHandler())

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(video.name, total=None, speed="")

        def tell(done: int, total: int | None, speed: float) -> None:
            progress.update(task, completed=done, total=total, speed=f"{speed:.1f}x")

        report = analyze_file(
            video,
            rules,
            fps,
            Outputs(tracks, events, annotated),
            lang,
            tell,
            given=Given(ground=ground, models=Models(site, model)),
        )
    if as_json:
        print_json(report)
        if report["problem"]:
            raise typer.Exit(UserError.exit_code)
        return
    out.print(
        t(
            "cli-analyze-done",
            frames=report["frames_analysed"],
            tracks=report["tracks"],
            events=len(report["events"]),
            speed=f"{report['speed']:.1f}",
        )
    )
    if report["second_looks"]["turned_down"]:
        out.print(t("cli-analyze-turned-down", count=report["second_looks"]["turned_down"]))
    for event in report["events"]:
        told = f"  {event['start_s']:8.1f} s  {event['rule']}: {event['explanation']}"
        out.print(told, highlight=False, markup=False)
    if report["problem"]:
        err.print(t("cli-analyze-problem", problem=report["problem"]), highlight=False, markup=False)
        raise typer.Exit(UserError.exit_code)
