"""The whole way from recorded packets to a verified package, with the recorder's own footage and locks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import pytest

from desk.cases import cases, event
from desk.desks import Desk
from rendered import START, packets
from veedor.desk.alerts.service import AlertService
from veedor.desk.evidence.service import packages_folder
from veedor.desk.evidence.signing import read_public_key
from veedor.desk.evidence.verify import verify_package
from veedor.desk.workers import DeskWorkers
from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.model.camera import RecordSettings
from veedor.site.record.config import RecordConfig
from veedor.site.record.footage import FootageStore
from veedor.site.record.recorder import Recorder
from waiting import wait_until


@pytest.mark.e2e
def test_from_packets_to_a_verified_package(tmp_path: Path) -> None:
    recordings, site = tmp_path / "recordings", tmp_path / "site"
    with cases(site, work=False) as desk:
        stream = [replace(packet, camera_id="cam-1") for packet in packets(seconds=35)]
        recorder = Recorder(RecordConfig(recordings, reserve_bytes=0), SimulatedClock(START))
        recorder.start()
        recorder.watch(replace(desk.desk.cameras.camera("cam-1"), record=RecordSettings()))
        for packet in stream:
            recorder.packet(packet)
        recorder.stop()
        store = FootageStore(recordings, SystemClock())
        ports = replace(desk.desk.ports, footage=store)
        desk.desk.app.state.ports = ports
        AlertService(ports).raise_alert(event(started_at=START + timedelta(seconds=12)), None)
        workers = DeskWorkers(ports, tmp_path / "keys" / "evidence.pem")
        workers.start()
        try:
            _clip_and_package(desk.desk, ports.data_directory, store, tmp_path)
        finally:
            workers.stop()
            store.close()


def _clip_and_package(desk: Desk, data: Path, store: FootageStore, tmp_path: Path) -> None:
    with desk.client("sara") as sara:
        alert = sara.get("/api/alerts").json()["alerts"][0]["id"]
        wait_until(lambda: sara.get(f"/api/alerts/{alert}").json()["clip"]["state"] == "ready")
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(sara.get(f"/api/alerts/{alert}/clip.mp4").content)
        with av.open(str(clip)) as container:
            times = [float(frame.time) for frame in container.decode(video=0)]
        assert times[-1] - times[0] > 11  # 5 s before 12 s until 5 s after 14 s
        incident = sara.post(f"/api/alerts/{alert}/escalate", json={"type": "robbery"}).json()["incident_id"]
        span = {
            "camera": "cam-1",
            "start": (START + timedelta(seconds=5)).isoformat(),
            "end": (START + timedelta(seconds=25)).isoformat(),
            "reason": "robo",
        }
        asked = sara.post(f"/api/incidents/{incident}/evidence", json=span)
        assert asked.status_code == 202, asked.text
        evidence = asked.json()["id"]
        wait_until(lambda: sara.get(f"/api/evidence/{evidence}").json()["status"] == "held")
        package = sara.post(f"/api/incidents/{incident}/exports", json={"reason": "oficio"}).json()["id"]
        wait_until(lambda: sara.get(f"/api/exports/{package}").json()["state"] != "building")
        shown = sara.get(f"/api/exports/{package}").json()
        assert shown["state"] == "ready", shown["problem"]
        public = tmp_path / "public.pem"
        public.write_text(sara.get("/api/evidence-key").json()["public_pem"])
    folder = packages_folder(data) / package
    assert verify_package(folder, read_public_key(public)).problems == ()
    (span_out,) = json.loads((folder / "manifest.json").read_bytes())["spans"]
    assert span_out["missing"] == {"main": []}
    assert len(span_out["stills"]) == 3
    for segment in span_out["segments"]:
        original = store.segment_path(segment["segment_id"])
        assert (folder / segment["file"]).read_bytes() == original.read_bytes()
        assert store.segment(segment["segment_id"]).locked
    with av.open(str(folder / span_out["clip"])) as container:
        assert sum(1 for _frame in container.decode(video=0)) > 20
