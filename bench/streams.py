"""A whole municipality on one machine: N cameras recorded and analysed at once, with losses and latency counted.

    python bench/streams.py --cameras 43 --seconds 60 --json bench/results/streams.json
    python bench/streams.py --largest           # the largest N that holds the limits, by bisection

Each camera has a 720p25 main stream of 2 Mb/s, which is recorded, and a 640x360 substream, which is analysed at
5 frames a second; a third of them show movement. The test cameras run in a process of their own on the same cores.
Lost packets are counted from the server's log and the segment files. Alert latency runs from the capture of the frame
that completes an event to the desk's sink having it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from scenes import MAIN, SUB, scene
from veedor.compose.accounting import account
from veedor.compose.clips import cache_directory
from veedor.compose.config import AnalysisFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.single import open_site
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import Faults, ServedStream

RULES = """\
zones:
  Pista: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
tripwires:
  Centro: {from: [0.55, 0.05], to: [0.55, 0.95]}
rules:
  - {name: cross, kind: tripwire, tripwire: Centro, classes: [person], cooldown_s: 2}
  - {name: enter, kind: zone_intrusion, zone: Pista, classes: [person], cooldown_s: 2}
"""
LIMITS = {"packets_lost": 0, "shed_share": 0.05, "latency_p95_s": 2.0}


class Sink:
    """Takes alerts and measures."""

    def __init__(self) -> None:
        self.latencies_s: list[float] = []
        self.counting = threading.Event()
        self._clock = SystemClock()

    def raise_alert(self, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002
        if self.counting.is_set():
            self.latencies_s.append((self._clock.now() - event.completed_at).total_seconds())

    def end_event(self, event: Event) -> None:
        pass


def served(cameras: int, active: float, source: Path) -> list[ServedStream]:
    cache = cache_directory() / "bench"
    streams = []
    for number in range(cameras):
        busy = round((number + 1) * active) > round(number * active)
        for role, size in (("main", MAIN), ("sub", SUB)):
            file = scene("busy" if busy else "still", size, source, cache)
            streams.append(ServedStream(f"/{number}/{role}", file, start_offset_s=number * 1.7 % 38))
    return streams


def cpu_of(pid: int) -> float:
    """User and system seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(cameras: int, seconds: float, active: float, source: Path) -> dict[str, Any]:
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="veedor-bench-") as folder:
        config = SiteFile(
            site="bench",
            agency="bench",
            data=Path(folder) / "data",
            secret_key=Path(folder) / "key",
            networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
            recording=RecordingFile(directory=Path(folder) / "data" / "recordings", reserve_bytes=1_000_000),
            analysis=AnalysisFile(),
        )
        sink = Sink()
        with RtspServerProcess(served(cameras, active, source)) as server, open_site(config, clock) as site:
            for number in range(cameras):
                streams = tuple(StreamSource(role, server.url(f"/{number}/{role.value}")) for role in StreamRole)
                camera = Camera(new_id(clock.now()), f"cam {number}", "bench", SourceKind.RTSP, streams)
                saved = site.parts.cameras.save(camera)
                site.parts.rules.write(saved.id, RULES, name="rules")
            started_at = clock.now()
            site.start(sink)
            return measure(site, server, sink, cameras, seconds, started_at)


def measure(
    site: Any, server: RtspServerProcess, sink: Sink, cameras: int, seconds: float, started_at: Any
) -> dict[str, Any]:
    clock = site.clock
    never = threading.Event()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:  # all connected and the detector loaded
        if (
            all(w.status()["ready"] for w in site.workers)
            and len([h for h in site.health() if h.state.value == "online"]) == 2 * cameras
        ):
            break
        clock.wait(never, 0.2)
    clock.wait(never, 5.0)  # the motion gates learn their views
    sink.counting.set()
    before = snapshot(site, server)
    clock.wait(never, seconds)
    after = snapshot(site, server)
    sink.counting.clear()
    for number in range(cameras):
        for role in StreamRole:
            server.set_faults(f"/{number}/{role.value}", Faults(refuse=True))
            server.end(f"/{number}/{role.value}")
    site.stop_readers_at_end(20.0)
    site.stop()
    lost, strange, sent = 0, 0, 0
    for number, camera in enumerate(sorted(site.parts.cameras.cameras(), key=lambda one: int(one.name.split()[1]))):
        files = [
            site.parts.footage.segment_path(segment.id)
            for segment in site.parts.footage.segments(camera.id, started_at, clock.now(), StreamRole.MAIN)
        ]
        hashes = [unit.payload_sha256 for log in server.sent(f"/{number}/main") for unit in log.units() if unit.intact]
        told = account(hashes, files)
        lost, strange, sent = lost + told.lost, strange + told.strange, sent + told.sent
    return summary(cameras, before, after, sink, {"sent": sent, "lost": lost, "strange": strange})


def snapshot(site: Any, server: RtspServerProcess) -> dict[str, Any]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    analysis: Counter[str] = Counter()
    for row in site.analysis_counters():
        analysis.update({key: value for key, value in row.items() if isinstance(value, int)})
    detector: Counter[str] = Counter()
    for worker in site.workers:
        detector.update({k: v for k, v in worker.status().items() if isinstance(v, (int, float)) and k != "pid"})
    return {
        "at": time.monotonic(),
        "site_cpu_s": usage.ru_utime + usage.ru_stime,
        "worker_cpu_s": sum(cpu_of(worker.pid) for worker in site.workers if worker.pid),
        "cameras_cpu_s": cpu_of(server.pid),
        "analysis": dict(analysis),
        "detector": dict(detector),
    }


def summary(
    cameras: int, before: dict[str, Any], after: dict[str, Any], sink: Sink, packets: dict[str, int]
) -> dict[str, Any]:
    seconds = after["at"] - before["at"]
    analysis = {k: v - before["analysis"].get(k, 0) for k, v in after["analysis"].items()}
    detector = {k: v - before["detector"].get(k, 0) for k, v in after["detector"].items()}
    due = analysis.get("frames_due", 0)
    saved = detector.get("saved_by_idleness", 0) + detector.get("saved_by_packing", 0)
    latency = np.asarray(sink.latencies_s) if sink.latencies_s else np.asarray([np.nan])
    result = {
        "cameras": cameras,
        "seconds": round(seconds, 1),
        "cores": os.cpu_count(),
        "also_running": "the test cameras, on the same cores",
        "packets": packets,
        "frames_due": due,
        "frames_due_per_s": round(due / seconds, 1),
        "frames_shed": analysis.get("frames_dropped", 0),
        "shed_share": round(analysis.get("frames_dropped", 0) / max(due, 1), 4),
        "frames_analysed": analysis.get("frames_analysed", 0),
        "detections": analysis.get("detections", 0),
        "alerts": len(sink.latencies_s),
        "alert_latency_s": {
            "p50": round(float(np.percentile(latency, 50)), 3),
            "p95": round(float(np.percentile(latency, 95)), 3),
        },
        "cores_used": {
            "site": round((after["site_cpu_s"] - before["site_cpu_s"]) / seconds, 3),
            "analytics": round((after["worker_cpu_s"] - before["worker_cpu_s"]) / seconds, 3),
            "test_cameras": round((after["cameras_cpu_s"] - before["cameras_cpu_s"]) / seconds, 3),
        },
        "detector": {key: round(value, 3) for key, value in detector.items()},
        "passes_per_s": round(detector.get("passes", 0) / seconds, 2),
        "busy_frames_per_pass": round(
            (detector.get("busy_frames", 0) + detector.get("refresh_frames", 0)) / max(detector.get("passes", 0), 1), 2
        ),
        "saving_by_idleness_share": round(detector.get("saved_by_idleness", 0) / max(saved, 1), 3),
    }
    result["holds"] = (
        packets["lost"] == 0
        and result["shed_share"] <= LIMITS["shed_share"]
        and result["alert_latency_s"]["p95"] <= LIMITS["latency_p95_s"]
    )
    return result


def largest(seconds: float, active: float, source: Path) -> dict[str, Any]:
    """The largest N that holds, between 8 and 96, to within 4."""
    low, high, tries = 0, 96, []
    number = 43
    while high - low > 4:
        tries.append(run(number, seconds, active, source))
        print(json.dumps(tries[-1]), file=sys.stderr)
        low, high = (number, high) if tries[-1]["holds"] else (low, number)
        number = (low + high) // 2
    return {"largest": low, "limits": LIMITS, "tries": tries}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=43)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--active", type=float, default=1 / 3)
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    shared = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
    source = shared / "data" / "video" / "vtest.avi"
    if not source.is_file():
        sys.exit(f"{source} is not there: this figure needs the pedestrian clip; set VEEDOR_SHARED")
    if options.largest:
        result = largest(options.seconds, options.active, source)
    else:
        result = run(options.cameras, options.seconds, options.active, source)
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
