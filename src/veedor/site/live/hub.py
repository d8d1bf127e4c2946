"""Live view: the newest GOP of every stream in memory, and MP4 fragments for whoever watches.

Nothing is muxed while nobody watches. A new viewer starts at once, with the GOP that is under way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.model.camera import Camera, StreamRole
from veedor.model.packet import Media, Packet
from veedor.model.recording import GapReason
from veedor.site.live.errors import NoPicture, NotLive
from veedor.site.live.packaging import Packager
from veedor.site.live.viewer import Viewer
from veedor.site.still import last_picture_jpeg
from veedor.wire.ports import LiveFragment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """`gop_octets`, `gop_packets`: a GOP longer than that is not kept, and new viewers wait for the next keyframe.
    `viewer_octets`, `viewer_wait_s`: how much may wait for one viewer, and how long. `snapshot_age_s`: older pictures
    are no live pictures; `snapshot_reuse_s`: for how long one decoded picture answers."""

    gop_octets: int = 16 << 20
    gop_packets: int = 750
    viewer_octets: int = 8 << 20
    viewer_wait_s: float = 1.5
    snapshot_age_s: float = 10.0
    snapshot_reuse_s: float = 1.0
    jpeg_quality: int = 85


class _Stream:
    """One stream: its GOP under way and its viewers. All under `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.gop: list[Packet] = []
        self.octets = 0
        self.arrived_s = 0.0
        self.viewers: list[Viewer] = []
        self.packager: Packager | None = None
        self.generation = 0
        self.refused = False


class LiveHub:
    """`wire.ports.LiveView`, and a sink of packets. `packet` may be called from any thread."""

    def __init__(self, clock: Clock, config: LiveConfig | None = None) -> None:
        self._clock = clock
        self._config = config or LiveConfig()
        self._lock = threading.Lock()
        self._streams: dict[tuple[str, StreamRole], _Stream] = {}
        self._cameras: set[str] = set()
        self._stills: dict[str, tuple[float, bytes]] = {}
        self._decoding = threading.Lock()
        self._closed = False

    # -- cameras and packets

    def watch_camera(self, camera: Camera) -> None:
        """Have the camera's streams to show."""
        with self._lock:
            self._cameras.add(camera.id)
            for stream in camera.streams:
                self._streams.setdefault((camera.id, stream.role), _Stream())

    def forget(self, camera_id: str) -> None:
        """Show it no more; its viewers end."""
        with self._lock:
            self._cameras.discard(camera_id)
            gone = [self._streams.pop(key) for key in list(self._streams) if key[0] == camera_id]
            self._stills.pop(camera_id, None)
        for stream in gone:
            self._end_viewers(stream)

    def close(self) -> None:
        """End every viewer."""
        with self._lock:
            self._closed = True
            gone = list(self._streams.values())
            self._streams.clear()
        for stream in gone:
            self._end_viewers(stream)

    @staticmethod
    def _end_viewers(stream: _Stream) -> None:
        with stream.lock:
            viewers, stream.viewers = stream.viewers, []
            stream.gop, stream.octets = [], 0
        for viewer in viewers:
            viewer.close()

    def packet(self, packet: Packet) -> None:
        """Take one packet. Sound is not shown."""
        stream = self._streams.get((packet.camera_id, packet.role))
        if stream is None or packet.info.media is not Media.VIDEO:
            return
        with stream.lock:
            if packet.is_keyframe or (stream.gop and stream.gop[0].session != packet.session):
                stream.gop, stream.octets = [], 0
            if packet.is_keyframe:
                stream.refused = False
            if packet.is_keyframe or (stream.gop and not stream.refused):
                self._keep(stream, packet)
            if stream.viewers:
                self._show(stream, packet)

    def _keep(self, stream: _Stream, packet: Packet) -> None:
        """Add to the GOP under way; of one that grows too long only the keyframe stays, for a snapshot."""
        stream.gop.append(packet)
        stream.octets += len(packet.data)
        stream.arrived_s = self._clock.monotonic()
        if len(stream.gop) > self._config.gop_packets or stream.octets > self._config.gop_octets:
            stream.gop, stream.octets = stream.gop[:1], len(stream.gop[0].data)
            stream.refused = True

    def under_way(self, packet: Packet) -> list[Packet]:
        """The GOP that `packet`, which was just taken, belongs to, up to it; empty where that was not kept."""
        stream = self._streams.get((packet.camera_id, packet.role))
        if stream is None:
            return []
        with stream.lock:
            whole = bool(stream.gop) and stream.gop[-1] is packet and stream.gop[0].is_keyframe and not stream.refused
            return list(stream.gop) if whole else []

    def newest(self, camera_id: str, role: StreamRole) -> list[Packet]:
        """The GOP under way, from its keyframe on; empty where it was too long to keep."""
        stream = self._streams.get((camera_id, role))
        if stream is None:
            return []
        with stream.lock:
            return [] if stream.refused else list(stream.gop)

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:  # noqa: ARG002
        """The pictures at hand stay for a snapshot until they are too old; viewers wait for the next session."""
        stream = self._streams.get((camera_id, role))
        if stream is not None:
            with stream.lock:
                stream.packager = None

    def _show(self, stream: _Stream, packet: Packet) -> None:
        """Package one packet for the viewers of a stream (its lock is held)."""
        if packet.is_keyframe and (stream.packager is None or not stream.packager.fits(packet)):
            self._repackage(stream, packet)
        packager = stream.packager
        if packager is None:
            return
        init: LiveFragment | None = None
        media: LiveFragment | None = None
        gone: list[Viewer] = []
        for viewer in stream.viewers:
            if viewer.generation != stream.generation:
                if not packet.is_keyframe:
                    continue
                init = init or LiveFragment(packager.init, True, packager.mime, None)
                viewer.generation = stream.generation
                if not viewer.put(init, starts_gop=True):
                    gone.append(viewer)
                    continue
            media = media or LiveFragment(
                packager.fragment(packet), False, packager.mime, packet.captured_at, starts_gop=packet.is_keyframe
            )
            if not viewer.put(media, starts_gop=packet.is_keyframe):
                gone.append(viewer)
        if gone:
            stream.viewers = [viewer for viewer in stream.viewers if viewer not in gone]

    @staticmethod
    def _repackage(stream: _Stream, keyframe: Packet) -> None:
        try:
            stream.packager = Packager(keyframe)
            stream.generation += 1
        except VeedorError as problem:
            log.warning("live view of %s: %s", keyframe.camera_id, problem)
            stream.packager = None

    # -- viewers

    async def watch(self, camera_id: str, role: StreamRole) -> AsyncIterator[LiveFragment]:
        """Fragments from now on: first an init, then media from a keyframe; a new init whenever the stream changes.

        Raises NotLive for a stream that is not configured. Ends when the camera is removed or the site stops.
        """
        with self._lock:
            stream = None if self._closed else self._streams.get((camera_id, role))
        if stream is None:
            raise NotLive(camera=camera_id)
        viewer = Viewer(self._clock, self._config.viewer_octets, self._config.viewer_wait_s)
        try:
            self._join(stream, viewer)
            while (fragment := await viewer.get()) is not None:
                yield fragment
        finally:
            viewer.close()
            with stream.lock:
                if viewer in stream.viewers:
                    stream.viewers.remove(viewer)
                if not stream.viewers:
                    stream.packager = None

    def _join(self, stream: _Stream, viewer: Viewer) -> None:
        """Add a viewer, and give it the GOP under way."""
        with stream.lock:
            gop = [] if stream.refused else stream.gop
            fresh = self._clock.monotonic() - stream.arrived_s <= self._config.snapshot_age_s
            if gop and fresh:
                if stream.packager is None or not stream.packager.fits(gop[0]):
                    self._repackage(stream, gop[0])
                packager = stream.packager
                if packager is not None:
                    viewer.generation = stream.generation
                    viewer.put(LiveFragment(packager.init, True, packager.mime, None), starts_gop=True)
                    for index, packet in enumerate(gop):
                        following = gop[index + 1].dts_ticks if index + 1 < len(gop) else None
                        data = packager.fragment(packet, following)
                        media = LiveFragment(
                            data, False, packager.mime, packet.captured_at, starts_gop=packet.is_keyframe
                        )
                        viewer.put(media, starts_gop=index == 0)
            stream.viewers.append(viewer)

    # -- snapshots

    def snapshot(self, camera_id: str) -> bytes:
        """JPEG of the newest picture, of the main stream if it has one. Raises NotLive, NoPicture."""
        if camera_id not in self._cameras:
            raise NotLive(camera=camera_id)
        now = self._clock.monotonic()
        kept = self._stills.get(camera_id)
        if kept is not None and now - kept[0] < self._config.snapshot_reuse_s:
            return kept[1]
        for role in (StreamRole.MAIN, StreamRole.SUB):
            stream = self._streams.get((camera_id, role))
            if stream is None:
                continue
            with stream.lock:
                gop = list(stream.gop)
                fresh = bool(gop) and now - stream.arrived_s <= self._config.snapshot_age_s
            if not fresh:
                continue
            with self._decoding:  # one at a time: a wall of snapshots must not take all cores from recording
                jpeg = decode_last(gop, self._config.jpeg_quality)
            if jpeg is not None:
                self._stills[camera_id] = (now, jpeg)
                return jpeg
        raise NoPicture(camera=camera_id)


def decode_last(gop: list[Packet], jpeg_quality: int) -> bytes | None:
    """JPEG of the last picture of a GOP; None where none can be decoded."""
    try:
        packager = Packager(gop[0])
        data = packager.init + b"".join(
            packager.fragment(packet, following.dts_ticks if following else None)
            for packet, following in zip(gop, [*gop[1:], None], strict=True)
        )
    except VeedorError:
        return None
    return last_picture_jpeg(data, jpeg_quality)
