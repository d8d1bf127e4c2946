"""The recorder: takes every packet of every camera and keeps it. One per recordings folder."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.messages import Message
from veedor.kit.sqlite import store_errors
from veedor.model.camera import Camera, StreamRole
from veedor.model.packet import Media, Packet
from veedor.model.recording import GapReason
from veedor.site.record.config import RecordConfig
from veedor.site.record.files import prepare_store
from veedor.site.record.index import Index, StreamSeen, require_index
from veedor.site.record.layout import StreamKey, to_us
from veedor.site.record.recovery import Recovery
from veedor.site.record.room import Room
from veedor.site.record.storelock import WriterLock
from veedor.site.record.stream import RecordedStream
from veedor.site.record.writer import DiskWriter

log = logging.getLogger(__name__)


class Recorder:
    """Opening it takes the folder's lock, mends what the last process left, and sweeps its garbage.

    Raises StoreLocked, StoreCorrupt, StoreReadOnly, StoreFull, each naming the path. `packet` and `session_ended` may
    be called from any thread and never wait for the disk.
    """

    def __init__(self, config: RecordConfig, clock: Clock) -> None:
        self.config = config
        self._clock = clock
        with store_errors(config.directory):
            prepare_store(config.directory)
        self._store_lock = WriterLock(config.directory)
        try:
            require_index(config.directory)
            self._index = Index(config.directory)
            try:
                self._room = Room(config, self._index, clock)
                with store_errors(config.directory):
                    self._room.sweep(self._index.garbage())
                    self.recovery = Recovery(config, self._index, to_us(clock.now()))
                    self.recovery.run()
                self._room = Room(config, self._index, clock)
                self._writer = DiskWriter(config, self._index, self._room, clock)
            except BaseException:
                self._index.close()
                raise
        except BaseException:
            self._store_lock.close()
            raise
        self._lock = threading.Lock()
        self._cameras: dict[str, Camera] = {}
        self._streams: dict[StreamKey, RecordedStream] = {}
        # The same by camera id, one table per role: hashing an enum or a key for every packet costs more than the rest.
        self._mains: dict[str, RecordedStream] = {}
        self._subs: dict[str, RecordedStream] = {}
        self._main_codecs: dict[str, str] = {}
        self._stopped = False

    # -- life

    def start(self) -> None:
        """Begin to write. Packets that came before wait in memory."""
        self._writer.start()

    def stop(self) -> None:
        """Finish every segment, say that the gap from here on is ours, and give the folder back."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            streams = list(self._streams.values())
        now_us = to_us(self._clock.now())
        for stream in streams:
            stream.end(None, GapReason.STARTED, now_us)
        self._writer.stop()
        self._index.close()
        self._store_lock.close()

    # -- cameras

    def watch(self, camera: Camera) -> None:
        """Record this camera as it is configured; calling it again follows a change."""
        with self._lock:
            self._cameras[camera.id] = camera
            self._room.follow(dict(self._cameras))
            for role in StreamRole:
                key = StreamKey(camera.id, role)
                stream = self._streams.get(key)
                if stream is not None:
                    stream.audio = camera.record.audio
                    if not self._wanted(camera, role):
                        self._end(key, GapReason.DISABLED)
            if camera.record.main and camera.stream(StreamRole.MAIN) is not None:
                self._stream(camera, StreamRole.MAIN)

    def forget(self, camera_id: str) -> None:
        """Stop recording this camera; its footage stays until retention."""
        with self._lock:
            self._cameras.pop(camera_id, None)
            self._room.follow(dict(self._cameras))
            self._main_codecs.pop(camera_id, None)
            for key in [key for key in self._streams if key.camera_id == camera_id]:
                self._end(key, GapReason.DISABLED)

    def _end(self, key: StreamKey, reason: GapReason) -> None:
        stream = self._streams.pop(key)
        self._table(key.role).pop(key.camera_id)
        stream.end(None, reason, to_us(self._clock.now()))

    def _stream(self, camera: Camera, role: StreamRole) -> RecordedStream:
        """The stream's state. One that was never recorded before begins with a gap: nothing ran for it."""
        key = StreamKey(camera.id, role)
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = RecordedStream(key, self.config, self._writer, self._clock)
            self._table(role)[camera.id] = stream
            stream.audio = camera.record.audio
            self._writer.send(StreamSeen(key, to_us(self._clock.now()), self._writer.upcoming_run))
        return stream

    def _table(self, role: StreamRole) -> dict[str, RecordedStream]:
        return self._mains if role is StreamRole.MAIN else self._subs

    def _wanted(self, camera: Camera, role: StreamRole) -> bool:
        if role is StreamRole.MAIN:
            return camera.record.main
        if camera.record.sub is not None:
            return camera.record.sub
        if camera.stream(StreamRole.MAIN) is None:
            return True
        return self._main_codecs.get(camera.id, "h264") != "h264"

    # -- packets

    def packet(self, packet: Packet) -> None:
        """Take one packet; returns at once. Packets of cameras that are not watched are let go."""
        table = self._mains if packet.role is StreamRole.MAIN else self._subs
        stream = table.get(packet.camera_id)
        if stream is None or packet.sequence == 0:
            stream = self._first_packet(packet)
        if stream is not None:
            stream.packet(packet)

    def _first_packet(self, packet: Packet) -> RecordedStream | None:
        with self._lock:
            camera = self._cameras.get(packet.camera_id)
            if camera is None or self._stopped:
                return None
            if packet.role is StreamRole.MAIN and packet.info.media is Media.VIDEO:
                self._main_codecs[camera.id] = packet.info.codec
            key = StreamKey(camera.id, packet.role)
            if self._wanted(camera, packet.role):
                return self._stream(camera, packet.role)
            if key in self._streams:  # the main stream became H.264: its substream is no longer needed
                self._end(key, GapReason.DISABLED)
            return None

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        """The stream's connection is gone; what is pending is stored, and a gap begins."""
        stream = self._streams.get(StreamKey(camera_id, role))
        if stream is not None:
            stream.end(session, reason, to_us(at))

    # -- how it is

    def status(self) -> list[dict[str, Any]]:
        """Per camera and role, since start. `packets`, `octets`, `segments`, `gaps`: on the disk. `packets_lost`:
        received after a session's first keyframe and not stored. `packets_before_keyframe`: part of a gap."""
        with self._lock:
            streams = dict(self._streams)
            names = {camera.id: camera.name for camera in self._cameras.values()}
        blocked = self._writer.problems()
        rows = []
        for key, stream in sorted(streams.items()):
            taken, written = stream.counters, self._writer.counters(key)
            problem = taken.problem or (blocked[0] if blocked else None)
            rows.append(
                {
                    "camera_id": key.camera_id,
                    "name": names.get(key.camera_id, key.camera_id),
                    "role": str(key.role),
                    "packets": written.packets,
                    "octets": written.octets,
                    "segments": written.segments,
                    "gaps": written.gaps,
                    "packets_lost": taken.lost + written.lost,
                    "packets_before_keyframe": taken.waited,
                    "queue_octets": self._writer.queued_octets,
                    "queue_peak_octets": self._writer.queue_peak_octets,
                    "problem": problem.to_json() if problem else None,
                }
            )
        return rows

    def disks(self) -> list[dict[str, Any]]:
        """The recordings' disk. `days_left`: until the disk is full at the rate since start; None: not known yet."""
        return [self._room.disk(self._writer.octets_per_s(), self._writer.blocked)]

    def problems(self) -> list[Message]:
        """What is wrong with recording now, worst first."""
        with self._lock:
            streams = [stream.counters.problem for stream in self._streams.values()]
        found = self._writer.problems() + self._room.problems()
        return found + [message for message in streams if message is not None]
