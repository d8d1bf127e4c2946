"""`veedor normality`: what was learned of a camera, version by version, and going back to an earlier one."""

from __future__ import annotations

from typing import Annotated

import typer

from veedor.cli.calls import App
from veedor.cli.options import DEFAULT_CONFIG, AsJson, Config
from veedor.cli.output import command, out, print_rows, t
from veedor.kit.errors import UserError

app = App(help=t("normality-cli"), no_args_is_help=True)

CameraName = Annotated[str, typer.Option("--camera", help=t("normality-cli-camera"))]


class VersionError(UserError):
    """params: camera, version"""

    key = "error-normality-version"


@app.command(
    "show", help=t("normality-cli-show"), epilog=t("cli-example", command="veedor normality show --camera Grau")
)
@command
def show(
    camera: CameraName,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.stores import camera_store, load_config
    from veedor.site.normality.store import BaselineStore

    told = load_config(config)
    with camera_store(told) as cameras:
        found = cameras.camera(camera)
    versions = BaselineStore(told.data / "normality").about(found.id)
    rows = [
        {
            "version": one.version,
            "until": one.until.isoformat(timespec="minutes"),
            "days": round(one.days, 1),
            "tracks": one.tracks,
            "drift": round(one.drift, 3),
            "back-to": one.since,
        }
        for one in versions
    ]
    columns = ("version", "until", "days", "tracks", "drift", "back-to")
    print_rows(rows, columns, as_json=as_json, empty=t("normality-cli-none", camera=found.name))


@app.command(
    "rollback",
    help=t("normality-cli-rollback"),
    epilog=t("cli-example", command="veedor normality rollback --camera Grau --to 12"),
)
@command
def rollback(
    camera: CameraName,
    to: Annotated[int, typer.Option("--to", help=t("normality-cli-to"))],
    config: Config = DEFAULT_CONFIG,
) -> None:
    from veedor.access.actions import Action
    from veedor.compose.at_machine import machine_audit
    from veedor.compose.stores import camera_store, load_config
    from veedor.kit.clock import SystemClock
    from veedor.site.normality.store import BaselineStore

    told, clock = load_config(config), SystemClock()
    with camera_store(told) as cameras:
        found = cameras.camera(camera)
    store = BaselineStore(told.data / "normality")
    if to not in store.versions(found.id):
        raise VersionError(camera=found.name, version=str(to))
    with machine_audit(told, clock) as audit:
        audit.note(Action.RULES_EDIT, "normality", found.id, {"camera": found.name, "version": str(to)})
    made = store.roll_back(found.id, to, clock.now())
    out.print(
        t("normality-cli-back", camera=found.name, version=str(made.about.version), since=str(to)), highlight=False
    )
