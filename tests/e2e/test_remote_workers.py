"""Analysis on other machines: real worker processes over TLS, one is killed, nothing is lost and cameras move."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from harness import STREET_RULES, add_camera, site_file
from test_main_job import finish, lost_packets

from veedor.compose.config import SiteFile, WorkersListenFile
from veedor.compose.ports import problems
from veedor.compose.remote_workers import invite_worker
from veedor.compose.single import Service, running
from veedor.kit.clock import SystemClock
from veedor.link.server import free_port
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
CLOCK = SystemClock()
PATHS = ("/plaza", "/calle", "/parque")


def listening(folder: Path) -> SiteFile:
    """A site that analyses nothing itself, and takes workers."""
    made = site_file(folder, workers=0)
    listen = WorkersListenFile(host="127.0.0.1", port=free_port(), public_host="127.0.0.1")
    return made.model_copy(update={"analysis": made.analysis.model_copy(update={"listen": listen})})


@contextmanager
def worker(config: SiteFile, folder: Path, name: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`veedor worker` as somebody starts it on another machine."""
    token, _ = invite_worker(config, folder / "veedor.yaml", name, CLOCK)
    command = [sys.executable, "-m", "veedor.cli", "worker", "--site-token", token.encode()]
    process = subprocess.Popen([*command, "--config", str(folder / name / "worker.json"), *more])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def analysed(service: Service) -> dict[str, int]:
    return {row["camera_id"]: row.get("frames_analysed", 0) for row in service.site.analysis_counters()}


def ready(service: Service) -> set[str]:
    return {row["name"] for row in service.site.crew.status() if row["ready"]}


def cameras_of(service: Service) -> dict[str, int]:
    return {row["name"]: row["cameras"] for row in service.site.crew.status()}


def test_a_killed_worker_costs_no_footage_and_its_cameras_move(
    tmp_path: Path, bikes_clip: Path, model_file: Path
) -> None:
    config = listening(tmp_path)
    with ExitStack() as stack:
        server = stack.enter_context(RtspServer([ServedStream(path, bikes_clip) for path in PATHS]))
        service = stack.enter_context(running(config, CLOCK))
        processes = {name: stack.enter_context(worker(config, tmp_path, name)) for name in ("uno", "dos")}
        wait_until(lambda: ready(service) == {"uno", "dos"}, 60)
        cameras = [add_camera(service, server, path, STREET_RULES) for path in PATHS]
        crew, newest = service.site.crew, service.site.reasoner.newest
        wait_until(lambda: min(analysed(service).values()) > 3, 40)
        assert sorted(cameras_of(service).values()) == [1, 2]

        killed, left = sorted(processes, key=lambda name: -cameras_of(service)[name])
        orphans = [camera.id for camera in cameras if crew.holder(camera.id) == killed]
        os.kill(processes[killed].pid, signal.SIGKILL)
        killed_at = CLOCK.now()
        wait_until(lambda: cameras_of(service) == {left: 3}, 10)
        moved_at = CLOCK.now()
        wait_until(lambda: all(newest(one).captured_at > moved_at for one in orphans), 20)
        apart = CLOCK.now() - killed_at
        assert apart < timedelta(seconds=10), apart
        assert [one.params for one in problems(service.site)] == [{"worker": killed}]
        assert {row["host"] for row in crew.status()} == {os.uname().nodename}
        assert [row["refused"] for row in crew.status()] == [0]
        for path in PATHS:
            server.set_faults(path, Faults(refuse=True))
            server.end(path)
        finish(service, server, cameras[0], PATHS[0])
        for camera, path in zip(cameras, PATHS, strict=True):
            sent, lost = lost_packets(service, server, camera, path)
            assert sent > 100
            assert lost == 0
