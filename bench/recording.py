"""Recording: our process against `ffmpeg -c copy -f segment`, on the same streams, at the same time, on the same cores.

    python bench/recording.py --cameras 43 --seconds 60 --json bench/results/recording.json

Test cameras (RTSP over TCP, 1280x720, 25 fps, about 2 Mb/s) run in a process of their own. Two rounds: our recorder
beside one ffmpeg with all inputs, then beside one ffmpeg per camera. CPU is user + system time of the recording
processes over the measured window, after everybody has connected. Each round's ratio is ours to that round's ffmpeg;
the figure is the ratio to the ffmpeg that needed less. Lost packets: those that the server sent to our connection and
that are not in our segment files, matched by payload hash.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np

from veedor.compose.accounting import stored_payloads
from veedor.kit.clock import SystemClock
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource, StreamState
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import ServedStream
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.reader import IngestConfig, StreamReader
from veedor.site.ingest.receiver import Receiver
from veedor.site.record.config import RecordConfig
from veedor.site.record.recorder import Recorder

TARGET_RATIO = 1.3
WIDTH, HEIGHT, FPS, BIT_RATE, CLIP_S = 1280, 720, 25, 2_000_000, 20
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def clip(cache: Path) -> Path:
    """A rendered clip that really has the bit rate: moving texture with noise, a keyframe every two seconds."""
    target = cache / f"recording-{WIDTH}x{HEIGHT}-{FPS}-{BIT_RATE}.mp4"
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    texture = random.integers(60, 190, (HEIGHT // 8, WIDTH // 8 + 80), np.uint8).repeat(8, 0).repeat(8, 1)
    partial = target.with_suffix(".partial.mp4")
    with av.open(str(partial), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", BIT_RATE
        stream.codec_context.gop_size, stream.codec_context.max_b_frames = FPS * 2, 0
        stream.options = {"preset": "ultrafast", "nal-hrd": "cbr", "maxrate": "2M", "minrate": "2M", "bufsize": "2M"}
        for index in range(CLIP_S * FPS):
            luma = texture[:, index : index + WIDTH]
            noise = random.integers(-2, 3, (HEIGHT, WIDTH), np.int8)
            planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
            planes[:HEIGHT] = (luma.astype(np.int16) + noise).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, "yuv420p")))
        container.mux(stream.encode())
    partial.rename(target)
    return target


# -- our side, in a process of its own


def record_until_told(url_base: str, cameras: int, folder: Path) -> None:
    """Record `cameras` streams until a line comes in; then print the recorder's own status."""
    clock = SystemClock()
    recorder = Recorder(RecordConfig(folder, reserve_bytes=0), clock)
    recorder.start()
    config = IngestConfig(networks=NetworkPolicy((ip_network("127.0.0.0/8"),)), receiver=Receiver(clock))
    readers = []
    for number in range(cameras):
        stream = StreamSource(StreamRole.MAIN, f"{url_base}/{number}")
        camera = Camera(f"cam{number}", f"cam{number}", "bench", SourceKind.RTSP, (stream,))
        recorder.watch(camera)
        reader = StreamReader(
            camera,
            StreamRole.MAIN,
            open_with=config,
            password=lambda: None,
            clock=clock,
            sink=recorder,
            on_health=lambda _health: None,
        )
        reader.start()
        readers.append(reader)
    sys.stdin.readline()
    # The cameras have ended their streams: what is still on the way on a busy machine is waited for.
    deadline = time.monotonic() + 30.0
    while time.monotonic() < deadline and any(
        reader.health.state is StreamState.ONLINE and reader.health.sessions == 1 for reader in readers
    ):
        time.sleep(0.05)
    for reader in readers:
        reader.request_stop()
    for reader in readers:
        reader.stop(10.0)
    status = recorder.status()
    recorder.stop()
    said = {
        "recorder": [{key: row[key] for key in ("packets_lost", "queue_peak_octets")} for row in status],
        "rtp_lost": sum(reader.health.rtp_lost for reader in readers),
    }
    json.dump(said, sys.stdout)


# -- measuring


def cpu_s(pids: list[int]) -> float:
    """User and system seconds of processes, all their threads, so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_S


def memory_mb(pids: list[int]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def wait_for(condition: Callable[[], bool], what: str, timeout_s: float = 240.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {timeout_s} s")
        time.sleep(0.2)


def ffmpeg_commands(url: Callable[[str], str], cameras: int, folder: Path, *, one_process: bool) -> list[list[str]]:
    """`-c copy -f segment`, segments of 10 s."""
    base = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    inputs = [["-rtsp_transport", "tcp", "-i", url(f"/{number}")] for number in range(cameras)]
    output = ["-c", "copy", "-f", "segment", "-segment_time", "10", "-reset_timestamps", "1"]
    names = [str(folder / f"{number}_%05d.mp4") for number in range(cameras)]
    if one_process:
        joined = [part for one in inputs for part in one]
        outputs = [part for number in range(cameras) for part in ("-map", f"{number}:v", *output, names[number])]
        return [[*base, *joined, *outputs]]
    return [[*base, *inputs[number], *output, names[number]] for number in range(cameras)]


def run_round(server: RtspServerProcess, cameras: int, seconds: float, *, one_process: bool) -> dict[str, Any]:
    """One round. Our connection to each path is the first of the round."""
    before = [len(server.sent(f"/{number}")) for number in range(cameras)]
    with tempfile.TemporaryDirectory(prefix="veedor-bench-") as name:
        ours_folder, theirs_folder = Path(name) / "ours", Path(name) / "theirs"
        theirs_folder.mkdir()
        url_base = server.url("/").rstrip("/")
        command = [sys.executable, __file__, "--child", url_base, str(ours_folder), "--cameras", str(cameras)]
        ours = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        paths = [f"/{number}" for number in range(cameras)]
        wait_for(lambda: all(server.viewers(path) >= 1 for path in paths), "our recorder connects")
        commands = ffmpeg_commands(server.url, cameras, theirs_folder, one_process=one_process)
        theirs = [subprocess.Popen(one, stdin=subprocess.DEVNULL) for one in commands]
        try:
            wait_for(lambda: len(list(theirs_folder.glob("*.mp4"))) >= cameras, "ffmpeg connects")
            time.sleep(3.0)
            pids = [process.pid for process in theirs]
            ours_zero, theirs_zero, began = cpu_s([ours.pid]), cpu_s(pids), time.monotonic()
            time.sleep(seconds)
            elapsed = time.monotonic() - began
            ours_cpu, theirs_cpu = cpu_s([ours.pid]) - ours_zero, cpu_s(pids) - theirs_zero
            memory = memory_mb([ours.pid]), memory_mb(pids)
            for path in paths:
                server.end(path)  # in order, so that all that was sent arrives
            time.sleep(1.0)
            said, _ = ours.communicate("stop\n", timeout=60)
        finally:
            for process in (*theirs, ours):
                process.terminate()
            for process in (*theirs, ours):
                process.wait(timeout=20)
        sent, recorded, lost, strange = _account(server, ours_folder, before)
    told = json.loads(said)
    status = told["recorder"]
    return {
        "ffmpeg_processes": len(theirs),
        "window_s": round(elapsed, 1),
        "veedor_cpu_s": round(ours_cpu, 2),
        "ffmpeg_cpu_s": round(theirs_cpu, 2),
        "veedor_core_share": round(ours_cpu / elapsed, 4),
        "ffmpeg_core_share": round(theirs_cpu / elapsed, 4),
        "ratio": round(ours_cpu / theirs_cpu, 3),
        "veedor_rss_mb": memory[0],
        "ffmpeg_rss_mb": memory[1],
        "packets_sent": sent,
        "packets_recorded": recorded,
        "packets_lost": lost,
        "packets_strange": strange,
        "rtp_packets_missing": told["rtp_lost"],
        "recorder_says_lost": sum(row["packets_lost"] for row in status),
        "queue_peak_octets": max((row["queue_peak_octets"] for row in status), default=0),
    }


def _account(server: RtspServerProcess, folder: Path, before: list[int]) -> tuple[int, int, int, int]:
    """Sent on our connections of this round, stored, sent and not stored, stored and not sent."""
    totals = [0, 0, 0, 0]
    for number, first in enumerate(before):
        log = server.sent(f"/{number}")[first]
        sent = Counter(unit.payload_sha256 for unit in log.units())
        stored = stored_payloads(sorted((folder / f"cam{number}").rglob("*.mp4")))
        later = Counter(
            unit.payload_sha256 for other in server.sent(f"/{number}")[first + 1 :] for unit in other.units()
        )
        totals[0] += sent.total()
        totals[1] += stored.total()
        totals[2] += (sent - stored).total()
        totals[3] += (stored - sent - later).total()
    return totals[0], totals[1], totals[2], totals[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=43)
    parser.add_argument("--seconds", type=float, default=60.0, help="measured window of each round")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        record_until_told(options.child[0], options.cameras, Path(options.child[1]))
        return
    file = clip(Path(tempfile.gettempdir()) / "veedor-bench")
    streams = [
        ServedStream(f"/{number}", file, start_offset_s=number * 1.7 % CLIP_S) for number in range(options.cameras)
    ]
    with RtspServerProcess(streams) as server:
        rounds = [
            run_round(server, options.cameras, options.seconds, one_process=one_process)
            for one_process in (True, False)
        ]
    best = min(rounds, key=lambda one: one["ffmpeg_core_share"])
    result = {
        "figure": "recording",
        "cameras": options.cameras,
        "stream": f"{WIDTH}x{HEIGHT} {FPS} fps, {file.stat().st_size * 8 / CLIP_S / 1e6:.2f} Mb/s, RTSP over TCP",
        "cores": os.cpu_count(),
        "load_average_after": os.getloadavg(),
        "beside": "the test camera server and the other recorder, on the same cores",
        "ratio": best["ratio"],
        "target_ratio": TARGET_RATIO,
        "packets_lost": sum(one["packets_lost"] for one in rounds),
        "holds": best["ratio"] <= TARGET_RATIO and not any(one["packets_lost"] for one in rounds),
        "rounds": rounds,
    }
    text = json.dumps(result, indent=2) + "\n"
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
