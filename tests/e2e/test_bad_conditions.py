"""What goes wrong around a whole running site: it says so in words, and what is stored is not lost."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from harness import OFFLINE_RULES, STREET_RULES, add_camera, logged_in, serving, site_file
from test_main_job import finish, lost_packets, supervisor

from clips import write_clip
from veedor.compose.ports import problems
from veedor.compose.single import running
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.rtsp_server import RtspServer, ServedStream
from veedor.site.record.check import check
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
DAY = timedelta(days=1)


class SteppableClock(SystemClock):
    """The machine's clock, whose wall clock can be set."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def step(self, seconds: float) -> None:
        self._shift += timedelta(seconds=seconds)

    def now(self):
        return super().now() + self._shift


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` as a disk is after the kernel has met an error on it: nothing new can be written."""
    done = subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def assert_sound(service) -> None:
    report = check(service.site.parts.recorder.config, deep=True)
    assert report.problems == []


def test_the_clock_an_hour_back_loses_nothing(tmp_path: Path, bikes_clip: Path) -> None:
    clock = SteppableClock()
    with (
        RtspServer([ServedStream("/calle", bikes_clip)]) as server,
        running(site_file(tmp_path, workers=0), clock) as service,
    ):
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        received = service.site.received
        with logged_in(service, name, password) as person:
            wait_until(lambda: received(camera.id, StreamRole.MAIN) > 100)
            before = clock.now()
            clock.step(-3600)
            so_far = received(camera.id, StreamRole.MAIN)
            wait_until(lambda: received(camera.id, StreamRole.MAIN) > so_far + 300, 40)
            assert person.get("/api/me").status_code == 200  # nobody is thrown out
            health = person.get("/api/health").json()
            assert [one["state"] for one in health["streams"]] == ["online"], health
        finish(service, server, camera, "/calle")
        sent, lost = lost_packets(service, server, camera, "/calle")
        footage = service.site.parts.footage
        segments = footage.segments(camera.id, before - DAY, before + DAY, StreamRole.MAIN)
        assert min(one.started_at for one in segments) < before - timedelta(minutes=30)
        assert max(one.ended_at for one in segments) > before - timedelta(minutes=1)
        assert_sound(service)
    assert sent > 400
    assert lost == 0


def test_a_disk_that_turns_read_only_is_told_and_recording_goes_on_after_it(tmp_path: Path, bikes_clip: Path) -> None:
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path, workers=0) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        root = service.site.parts.recorder.config.directory
        footage, now = service.site.parts.footage, service.site.clock.now
        started_at = now()
        wait_until(lambda: footage.segments(camera.id, started_at - DAY, now() + DAY, StreamRole.MAIN), 40)
        with logged_in(service, name, password) as person:
            with read_only(root):
                said = wait_until(lambda: [one.render("es") for one in problems(service.site, "es")], 60)
                assert any(str(root) in one for one in said), said
                assert any("solo lectura" in one or "No se puede escribir" in one for one in said), said
                alert = wait_until(lambda: person.get("/api/alerts").json()["alerts"], 40)[0]
                assert (alert["kind"], alert["severity"]) == ("site_problem", "critical")
            wait_until(lambda: not problems(service.site), 40)
        back_at = now()
        wait_until(lambda: any(one.started_at >= back_at - timedelta(seconds=2) for one in footage.segments(
            camera.id, back_at - DAY, now() + DAY, StreamRole.MAIN)), 40)  # fmt: skip
        finish(service, server, camera, "/calle")
        assert [one for one in footage.gaps(camera.id, started_at - DAY, now() + DAY, StreamRole.MAIN)
                if one.reason.value == "disk_error"]  # fmt: skip
        assert_sound(service)


def test_an_index_that_another_program_holds_loses_no_packet(tmp_path: Path, bikes_clip: Path) -> None:
    """A backup program that keeps the database locked, longer than the recorder waits for it."""
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path, workers=0) as service:
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        received = service.site.received
        wait_until(lambda: received(camera.id, StreamRole.MAIN) > 50)
        (index,) = service.site.parts.recorder.config.directory.glob("*.db")
        holder = sqlite3.connect(index, isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        said = wait_until(lambda: [one.render("es") for one in problems(service.site, "es")], 60)
        assert any("en uso por otro proceso" in one for one in said), said
        holder.execute("ROLLBACK")
        holder.close()
        wait_until(lambda: not problems(service.site), 40)
        finish(service, server, camera, "/calle")
        sent, lost = lost_packets(service, server, camera, "/calle")
        assert_sound(service)
    assert sent > 250
    assert lost == 0


def test_an_8k_camera_is_recorded_and_watched_beside_an_ordinary_one(
    tmp_path: Path, bikes_clip: Path, model_file: Path
) -> None:
    clip = write_clip(tmp_path / "8k.mp4", seconds=2, fps=3, size=(7680, 4320), keyframe_every=3)
    config = site_file(tmp_path)
    networks = config.networks.model_copy(update={"file_directories": (tmp_path,)})
    config = config.model_copy(update={"networks": networks})
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, running(config, SystemClock()) as service:
        ordinary = add_camera(service, server, "/calle", STREET_RULES)
        streams = (StreamSource(StreamRole.MAIN, clip.as_uri()),)
        large = Camera(new_id(service.site.clock.now()), "8K", service.agency_id, SourceKind.FILE, streams)
        service.site.parts.cameras.save(large)
        service.site.follow_configuration()

        def analysed(camera: Camera) -> int:
            rows = {row["camera_id"]: row for row in service.site.analysis_counters()}
            return int(rows.get(camera.id, {}).get("frames_analysed", 0))

        wait_until(lambda: analysed(large) >= 3 and analysed(ordinary) >= 20, 90)
        assert [worker.status()["restarts"] for worker in service.site.workers] == [0]
        finish(service, server, ordinary, "/calle")
        now = service.site.clock.now()
        assert service.site.parts.footage.segments(large.id, now - DAY, now + DAY, StreamRole.MAIN)
        sent, lost = lost_packets(service, server, ordinary, "/calle")
        assert_sound(service)
    assert sent > 100
    assert lost == 0
