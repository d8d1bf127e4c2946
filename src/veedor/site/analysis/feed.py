"""The site's side of one worker, wherever that runs: feeds it packets, hears its observations, counts.

`packet` is called from the threads that also record, so it never waits: packets go into a bounded queue that a
sender thread empties into the channel; what does not fit, or has waited too long, is dropped by whole groups of
pictures, and counted. What a worker says of a camera that it does not hold is refused.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from veedor.kit.clock import Clock
from veedor.model.observation import Observation
from veedor.model.packet import MediaInfo, Packet
from veedor.model.second_look import Target
from veedor.site.analysis.checked import TrackIds, checked_look, checked_observation, checked_picture
from veedor.site.analysis.protocol import Channel, Header, look_to_message, media_to_header, packet_to_header
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder

log = logging.getLogger(__name__)

QUEUE_OCTETS = 32 << 20
MAX_AGE_S = 5.0  # what waited longer would be analysed for nothing: rules want to know what is
BATCH_OCTETS = 1 << 20
CATCH_UP_PACKETS = 100  # a longer group of pictures would take a new worker too long to decode: it waits for the next
SNAPSHOT_WAIT_S = 3.0
LOOK_OCTETS = 4 << 20  # of the main stream, with a question about an object in it; beyond, the analysed pictures do
AT_MOST_APART = timedelta(minutes=1)  # an observation, from the newest packet of its camera

Recent = Callable[[Packet], Sequence[Packet]]
"""The group of pictures under way, up to and including that packet; empty where it is not at hand."""


@dataclass(slots=True)
class _Watched:
    fps: float
    ids: TrackIds
    models: CameraModels = field(default_factory=CameraModels)
    info: MediaInfo | None = None
    session: int | None = None
    needs_keyframe: bool = True
    is_new: bool = True  # to the worker: it may begin in the middle of a group of pictures, with what came before
    shed_packets: int = 0
    captured_at: datetime | None = None  # of the newest packet


class WorkerFeed:
    """One worker and the cameras that it watches. `capacity`: how much it takes on beside others, in threads."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        on_observation: Callable[[Observation], None],
        recent: Recent | None = None,
        capacity: int = 1,
    ) -> None:
        self.name = name
        self.capacity = capacity
        self._clock = clock
        self._on_observation = on_observation
        self._recent = recent
        self._lock = threading.Condition()
        self._cameras: dict[str, _Watched] = {}
        self._queue: deque[tuple[Header, bytes, float]] = deque()  # and since when it waits
        self._queued_octets = 0
        self._channel: Channel | None = None
        self._ready = threading.Event()
        self._ready_s = clock.monotonic()  # when it last became ready, or ceased to be
        self._heard_s = clock.monotonic()
        self._beat: dict[str, Any] = {}
        self._past: dict[str, dict[str, int]] = {}  # counters of workers that have ended, per camera
        self._requests = itertools.count(1)
        self._answers: dict[int, tuple[Header, bytes] | None] = {}
        self._lacking: set[str] = set()
        self.refused = 0  # messages about cameras that it does not hold, or that cannot be true

    # -- the channel

    def serve(self, channel: Channel) -> None:
        """Feeds the worker at the other end of `channel` and hears it, until that ends."""
        self._heard_s = self._clock.monotonic()
        self._reset_queue()
        self._channel = channel
        sender = threading.Thread(target=self._send, args=(channel,), name=f"feed-{self.name}", daemon=True)
        sender.start()
        try:
            while (message := channel.receive()) is not None:
                self._heard_s = self._clock.monotonic()
                self._on_message(*message)
        except (ValueError, LookupError, TypeError, OverflowError, AttributeError) as problem:
            log.error("analytics worker %s sent nonsense: %s", self.name, problem)
        finally:
            channel.close()
            self._channel = None
            self._set_ready(False)
            with self._lock:
                self._lock.notify_all()
            sender.join(5.0)
            self._keep_counters()

    def _send(self, channel: Channel) -> None:
        while True:
            with self._lock:
                while not self._queue and self._channel is channel:
                    self._lock.wait(1.0)
                if self._channel is not channel:
                    return
                batch, octets = [], 0
                while self._queue and octets < BATCH_OCTETS:
                    header, payload, _since_s = self._queue.popleft()
                    batch.append((header, payload))
                    octets += len(payload)
                self._queued_octets -= octets
            try:
                for header, payload in batch:
                    channel.send(header, payload)
            except OSError:
                return

    # -- cameras and packets

    def can_run(self, models: CameraModels) -> bool:  # noqa: ARG002 - a worker on this machine has the site's folder
        """Whether the worker has the files of `models`."""
        return True

    def watch(
        self, camera_id: str, fps: float, ids: TrackIds | None = None, models: CameraModels = CameraModels()
    ) -> None:
        """Analyse this camera at `fps` from its next keyframe on, or from the last one where that is at hand."""
        with self._lock:
            self._cameras[camera_id] = _Watched(fps, ids or TrackIds(), models)
            self._cameras[camera_id].ids.begin_life()
            self._put(_told(camera_id, fps, models))

    def forget(self, camera_id: str) -> None:
        with self._lock:
            camera = self._cameras.pop(camera_id, None)
            if camera is not None:
                self._add_past(camera_id, self._beat.get("cameras", {}).pop(camera_id, {}))
                self._add_past(camera_id, {"packets_shed": camera.shed_packets})
                self._put({"type": "forget", "camera": camera_id})

    def cameras(self) -> list[str]:
        with self._lock:
            return list(self._cameras)

    def packet(self, packet: Packet) -> None:
        """Takes one packet, or drops it; returns at once."""
        now_s = self._clock.monotonic()
        with self._lock:
            camera = self._cameras.get(packet.camera_id)
            if camera is None or self._channel is None:
                return
            camera.captured_at = packet.captured_at
            self._shed_old(now_s)
            if camera.session != packet.session or camera.info is not packet.info:
                camera.session, camera.info, camera.needs_keyframe = packet.session, packet.info, True
                self._put({"type": "media", "camera": packet.camera_id, **media_to_header(packet.info)})
            if camera.needs_keyframe and not packet.is_keyframe:
                if not (camera.is_new and self._catch_up(camera, packet, now_s)):
                    camera.shed_packets += 1
                return
            if not self._fits(packet):
                camera.needs_keyframe = True
                camera.shed_packets += 1
                return
            camera.needs_keyframe = camera.is_new = False
            self._put(packet_to_header(packet, now_s), packet.data)

    def _fits(self, packet: Packet) -> bool:
        too_large = self._channel is None or len(packet.data) > self._channel.max_payload
        return not too_large and self._queued_octets + len(packet.data) <= QUEUE_OCTETS

    def _catch_up(self, camera: _Watched, packet: Packet, now_s: float) -> bool:
        """Hand a worker that is new to the camera the group of pictures under way. Caller holds the lock."""
        camera.is_new = False
        pictures = self._recent(packet) if self._recent is not None else ()
        if not pictures or len(pictures) > CATCH_UP_PACKETS or not all(self._fits(one) for one in pictures):
            return False
        for one in pictures:
            self._put(packet_to_header(one, now_s - (packet.pts_s - one.pts_s)), one.data)
        camera.needs_keyframe = False
        return True

    def _shed_old(self, now_s: float) -> None:
        """Caller holds the lock. Where the worker does not keep up, all cameras lose the same: what waits."""
        if not self._queue or now_s - self._queue[0][2] <= MAX_AGE_S:
            return
        # What is no packet is kept, as if new: an old one in front would have every later packet shed as well.
        kept = deque((head, data, now_s) for head, data, _since_s in self._queue if head["type"] != "packet")
        for header, _payload, _since_s in self._queue:
            camera = self._cameras.get(header["camera"]) if header["type"] == "packet" else None
            if camera is not None:
                camera.shed_packets += 1
                camera.needs_keyframe = True
        self._queue, self._queued_octets = kept, sum(len(data) for _head, data, _since_s in kept)

    def _put(self, header: Header, payload: bytes = b"") -> None:
        """Caller holds the lock."""
        self._queue.append((header, payload, self._clock.monotonic()))
        self._queued_octets += len(payload)
        self._lock.notify_all()

    def _reset_queue(self) -> None:
        """A new worker knows nothing: say which cameras there are, and start each at a keyframe."""
        with self._lock:
            self._queue.clear()
            self._queued_octets = 0
            for camera_id, camera in self._cameras.items():
                camera.session, camera.info, camera.needs_keyframe, camera.is_new = None, None, True, True
                camera.ids.begin_life()
                self._put(_told(camera_id, camera.fps, camera.models))

    # -- what the worker says

    def _on_message(self, header: Header, payload: bytes) -> None:
        kind = header["type"]
        if kind == "observation":
            self._observe(header, payload)
        elif kind == "beat":
            self._on_beat(header)
        elif kind in ("snapshot", "looked"):
            with self._lock:
                if header["request"] in self._answers:
                    self._answers[header["request"]] = (header, payload)
                    self._lock.notify_all()
        elif kind == "lacking":
            with self._lock:
                self._lacking.add(str(header["model"])[:64])
        elif kind == "ready":
            with self._lock:
                self._lacking.clear()
            self._set_ready(True)

    def _observe(self, header: Header, payload: bytes) -> None:
        with self._lock:
            camera = self._cameras.get(str(header["camera"]))
            newest_at = camera.captured_at if camera is not None else None
        if camera is None or newest_at is None:
            self.refused += 1  # a camera that was just taken from it, too
            return
        observation = checked_observation(header, payload, self._clock)
        if observation is None or abs(observation.captured_at - newest_at) > AT_MOST_APART:
            self.refused += 1
            return
        self._on_observation(camera.ids.go_on(observation))

    def _on_beat(self, header: Header) -> None:
        told = header["cameras"]
        with self._lock:
            cameras = {
                camera_id: {str(name): int(value) for name, value in told[camera_id].items()}
                for camera_id in self._cameras
                if camera_id in told
            }
            detector = {
                str(name): value for name, value in header["detector"].items() if isinstance(value, int | float)
            }
            self._beat = {"cameras": cameras, "detector": detector, "cpu_s": float(header["cpu_s"])}

    def draw(self, header: Header) -> bytes | None:
        """A JPEG of the frame that `header` names, drawn by the worker; None where it is gone or the worker is.

        Must not be called from the thread that hears the worker.
        """
        answer = self._ask({**header, "type": "draw"}, b"", SNAPSHOT_WAIT_S)
        return checked_picture(answer[1]) or None if answer is not None else None

    def look(
        self, camera_id: str, targets: Sequence[Target], within_s: float, packets: Sequence[Packet]
    ) -> list[list[bool | None]] | None:
        """A second look by the worker: see `alerting.second_look.Look`. `packets`: the main stream's, as far as they
        are at hand. Must not be called from the thread that hears the worker."""
        channel = self._channel
        most = 0 if channel is None else min(channel.max_payload, LOOK_OCTETS)
        if sum(len(one.data) for one in packets) > most:
            packets = ()
        header, payload = look_to_message(camera_id, targets, within_s, packets)
        answer = self._ask(header, payload, within_s)
        return checked_look(answer[0], targets) if answer is not None else None

    def _ask(self, header: Header, payload: bytes, wait_s: float) -> tuple[Header, bytes] | None:
        """The worker's answer, or None where none comes in time."""
        number = next(self._requests)
        with self._lock:
            channel = self._channel
            if channel is None:
                return None
            self._answers[number] = None
            self._queue.appendleft(({**header, "request": number}, payload, self._clock.monotonic()))
            self._queued_octets += len(payload)
            self._lock.notify_all()
            deadline_s = self._clock.monotonic() + wait_s
            while self._answers[number] is None and self._channel is channel:
                left_s = deadline_s - self._clock.monotonic()
                if left_s <= 0:
                    break
                self._lock.wait(left_s)
            return self._answers.pop(number, None)

    # -- health

    def lacking(self) -> list[tuple[str, ModelOrder]]:
        """(camera, model) where the worker could not open the model, and watches without it."""
        with self._lock:
            return [
                (camera_id, order)
                for camera_id, camera in self._cameras.items()
                for order in camera.models.files
                if order.name in self._lacking
            ]

    def _set_ready(self, ready: bool) -> None:
        if ready != self._ready.is_set():
            self._ready_s = self._clock.monotonic()
        (self._ready.set if ready else self._ready.clear)()

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    @property
    def same_s(self) -> float:
        """For how long it has been ready, or not ready."""
        return self._clock.monotonic() - self._ready_s

    def wait_ready(self, timeout_s: float) -> bool:
        """Whether the worker has loaded its model."""
        return self._ready.wait(timeout_s)

    def status(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ready": self._ready.is_set(),
            "cameras": len(self._cameras),
            "threads": self.capacity,
            "queue_octets": self._queued_octets,
            "refused": self.refused,
            "cpu_s": self._beat.get("cpu_s", 0.0),
            **self._beat.get("detector", {}),
        }

    def camera_counters(self) -> dict[str, dict[str, int]]:
        """Counters per camera since start, over all lives of the worker."""
        with self._lock:
            now: dict[str, dict[str, int]] = self._beat.get("cameras", {})
            result = {camera_id: dict(self._past.get(camera_id, {})) for camera_id in {*self._cameras, *self._past}}
            for camera_id, camera in self._cameras.items():
                shed = result[camera_id].get("packets_shed", 0)
                result[camera_id]["packets_shed"] = shed + camera.shed_packets
            for camera_id, counters in now.items():
                add_counters(result.setdefault(camera_id, {}), counters)
        return result

    def _keep_counters(self) -> None:
        with self._lock:
            for camera_id, counters in self._beat.get("cameras", {}).items():
                self._add_past(camera_id, counters)
            self._beat = {}

    def _add_past(self, camera_id: str, counters: dict[str, int]) -> None:
        """Caller holds the lock."""
        add_counters(self._past.setdefault(camera_id, {}), counters)


def _told(camera_id: str, fps: float, models: CameraModels) -> Header:
    told = {"models": models.to_json()} if models != CameraModels() else {}
    return {"type": "camera", "camera": camera_id, "fps": fps, **told}


def add_counters(total: dict[str, int], counters: dict[str, int]) -> None:
    for key, value in counters.items():
        total[key] = total.get(key, 0) + value
