"""`veedor models`: the detectors of this machine, and those of the agency's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from veedor.cli.calls import App
from veedor.cli.options import DEFAULT_CONFIG, AsJson
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t

if TYPE_CHECKING:
    from veedor.compose.config import SiteFile
    from veedor.site.detect.cards import ModelCard

app = App(help=t("cli-models"), no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", envvar="VEEDOR_CONFIG", help=t("cli-models-config"))]
Name = Annotated[str, typer.Argument(help=t("cli-models-name"))]
_ADD_EXAMPLE = (
    "veedor models add excavators.onnx --name excavators --classes excavator --label es=excavadora --license AGPL-3.0"
)


def _site(path: Path) -> SiteFile | None:
    """The site's configuration; None where there is none: a machine may have only the models of Veedor's list."""
    from veedor.compose.stores import load_config

    return load_config(path) if path.is_file() else None


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False)


@app.command("list", help=t("cli-models-list"), epilog=t("cli-example", command="veedor models list"))
@command
def list_models(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    from veedor.compose.own_models import model_rows

    rows = model_rows(_site(config))
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
    as_json: AsJson = False,
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
        _say(t(key, model=str(one["name"]), path=str(one["path"])))


@app.command("add", help=t("cli-models-add"), epilog=t("cli-example", command=_ADD_EXAMPLE))
@command
def add(
    file: Annotated[Path, typer.Argument(help=t("cli-models-add-file"))],
    name: Annotated[str, typer.Option("--name", help=t("cli-models-add-name"))],
    classes: Annotated[str, typer.Option("--classes", help=t("cli-models-add-classes"))],
    licence: Annotated[str, typer.Option("--license", "--licence", help=t("cli-models-add-license"))],
    licence_file: Annotated[
        Path | None, typer.Option("--license-file", "--licence-file", help=t("cli-models-add-license-file"))
    ] = None,
    source: Annotated[str, typer.Option("--source", help=t("cli-models-add-source"))] = "",
    label: Annotated[list[str] | None, typer.Option("--label", help=t("cli-models-add-label"))] = None,
    only: Annotated[str, typer.Option("--only", help=t("cli-models-add-only"))] = "",
    instead_of: Annotated[list[str] | None, typer.Option("--instead-of", help=t("cli-models-add-instead-of"))] = None,
    size: Annotated[str, typer.Option("--input", help=t("cli-models-add-input"))] = "",
    layout: Annotated[str, typer.Option("--layout", help=t("cli-models-add-layout"))] = "",
    scale: Annotated[str, typer.Option("--scale", help=t("cli-models-add-scale"))] = "unit",
    colour: Annotated[str, typer.Option("--colour", "--color", help=t("cli-models-add-colour"))] = "rgb",
    fit: Annotated[str, typer.Option("--fit", help=t("cli-models-add-fit"))] = "letterbox",
    least: Annotated[
        float, typer.Option("--min-confidence", min=0.01, max=0.99, help=t("cli-models-add-confidence"))
    ] = 0.1,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.own_models import NewModel, add_model, own_models
    from veedor.compose.stores import load_config
    from veedor.kit.clock import SystemClock

    site = load_config(config)
    wanted = NewModel(
        file=file,
        name=name,
        classes=classes,
        licence=licence,
        only=only,
        labels=label or (),
        instead_of=instead_of or (),
        size=size,
        layout=layout,
        scale=scale,
        colour=colour,
        fit=fit,
        least_confidence=least,
        licence_file=licence_file,
        source=source,
    )
    card = add_model(site, wanted, SystemClock())
    if as_json:
        print_json(card.model_dump(mode="json"))
        return
    _say(
        t(
            "models-added",
            model=card.name,
            classes=", ".join(card.given),
            input=f"{card.width}x{card.height}",
            layout=card.layout,
        )
    )
    _say_cost(card)
    _say_licence(card, own_models(site).licence_text(card.name))
    _say(t("models-use", model=card.name))


@app.command("show", help=t("cli-models-show"), epilog=t("cli-example", command="veedor models show excavators"))
@command
def show(name: Name, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    from veedor.compose.own_models import cameras_with, own_models
    from veedor.site.detect import models

    site = _site(config)
    if site is None or name in [one.name for one in models.registry().models]:
        (row,) = models.rows([models.entry(name)])
        print_rows([row], ("name", "licence", "input", "classes", "sha256", "origin"), as_json=as_json)
        return
    store = own_models(site)
    card, cameras = store.card(name), cameras_with(site, name)
    text = store.licence_text(name)
    if as_json:
        told = card.model_dump(mode="json")
        print_json({**told, "state": store.state(card).value, "cameras": cameras, "licence_text": text})
        return
    labels = {one.name: one.label(lang) for one in store.classes()}
    lines = {
        "classes": ", ".join(f"{one} ({labels[one]})" if one in labels else one for one in card.given),
        "input": f"{card.width}x{card.height}, {card.colour}, {card.scale}, {card.fit}, {card.layout}",
        "hash": card.sha256,
        "source": card.source or "-",
        "cameras": ", ".join(cameras) or "-",
    }
    _say(f"{card.name}: {t('models-show-own')}, {t(f'models-state-{store.state(card).value}')}")
    for key, value in lines.items():
        _say(f"  {t(f'models-show-{key}')}: {value}")
    _say("  " + t("models-show-added", who=card.added_by, at=card.added_at.isoformat(timespec="seconds")))
    _say_cost(card)
    _say_licence(card, text)


@app.command("remove", help=t("cli-models-remove"), epilog=t("cli-example", command="veedor models remove excavators"))
@command
def remove(name: Name, config: Config = DEFAULT_CONFIG) -> None:
    from veedor.compose.own_models import remove_model
    from veedor.compose.stores import load_config
    from veedor.kit.clock import SystemClock

    card = remove_model(load_config(config), name, SystemClock())
    _say(t("models-removed", model=card.name))


@app.command(
    "test", help=t("cli-models-test"), epilog=t("cli-example", command="veedor models test excavators picture.jpg")
)
@command
def look(
    name: Name,
    picture: Annotated[Path, typer.Argument(help=t("cli-models-test-picture"))],
    annotated: Annotated[Path | None, typer.Option("--annotated", help=t("cli-models-test-annotated"))] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.look import look_at_picture

    rows = look_at_picture(_site(config), name, picture, annotated, lang)
    if as_json:
        print_json(rows)
        return
    shown = [row | {"box": " ".join(f"{side:.0f}" for side in row["box_px"])} for row in rows]
    print_rows(shown, ("class", "label", "confidence", "box"), as_json=False, empty=t("models-nothing-seen"))


def _say_cost(card: ModelCard) -> None:
    if card.cost is None:
        return
    numbers: dict[str, Any] = {
        "ms": f"{card.cost.ms:.1f}",
        "cpu_ms": f"{card.cost.cpu_ms:.1f}",
        "threads": str(card.cost.threads),
        "fps": f"{card.cost.fps:g}",
        "percent": f"{card.cost.core_share * 100:.1f}",
    }
    _say(t("models-cost", **numbers))


def _say_licence(card: ModelCard, text: str) -> None:
    if not text:
        _say(t("models-licence-no-text", licence=card.licence))
        return
    _say(t("models-licence-text", licence=card.licence))
    _say(text)


def _size(size_bytes: object) -> str:
    return f"{int(str(size_bytes)) / 1e6:.1f} MB"
