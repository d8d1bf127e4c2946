"""`veedor worker`: what runs on a machine that analyses for a site on another. No desk, no database, no camera."""

from __future__ import annotations

from pathlib import Path

from veedor.compose.initial import config_home
from veedor.kit.clock import Clock
from veedor.site.analysis.agent import Agent, AgentConfig, Tell
from veedor.site.analysis.enrolment import WorkerHome, enrol
from veedor.site.analysis.process import WorkerConfig
from veedor.site.detect.models import model_path
from veedor.wire.work import WorkerToken


def default_worker_file() -> Path:
    return config_home() / "worker" / "worker.json"


def open_worker(
    file: Path, token: str | None, *, model: str | None, threads: int, processes: int, clock: Clock, tell: Tell
) -> tuple[Agent, WorkerHome]:
    """The worker that `file` says, enrolled first where a token is given. Raises what `enrol` does, BadWorkerToken,
    WorkerNotEnrolled, ModelMissing, ModelUnknown, WrongModelFile."""
    home = enrol(file, WorkerToken.decode(token), clock) if token else WorkerHome.load(file)
    path = model_path(model or home.model)
    config = AgentConfig(WorkerConfig(path, threads, niceness=0, own=file.parent / "models"), processes)
    return Agent(home, config, clock, tell), home
