"""`veedor models`: the detector's weights on this machine."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from veedor.cli.calls import App
from veedor.cli.output import command, err, out, print_json, print_rows, t

app = App(help=t("cli-models"), no_args_is_help=True)


@app.command("list", help=t("cli-models-list"), epilog=t("cli-example", command="veedor models list"))
@command
def list_models(as_json: Annotated[bool, typer.Option("--json", help=t("cli-json"))] = False) -> None:
    from veedor.site.detect import models

    rows = models.rows()
    if as_json:
        print_json(rows)
        return
    shown = [
        row | {"model": row["name"], "state": t(f"models-state-{row['state']}"), "size": _size(row["size_bytes"])}
        for row in rows
    ]
    print_rows(shown, ("model", "state", "licence", "classes", "size", "path"), as_json=False)


@app.command("pull", help=t("cli-models-pull"), epilog=t("cli-example", command="veedor models pull"))
@command
def pull(
    names: Annotated[list[str] | None, typer.Argument(help=t("cli-models-names"), show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("cli-json"))] = False,
) -> None:
    from veedor.site.detect import models

    wanted = [models.entry(name) for name in names or [models.DEFAULT_MODEL]]
    done = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        for model in wanted:
            task = progress.add_task(model.name, total=None)

            def tell(source: str, name: str = model.name, task: TaskID = task) -> None:
                progress.update(task, description=t("models-fetching", model=name, source=source))

            pulled = models.pull(model, tell=tell)
            done.append({"name": model.name, "path": str(pulled.path), "source": pulled.source})
            progress.remove_task(task)
    if as_json:
        print_json(done)
        return
    for one in done:
        key = "models-pulled" if one["source"] else "models-already"
        out.print(t(key, model=str(one["name"]), path=str(one["path"])), markup=False, highlight=False)


def _size(size_bytes: object) -> str:
    return f"{int(str(size_bytes)) / 1e6:.1f} MB"
