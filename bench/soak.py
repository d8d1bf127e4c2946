"""Random kills and outages against a running site; then everything is counted.

    python bench/soak.py --minutes 3 --seed 7

A site runs in a process of its own and is killed with SIGKILL again and again; so are its analytics workers; cameras
stall, disconnect, refuse and jump, some for long. After each start the store is checked. At the end: no finished
segment may be missing or damaged, every second without footage must be a gap row, alerts must be at the desk exactly
once, and the audit chain must hold. The seed is printed, so that a failing run can be had again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from veedor.compose.accounting import stored_payloads
from veedor.compose.clips import bikes, cache_directory
from veedor.compose.initial import write_config
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.kit.secrets import SecretBox
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.prepare import Preparation, prepare
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import Faults, ServedStream
from veedor.site.cameras import CameraStore
from veedor.site.rules_store import RulesStore

RULES = """\
zones: {Calle: [[0, 0], [1, 0], [1, 1], [0, 1]]}
rules:
  - {name: paso, kind: zone_intrusion, zone: Calle, classes: [person, vehicle], cooldown_s: 5}
  - {name: muda, kind: camera_offline, after_s: 3, severity: high}
"""
OUTAGES = (
    Faults(stall=True),
    Faults(refuse=True),
    Faults(drop_fraction=0.05),
    Faults(garbage_fraction=0.05),
    Faults(reject_login=True),
    Faults(status=404),
)


FPS = 25.0
# Each connection ends in a kill or a cut: the open fragment (1 s), and what was in the sockets, may go with it.
LOST_PER_BREAK_S = 1.6


class SiteProcess:
    """`veedor site run` in a process, started again after each kill."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self.starts = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "veedor.cli", "site", "run", "--config", str(self._config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.starts += 1
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"the site did not start (start {self.starts}, exit {self._process.wait()})")

    def kill(self) -> None:
        """SIGKILL, workers too: they end by themselves when their parent's socket closes, or are killed here."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_worker(self) -> bool:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for child in children:
            if b"veedor.site.analysis.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return True
        return False

    def stop(self) -> int:
        os.kill(self._process.pid, signal.SIGTERM)
        return self._process.wait(60)


def set_up(folder: Path, server: RtspServerProcess, cameras: int, lang: str = "es") -> Path:
    config = write_config(
        folder,
        site="soak",
        agency="soak",
        lang=lang,
        port=0,
        allowed=("127.0.0.0/8",),
        key_file=folder / "keys" / "secret.key",
    )
    clock = SystemClock()
    store = CameraStore(folder / "data" / "site.db", SecretBox.open(folder / "keys" / "secret.key"), clock)
    for number in range(cameras):
        streams = (StreamSource(StreamRole.MAIN, server.url(f"/{number}")),)
        saved = store.save(Camera(new_id(clock.now()), f"cam {number}", "soak", SourceKind.RTSP, streams))
        RulesStore(folder / "data" / "rules").write(saved.id, RULES, name="rules")
    store.close()
    return config


def torment(
    site: SiteProcess, server: RtspServerProcess, cameras: int, seconds: float, chance: random.Random
) -> list[str]:
    done: list[str] = []
    until = time.monotonic() + seconds
    sick: dict[int, float] = {}
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.3, 3.0))
        for number, healed_at in list(sick.items()):
            if time.monotonic() > healed_at:
                server.set_faults(f"/{number}", Faults())
                del sick[number]
        act = chance.choices(("kill site", "kill worker", "fault", "disconnect", "jump"), (2, 2, 5, 3, 1))[0]
        number = chance.randrange(cameras)
        if act == "kill site":
            site.kill()
            time.sleep(chance.uniform(0, 2.0))
            site.start()
        elif act == "kill worker":
            site.kill_worker()
        elif act == "fault":
            server.set_faults(f"/{number}", chance.choice(OUTAGES))
            server.disconnect(f"/{number}")
            sick[number] = time.monotonic() + chance.choice((2.0, 5.0, 20.0))
        elif act == "disconnect":
            server.disconnect(f"/{number}")
        else:
            server.jump(f"/{number}", chance.choice((-3600.0, 3600.0, -2.0)))
        done.append(act)
    for number in sick:
        server.set_faults(f"/{number}", Faults())
    time.sleep(5.0)  # so that the last footage is of healthy cameras
    return done


def judge(folder: Path, config: Path, server: RtspServerProcess, cameras: int) -> dict[str, Any]:
    """Count everything by the files and databases that are left, and by what the cameras sent."""
    check = subprocess.run(
        [sys.executable, "-m", "veedor.cli", "check", "--json", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
    )
    audit = subprocess.run(
        [sys.executable, "-m", "veedor.cli", "audit", "verify", "--json", "--data", str(folder / "data")],
        capture_output=True,
        text=True,
        check=False,
    )
    segments = [path for path in (folder / "data" / "recordings").rglob("*.mp4") if "open" not in path.parts]
    stored = stored_payloads(segments)
    logs = [log for number in range(cameras) for log in server.sent(f"/{number}")]
    sent = Counter(unit.payload_sha256 for log in logs for unit in log.units() if unit.intact)
    return {
        "connections": len(logs),
        "packets_sent_intact": sent.total(),
        "packets_lost": (sent - stored).total(),
        "packets_lost_allowed": round(len(logs) * LOST_PER_BREAK_S * FPS),
        "check_exit": check.returncode,
        "check": json.loads(check.stdout) if check.stdout.startswith("{") else check.stdout + check.stderr,
        "audit_exit": audit.returncode,
        "audit": audit.stdout[-500:] + audit.stderr[-500:],
        "segments": len(segments),
        "packets_stored": stored.total(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--cameras", type=int, default=3)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    clip = prepare(bikes().path, cache_directory() / "prepared", Preparation(keyframe_interval_s=1.0))
    streams = [ServedStream(f"/{number}", clip, start_offset_s=number * 2.7) for number in range(options.cameras)]
    with tempfile.TemporaryDirectory(prefix="veedor-soak-") as name, RtspServerProcess(streams) as server:
        folder = Path(name)
        config = set_up(folder, server, options.cameras)
        site = SiteProcess(config)
        site.start()
        acts = torment(site, server, options.cameras, options.minutes * 60, chance)
        code = site.stop()
        told = judge(folder, config, server, options.cameras)
    told |= {
        "seed": seed,
        "exit": code,
        "starts": site.starts,
        "acts": {act: acts.count(act) for act in sorted(set(acts))},
    }
    print(json.dumps(told, indent=2))
    if (
        told["packets_lost"] > told["packets_lost_allowed"]
        or code != 0
        or told["check_exit"] != 0
        or told["audit_exit"] != 0
        or not told["packets_stored"]
    ):
        sys.exit(f"soak failed; run it again with --seed {seed}")


if __name__ == "__main__":
    main()
