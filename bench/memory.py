"""Memory of a running site over time: resident size of the site process and its workers, and the slope.

python bench/memory.py --minutes 60 --json bench/results/memory.json
python bench/memory.py --minutes 60 --trace      # which lines of Python hold more at the end than after a quarter
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import tempfile
import threading
import tracemalloc
from ipaddress import ip_network
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from streams import RULES, Sink
from veedor.compose.clips import bikes, cache_directory
from veedor.compose.config import NetworksFile, RecordingFile, SiteFile
from veedor.compose.single import open_site
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.prepare import Preparation, prepare
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import ServedStream

WARM_UP_SHARE = 0.25  # caches, pools and the first segments fill in the first quarter


def resident_mb(pid: int, of: str = "VmRSS") -> float:
    """`of`: a line of proc(5) status; RssAnon is what the program holds itself, RssFile are pages of mapped files."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{of}:"):
            return int(line.split()[1]) / 1024
    return float("nan")


class _Mallinfo(ctypes.Structure):
    """mallinfo2(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    ]


def held_by() -> dict[str, float]:
    """Who holds this process's memory, in MB; empty where the C library does not tell (not glibc)."""
    told = {"anonymous": resident_mb(os.getpid(), "RssAnon"), "files": resident_mb(os.getpid(), "RssFile")}
    try:
        sqlite = ctypes.CDLL("libsqlite3.so.0").sqlite3_memory_used
        sqlite.restype = ctypes.c_int64
        told["sqlite"] = sqlite() / 2**20
    except (OSError, AttributeError):
        pass
    try:
        mallinfo = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError):
        return {name: round(size, 1) for name, size in told.items()}
    mallinfo.restype = _Mallinfo
    heap = mallinfo()
    told |= {"malloc_used": (heap.uordblks + heap.hblkhd) / 2**20, "malloc_free": heap.fordblks / 2**20}
    return {name: round(size, 1) for name, size in told.items()}


def slope_mb_per_h(times_s: list[float], sizes_mb: list[float]) -> float:
    return float(np.polyfit(np.asarray(times_s) / 3600, sizes_mb, 1)[0])


def quarters(times_s: list[float], sizes_mb: list[float]) -> list[float]:
    """Mean of each quarter, in MB: does it level off?"""
    edges = np.linspace(0, max(times_s), 5)[1:-1]
    return [round(float(np.mean(part)), 1) for part in np.split(np.asarray(sizes_mb), np.searchsorted(times_s, edges))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--trace", action="store_true", help="slower, and larger by what it keeps itself")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    clock, never = SystemClock(), threading.Event()
    clip = prepare(bikes().path, cache_directory() / "prepared", Preparation())
    streams = [ServedStream(f"/{n}", clip, start_offset_s=n * 2.3) for n in range(options.cameras)]
    with tempfile.TemporaryDirectory(prefix="veedor-memory-") as name, RtspServerProcess(streams) as server:
        folder = Path(name)
        config = SiteFile(
            site="memory",
            agency="memory",
            data=folder / "data",
            secret_key=folder / "key",
            networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
            recording=RecordingFile(directory=folder / "data" / "recordings", max_bytes=200_000_000),
        )
        with open_site(config, clock) as site:
            for n in range(options.cameras):
                source = (StreamSource(StreamRole.MAIN, server.url(f"/{n}")),)
                saved = site.parts.cameras.save(Camera(new_id(clock.now()), f"{n}", "memory", SourceKind.RTSP, source))
                site.parts.rules.write(saved.id, RULES, name="rules")
            site.start(Sink())
            site.workers[0].wait_ready(60)
            began, rows, traced, held = clock.monotonic(), [], None, []
            if options.trace:
                tracemalloc.start()
            while clock.monotonic() - began < options.minutes * 60:
                clock.wait(never, min(5.0, options.minutes * 2))
                rows.append((clock.monotonic() - began, resident_mb(os.getpid()), resident_mb(site.workers[0].pid)))
                if rows[-1][0] >= options.minutes * 60 * len(held) / 8:
                    held.append({"at_s": round(rows[-1][0]), **held_by()})
                if options.trace and traced is None and rows[-1][0] >= options.minutes * 60 * WARM_UP_SHARE:
                    traced = tracemalloc.take_snapshot()
            if traced is not None:
                for growth in tracemalloc.take_snapshot().compare_to(traced, "lineno")[:25]:
                    sys.stderr.write(f"{growth}\n")
            held.append({"at_s": round(rows[-1][0]), **held_by()})
            site.stop()
    steady = [row for row in rows if row[0] >= options.minutes * 60 * WARM_UP_SHARE]
    times, site_mb, worker_mb = (list(column) for column in zip(*steady, strict=True))
    result = {
        "minutes": options.minutes,
        "cameras": options.cameras,
        "site_mb": {"first": round(site_mb[0], 1), "last": round(site_mb[-1], 1)},
        "worker_mb": {"first": round(worker_mb[0], 1), "last": round(worker_mb[-1], 1)},
        "site_mb_by_quarter": quarters([row[0] for row in rows], [row[1] for row in rows]),
        "worker_mb_by_quarter": quarters([row[0] for row in rows], [row[2] for row in rows]),
        "site_held_mb": held,
        "site_slope_mb_per_h": round(slope_mb_per_h(times, site_mb), 2),
        "worker_slope_mb_per_h": round(slope_mb_per_h(times, worker_mb), 2),
        "note": "a slope over less than half an hour says little" if options.minutes < 30 else "",
    }
    text = json.dumps(result, indent=2)
    sys.stdout.write(text + "\n")
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
