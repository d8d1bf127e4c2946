"""`veedor worker`: this machine analyses for a site on another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veedor.cli.output import command, err, lang, out, t

if TYPE_CHECKING:
    from veedor.kit.errors import VeedorError


@command
def worker(
    site_token: Annotated[
        str | None, typer.Option("--site-token", envvar="VEEDOR_SITE_TOKEN", help=t("cli-worker-token"))
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", envvar="VEEDOR_WORKER_CONFIG", help=t("cli-worker-config"))
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help=t("cli-worker-threads"))] = 1,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help=t("cli-worker-processes"))] = 1,
    model: Annotated[str | None, typer.Option("--model", help=t("cli-worker-model"))] = None,
) -> None:
    from veedor.cli.logs import speak_in_log
    from veedor.compose.service import stop_on_signals
    from veedor.compose.worker import default_worker_file, open_worker
    from veedor.kit.clock import SystemClock

    told: dict[str, str] = {}

    def tell(seat: str, problem: VeedorError | None) -> None:
        """Once, and again when it is another."""
        sentence = problem.render(lang) if problem is not None else ""
        if told.get(seat, "-") == sentence:
            return
        told[seat] = sentence
        if problem is None:
            out.print(t("cli-worker-works", process=str(int(seat) + 1)))
        else:
            hint = problem.hint(lang) or ""
            err.print(f"✗ {sentence}\n  → {hint}", highlight=False, markup=False)

    speak_in_log()
    stop = stop_on_signals()
    agent, home = open_worker(
        config or default_worker_file(),
        site_token,
        model=model,
        threads=threads,
        processes=processes,
        clock=SystemClock(),
        tell=tell,
    )
    out.print(t("cli-worker-started", name=home.name, site=home.site, url=home.url))
    agent.run(stop)
    out.print(t("cli-worker-stopped"))
