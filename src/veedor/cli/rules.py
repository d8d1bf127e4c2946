"""`veedor rules`: the kinds of rules, checking a file, running it over stored tracks."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from veedor.cli.calls import App
from veedor.cli.options import DEFAULT_CONFIG, AsJson, Config
from veedor.cli.output import command, err, fail, lang, out, print_json, print_rows, t
from veedor.kit.errors import UserError
from veedor.kit.sqlite import store_errors

if TYPE_CHECKING:
    from veedor.site.rules.ruleset import RuleSet

app = App(help=t("rules-cli"), no_args_is_help=True)

_RUN_EXAMPLE = "veedor rules run --tracks tracks.txt --fps 25 --size 384x288 --rules rules.yaml --events events.json"


class ClassColumn(StrEnum):
    """What the class column of the tracks is worth."""

    AUTO = "auto"
    COLUMN = "column"
    NONE = "none"


class SizeError(UserError):
    """params: given"""

    key = "error-rules-size"


class StartError(UserError):
    """params: given"""

    key = "error-rules-start"


class TimeZoneError(UserError):
    """params: given"""

    key = "error-rules-time-zone"


class FpsError(UserError):
    """params: given"""

    key = "error-rules-fps"


@app.command("list", help=t("rules-cli-list"), epilog=t("cli-example", command="veedor rules list"))
@command
def list_kinds(
    as_json: AsJson = False,
) -> None:
    from veedor.site.rules.kinds import KINDS
    from veedor.site.rules.reference import meaning, parameters

    kinds = {kind: list(parameters(kind, lang)) for kind in KINDS}
    if as_json:
        print_json(
            [
                {
                    "kind": kind,
                    "meaning": meaning(kind, lang),
                    "standing": KINDS[kind].standing.value,
                    "needs_ground": KINDS[kind].Params.needs_ground,
                    "parameters": [
                        {"name": p.name, "meaning": p.meaning, "default": p.default, "required": p.default is None}
                        for p in params
                    ],
                }
                for kind, params in kinds.items()
            ]
        )
        return
    for kind, params in kinds.items():
        out.print(f"[bold]{kind}[/]: {meaning(kind, lang)}")
        out.print(t("rules-cli-standing", standing=KINDS[kind].standing.value), highlight=False)
        rows = [
            {"parameter": p.name, "meaning": p.meaning, "default": p.default or t("rules-cli-required")} for p in params
        ]
        print_rows(rows, ("parameter", "meaning", "default"), as_json=False)


@app.command("check", help=t("rules-cli-check"), epilog=t("cli-example", command="veedor rules check rules.yaml"))
@command
def check_file(
    file: Annotated[Path, typer.Argument(help=t("rules-cli-file"))],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.stores import load_config
    from veedor.site.rules.ruleset import RuleSet

    if config.is_file():
        load_config(config)  # rules may name the site's own classes
    problems = RuleSet.problems(file)
    if as_json:
        rows = [
            {
                "line": int(one.params["line"]),  # type: ignore[arg-type]
                "column": int(one.params["column"]),  # type: ignore[arg-type]
                "message": one.render(lang),
            }
            for one in problems
        ]
        print_json({"file": str(file), "valid": not problems, "problems": rows})
    elif problems:
        for one in problems:
            err.print(f"✗ {one.render(lang)}", markup=False, highlight=False)
        err.print(t("rules-cli-problems", file=str(file), count=str(len(problems))), markup=False, highlight=False)
    else:
        rules = RuleSet.load(file)
        counts = {"count": len(rules.rules), "zones": len(rules.zones), "tripwires": len(rules.wires)}
        text = t("rules-cli-valid", file=str(file), **{key: str(value) for key, value in counts.items()})
        out.print(f"✓ {text}", markup=False, highlight=False)
    if problems:
        raise typer.Exit(problems[0].exit_code)


@app.command("set", help=t("rules-cli-set"), epilog=t("cli-example", command="veedor rules set Paradero rules.yaml"))
@command
def set_rules(
    camera: Annotated[str, typer.Argument(help=t("rules-cli-camera"))],
    file: Annotated[Path, typer.Argument(help=t("rules-cli-file"))],
    config: Config = DEFAULT_CONFIG,
) -> None:
    from veedor.access.actions import Action
    from veedor.compose.at_machine import machine_audit
    from veedor.compose.calibration import uncalibrated
    from veedor.compose.own_models import problems_of
    from veedor.compose.stores import camera_store, load_config, rules_store
    from veedor.kit.clock import SystemClock
    from veedor.site.rules.ruleset import read_text

    told = load_config(config)
    with camera_store(told) as cameras:
        found = cameras.camera(camera)
    rules_of(file, as_json=False)
    store = rules_store(told)
    with machine_audit(told, SystemClock()) as audit:
        audit.note(Action.RULES_EDIT, "rules", found.id, {"camera": found.name, "file": str(file.resolve())})
    rules = store.write(found.id, read_text(file), name=str(file))
    for problem in problems_of(told, found, rules, lang):
        err.print(f"⚠ {problem.render(lang)}", markup=False, highlight=False)
    for note in uncalibrated(found, rules):
        err.print(note.render(lang), markup=False, highlight=False)
    out.print(t("rules-cli-set-done", camera=found.name, path=str(store.path(found.id))), highlight=False)


@app.command("show", help=t("rules-cli-show"), epilog=t("cli-example", command="veedor rules show Paradero"))
@command
def show_rules(
    camera: Annotated[str, typer.Argument(help=t("rules-cli-camera"))],
    config: Config = DEFAULT_CONFIG,
) -> None:
    from veedor.compose.stores import camera_store, load_config, rules_store
    from veedor.site.rules.ruleset import read_text

    told = load_config(config)
    with camera_store(told) as cameras:
        found = cameras.camera(camera)
    path = rules_store(told).path(found.id)
    if path.is_file():
        out.print(read_text(path), markup=False, highlight=False, end="")
    else:
        out.print(t("rules-cli-show-default", camera=found.name), highlight=False)


@app.command("run", help=t("rules-cli-run"), epilog=t("cli-example", command=_RUN_EXAMPLE))
@command
def run(
    tracks: Annotated[Path, typer.Option("--tracks", help=t("rules-cli-tracks"))],
    fps: Annotated[float, typer.Option("--fps", help=t("rules-cli-fps"))],
    size: Annotated[str, typer.Option("--size", help=t("rules-cli-size"))],
    rules: Annotated[Path, typer.Option("--rules", help=t("rules-cli-file"))],
    events: Annotated[Path | None, typer.Option("--events", help=t("rules-cli-events"))] = None,
    start: Annotated[str, typer.Option("--start", help=t("rules-cli-start"))] = "",
    time_zone: Annotated[str, typer.Option("--time-zone", help=t("rules-cli-time-zone"))] = "America/Lima",
    classes: Annotated[ClassColumn, typer.Option("--classes", help=t("rules-cli-classes"))] = ClassColumn.AUTO,
    calibration: Annotated[str, typer.Option("--calibration", help=t("cli-calibration"))] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.calibration import ground_given
    from veedor.site.rules.engine import RuleEngine
    from veedor.site.rules.export import event_rows
    from veedor.site.rules.replay import from_frames, says_classes, without_classes
    from veedor.site.track.motchallenge import read_tracks

    if not (math.isfinite(fps) and 0 < fps <= 1000):
        raise FpsError(given=str(fps))
    picture, zone = _size(size), _zone(time_zone)
    ruleset = rules_of(rules, as_json)
    if not start and ruleset.has_schedules:
        err.print(t("rules-cli-no-schedules"), markup=False, highlight=False)
        ruleset = ruleset.without_schedules()
    stored = read_tracks(tracks)
    if classes is ClassColumn.NONE or (classes is ClassColumn.AUTO and not says_classes(stored)):
        stored = without_classes(stored)
    ground = ground_given(calibration, config) if calibration else None
    engine = RuleEngine(ruleset, "file", zone, ground=ground)
    for name in engine.resting():
        err.print(t("rules-cli-resting", rule=name), markup=False, highlight=False)
    rows = event_rows(engine.run(from_frames(stored, picture, fps, _start(start, zone))), lang)
    if events is not None and str(events) != "-":
        _write(events, rows)
    if as_json or str(events) == "-":
        print_json(rows)
        return
    print_rows(rows, ("rule", "zone", "start_s", "end_s", "explanation"), as_json=False, empty=t("rules-cli-empty"))
    seconds = f"{max(stored, default=0) / fps:.1f}"
    ids = str(len({track_id for present in stored.values() for track_id in present.track_id.tolist()}))
    out.print(t("rules-cli-done", events=str(len(rows)), seconds=seconds, tracks=ids), highlight=False)


def rules_of(path: Path, as_json: bool) -> RuleSet:
    """The rules of a file; where it is wrong, say everything that is, and leave."""
    from veedor.site.rules.ruleset import RuleSet

    problems = RuleSet.problems(path)
    if problems:
        for one in problems[:-1] if not as_json else ():
            err.print(f"✗ {one.render(lang)}", markup=False, highlight=False)
        fail(problems[0] if as_json else problems[-1], as_json=as_json)
    return RuleSet.load(path)


def _size(given: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{1,5})\s*[xX×]\s*(\d{1,5})\s*", given)
    if not found or int(found[1]) == 0 or int(found[2]) == 0:
        raise SizeError(given=given)
    return int(found[1]), int(found[2])


def _zone(given: str) -> ZoneInfo:
    try:
        return ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise TimeZoneError(given=given) from problem


def _start(given: str, zone: ZoneInfo) -> datetime:
    """When the first frame was: local to `zone` where it names no offset."""
    if not given:
        return datetime(2000, 1, 1, tzinfo=UTC)
    try:
        parsed = datetime.fromisoformat(given)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise StartError(given=given) from problem


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    from veedor.kit.files import write_file

    data = (json.dumps(rows, ensure_ascii=False, indent=2) + "\n").encode()
    if path.exists() and not path.is_file():
        with store_errors(path):  # a device or pipe is written to, never replaced by a file
            path.write_bytes(data)
    else:
        write_file(path, data)
