"""`veedor demo`: the whole way on one machine, with real video."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, err, lang, out, print_json, t

if TYPE_CHECKING:
    from veedor.compose.demo import Demo
    from veedor.model.event import Event

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}


def _duration_s(text: str | None) -> float | None:
    from veedor.kit.errors import UserError

    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip())
    if not found:
        raise UserError(problem=t("cli-demo-bad-duration", text=text))
    return float(found[1]) * _UNITS[found[2]]


@command
def demo(
    sources: Annotated[list[str] | None, typer.Argument(help=t("cli-demo-sources"))] = None,
    duration: Annotated[str | None, typer.Option("--for", help=t("cli-demo-for"))] = None,
    report: Annotated[Path | None, typer.Option("--report", help=t("cli-demo-report"))] = None,
    cameras: Annotated[int, typer.Option("--cameras", min=1, max=64, help=t("cli-demo-cameras"))] = 4,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=t("cli-demo-port"))] = 8480,
    data: Annotated[Path | None, typer.Option("--data", help=t("cli-demo-data"))] = None,
    sites: Annotated[int, typer.Option("--sites", min=0, max=3, help=t("cli-demo-sites"))] = 0,
    as_json: AsJson = False,
) -> None:
    if sites:
        _federation(sites, _duration_s(duration), port)
        return
    from veedor.cli.logs import speak_in_log
    from veedor.compose import demo as demos
    from veedor.compose.service import interruptible, stop_on_signals, wait_for_stop
    from veedor.kit.clock import SystemClock
    from veedor.site.detect.models import default_model_path

    options = demos.DemoOptions(_duration_s(duration), cameras, tuple(sources or ()), data, port, lang)
    clock = SystemClock()
    speak_in_log()
    with ExitStack() as stack:
        with interruptible():
            err.print(t("cli-demo-model"))
            default_model_path(fetch=True)
            err.print(t("cli-demo-clips"))
            started_at = clock.now()
            running = stack.enter_context(demos.demo(options, clock, _tell))
        stop = stop_on_signals()
        _greet(running)
        wait_for_stop(stop, clock, options.duration_s)
        err.print(t("cli-demo-ending"))
        running.finish()
        told = running.report(started_at)
    _conclude(told, report, as_json)


def _federation(sites: int, duration_s: float | None, port: int) -> None:
    """A hub and its sites, until Ctrl+C."""
    from veedor.compose.demo_sites import PURPOSE, federation_demo
    from veedor.compose.service import interruptible, stop_on_signals, wait_for_stop
    from veedor.kit.clock import SystemClock
    from veedor.kit.messages import Message
    from veedor.site.detect.models import default_model_path

    def tell(message: Message) -> None:
        err.print(message.render(lang))

    clock = SystemClock()
    with ExitStack() as stack:
        with interruptible():
            err.print(t("cli-demo-model"))
            default_model_path(fetch=True)
            running = stack.enter_context(federation_demo(sites, clock, tell, port=8490 if port == 8480 else port))
        stop = stop_on_signals()
        err.print(f"[bold]{t('cli-demo-hub-open', url=running.hub_url, ca=str(running.ca))}[/]")
        logins = [running.hub_login]
        logins += [
            (f"{user}@{party.plan.agency_id}", password)
            for party in running.parties
            for user, password in party.logins.items()
            if user != "admin"
        ]
        for user, password in logins:
            err.print(t("cli-demo-login", user=user, password=password), highlight=False, markup=False)
        for party in running.parties:
            err.print(t("cli-demo-site-open", name=party.plan.site, url=party.url))
            said = t("cli-demo-login", user="admin", password=party.logins["admin"])
            err.print(said, highlight=False, markup=False)
        if running.grant_id is not None:
            err.print(t("cli-demo-grant", purpose=PURPOSE))
            err.print(t("cli-demo-joint"))
        err.print(t("cli-demo-stop"))
        wait_for_stop(stop, clock, duration_s)
        err.print(t("cli-demo-ending-sites"))


def _greet(running: Demo) -> None:
    from veedor.compose.demo import OPERATOR

    service = running.service
    err.print(f"[bold]{t('cli-demo-open', url=service.url)}[/]")
    logins = [(OPERATOR, running.password)]
    if service.first_password is not None:
        logins.append((service.administrator, service.first_password))
    for user, password in logins:
        err.print(t("cli-demo-login", user=user, password=password), highlight=False, markup=False)
    err.print(t("cli-demo-cameras-list", names=", ".join(one.name for one in running.cameras)))
    err.print(t("cli-demo-stop"))
    err.print(t("cli-demo-waiting"))


def _tell(event: Event, running: Demo) -> None:
    at = event.completed_at.astimezone(ZoneInfo("America/Lima"))
    camera = running.name_of(event.camera_id)
    severity = t(f"alert-severity-{event.severity.value}")
    line = f"{at:%H:%M:%S}  {severity:<11}  {camera}: {event.explanation.render(lang)}"
    err.print(line, highlight=False, markup=False)


def _conclude(told: dict[str, Any], report: Path | None, as_json: bool) -> None:
    import json

    from veedor.kit.files import write_file

    if report is not None:
        write_file(report, json.dumps(told, ensure_ascii=False, indent=2).encode())
    if as_json:
        print_json(told)
        return
    for row in told["cameras"]:
        key = "cli-demo-own" if row["packets_lost"] is None else "cli-demo-lost"
        out.print(
            t(
                key,
                name=row["name"],
                received=row["packets_received"],
                recorded=row["packets_recorded"],
                lost=row["packets_lost"] or 0,
            )
        )
    latency = told["alert_latency_s"]
    if latency["p50"] is not None:
        out.print(t("cli-demo-latency", p50=str(latency["p50"]), p95=str(latency["p95"])))
