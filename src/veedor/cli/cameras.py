"""`veedor cameras ...`: which cameras the site has. The running site follows within seconds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from veedor.cli.calls import App
from veedor.cli.options import DEFAULT_CONFIG, AsJson, Config
from veedor.cli.output import command, err, lang, out, print_json, print_rows, t, wide

if TYPE_CHECKING:
    from veedor.compose.config import SiteFile
    from veedor.model.camera import Camera
    from veedor.site.cameras import CameraStore

app = App(name="cameras", help=t("cli-cameras"), no_args_is_help=True)

Username = Annotated[str, typer.Option("--username", "-u", help=t("cli-cameras-username"))]
Password = Annotated[
    str, typer.Option("--password", envvar="VEEDOR_CAMERA_PASSWORD", help=t("cli-cameras-password"), show_envvar=True)
]
AskPassword = Annotated[bool, typer.Option("--ask-password", help=t("cli-cameras-ask-password"))]


def _open(stack: ExitStack, path: Path) -> tuple[SiteFile, CameraStore]:
    """To read."""
    from veedor.compose.stores import camera_store, load_config

    config = load_config(path)
    return config, stack.enter_context(camera_store(config))


def _open_to_change(stack: ExitStack, path: Path) -> tuple[SiteFile, CameraStore]:
    """To add, change or remove: each change is in the desk's audit."""
    from veedor.compose.at_machine import audited_camera_store
    from veedor.compose.stores import load_config
    from veedor.kit.clock import SystemClock

    config = load_config(path)
    return config, stack.enter_context(audited_camera_store(config, SystemClock()))


def _password(given: str, ask: bool) -> str | None:
    if ask:
        return str(typer.prompt(t("cli-cameras-password-prompt"), hide_input=True, err=True))
    return given or None


@app.command(
    "add",
    help=t("cli-cameras-add"),
    epilog=t("cli-example", command='veedor cameras add "Plaza" rtsp://192.168.1.10/stream1 -u admin --ask-password'),
)
@command
def add(
    name: Annotated[str, typer.Argument(help=t("cli-cameras-name"))],
    url: Annotated[str, typer.Argument(help=t("cli-cameras-url"))],
    sub: Annotated[str, typer.Option("--sub", help=t("cli-cameras-sub"))] = "",
    username: Username = "",
    password: Password = "",
    ask_password: AskPassword = False,
    kind: Annotated[str, typer.Option("--kind", help=t("cli-cameras-kind"))] = "",
    udp: Annotated[bool, typer.Option("--udp", help=t("cli-cameras-udp"))] = False,
    make: Annotated[str, typer.Option("--make", help=t("cli-cameras-make"))] = "onvif",
    channels: Annotated[str, typer.Option("--channels", help=t("cli-cameras-channels"))] = "",
    audio: Annotated[bool, typer.Option("--audio", help=t("cli-cameras-audio"))] = False,
    keep_days: Annotated[float | None, typer.Option("--keep-days", min=0.01, help=t("cli-cameras-keep-days"))] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help=t("cli-cameras-tag"))] = None,
    change: Annotated[bool, typer.Option("--change", help=t("cli-cameras-change"))] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.camera_add import NewCamera, add_cameras
    from veedor.compose.stores import ingest_config

    with ExitStack() as stack:
        site, store = _open_to_change(stack, config)
        wanted = NewCamera(
            name=name,
            url=url,
            sub_url=sub,
            username=username or None,
            password=_password(password, ask_password),
            kind=kind,
            udp=udp,
            make=make,
            channels=channels,
            audio=audio,
            keep_days=keep_days,
            tags=tuple(tag or ()),
        )
        saved = add_cameras(wanted, store, site.agency_id, ingest_config(site).networks, change=change)
    if as_json:
        print_json([_row(camera) for camera in saved])
        return
    for camera in saved:
        out.print(t("cli-cameras-added", name=camera.name), highlight=False, markup=False)


@app.command("list", help=t("cli-cameras-list"), epilog=t("cli-example", command="veedor cameras list --json"))
@command
def list_(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    with ExitStack() as stack:
        _site, store = _open(stack, config)
        rows = [_row(camera) for camera in store.cameras()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        row["keep_days"] = None if row["keep_days"] is None else f"{row['keep_days']:g}"
        row["streams"] = "\n".join(_lines(row))
    columns = (
        ("name", "kind", "main_url", "sub_url", "username", "keep_days") if wide() else ("name", "kind", "streams")
    )
    print_rows(
        [{name: row[name] for name in columns} for row in rows], columns, as_json=False, empty=t("cli-cameras-none")
    )


def _lines(row: dict[str, Any]) -> list[str]:
    """The streams, and what else is set, under each other: for narrow screens."""
    rest = []
    if row["username"]:
        rest.append(t("cli-cameras-list-user", user=row["username"]))
    if row["tags"]:
        rest.append(t("cli-cameras-list-tags", tags=", ".join(row["tags"])))
    if row["models"]:
        rest.append(t("cli-cameras-list-models", models=", ".join(row["models"])))
    if row["keep_days"]:
        rest.append(t("cli-cameras-list-days", days=row["keep_days"]))
    return [line for line in (row["main_url"], row["sub_url"], " · ".join(rest)) if line]


@app.command(
    "set",
    help=t("cli-cameras-set"),
    epilog=t("cli-example", command='veedor cameras set "Plaza" --tag centro --tag mercado'),
)
@command
def set_(
    name: Annotated[str, typer.Argument(help=t("cli-cameras-name"))],
    tag: Annotated[list[str] | None, typer.Option("--tag", help=t("cli-cameras-tag"))] = None,
    no_tags: Annotated[bool, typer.Option("--no-tags", help=t("cli-cameras-no-tags"))] = False,
    model: Annotated[list[str] | None, typer.Option("--model", help=t("cli-cameras-models"))] = None,
    no_models: Annotated[bool, typer.Option("--no-models", help=t("cli-cameras-no-models"))] = False,
    second_look: Annotated[str | None, typer.Option("--second-look-model", help=t("cli-cameras-second-look"))] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.kit.errors import UserError

    with_models = bool(model) or no_models or second_look is not None
    if not (tag or no_tags or with_models):
        raise UserError(problem="--tag, --no-tags, --model, --no-models, --second-look-model")
    with ExitStack() as stack:
        site, store = _open_to_change(stack, config)
        changed = store.camera(name)
        if tag or no_tags:
            changed = replace(changed, tags=tuple(tag or ()))
        if with_models:
            from veedor.compose.own_models import with_models as having

            changed = having(site, changed, () if no_models else model, second_look)
        saved = store.save(changed)
    if as_json:
        print_json([_row(saved)])
        return
    if tag or no_tags:
        tags = ", ".join(saved.tags) or "-"
        out.print(t("cli-cameras-tagged", name=saved.name, tags=tags), highlight=False, markup=False)
    if with_models:
        models, second = ", ".join(saved.analyse.models or ()) or "-", saved.analyse.second_look_model or "-"
        out.print(
            t("cli-cameras-models-set", name=saved.name, models=models, second=second), highlight=False, markup=False
        )


@app.command("remove", help=t("cli-cameras-remove"), epilog=t("cli-example", command='veedor cameras remove "Plaza"'))
@command
def remove(
    name: Annotated[str, typer.Argument(help=t("cli-cameras-name"))],
    config: Config = DEFAULT_CONFIG,
) -> None:
    with ExitStack() as stack:
        _site, store = _open_to_change(stack, config)
        camera = store.camera(name)
        store.remove(camera.id)
    out.print(t("cli-cameras-removed", name=camera.name), highlight=False, markup=False)


@app.command(
    "test",
    help=t("cli-cameras-test"),
    epilog=t("cli-example", command='veedor cameras test "Plaza" --snapshot plaza.jpg'),
)
@command
def look(
    camera: Annotated[str, typer.Argument(help=t("cli-cameras-name-or-url"))],
    snapshot: Annotated[Path | None, typer.Option("--snapshot", help=t("cli-cameras-snapshot"))] = None,
    username: Username = "",
    password: Password = "",
    ask_password: AskPassword = False,
    udp: Annotated[bool, typer.Option("--udp", help=t("cli-cameras-udp"))] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.stores import ingest_config
    from veedor.kit.clock import SystemClock
    from veedor.site.ingest.probe import probe

    with ExitStack() as stack:
        site, store = _open(stack, config)
        secret: str | None
        if "://" in camera:
            wanted, secret = _unsaved(camera, udp)
            wanted = replace(wanted, username=username or wanted.username)
            secret = _password(password, ask_password) or secret
        else:
            wanted = store.camera(camera)
            secret = _password(password, ask_password) or store.password(wanted.id)
        settings = ingest_config(site)
    rows = []
    for stream in wanted.streams:
        report = probe(wanted, stream.role, secret, settings, SystemClock())
        row = {name: getattr(report, name) for name in report.__dataclass_fields__ if name != "snapshot_jpeg"}
        written = None
        if snapshot is not None and report.snapshot_jpeg is not None and stream is wanted.streams[0]:
            from veedor.kit.files import write_file

            write_file(snapshot, report.snapshot_jpeg)
            written = str(snapshot)
        rows.append({"stream": stream.role.value, **row, "snapshot": written})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        _print_report(row)


def _print_report(row: dict[str, Any]) -> None:
    out.print(
        t("cli-cameras-test-stream", stream=t(f"cli-cameras-stream-{row['stream']}")), style="bold", highlight=False
    )
    offset_s = row["clock_offset_s"]
    lines = {
        "codec": row["codec"],
        "size": f"{row['width']}x{row['height']}",
        "fps": f"{row['fps']:g}",
        "keyframe-interval": "?" if row["keyframe_interval_s"] is None else f"{row['keyframe_interval_s']:g} s",
        "bit-rate": f"{row['bit_rate'] / 1e6:.2f} Mb/s",
        "clock-offset": t("cli-cameras-no-offset") if offset_s is None else f"{offset_s:+.3f} s",
        "clock": t(f"cli-cameras-clock-{row['clock'].replace('_', '-')}"),
        "sound": row["sound"],
        "snapshot": row["snapshot"],
    }
    for name, value in lines.items():
        if value is not None:
            out.print(f"  {t(f'cli-cameras-test-{name}')}: {value}", highlight=False, markup=False)


@app.command(
    "import",
    help=t("cli-cameras-import"),
    epilog=t("cli-example", command="veedor cameras import cameras.csv --partial"),
)
@command
def import_(
    file: Annotated[Path, typer.Argument(help=t("cli-cameras-csv"))],
    partial: Annotated[bool, typer.Option("--partial", help=t("cli-cameras-partial"))] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.camera_import import import_cameras
    from veedor.kit.clock import SystemClock

    with ExitStack() as stack:
        site, store = _open_to_change(stack, config)
        done = import_cameras(file, store, site.agency_id, SystemClock(), partial=partial)
    if as_json:
        problems = [{"line": one.line, "problem": one.error.render(lang)} for one in done.problems]
        print_json({"imported": [_row(camera) for camera in done.cameras], "problems": problems})
    else:
        for problem in done.problems:
            told = t("cli-cameras-bad-line", line=str(problem.line), problem=problem.error.render(lang))
            err.print(told, highlight=False, markup=False)
        out.print(t("cli-cameras-imported", count=len(done.cameras), bad=len(done.problems)), highlight=False)
    if done.problems and not partial:
        raise typer.Exit(2)


@app.command(
    "discover",
    help=t("cli-cameras-discover"),
    epilog=t("cli-example", command="veedor cameras discover --address 192.168.1.10 -u admin --ask-password"),
)
@command
def discover(
    address: Annotated[str, typer.Option("--address", help=t("cli-cameras-address"))] = "",
    username: Username = "",
    password: Password = "",
    ask_password: AskPassword = False,
    wait_s: Annotated[float, typer.Option("--wait", min=0.1, max=60, help=t("cli-cameras-wait"))] = 3.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    from veedor.compose.camera_add import ask_device, find_devices
    from veedor.compose.stores import ingest_config, load_config
    from veedor.site.ingest.describe import Login

    policy = ingest_config(load_config(config)).networks
    secret = _password(password, ask_password)
    login = Login(username, secret or "") if username else None
    rows: list[dict[str, Any]] = []
    if address:
        rows = ask_device(address, login, policy)
        columns: tuple[str, ...] = ("channel", "name", "main_url", "sub_url")
    else:
        rows = find_devices(policy, wait_s)
        columns = ("address", "name", "hardware", "service")
    print_rows(rows, columns, as_json=as_json, empty=t("cli-cameras-discover-none"))


def _unsaved(url: str, udp: bool) -> tuple[Camera, str | None]:
    """A camera for one test, from a URL."""
    from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource, Transport
    from veedor.site.ingest.addresses import without_login

    if url.startswith("file://"):
        return Camera("test", "test", "", SourceKind.FILE, (StreamSource(StreamRole.MAIN, url),)), None
    clean, username, password = without_login(url)
    kind = SourceKind.MJPEG if clean.startswith("http") else SourceKind.RTSP
    stream = StreamSource(StreamRole.MAIN, clean, Transport.UDP if udp else Transport.TCP)
    return Camera("test", clean.split("/")[2], "", kind, (stream,), username=username), password


def _row(camera: Camera) -> dict[str, Any]:
    """A camera for people and machines; never its password."""
    from veedor.model.camera import StreamRole

    main, sub = camera.stream(StreamRole.MAIN), camera.stream(StreamRole.SUB)
    return {
        "id": camera.id,
        "name": camera.name,
        "kind": camera.kind.value,
        "main_url": main.url if main else None,
        "sub_url": sub.url if sub else None,
        "transport": main.transport.value if main else None,
        "username": camera.username,
        "enabled": camera.enabled,
        "audio": camera.record.audio,
        "keep_days": camera.record.keep_days,
        "device_id": camera.device_id,
        "channel": camera.channel,
        "tags": list(camera.tags),
        "models": list(camera.analyse.models) if camera.analyse.models is not None else None,
        "second_look_model": camera.analyse.second_look_model,
    }
