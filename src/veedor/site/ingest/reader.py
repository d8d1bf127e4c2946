"""One stream of one camera, read for as long as the site wants it: `run` retries, `run_once` works and raises."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.model.camera import Camera, SourceKind, StreamHealth, StreamRole, StreamSource, StreamState
from veedor.model.recording import GapReason
from veedor.site.ingest.assembler import Assembler, AssemblerConfig
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import BadAddress, SchemeRefused, StreamEnded
from veedor.site.ingest.file import FileSource
from veedor.site.ingest.mjpeg import MjpegSource
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.raw import Losses, RawPacket, Source
from veedor.site.ingest.receiver import Receiver
from veedor.site.ingest.rtsp import Opening, RtspSource
from veedor.site.ingest.sink import PacketSink
from veedor.site.ingest.timing import CaptureClock, FileCaptureClock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """How streams are opened. `read_timeout_s`: no picture for this long is a stall. Retries wait `backoff_first_s`,
    doubling up to `backoff_max_s`, spread by `jitter` (0..1) so that the cameras of a switch that comes back do not all
    call at once. A connection that held `healthy_s` starts afresh. `receiver`: serves the RTSP streams of all readers
    that share it; None: each has one of its own."""

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 5.0
    backoff_first_s: float = 0.5
    backoff_max_s: float = 30.0
    jitter: float = 0.3
    healthy_s: float = 10.0
    health_every_s: float = 1.0
    networks: NetworkPolicy = field(default_factory=NetworkPolicy)
    receiver: Receiver | None = None
    assembler: AssemblerConfig = field(default_factory=AssemblerConfig)


def open_source(
    camera: Camera,
    stream: StreamSource,
    password: str | None,
    config: IngestConfig,
    clock: Clock,
    wait: Callable[[float], bool],
    receiver: Receiver,
) -> Source:
    """Connect. The scheme decides how: rtsp, rtsps, http, https, or a file. Raises the errors of `errors.py`."""
    scheme = stream.url.partition("://")[0].lower() if "://" in stream.url else "file"
    timeouts = (config.connect_timeout_s, config.read_timeout_s)
    login = Login(camera.username, password or "") if camera.username else None
    if scheme in ("rtsp", "rtsps"):
        opening = Opening(config.networks, *timeouts, clock, receiver)
        return RtspSource(stream, login, opening, audio=camera.record.audio)
    if scheme in ("http", "https"):
        return MjpegSource(stream.url, login, config.networks, clock, timeouts)
    if scheme == "file" and camera.kind is SourceKind.FILE:
        return FileSource(stream.url, config.networks, clock, wait)
    raise SchemeRefused(scheme=scheme)


class StreamReader:
    """Delivers one stream to `sink` until `stop`, from a thread of its own or, where the camera speaks RTSP, from that
    of the receiver in `open_with`. Nothing that a camera sends ends it."""

    def __init__(
        self,
        camera: Camera,
        role: StreamRole,
        *,
        open_with: IngestConfig,
        password: Callable[[], str | None],
        clock: Clock,
        sink: PacketSink,
        on_health: Callable[[StreamHealth], None],
    ) -> None:
        self._camera, self._role, self._config = camera, role, open_with
        self._password, self._clock, self._on_health = password, clock, on_health
        self._receiver = open_with.receiver or Receiver(clock)
        self._told_s = 0.0
        self._source: Source | None = None
        self._losses = Losses()  # of the connections that are over
        self._assembler = Assembler(camera.id, role, sink, clock, open_with.assembler)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._health = StreamHealth(camera.id, role, StreamState.CONNECTING, clock.now())
        self._connections = 0
        self._random = random.Random()  # noqa: S311 (spreads retries)

    @property
    def health(self) -> StreamHealth:
        """As last told: state at once, counters once a second."""
        return self._health

    @property
    def clock_offset_s(self) -> float | None:
        """The camera's clock less ours, where sender reports tell it; as of the newest packet."""
        return self._assembler.camera_offset_s

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name=f"ingest-{self._camera.name}-{self._role}", daemon=True)
        self._thread.start()

    def request_stop(self) -> None:
        """Ask the thread to end, without waiting: it ends at once, or when a connection that is being made
        is there or has failed."""
        self._stop.set()

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Ask and wait; return whether it has ended. A thread that waits for a dead camera may take longer."""
        self.request_stop()
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def run(self) -> None:
        """Read, and after each loss wait and read again, until `stop`."""
        pause_s = self._config.backoff_first_s
        while not self._stop.is_set():
            began_s = self._clock.monotonic()
            problem = self._attempt()
            if self._stop.is_set():
                break
            self._tell(StreamState.OFFLINE, problem)
            if self._clock.monotonic() - began_s >= self._config.healthy_s and self._assembler.video_packets:
                pause_s = self._config.backoff_first_s
            spread = 1 + self._config.jitter * (2 * self._random.random() - 1)
            self._clock.wait(self._stop, pause_s * spread)
            pause_s = min(pause_s * 2, self._config.backoff_max_s)
        self._tell(StreamState.OFFLINE, None)

    def _attempt(self) -> Message | None:
        """One try; what ended it, in words."""
        try:
            self.run_once()
        except VeedorError as error:
            log.info("camera %s %s: %s", self._camera.id, self._role, error)
            return error.message
        except Exception:
            log.exception("camera %s %s: reading failed", self._camera.id, self._role)
            return VeedorError().message
        return None

    def run_once(self) -> None:
        """Connect and deliver until `stop` (returns) or until the stream is lost (raises why)."""
        stream = self._camera.stream(self._role)
        if stream is None:
            raise BadAddress(problem=f"{self._role}")
        self._tell(StreamState.CONNECTING, self._health.problem)
        source = open_source(
            self._camera, stream, self._password(), self._config, self._clock, self._wait, self._receiver
        )
        try:
            self._connections += 1
            self._source = source
            self._deliver(source, FileCaptureClock if isinstance(source, FileSource) else CaptureClock)
        finally:
            self._source, self._losses = None, self._losses_with(source)
            source.close()
        if not self._stop.is_set():
            raise StreamEnded(address=self._camera.name)

    def _deliver(self, source: Source, clock_kind: type[CaptureClock]) -> None:
        self._assembler.begin(source.tracks, clock_kind)
        self._told_s = self._clock.monotonic()
        reason = GapReason.LOST
        try:
            source.deliver(self._take, self._stop)
            if self._stop.is_set():
                reason = GapReason.DISABLED
        finally:
            self._assembler.end(reason)

    def _take(self, raw: RawPacket) -> None:
        self._assembler.add(raw)
        now_s = self._clock.monotonic()
        if self._health.state is not StreamState.ONLINE or now_s - self._told_s >= self._config.health_every_s:
            self._told_s = now_s
            self._tell(StreamState.ONLINE, None)

    def _losses_with(self, source: Source | None) -> Losses:
        if source is None:
            return self._losses
        return Losses(self._losses.packets + source.losses.packets, self._losses.pictures + source.losses.pictures)

    def _wait(self, seconds: float) -> bool:
        return self._clock.wait(self._stop, seconds)

    def _tell(self, state: StreamState, problem: Message | None) -> None:
        before, last = self._health, self._assembler.last_packet
        losses = self._losses_with(self._source)
        self._health = replace(
            before,
            state=state,
            since=before.since if before.state is state else self._clock.now(),
            problem=problem,
            sessions=self._connections,
            packets=self._assembler.video_packets,
            octets=self._assembler.octets,
            keyframe_octets=self._assembler.keyframe_octets,
            rtp_lost=losses.packets,
            damaged_pictures=losses.pictures,
            last_packet_at=last.captured_at if last else None,
            clock_offset_s=self._assembler.camera_offset_s,
        )
        try:
            self._on_health(self._health)
        except Exception:
            log.exception("a listener to camera health failed")
