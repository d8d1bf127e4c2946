"""A site: cameras in, footage and alerts out. This file is the list of what a site is made of, and its life."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.model.camera import DEFAULT_MODEL_WORD, Camera, StreamHealth, StreamRole, StreamState
from veedor.model.event import Event
from veedor.model.packet import Media, Packet
from veedor.model.recording import GapReason
from veedor.model.second_look import Target
from veedor.site.alerting.outbox import Outbox
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.alerting.second_look import SecondLooks
from veedor.site.analysis.crew import Crew
from veedor.site.analysis.pictures import draw_request
from veedor.site.analysis.process import WorkerConfig
from veedor.site.analysis.remote import RemoteConfig, RemoteWorkers
from veedor.site.analysis.supervisor import WorkerSupervisor
from veedor.site.archive.archive import TrackArchive
from veedor.site.cameras import CameraStore
from veedor.site.data_disk import DataDisk
from veedor.site.detect.cards import OwnModels
from veedor.site.fanout import FanOut
from veedor.site.ingest.reader import IngestConfig, StreamReader
from veedor.site.ingest.receiver import Receiver
from veedor.site.live.hub import LiveHub
from veedor.site.models_book import ModelsBook
from veedor.site.normality.keeper import NormalityKeeper
from veedor.site.normality.store import BaselineStore
from veedor.site.reasoning import Reasoner
from veedor.site.record.footage import FootageStore
from veedor.site.record.recorder import Recorder
from veedor.site.rules_store import RulesStore
from veedor.site.views import Views
from veedor.site.watchdog import Watchdog
from veedor.wire.ports import AlertSink

log = logging.getLogger(__name__)

WATCH_EVERY_S = 1.0
LARGE_PX = 640_000
LOOK_PAST = timedelta(seconds=0.3)
LOOK_PACKETS = 150  # of the main stream, for a second look: decoding more would cost a second and more


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """What a site needs to know beyond its cameras. `workers`: on this machine; 0: none. `remote` None: none elsewhere.
    With neither it only records."""

    name: str
    data: Path
    time_zone: str
    language: str
    workers: int
    worker: WorkerConfig | None
    ingest: IngestConfig = field(default_factory=IngestConfig)
    remote: RemoteConfig | None = None
    models: tuple[str, ...] = (DEFAULT_MODEL_WORD,)  # that look at a camera which does not say
    second_look_model: str | None = None


@dataclass(frozen=True, slots=True)
class SiteParts:
    """The parts that hold state on disk, opened by the composition root in this order and closed by `Site.stop`."""

    cameras: CameraStore
    recorder: Recorder
    footage: FootageStore
    archive: TrackArchive
    outbox: Outbox
    rules: RulesStore
    policy: AlertPolicy


class Site:
    """One running site."""

    def __init__(self, config: SiteConfig, parts: SiteParts, clock: Clock) -> None:
        self.config = config
        self.parts = parts
        self.clock = clock
        self.started_at = clock.now()
        self._ingest = replace(config.ingest, receiver=Receiver(clock))
        self.live = LiveHub(clock)
        self.watchdog = Watchdog(config.name, clock)
        self._data_disk = DataDisk(config.data)
        self._started = False
        self._stopped = False
        self._stop = threading.Event()
        self._lock = threading.RLock()
        self._running: dict[str, Camera] = {}
        self._readers: dict[tuple[str, StreamRole], StreamReader] = {}
        self._received: dict[tuple[str, StreamRole], int] = {}
        self._revision: int | None = None
        self.models = ModelsBook(OwnModels(config.data / "models"), config.models, config.second_look_model)
        self.views = Views(config.data / "views", clock, self._tell_of_camera)
        baselines = BaselineStore(config.data / "normality")
        self.normality = NormalityKeeper(
            baselines, parts.archive.tracks, parts.archive.oldest, clock, config.time_zone, away=self.views.away
        )
        self.reasoner = Reasoner(
            clock,
            parts.archive,
            parts.outbox,
            parts.policy,
            self._draw,
            config.time_zone,
            self.normality,
            looks=SecondLooks(clock, self._look_again),
        )
        self.reasoner.views = self.views
        self.workers = [
            WorkerSupervisor(
                f"worker-{number}", config.worker, clock, self.reasoner.observe, recent=self.live.under_way
            )
            for number in range(config.workers)
            if config.worker is not None
        ]
        self.crew = Crew(self.workers)
        self.remote = (
            RemoteWorkers(config.remote, self.crew, clock, self.reasoner.observe, self.live.under_way)
            if config.remote is not None
            else None
        )
        self.fan_out = FanOut([parts.recorder, self.live, _Analysis(self)])
        self._watcher = threading.Thread(target=self._watch, name="site-watch", daemon=True)

    # -- life

    def start(self, alerts: AlertSink) -> None:
        """Start all parts; cameras connect in the background. Alerts go to `alerts`."""
        self._started = True
        self.parts.recorder.start()
        self.parts.archive.start()
        self.parts.outbox.start(alerts)
        self.reasoner.start()
        self.normality.start()
        self.views.start()
        for worker in self.workers:
            worker.start()
        if self.remote is not None:
            self.remote.start()
        self.follow_configuration()
        self._watcher.start()

    def stop(self) -> None:
        """Stop in the order of the flow, so that everything that came in is stored. May be called again."""
        if self._stopped or not self._started:
            return
        self._stopped = True
        self._stop.set()
        self._watcher.join(10.0)
        with self._lock:
            readers = list(self._readers.values())
            self._readers.clear()
        for reader in readers:
            reader.request_stop()
        for reader in readers:
            reader.stop(5.0)
        if self.remote is not None:
            self.remote.stop()
        for worker in self.workers:
            worker.stop()
        for camera_id in list(self._running):
            self.reasoner.forget(camera_id)
        self.views.stop()
        self.normality.stop()
        self.reasoner.stop()
        self.parts.recorder.stop()
        self.parts.archive.stop()
        self.parts.outbox.stop()
        self.live.close()

    def _watch(self) -> None:
        while not self.clock.wait(self._stop, WATCH_EVERY_S):
            try:
                self.follow_configuration()
                self._tick()
            except VeedorError:
                log.exception("the site's configuration could not be read")

    # -- cameras

    def follow_configuration(self) -> None:
        """Start, restart and stop readers so that they are what the camera store and the rule files say."""
        with self._lock:
            if self.models.changed():
                self.parts.rules.read_again()  # they may name the new classes
            revision = self.parts.cameras.revision()
            if revision != self._revision:
                self._revision = revision
                wanted = {camera.id: camera for camera in self.parts.cameras.cameras() if camera.enabled}
                for camera_id, running in [*self._running.items()]:
                    camera = wanted.get(camera_id)
                    if camera is None or _what_runs(camera) != _what_runs(running):
                        self._stop_camera(camera_id)
                    else:
                        self._running[camera_id] = camera
                        if camera.calibration != running.calibration:
                            self._reason(camera)
                for camera in wanted.values():
                    if camera.id not in self._running:
                        self._start_camera(camera)
            for camera in self._running.values():
                self.crew.change_models(camera.id, self.models.of(camera))
                if self.parts.rules.changed(camera.id):
                    self._reason(camera)

    def _start_camera(self, camera: Camera) -> None:
        self._running[camera.id] = camera
        self.parts.recorder.watch(camera)
        self.live.watch_camera(camera)
        self._reason(camera)
        if self._is_analysed(camera):
            self.crew.watch(camera.id, camera.analyse.fps, self.models.of(camera))
        for stream in camera.streams:
            reader = StreamReader(
                camera,
                stream.role,
                open_with=self._ingest,
                password=partial(self.parts.cameras.password, camera.id),
                clock=self.clock,
                sink=self.fan_out,
                on_health=lambda _health: None,
            )
            self._readers[camera.id, stream.role] = reader
            reader.start()

    def _is_analysed(self, camera: Camera) -> bool:
        return camera.analyse.enabled and bool(self.workers or self.remote)

    def _reason(self, camera: Camera) -> None:
        self.reasoner.watch(camera, self.parts.rules.rules(camera.id), analysed=self._is_analysed(camera))

    def _tell_of_camera(self, camera: Camera, event: Event) -> None:
        self.reasoner.tell_of_camera(camera, event)

    def _stop_camera(self, camera_id: str) -> None:
        self._running.pop(camera_id)
        for key in [key for key in self._readers if key[0] == camera_id]:
            self._readers.pop(key).stop(5.0)
        self.crew.forget(camera_id)
        self.views.forget(camera_id)
        self.reasoner.forget(camera_id)
        self.parts.recorder.forget(camera_id)
        self.live.forget(camera_id)

    def _tick(self) -> None:
        self.crew.balance()
        with self._lock:
            cameras = list(self._running.values())
            healths = {key: reader.health for key, reader in self._readers.items()}
        self.reasoner.tell(self.watchdog.step(self.disk_problems()))
        for camera in cameras:
            health = healths.get((camera.id, camera.analysed_role))
            connected = health is not None and health.state is StreamState.ONLINE
            offset_s = health.clock_offset_s if health is not None and connected else None
            self.reasoner.tick(camera.id, connected=connected, clock_offset_s=offset_s)

    def stop_readers_at_end(self, timeout_s: float) -> None:
        """Wait until no stream is online (their cameras ended them), then stop reading; the rest goes on."""
        deadline_s = self.clock.monotonic() + timeout_s
        while self.clock.monotonic() < deadline_s:
            if all(health.state is not StreamState.ONLINE for health in self.health()):
                break
            self.clock.wait(self._stop, 0.1)
        with self._lock:
            self._received = {key: reader.health.packets for key, reader in self._readers.items()}
            readers = list(self._readers.values())
            self._readers.clear()
        for reader in readers:
            reader.stop(5.0)

    def received(self, camera_id: str, role: StreamRole) -> int:
        """Video packets that came in since start."""
        with self._lock:
            reader = self._readers.get((camera_id, role))
            return reader.health.packets if reader else self._received.get((camera_id, role), 0)

    def disk_problems(self) -> list[Message]:
        """What is wrong with the disks of data and footage now, worst first."""
        return self._data_disk.problems() + self.parts.recorder.problems()

    def running(self) -> dict[str, Camera]:
        with self._lock:
            return dict(self._running)

    def health(self) -> list[StreamHealth]:
        """Observed state of every stream, by camera name."""
        with self._lock:
            names = {camera.id: camera.name for camera in self._running.values()}
            healths = [reader.health for reader in self._readers.values()]
        return sorted(healths, key=lambda one: (names.get(one.camera_id, ""), one.role))

    # -- analysis

    def analyse(self, packet: Packet) -> None:
        """Feed the worker that watches this packet's camera, if it is of the stream to analyse."""
        camera = self._running.get(packet.camera_id)
        if camera is None or packet.info.media is not Media.VIDEO or packet.role is not camera.analysed_role:
            return
        self.crew.packet(packet)

    def _draw(self, camera: Camera, event: Event, frame: int) -> bytes | None:
        """The snapshot of an event: drawn by the worker that saw it; failing that, the camera's newest picture."""
        flow = self.normality.flow_of(event)
        request = draw_request(camera, event, frame, self.config.time_zone, self.config.language, flow)
        if jpeg := self.crew.draw(camera.id, request):
            return jpeg
        try:
            return self.live.snapshot(camera.id)
        except VeedorError:
            return None

    def model_problems(self) -> list[Message]:
        """Models that cannot be used, rules that wait for what no model finds, models that a worker lacks."""
        cameras = self.running()
        with self._lock:
            told = [
                problem
                for camera in cameras.values()
                if self._is_analysed(camera)
                for problem in self.models.problems(camera, self.reasoner.rules(camera.id), self.config.language)
            ]
        lacking = [
            Message("problem-model-worker", {"camera": cameras[camera_id].name, "model": order.name})
            for camera_id, order in self.crew.lacking()
            if camera_id in cameras
        ]
        return told + lacking

    def _look_again(
        self, camera_id: str, targets: Sequence[Target], within_s: float
    ) -> Sequence[Sequence[bool | None]] | None:
        """A second look by the worker that analyses the camera. It is given the main stream's pictures of then, where
        it analyses another, or pictures so large that it keeps few of them."""
        packets = self.live.newest(camera_id, StreamRole.MAIN)
        camera = self._running.get(camera_id)
        if camera is None or not packets:
            return self.crew.look(camera_id, targets, within_s, ())
        large = packets[0].info.width * packets[0].info.height > LARGE_PX
        last = max(sight.captured_at for one in targets for sight in one.sights) + LOOK_PAST
        wanted = [one for one in packets if one.captured_at <= last]
        if len(wanted) > LOOK_PACKETS or not (large or camera.analysed_role is not StreamRole.MAIN):
            wanted = []
        return self.crew.look(camera_id, targets, within_s, wanted)

    def analysis_counters(self) -> list[dict[str, Any]]:
        """Per camera, since start."""
        counted = self.crew.camera_counters()
        return [
            {
                "camera_id": camera.id,
                "name": camera.name,
                **counted.get(camera.id, {}),
                **self.reasoner.counters(camera.id),
            }
            for camera in self.running().values()
        ]


class _Analysis:
    """The analysis side of the fan-out."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def packet(self, packet: Packet) -> None:
        self._site.analyse(packet)

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        """Nothing to do: the next session's packets say so themselves."""


def _what_runs(camera: Camera) -> Camera:
    """The camera without what only people look at, and without its models: neither may interrupt its recording."""
    analyse = replace(camera.analyse, models=None, second_look_model=None)
    return replace(camera, placement=None, calibration=None, revision=0, analyse=analyse)
