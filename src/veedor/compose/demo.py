"""The demo: real clips served as RTSP cameras, a whole site with its desk on one machine, and an honest report."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import numpy as np

from veedor.access.principal import Role
from veedor.compose.accounting import Account, account
from veedor.compose.clips import Clip, bikes, cache_directory, vtest
from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.demo_load import MAIN, SUB, place
from veedor.compose.demo_rules import BY_CLIP, OWN
from veedor.compose.single import Service, running
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import NewUser, add_user, find_for_login, set_password
from veedor.desk.accounts.sessions import Sessions
from veedor.kit.clock import Clock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event
from veedor.simulator.prepare import prepare
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.stream import Faults, ServedStream
from veedor.wire.ports import AlertSink

DRAIN_S = 20.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`sources`: the user's own cameras, instead of the clips."""

    duration_s: float | None = None
    cameras: int = 4
    sources: tuple[str, ...] = ()
    data: Path | None = None
    port: int = 8480
    language: str = "es"


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """One camera of the demo. `served`: our own server sends it, so that what it sent is known."""

    name: str
    clip: str
    streams: tuple[StreamSource, ...]
    paths: dict[StreamRole, str] = field(default_factory=dict)
    kind: SourceKind = SourceKind.RTSP
    placement: Placement | None = None

    @property
    def served(self) -> bool:
        return bool(self.paths)


class AnnouncingSink:
    """An AlertSink that tells of each alert after the desk has it, and measures how long that took."""

    def __init__(self, desk: AlertSink, clock: Clock, tell: Callable[[Event], None]) -> None:
        self._desk = desk
        self._clock = clock
        self._tell = tell
        self._seen: set[str] = set()
        self.latencies_s: list[float] = []

    def raise_alert(self, event: Event, snapshot_jpeg: bytes | None) -> None:
        self._desk.raise_alert(event, snapshot_jpeg)
        if event.id not in self._seen:
            self._seen.add(event.id)
            self.latencies_s.append((self._clock.now() - event.completed_at).total_seconds())
            self._tell(event)

    def end_event(self, event: Event) -> None:
        self._desk.end_event(event)


@contextmanager
def demo_cameras(options: DemoOptions) -> Iterator[tuple[list[DemoCamera], RtspServerProcess | None]]:
    """The cameras of the demo and the server that plays them (None where all are the user's own)."""
    served: list[ServedStream] = []
    plans = [_own(source, number) for number, source in enumerate(options.sources, 1)] or _clips(options.cameras)
    for name, clip, offset_s in plans:
        if isinstance(clip, Clip):
            served += _streams(name, clip, offset_s)
    with ExitStack() as stack:
        server = stack.enter_context(RtspServerProcess(served)) if served else None
        yield [_camera(plan, server, number) for number, plan in enumerate(plans)], server


Plan = tuple[str, Clip | str, float]


def _operator(service: Service) -> str:
    """Somebody who handles alerts: an administrator only runs the machine. Returns the generated password."""
    password = passwords.generate()
    new = NewUser(OPERATOR, "", (Role.OPERATOR, Role.SUPERVISOR), passwords.hash_password(password))
    desk = service.desk
    with desk.database.session() as session:
        row = find_for_login(session, OPERATOR)
        if row is None:
            add_user(session, desk.clock, desk.agency_id, new)
        else:
            sessions = Sessions(desk.database, desk.clock, desk.config.session_hours)
            set_password(session, desk.clock, row, new.password_hash, sessions)
    return password


def _own(source: str, number: int) -> Plan:
    if "://" in source:
        return f"Cámara {number}", source, 0.0
    path = Path(source)
    return path.stem, Clip("own", path), 0.0


def _clips(cameras: int) -> list[Plan]:
    """Cameras in turn from the clips there are, each from another moment of its clip."""
    clips = [clip for clip in (vtest(), bikes()) if clip is not None]
    names = {"vtest": "Estacionamiento", "bikes": "Avenida"}
    lengths_s = {"vtest": 79.5, "bikes": 10.0}
    plans: list[Plan] = []
    for number in range(cameras):
        clip = clips[number % len(clips)]
        turn = number // len(clips)
        name = names[clip.name] if turn == 0 else f"{names[clip.name]} {turn + 1}"
        plans.append((name, clip, turn * 0.37 * lengths_s[clip.name] % lengths_s[clip.name]))
    return plans


def _path(name: str, role: StreamRole) -> str:
    ascii_name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return f"/{ascii_name}/{role.value}"


def _streams(name: str, clip: Clip, offset_s: float) -> list[ServedStream]:
    cache = cache_directory() / "prepared"
    return [
        ServedStream(_path(name, StreamRole.MAIN), prepare(clip.path, cache, MAIN), offset_s),
        ServedStream(_path(name, StreamRole.SUB), prepare(clip.path, cache, SUB), offset_s),
    ]


def _camera(plan: Plan, server: RtspServerProcess | None, number: int) -> DemoCamera:
    name, clip, _offset_s = plan
    if isinstance(clip, str) or server is None:
        url = str(clip)
        kind = SourceKind.MJPEG if url.startswith("http") else SourceKind.RTSP
        return DemoCamera(name, "own", (StreamSource(StreamRole.MAIN, url),), kind=kind)
    paths = {role: _path(name, role) for role in StreamRole}
    streams = tuple(StreamSource(role, server.url(path)) for role, path in paths.items())
    placement = None if clip.name == "own" else place(number)  # where the user's own cameras are, only they know
    return DemoCamera(name, clip.name, streams, paths, placement=placement)


OPERATOR = "operador"


class Demo:
    """A running demo. Use `demo(...)`. `password`: of the account OPERATOR, made for this run."""

    def __init__(
        self, service: Service, cameras: list[DemoCamera], server: RtspServerProcess | None, sink: AnnouncingSink
    ) -> None:
        self.service = service
        self.cameras = cameras
        self.sink = sink
        self._server = server
        self._ids: dict[str, str] = {}
        self.password = _operator(service)
        site = service.site
        for one in cameras:
            now = site.clock.now()
            camera = Camera(new_id(now), one.name, service.agency_id, one.kind, one.streams, placement=one.placement)
            saved = site.parts.cameras.save(camera)
            site.parts.rules.write(saved.id, BY_CLIP.get(one.clip, OWN), name=f"{one.name}.yaml")
            self._ids[one.name] = saved.id
        site.follow_configuration()

    def name_of(self, camera_id: str) -> str:
        return next((name for name, known in self._ids.items() if known == camera_id), camera_id)

    def finish(self) -> None:
        """End the streams in order, so that what was sent can all have arrived, and wait until it has been stored."""
        if self._server is not None:
            for one in self.cameras:
                for path in one.paths.values():
                    self._server.set_faults(path, Faults(refuse=True))  # nobody may come back for more
                    self._server.end(path)
        self.service.site.stop_readers_at_end(DRAIN_S)
        self.service.site.stop()  # closes and indexes the last segments

    def report(self, started_at: datetime) -> dict[str, Any]:
        """What happened, by two witnesses. Call it after the site has stopped."""
        site = self.service.site
        analysis = {row["camera_id"]: row for row in site.analysis_counters()}
        rows = [self._row(one, analysis.get(self._ids[one.name], {}), started_at) for one in self.cameras]
        latencies = np.asarray(self.sink.latencies_s) if self.sink.latencies_s else None
        return {
            "cameras": rows,
            "alert_latency_s": {
                "p50": round(float(np.percentile(latencies, 50)), 3) if latencies is not None else None,
                "p95": round(float(np.percentile(latencies, 95)), 3) if latencies is not None else None,
            },
        }

    def _row(self, one: DemoCamera, analysis: dict[str, Any], started_at: datetime) -> dict[str, Any]:
        site = self.service.site
        camera_id = self._ids[one.name]
        end = site.clock.now() + timedelta(hours=1)
        segments = site.parts.footage.segments(camera_id, started_at, end, StreamRole.MAIN)
        gaps = site.parts.footage.gaps(camera_id, started_at, end, StreamRole.MAIN)
        counted = self._account(one, [site.parts.footage.segment_path(segment.id) for segment in segments])
        first = min((segment.started_at for segment in segments), default=end)
        last = max((segment.ended_at for segment in segments), default=end)
        return {
            "name": one.name,
            "packets_sent": counted.sent if one.served else None,
            "packets_received": site.received(camera_id, StreamRole.MAIN),
            "packets_recorded": counted.recorded,
            "packets_lost": counted.lost if one.served else None,
            "frames_analysed": analysis.get("frames_analysed", 0),
            "frames_dropped": analysis.get("frames_dropped", 0),
            "detections": analysis.get("detections", 0),
            "tracks": analysis.get("tracks", 0),
            "events": analysis.get("events", 0),
            "alerts": analysis.get("alerts", 0),
            "recorded_s": round(sum((one.ended_at - one.started_at).total_seconds() for one in segments), 2),
            # before the first and after the last picture there is nothing to have lost
            "gaps": sum(1 for gap in gaps if first < gap.started_at < last and gap.ended_at != gap.started_at),
        }

    def _account(self, one: DemoCamera, files: list[Path]) -> Account:
        sent: list[str] = []
        if self._server is not None and one.served:
            for log in self._server.sent(one.paths[StreamRole.MAIN]):
                sent += [unit.payload_sha256 for unit in log.units() if unit.intact]
        return account(sent, files)


@contextmanager
def demo(options: DemoOptions, clock: Clock, tell: Callable[[Event, Demo], None]) -> Iterator[Demo]:
    """Start everything; at the end stop it and, unless the user named a data folder, delete it."""
    with ExitStack() as stack:
        cameras, server = stack.enter_context(demo_cameras(options))
        data = options.data
        if data is None:
            data = Path(tempfile.mkdtemp(prefix="veedor-demo-"))
            stack.callback(shutil.rmtree, data, ignore_errors=True)
        holder: list[Demo] = []
        sinks: list[AnnouncingSink] = []

        def announce(desk: AlertSink) -> AlertSink:
            sinks.append(AnnouncingSink(desk, clock, lambda event: tell(event, holder[0])))
            return sinks[0]

        service = stack.enter_context(running(_config(options, data), clock, wrap_alerts=announce))
        holder.append(Demo(service, cameras, server, sinks[0]))
        yield holder[0]


def _config(options: DemoOptions, data: Path) -> SiteFile:
    return SiteFile(
        site="Veedor demo",
        agency="Serenazgo (demo)",
        language=options.language,
        data=data / "data",
        secret_key=data / "demo.key",
        desk=DeskFile(port=options.port),
        networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"), ip_network("0.0.0.0/0"))),
        recording=RecordingFile(directory=data / "data" / "recordings", reserve_bytes=200_000_000),
        analysis=AnalysisFile(),
    )
