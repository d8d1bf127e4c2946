"""`veedor check`: the recordings against their index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t

if TYPE_CHECKING:
    from veedor.compose.config import SiteFile
    from veedor.site.record.check import Report

EXIT_PROBLEMS_LEFT = 5


@command
def check(
    config: Annotated[Path, typer.Option("--config", "-c", help=t("cli-config"))] = Path("veedor.yaml"),
    mend: Annotated[bool, typer.Option("--repair", help=t("cli-check-repair"))] = False,
    deep: Annotated[bool | None, typer.Option("--deep/--quick", help=t("cli-check-deep"))] = None,
    as_json: AsJson = False,
) -> None:
    """Its help is in the catalogue: see `cli/app.py`."""
    from veedor.compose.stores import load_config
    from veedor.kit.clock import SystemClock
    from veedor.site.record.check import check as look
    from veedor.site.record.config import RecordConfig
    from veedor.site.record.repair import repair

    site = load_config(config)
    settings = site.recording
    directory = settings.directory or Path("data/recordings")
    wanted = RecordConfig(
        directory=directory,
        keep_days=settings.keep_days,
        legal_minimum_days=settings.legal_minimum_days,
        reserve_bytes=settings.reserve_bytes,
        max_bytes=settings.max_bytes,
    )
    report = repair(wanted, SystemClock(), deep=deep) if mend else look(wanted, deep=deep)
    names = _names(site)
    wrong, resting = _models(site), _resting(site) if names else []
    if as_json:
        print_json({**_as_json(report, directory, names), "models": wrong, "resting": resting})
    else:
        _print(report, directory, names)
        for line in wrong:
            out.print(f"✗ {line}", markup=False, highlight=False)
        for sentence in resting:
            out.print(f"• {sentence}", markup=False, highlight=False)
    if report.problems or wrong:
        raise typer.Exit(EXIT_PROBLEMS_LEFT)


def _names(site: SiteFile) -> dict[str, str] | None:
    """Names of cameras by their ids. None where the cameras cannot be read: the recordings are checked all the same."""
    from veedor.compose.stores import camera_store
    from veedor.kit.errors import VeedorError

    if not (site.data / "site.db").is_file():
        return {}
    try:
        with camera_store(site) as store:
            return {camera.id: camera.name for camera in store.cameras()}
    except VeedorError as problem:
        err.print(t("cli-check-no-names", problem=problem.render(lang)), highlight=False, markup=False)
        return None


def _models(site: SiteFile) -> list[str]:
    """What is wrong with the cameras' models; nothing where it cannot be told, which `_names` has said."""
    from veedor.compose.own_models import model_problems
    from veedor.kit.errors import VeedorError

    try:
        return [one.render(lang) for one in model_problems(site, lang)]
    except VeedorError:
        return []


def _resting(site: SiteFile) -> list[str]:
    """The rules in metres of cameras that are not calibrated, in words: nothing is broken, but they say nothing."""
    from veedor.compose.calibration import uncalibrated
    from veedor.compose.stores import camera_store, rules_store

    rules = rules_store(site)
    with camera_store(site) as store:
        cameras = store.cameras()
    return [note.render(lang) for camera in cameras for note in uncalibrated(camera, rules.rules(camera.id))]


def _shown(camera_id: str, names: dict[str, str] | None) -> str:
    if names is None:
        return camera_id
    return names.get(camera_id) or t("cli-check-removed-camera", id=camera_id)


def _as_json(report: Report, directory: Path, names: dict[str, str] | None) -> dict[str, Any]:
    return {
        "directory": str(directory),
        "segments": report.segments,
        "octets": report.octets,
        "hashed": report.hashed,
        "live": report.live,
        "clean": not report.problems,
        "findings": [
            {
                "kind": str(finding.kind),
                "path": finding.path,
                "detail": finding.detail,
                "problem": finding.is_problem,
                "repaired": finding.repaired,
                "message": finding.message.render(lang),
            }
            for finding in report.findings
        ],
        "forecasts": [
            {
                "camera_id": one.camera_id,
                "camera_name": (names or {}).get(one.camera_id),
                "octets": one.octets,
                "octets_per_s": one.octets_per_s,
                "days_stored": one.days_stored,
                "days": one.days,
            }
            for one in report.forecasts
        ],
    }


def _print(report: Report, directory: Path, names: dict[str, str] | None) -> None:
    size = f"{report.octets / 1e9:.2f}"
    out.print(t("cli-check-summary", path=str(directory), segments=str(report.segments), gigabytes=size))
    if report.live:
        out.print(t("cli-check-live"))
    if not report.hashed:
        out.print(t("cli-check-not-hashed"))
    for finding in report.findings:
        mark = "[green]✓[/]" if finding.repaired else "[red]✗[/]" if finding.is_problem else "[yellow]•[/]"
        text = finding.message.render(lang).replace("[", r"\[")
        tail = f" ({t('cli-check-repaired')})" if finding.repaired else ""
        out.print(f"{mark} {text}{tail}", highlight=False)
    rows = [
        {
            "check_camera": _shown(one.camera_id, names),
            "check_gigabytes": f"{one.octets / 1e9:.2f}",
            "check_megabits": f"{one.octets_per_s * 8 / 1e6:.2f}",
            "check_days_stored": f"{one.days_stored:g}",
            "check_days": "" if one.days is None else f"{one.days:g}",
        }
        for one in report.forecasts
    ]
    if rows:
        columns = ("check_camera", "check_gigabytes", "check_megabits", "check_days_stored", "check_days")
        print_rows(rows, columns, as_json=False)
    out.print(t("cli-check-problems", count=len(report.problems)) if report.problems else t("cli-check-clean"))
