"""The parent's side of one analytics worker: feeds it packets, hears its observations, restarts it when it dies.

`packet` is called from the threads that also record, so it never waits: packets go into a bounded queue that a
sender thread empties into the socket; what does not fit is dropped by whole groups of pictures, and counted.
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.model.observation import Observation
from veedor.model.packet import MediaInfo, Packet
from veedor.site.analysis.protocol import (
    Channel,
    Header,
    media_to_header,
    message_to_observation,
    packet_to_header,
)

log = logging.getLogger(__name__)

QUEUE_OCTETS = 32 << 20
SILENCE_S = 20.0  # a worker that has not beaten for so long is stuck
SNAPSHOT_WAIT_S = 3.0
RESTART_S = (0.2, 10.0)  # first and longest pause before a restart


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """model: file of weights; threads: of the inference engine, per process."""

    model: Path
    threads: int = 1
    niceness: int = 5  # recording comes first


@dataclass(slots=True)
class _Watched:
    fps: float
    info: MediaInfo | None = None
    session: int | None = None
    needs_keyframe: bool = True
    shed_packets: int = 0


class WorkerSupervisor:
    """One worker process and the cameras it watches."""

    def __init__(
        self, name: str, config: WorkerConfig, clock: Clock, on_observation: Callable[[Observation], None]
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._on_observation = on_observation
        self._lock = threading.Condition()
        self._cameras: dict[str, _Watched] = {}
        self._queue: deque[tuple[Header, bytes]] = deque()
        self._queued_octets = 0
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._ready = threading.Event()
        self._heard_s = clock.monotonic()
        self._restarts = -1
        self._beat: dict[str, Any] = {}
        self._past: dict[str, dict[str, int]] = {}  # counters of workers that have ended, per camera
        self._requests = itertools.count(1)
        self._answers: dict[int, bytes | None] = {}
        self._thread = threading.Thread(target=self.run, name=f"analysis-{name}", daemon=True)

    # -- life

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the worker; returns when it has gone."""
        self._stop.set()
        with self._lock:
            self._lock.notify_all()
        self._end_process()
        self._thread.join(10.0)

    def run(self) -> None:
        """Keeps a worker running, with a pause that grows while it keeps dying."""
        pause_s = RESTART_S[0]
        while not self._stop.is_set():
            started_s = self._clock.monotonic()
            try:
                self.run_once()
            except OSError as problem:
                if not self._stop.is_set():
                    log.error("analytics worker %s: %s", self.name, problem)
            finally:
                self._end_process()
                self._keep_counters()
            pause_s = RESTART_S[0] if self._clock.monotonic() - started_s > 60 else min(pause_s * 2, RESTART_S[1])
            if self._clock.wait(self._stop, pause_s):
                return

    def run_once(self) -> None:
        """Starts a worker and serves it until it ends."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "veedor.site.analysis.worker", str(theirs.fileno())]
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [*command, str(self._config.model), str(self._config.threads), str(self._config.niceness)],
                pass_fds=[theirs.fileno()],
                env=environment,
                process_group=0,  # Ctrl+C in a terminal is for the site, which ends its workers itself
            )
        channel = Channel(ours)
        self._restarts += 1
        self._heard_s = self._clock.monotonic()
        self._reset_queue()
        self._channel = channel
        sender = threading.Thread(target=self._send, args=(channel,), name=f"feed-{self.name}", daemon=True)
        watchdog = threading.Thread(target=self._watch, args=(channel,), name=f"watch-{self.name}", daemon=True)
        sender.start()
        watchdog.start()
        try:
            while (message := channel.receive()) is not None:
                self._heard_s = self._clock.monotonic()
                self._on_message(*message)
        except (ValueError, KeyError, TypeError) as problem:
            log.error("analytics worker %s sent nonsense: %s", self.name, problem)
        finally:
            channel.close()
            self._channel = None
            self._ready.clear()
            with self._lock:
                self._lock.notify_all()
            sender.join(5.0)
            watchdog.join(5.0)

    def _end_process(self) -> None:
        channel, process = self._channel, self._process
        if channel is not None:
            channel.close()
        if process is not None:
            try:
                process.wait(2.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self, channel: Channel) -> None:
        while self._channel is channel and not self._clock.wait(self._stop, 1.0):
            if self._clock.monotonic() - self._heard_s > SILENCE_S and self._process is not None:
                log.error("analytics worker %s has been silent for %.0f s: restarting it", self.name, SILENCE_S)
                self._process.kill()
                return

    # -- cameras and packets

    def watch(self, camera_id: str, fps: float) -> None:
        """Analyse this camera at `fps` from its next keyframe on."""
        with self._lock:
            self._cameras[camera_id] = _Watched(fps)
            self._put({"type": "camera", "camera": camera_id, "fps": fps})

    def forget(self, camera_id: str) -> None:
        with self._lock:
            if self._cameras.pop(camera_id, None) is not None:
                self._put({"type": "forget", "camera": camera_id})

    def cameras(self) -> list[str]:
        with self._lock:
            return list(self._cameras)

    def packet(self, packet: Packet) -> None:
        """Takes one packet, or drops it; returns at once."""
        with self._lock:
            camera = self._cameras.get(packet.camera_id)
            if camera is None or self._channel is None:
                return
            if camera.session != packet.session or camera.info is not packet.info:
                camera.session, camera.info, camera.needs_keyframe = packet.session, packet.info, True
                self._put({"type": "media", "camera": packet.camera_id, **media_to_header(packet.info)})
            if camera.needs_keyframe and not packet.is_keyframe:
                camera.shed_packets += 1
                return
            if self._queued_octets + len(packet.data) > QUEUE_OCTETS:
                camera.needs_keyframe = True
                camera.shed_packets += 1
                return
            camera.needs_keyframe = False
            self._put(packet_to_header(packet), packet.data)

    def _put(self, header: Header, payload: bytes = b"") -> None:
        """Caller holds the lock."""
        self._queue.append((header, payload))
        self._queued_octets += len(payload)
        self._lock.notify_all()

    def _reset_queue(self) -> None:
        """A new worker knows nothing: say which cameras there are, and start each at a keyframe."""
        with self._lock:
            self._queue.clear()
            self._queued_octets = 0
            for camera_id, camera in self._cameras.items():
                camera.session, camera.info, camera.needs_keyframe = None, None, True
                self._put({"type": "camera", "camera": camera_id, "fps": camera.fps})

    def _send(self, channel: Channel) -> None:
        while True:
            with self._lock:
                while not self._queue and self._channel is channel:
                    self._lock.wait(1.0)
                if self._channel is not channel:
                    return
                batch = list(self._queue)
                self._queue.clear()
                self._queued_octets = 0
            try:
                for header, payload in batch:
                    channel.send(header, payload)
            except OSError:
                return

    # -- what the worker says

    def _on_message(self, header: Header, payload: bytes) -> None:
        kind = header["type"]
        if kind == "observation":
            self._on_observation(message_to_observation(header, payload))
        elif kind == "beat":
            self._beat = header
        elif kind == "snapshot":
            with self._lock:
                if header["request"] in self._answers:
                    self._answers[header["request"]] = payload
                    self._lock.notify_all()
        elif kind == "ready":
            self._ready.set()

    def draw(self, header: Header) -> bytes | None:
        """A JPEG of the frame that `header` names, drawn by the worker; None where it is gone or the worker is.

        Must not be called from the thread that hears the worker.
        """
        channel = self._channel
        if channel is None:
            return None
        number = next(self._requests)
        with self._lock:
            self._answers[number] = None
        try:
            channel.send({**header, "type": "draw", "request": number})
            deadline_s = self._clock.monotonic() + SNAPSHOT_WAIT_S
            with self._lock:
                while self._answers[number] is None and self._channel is channel:
                    left_s = deadline_s - self._clock.monotonic()
                    if left_s <= 0:
                        break
                    self._lock.wait(left_s)
        except OSError:
            return None
        finally:
            with self._lock:
                jpeg = self._answers.pop(number, None)
        return jpeg or None

    # -- health

    def wait_ready(self, timeout_s: float) -> bool:
        """Whether the worker has loaded its model."""
        return self._ready.wait(timeout_s)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def status(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "pid": self.pid,
            "ready": self._ready.is_set(),
            "restarts": max(self._restarts, 0),
            "cameras": len(self._cameras),
            "queue_octets": self._queued_octets,
            "cpu_s": self._beat.get("cpu_s", 0.0),
            **self._beat.get("detector", {}),
        }

    def camera_counters(self) -> dict[str, dict[str, int]]:
        """Counters per camera since start, over all lives of the worker."""
        now: dict[str, dict[str, int]] = self._beat.get("cameras", {})
        with self._lock:
            result = {camera_id: dict(self._past.get(camera_id, {})) for camera_id in {*self._cameras, *self._past}}
            for camera_id, camera in self._cameras.items():
                result[camera_id]["packets_shed"] = camera.shed_packets
        for camera_id, counters in now.items():
            total = result.setdefault(camera_id, {})
            for key, value in counters.items():
                total[key] = total.get(key, 0) + int(value)
        return result

    def _keep_counters(self) -> None:
        for camera_id, counters in self._beat.get("cameras", {}).items():
            total = self._past.setdefault(camera_id, {})
            for key, value in counters.items():
                total[key] = total.get(key, 0) + int(value)
        self._beat = {}
