"""Analysis on other machines: bytes to and from the workers, processor time of the site, and how soon cameras are
watched again after a worker was killed.

python bench/remote_workers.py --cameras 4 --seconds 30 --json bench/results/remote_workers.json

Workers run on this machine, over TLS on loopback: the bytes are true, a network's delays are not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from ipaddress import ip_network
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from streams import RULES, Sink
from veedor.compose.clips import bikes, cache_directory
from veedor.compose.config import AnalysisFile, NetworksFile, RecordingFile, SiteFile, WorkersListenFile
from veedor.compose.remote_workers import invite_worker
from veedor.compose.single import open_site
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.link.server import free_port
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.prepare import Preparation, prepare
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import ServedStream
from veedor.site.run import Site

CLOCK = SystemClock()
NEVER = threading.Event()


def wait(condition: Any, timeout_s: float) -> float:
    """Seconds until `condition` held; NaN where it did not in time."""
    began_s = CLOCK.monotonic()
    while not condition():
        if CLOCK.monotonic() - began_s > timeout_s:
            return float("nan")
        CLOCK.wait(NEVER, 0.02)
    return CLOCK.monotonic() - began_s


def start_worker(config: SiteFile, folder: Path, name: str) -> subprocess.Popen[bytes]:
    token, _ = invite_worker(config, folder / "veedor.yaml", name, CLOCK)
    arguments = ["worker", "--site-token", token.encode(), "--config", str(folder / name / "worker.json")]
    return subprocess.Popen([sys.executable, "-m", "veedor.cli", *arguments], stdout=subprocess.DEVNULL)


def totals(site: Site) -> dict[str, float]:
    used, rows = os.times(), site.crew.status()
    return {
        "sent": sum(row.get("sent_octets", 0) for row in rows),
        "heard": sum(row.get("heard_octets", 0) for row in rows),
        "came": sum(one.octets for one in site.health()),
        "frames": sum(row.get("frames_analysed", 0) for row in site.analysis_counters()),
        "shed": sum(row.get("packets_shed", 0) + row.get("frames_dropped", 0) for row in site.analysis_counters()),
        "site_cpu_s": used.user + used.system,
        "workers_cpu_s": sum(row.get("cpu_s", 0.0) for row in rows),
    }


def measure(site: Site, workers: dict[str, subprocess.Popen[bytes]], cameras: int, seconds: float) -> dict[str, Any]:
    crew = site.crew
    wait(lambda: crew.unwatched() == 0 and all(row["ready"] for row in crew.status()), 120)
    wait(lambda: all(row.get("frames_analysed", 0) > 5 for row in site.analysis_counters()), 120)
    before, began_s = totals(site), CLOCK.monotonic()
    CLOCK.wait(NEVER, seconds)
    after, took_s = totals(site), CLOCK.monotonic() - began_s
    rate = {name: (after[name] - before[name]) / took_s for name in before}
    found = {
        "cameras": cameras,
        "seconds": round(took_s, 1),
        "camera_stream_bytes_per_s": round(rate["came"] / cameras),
        "to_worker_bytes_per_s_per_camera": round(rate["sent"] / cameras),
        "from_worker_bytes_per_s_per_camera": round(rate["heard"] / cameras),
        "frames_per_s_per_camera": round(rate["frames"] / cameras, 2),
        "shed_per_s": round(rate["shed"], 2),
        "site_cpu": round(rate["site_cpu_s"], 3),
        "analysis_cpu": round(rate["workers_cpu_s"], 3),
        "load_average": os.getloadavg()[0],
    }
    if len(workers) < 2:
        return found
    killed = max(crew.status(), key=lambda row: row["cameras"])["name"]
    orphans = [camera_id for camera_id in site.running() if crew.holder(camera_id) == killed]
    workers[killed].send_signal(signal.SIGKILL)
    moved_s = wait(lambda: all(crew.holder(one) not in (killed, None) for one in orphans), 30)
    moved_at = CLOCK.now()
    more_s = wait(lambda: all(_seen_after(site, one, moved_at) for one in orphans), 30)
    return {**found, "killed_moved_s": round(moved_s, 2), "killed_analysed_again_s": round(moved_s + more_s, 2)}


def _seen_after(site: Site, camera_id: str, at: Any) -> bool:
    newest = site.reasoner.newest(camera_id)
    return newest is not None and newest.captured_at > at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=2, help="0: one process of the site's own, to compare")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    clip = prepare(bikes().path, cache_directory() / "prepared", Preparation())
    streams = [ServedStream(f"/{n}", clip, start_offset_s=n * 2.3) for n in range(options.cameras)]
    with tempfile.TemporaryDirectory(prefix="veedor-workers-") as name, RtspServerProcess(streams) as server:
        folder = Path(name)
        listen = WorkersListenFile(host="127.0.0.1", port=free_port(), public_host="127.0.0.1")
        config = SiteFile(
            site="workers",
            agency="workers",
            data=folder / "data",
            secret_key=folder / "keys" / "key",
            networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
            recording=RecordingFile(directory=folder / "data" / "recordings", max_bytes=200_000_000),
            analysis=AnalysisFile(workers=0 if options.workers else 1, listen=listen if options.workers else None),
        )
        with open_site(config, CLOCK) as site:
            site.start(Sink())
            workers = {f"w{n}": start_worker(config, folder, f"w{n}") for n in range(options.workers)}
            try:
                wait(lambda: sum(row["ready"] for row in site.crew.status()) >= max(options.workers, 1), 180)
                for n in range(options.cameras):
                    source = (StreamSource(StreamRole.MAIN, server.url(f"/{n}")),)
                    made = Camera(new_id(CLOCK.now()), f"{n}", "workers", SourceKind.RTSP, source)
                    site.parts.rules.write(site.parts.cameras.save(made).id, RULES, name="rules")
                site.follow_configuration()
                result = measure(site, workers, options.cameras, options.seconds)
            finally:
                for process in workers.values():
                    process.kill()
                    process.wait()
    text = json.dumps({"workers": options.workers, **result}, indent=2)
    sys.stdout.write(text + "\n")
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
