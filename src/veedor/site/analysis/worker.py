"""The analytics worker: packets in, observations out, in a process of its own.

    python -m veedor.site.analysis.worker FD MODEL THREADS NICENESS [MODELS]

FD is its end of a socket pair, MODELS the folder of models of the agency's own. Four kinds of thread: one reads
messages, one decodes (so that a slow detector does not hold up decoding, whose state cannot skip), one takes second
looks, and the main one runs the pipeline on the newest frame of each camera. Nothing waits: what does not fit is
dropped, counted, and said to the parent.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock, SystemClock
from veedor.kit.errors import VeedorError
from veedor.model.frame import Frame
from veedor.model.packet import MediaInfo, Packet
from veedor.site.analysis.looking import Looker
from veedor.site.analysis.pictures import FrameRing, draw_for_event
from veedor.site.analysis.protocol import (
    Channel,
    Header,
    SocketChannel,
    header_to_media,
    header_to_packet,
    observation_to_message,
)
from veedor.site.detect.atlas import AtlasConfig, AtlasDetector
from veedor.site.detect.closer import CropDetector, crop_detector
from veedor.site.detect.closers import Closers
from veedor.site.detect.named import load_from
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder
from veedor.site.detect.scheduler import Mailbox
from veedor.site.detect.team import TeamDetector
from veedor.site.ingest.decode import Decoder
from veedor.site.pipeline import Pipeline

log = logging.getLogger(__name__)

MAX_WAITING_PACKETS = 150  # per camera: 15 s of a 10 fps substream; beyond it decoding has lost the race
MAX_BATCH = 64
HEARTBEAT_S = 1.0


@dataclass(slots=True)
class _Camera:
    """The worker's side of one camera."""

    fps: float
    info: MediaInfo | None = None
    decoder: Decoder | None = None
    session: int = -1
    waiting: deque[tuple[Packet, float]] = field(default_factory=deque)  # and when the site heard it
    needs_keyframe: bool = True
    offset_s: float | None = None  # the site's monotonic clock less media clock, within a session
    next_due_s: float = float("-inf")
    last_at_s: float = float("-inf")
    due: int = 0  # frames that should have been analysed
    dropped: int = 0  # of those, shed
    undecodable: int = 0
    packets_dropped: int = 0


class Worker:
    """Runs until the parent closes its end."""

    def __init__(
        self, channel: Channel, pipeline: Pipeline, detector: TeamDetector, closers: Closers, clock: Clock
    ) -> None:
        """`closers`: the detectors of second looks; they are used in a thread of their own."""
        self._channel = channel
        self._pipeline = pipeline
        self._detector = detector
        self._clock = clock
        self._cameras: dict[str, _Camera] = {}
        self._lock = threading.Lock()
        self._packets_ready = threading.Condition(self._lock)
        self._mailbox = Mailbox()
        self._rings: dict[str, FrameRing] = {}
        self._closers = closers
        self._looker = Looker(channel, self._rings.get, closers.of, clock)
        self._stop = threading.Event()
        self._forget: deque[str] = deque()

    def run(self) -> None:
        """Blocks until the parent has gone."""
        threads = [
            threading.Thread(target=self._guard, args=(body,), name=name, daemon=True)
            for name, body in (
                ("receive", self._receive),
                ("decode", self._decode),
                ("beat", self._beat),
                ("look", self._looker.run),
            )
        ]
        for thread in threads:
            thread.start()
        self._guard(self._analyse)

    def _guard(self, body: Any) -> None:
        """A thread that fails ends the process: the parent starts a fresh one, which beats limping on."""
        try:
            body()
        except (OSError, BrokenPipeError):
            pass
        except BaseException:
            log.exception("the worker failed")
            os._exit(70)
        finally:
            self._stop.set()
            self._looker.end()
            with self._lock:
                self._packets_ready.notify_all()

    # -- messages

    def _receive(self) -> None:
        while (message := self._channel.receive()) is not None:
            header, payload = message
            kind = header["type"]
            if kind == "packet":
                self._on_packet(header, payload)
            elif kind == "media":
                with self._lock:
                    self._camera(header["camera"]).info = header_to_media(header)
            elif kind == "camera":
                models = CameraModels.from_json(header.get("models"))
                self._detector.assign(header["camera"], models)
                self._closers.assign(header["camera"], models)
                with self._lock:
                    self._camera(header["camera"]).fps = float(header["fps"])
            elif kind == "forget":
                self._detector.forget(header["camera"])
                self._closers.forget(header["camera"])
                with self._lock:
                    self._cameras.pop(header["camera"], None)
                    self._forget.append(header["camera"])
            elif kind == "draw":
                self._draw(header)
            elif kind == "look":
                self._looker.ask(header, payload)

    def _camera(self, camera_id: str) -> _Camera:
        return self._cameras.setdefault(camera_id, _Camera(5.0))

    def _on_packet(self, header: Header, payload: bytes) -> None:
        with self._lock:
            camera = self._camera(header["camera"])
            if camera.info is None:
                return
            packet = header_to_packet(header, payload, camera.info)
            if camera.needs_keyframe and not packet.is_keyframe:
                camera.packets_dropped += 1
                return
            if len(camera.waiting) >= MAX_WAITING_PACKETS:
                camera.packets_dropped += len(camera.waiting)
                camera.dropped += int(len(camera.waiting) * camera.fps / max(camera.info.fps or 25.0, camera.fps))
                camera.waiting.clear()
                camera.needs_keyframe = True
                return
            camera.needs_keyframe = False
            camera.waiting.append((packet, float(header["heard_s"])))
            self._packets_ready.notify()

    # -- decoding

    def _decode(self) -> None:
        turn: list[str] = []
        while not self._stop.is_set():
            with self._lock:
                if not turn:
                    turn = [name for name, camera in self._cameras.items() if camera.waiting]
                if not turn:
                    self._packets_ready.wait(0.5)
                    continue
                name = turn.pop()
                camera = self._cameras.get(name)
                if camera is None:
                    continue
                batch = [camera.waiting.popleft() for _ in range(min(8, len(camera.waiting)))]
            for packet, heard_s in batch:
                self._decode_packet(camera, packet, heard_s)

    def _decode_packet(self, camera: _Camera, packet: Packet, heard_s: float) -> None:
        if camera.decoder is None or packet.session != camera.session:
            camera.decoder = Decoder(packet.info)
            camera.session = packet.session
            camera.offset_s = None
        try:
            frames = camera.decoder.decode(packet, lambda media_s: self._is_due(camera, media_s, heard_s))
        except VeedorError:
            camera.undecodable += 1
            return
        for frame in frames:
            camera.due += 1
            at_s = max(frame.media_s + (camera.offset_s or 0.0), camera.last_at_s + 1e-3)
            camera.last_at_s = at_s
            if self._mailbox.offer(frame, at_s):
                camera.dropped += 1

    def _is_due(self, camera: _Camera, media_s: float, heard_s: float) -> bool:
        """Whether the picture at `media_s` is the next to analyse at the camera's rate."""
        if camera.offset_s is None or abs(media_s + camera.offset_s - heard_s) > 5.0:
            camera.offset_s = heard_s - media_s
        at_s = media_s + camera.offset_s
        if at_s < camera.next_due_s - 0.4 / camera.fps and camera.next_due_s - at_s < 2.0:
            return False
        step_s = 1.0 / camera.fps
        camera.next_due_s = max(camera.next_due_s + step_s, at_s + 0.5 * step_s)
        return True

    # -- analysis

    def _analyse(self) -> None:
        while not self._stop.is_set():
            batch = self._mailbox.take_batch(MAX_BATCH, timeout_s=0.5)
            if batch:
                self._run_batch([item.frame for item in batch], [item.at_s for item in batch])

    def _run_batch(self, frames: list[Frame], at_s: list[float]) -> None:
        while self._forget:
            gone = self._forget.popleft()
            self._pipeline.forget(gone)
            self._mailbox.forget(gone)
            self._rings.pop(gone, None)
        for observation, frame in zip(self._pipeline.process(frames, at_s), frames, strict=True):
            self._rings.setdefault(frame.camera_id, FrameRing()).add(frame)
            self._channel.send(*observation_to_message(observation))

    def _draw(self, header: Header) -> None:
        """A snapshot for the parent: the frame that completed an event, with track and zone on it."""
        ring = self._rings.get(header["camera"])
        frame = ring.get(int(header["frame"])) if ring else None
        jpeg = draw_for_event(frame, header) if frame is not None else b""
        self._channel.send({"type": "snapshot", "request": header["request"]}, jpeg)

    # -- health

    def _beat(self) -> None:
        while not self._clock.wait(self._stop, HEARTBEAT_S):
            with self._lock:
                cameras = {
                    name: {
                        "frames_due": camera.due,
                        "frames_dropped": camera.dropped,
                        "packets_dropped": camera.packets_dropped,
                        "undecodable": camera.undecodable,
                        "detections": self._pipeline.counters(name).detections,
                        "tracks": self._pipeline.counters(name).tracks,
                        "frames_analysed": self._pipeline.counters(name).frames,
                    }
                    for name, camera in self._cameras.items()
                }
            usage = os.times()
            self._channel.send(
                {
                    "type": "beat",
                    "cameras": cameras,
                    "detector": self._detector.stats(),
                    "cpu_s": usage.user + usage.system,
                }
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("fd", type=int)
    parser.add_argument("model", type=Path)
    parser.add_argument("threads", type=int)
    parser.add_argument("niceness", type=int)
    parser.add_argument("models", type=Path, nargs="?")
    options = parser.parse_args()
    os.nice(options.niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a worker ends
    logging.basicConfig(level=logging.WARNING)
    channel = SocketChannel(socket.socket(fileno=options.fd))

    def lacking(order: ModelOrder, problem: VeedorError) -> None:
        log.error("the model %s: %s", order.name, problem)
        channel.send({"type": "lacking", "model": order.name})

    atlas = AtlasDetector(OnnxDetector(options.model, threads=options.threads), AtlasConfig())
    load = load_from(options.models, options.threads)
    detector = TeamDetector(atlas, load, lacking)
    with suppress(BrokenPipeError):  # the site has gone meanwhile; that is read as the end below
        channel.send({"type": "ready", "pid": os.getpid()})

    def closer() -> CropDetector:
        return crop_detector(OnnxDetector(options.model))  # one detector is not for two threads

    Worker(channel, Pipeline(detector), detector, Closers(closer, load, lacking), SystemClock()).run()


if __name__ == "__main__":
    main()
