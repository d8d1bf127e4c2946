"""The whole way on one machine: camera -> recording -> tracks -> alert -> incident -> evidence."""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from harness import OFFLINE_RULES, STREET_RULES, add_camera, logged_in, serving, site_file

from veedor.access.principal import Role
from veedor.compose.accounting import account
from veedor.compose.single import Service, running
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import NewUser, add_user
from veedor.kit.clock import SystemClock
from veedor.model.camera import Camera, StreamRole
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PASSWORD = "una-clave-larga-de-prueba"


def supervisor(service: Service) -> tuple[str, str]:
    desk = service.desk
    new = NewUser("jefa", "", (Role.OPERATOR, Role.SUPERVISOR), passwords.hash_password(PASSWORD))
    with desk.database.session() as session:
        add_user(session, desk.clock, desk.agency_id, new)
    return "jefa", PASSWORD


def finish(service: Service, server: RtspServer, camera: Camera, path: str) -> None:
    """End the stream in order and wait until all that was sent is stored."""
    server.set_faults(path, Faults(refuse=True))
    server.end(path)
    service.site.stop_readers_at_end(20.0)
    service.site.stop()


def lost_packets(service: Service, server: RtspServer, camera: Camera, path: str) -> tuple[int, int]:
    """(sent, lost) of the main stream, by payload."""
    footage = service.site.parts.footage
    now = service.site.clock.now()
    segments = footage.segments(camera.id, now - timedelta(days=1), now + timedelta(days=1), StreamRole.MAIN)
    sent = [unit.payload_sha256 for log in server.sent(path) for unit in log.units() if unit.intact]
    told = account(sent, [footage.segment_path(segment.id) for segment in segments])
    assert told.strange == 0
    return told.sent, told.lost


def test_from_the_street_to_the_evidence_room(tmp_path: Path, bikes_clip: Path, model_file: Path) -> None:
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", STREET_RULES)
        with logged_in(service, name, password) as person:
            alert = wait_until(lambda: person.get("/api/alerts").json()["alerts"], 60)[0]
            assert alert["camera_id"] == camera.id
            assert alert["explanation"]
            look = person.get(f"/api/alerts/{alert['id']}").json()["explanation_params"]
            assert look["note"] in {"second-look-confirmed", "second-look-unverified"}  # the latter on a busy machine
            assert look["note"].endswith("unverified") or 0 < look["look_seen"] <= look["look_of"]

            picture = person.get(f"/api/alerts/{alert['id']}/snapshot.jpg")
            image = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
            assert image is not None
            assert image.shape[1] >= 640

            answer = person.post(f"/api/alerts/{alert['id']}/acknowledge", json={"expected_version": alert["version"]})
            assert answer.status_code == 200, answer.text
            shown = person.get(f"/api/alerts/{alert['id']}").json()
            answer = person.post(
                f"/api/alerts/{alert['id']}/escalate",
                json={"expected_version": shown["version"], "type": "other"},
            )
            assert answer.status_code == 200, answer.text

            wait_until(lambda: person.get(f"/api/alerts/{alert['id']}").json()["clip"]["state"] == "ready", 60)
            clip = person.get(f"/api/alerts/{alert['id']}/clip.mp4")
            (tmp_path / "clip.mp4").write_bytes(clip.content)
            with av.open(str(tmp_path / "clip.mp4")) as container:
                assert sum(1 for _ in container.decode(video=0)) > 100
        finish(service, server, camera, "/calle")
        sent, lost = lost_packets(service, server, camera, "/calle")
    assert sent > 100
    assert lost == 0


def test_killing_the_analysis_costs_no_footage_and_it_comes_back(
    tmp_path: Path, bikes_clip: Path, model_file: Path
) -> None:
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path) as service:
        camera = add_camera(service, server, "/calle", STREET_RULES)
        worker = service.site.workers[0]

        def analysed() -> int:
            return next(iter(service.site.analysis_counters()), {}).get("frames_analysed", 0)

        wait_until(lambda: analysed() > 5, 60)
        victim = worker.pid
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: worker.pid != victim and worker.status()["ready"], 60)
        before = analysed()
        wait_until(lambda: analysed() > before + 5, 60)
        assert worker.status()["restarts"] == 1
        finish(service, server, camera, "/calle")
        sent, lost = lost_packets(service, server, camera, "/calle")
    assert sent > 100
    assert lost == 0


def test_a_camera_that_goes_silent_raises_an_alert_and_leaves_a_gap(tmp_path: Path, bikes_clip: Path) -> None:
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path, workers=0) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        wait_until(lambda: service.site.received(camera.id, StreamRole.MAIN) > 25)
        server.set_faults("/calle", Faults(refuse=True))
        server.disconnect("/calle")
        with logged_in(service, name, password) as person:
            alert = wait_until(lambda: person.get("/api/alerts").json()["alerts"], 30)[0]
            assert alert["rule"] == "Sin señal"
            server.set_faults("/calle", Faults())
            wait_until(lambda: person.get(f"/api/alerts/{alert['id']}").json()["ended_at"], 60)
        now = service.site.clock.now()
        gaps = service.site.parts.footage.gaps(camera.id, now - timedelta(minutes=5), now, StreamRole.MAIN)
    lost = [gap for gap in gaps if gap.reason.value == "lost"]
    assert lost
    assert lost[0].started_at < datetime.fromisoformat(alert["raised_at"])


def test_evidence_of_a_camera_by_its_name_holds_real_segments_and_verifies(tmp_path: Path, bikes_clip: Path) -> None:
    """A lock names a camera as people do; it must hold that camera's footage, or say that there is none."""
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, serving(tmp_path, workers=0) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        footage = service.site.parts.footage
        now = service.site.clock.now
        started_at = now()
        wait_until(lambda: footage.segments(camera.id, started_at - timedelta(minutes=1), now()), 40)
        with logged_in(service, name, password) as person:
            incident = person.post("/api/incidents", json={"type": "other", "summary": "llamada"}).json()
            span = {"start": started_at.isoformat(), "end": (started_at + timedelta(seconds=5)).isoformat()}
            path = f"/api/incidents/{incident['id']}/evidence"
            before = {
                "start": (started_at - timedelta(hours=3)).isoformat(),
                "end": (started_at - timedelta(hours=2)).isoformat(),
            }
            refused = person.post(path, json={"camera": camera.name, **before, "reason": "oficio"})
            assert refused.status_code == 409
            assert refused.json()["error"] == "error-evidence-no-footage"
            locked = person.post(path, json={"camera": camera.name, **span, "reason": "oficio"})
            assert locked.status_code == 202, locked.text
            held = wait_until(lambda: [one for one in person.get(path).json() if one["status"] == "held"], 20)[0]
            assert held["camera_id"] == camera.id
            assert held["segments"] >= 1
        assert any(segment.locked for segment in footage.segments(camera.id, started_at, now()))


def test_a_full_disk_is_an_alert_and_a_gap(tmp_path: Path, bikes_clip: Path) -> None:
    """More space is reserved than the disk has: nothing can be recorded, and somebody must know."""
    config = site_file(tmp_path, workers=0)
    config = config.model_copy(update={"recording": config.recording.model_copy(update={"reserve_bytes": 10**16})})
    with RtspServer([ServedStream("/calle", bikes_clip)]) as server, running(config, SystemClock()) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/calle", OFFLINE_RULES)
        with logged_in(service, name, password) as person:
            alert = wait_until(lambda: person.get("/api/alerts").json()["alerts"], 40)[0]
            assert (alert["kind"], alert["severity"], alert["camera_name"]) == ("site_problem", "critical", "Prueba")

        def without_footage() -> bool:
            now = service.site.clock.now()
            gaps = service.site.parts.footage.gaps(camera.id, now - timedelta(minutes=5), now, StreamRole.MAIN)
            return any(gap.ended_at is None for gap in gaps)

        wait_until(without_footage, 20)
