"""The demo, as a user runs it: its report is honest and complete, and nothing stays behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
FIELDS = {
    "name",
    "packets_received",
    "packets_recorded",
    "packets_lost",
    "frames_analysed",
    "frames_dropped",
    "detections",
    "tracks",
    "events",
    "alerts",
    "recorded_s",
    "gaps",
}


def test_the_report_counts_what_was_sent_and_what_is_on_disk(
    tmp_path: Path, bikes_clip: Path, model_file: Path
) -> None:
    report = tmp_path / "report.json"
    environment = {**os.environ, "LANG": "en_US.UTF-8"}
    environment.pop("VEEDOR_SHARED", None)
    command = [sys.executable, "-m", "veedor.cli", "demo", "--for", "24s", "--cameras", "2", "--port", "0"]
    done = subprocess.run(
        [*command, "--report", str(report)], env=environment, capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_text())
    assert [camera["name"] for camera in told["cameras"]] == ["Avenida", "Avenida 2"]
    for camera in told["cameras"]:
        assert set(camera) >= FIELDS
        assert camera["packets_lost"] == 0, told
        assert camera["packets_recorded"] == camera["packets_received"] > 400
        assert camera["recorded_s"] == pytest.approx(camera["packets_recorded"] / 25, abs=0.5)
        assert camera["gaps"] == 0
        assert camera["frames_analysed"] > 20
        assert camera["detections"] > 0
    assert sum(camera["alerts"] for camera in told["cameras"]) >= 1
    assert told["alert_latency_s"]["p95"] >= told["alert_latency_s"]["p50"] > 0
    assert "Open http://127.0.0.1:" in done.stderr


def test_a_wrong_duration_is_a_clear_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "veedor.cli", "--lang", "en", "demo", "--for", "soon"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert '"soon" is no duration: use 90s, 5m or 1h' in done.stderr
    assert "Traceback" not in done.stderr
