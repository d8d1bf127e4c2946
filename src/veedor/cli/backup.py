"""`veedor backup` and `veedor restore`: of a site or a hub, at the machine itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, err, out, print_json, t


@command
def backup(
    to: Annotated[Path, typer.Option("--out", help=t("cli-backup-out"))],
    config: Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-backup-config"))] = Path(
        "veedor.yaml"
    ),
    with_keys: Annotated[bool, typer.Option("--with-keys", help=t("cli-backup-with-keys"))] = False,
    as_json: AsJson = False,
) -> None:
    """Its help is in the catalogue: see `cli/app.py`."""
    from veedor.compose.backup import backup as save
    from veedor.kit.clock import SystemClock

    made = save(config, to, SystemClock(), with_keys=with_keys)
    files, left_out = made.manifest.files, made.manifest.left_out
    if as_json:
        told: dict[str, object] = {
            "path": str(made.path),
            "kind": made.manifest.kind,
            "made_at": made.manifest.made_at.isoformat(),
        }
        told |= {"manifest_sha256": made.digest, "octets": made.octets, "files": len(files), "left_out": left_out}
        print_json(told)
        return
    size = f"{made.octets / 1e6:.1f}"
    done = t("cli-backup-done", path=str(made.path), files=len(files), megabytes=size, digest=made.digest)
    out.print(done, highlight=False, markup=False)
    if left_out:
        err.print(t("cli-backup-keys-left-out", keys=", ".join(left_out)), highlight=False, markup=False)


@command
def restore(
    source: Annotated[Path, typer.Argument(help=t("cli-restore-source"))],
    config: Annotated[Path | None, typer.Option("--config", help=t("cli-restore-config"))] = None,
    as_json: AsJson = False,
) -> None:
    """Its help is in the catalogue: see `cli/app.py`."""
    from veedor.compose.restore import restore as put_back
    from veedor.kit.clock import SystemClock

    done = put_back(source, config, SystemClock())
    if as_json:
        told: dict[str, object] = {"config": str(done.config), "data": str(done.data), "kind": done.manifest.kind}
        told |= {"made_at": done.manifest.made_at.isoformat(), "missing_keys": [str(path) for path in done.missing]}
        print_json(told)
        return
    out.print(t("cli-restore-done", at=done.manifest.made_at.isoformat(timespec="seconds"), data=str(done.data)))
    for path in done.missing:
        err.print(t("cli-restore-missing", path=str(path)), highlight=False, markup=False)
    if done.manifest.kind == "site":
        out.print(t("cli-restore-footage"))
