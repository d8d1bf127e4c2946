"""A worker's end of a channel, played by the test: it says what it is told to, and keeps what it hears."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np

from veedor.kit.clock import SystemClock
from veedor.model.camera import StreamRole
from veedor.model.observation import Observation
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.track import Tracks
from veedor.site.analysis.feed import WorkerFeed
from veedor.site.analysis.protocol import SocketChannel, observation_to_message
from waiting import wait_until

CLOCK = SystemClock()
INFO = MediaInfo(Media.VIDEO, "h264", Fraction(1, 1000), b"", 640, 360, 10.0)
AT = datetime(2026, 5, 1, 3, 4, 5, tzinfo=UTC)


def packet(camera_id: str, number: int, *, key: bool = False, octets: int = 10, session: int = 0) -> Packet:
    pts = number * 100
    at = AT + timedelta(milliseconds=pts)
    data = bytes([number % 256]) * octets
    return Packet(camera_id, StreamRole.SUB, session, number, INFO, data, pts, pts, 100, key, at, ClockSource.ARRIVAL)


def observation(camera_id: str, *ids: int, at_s: float | None = None, at: datetime = AT, frame: int = 0) -> Observation:
    count = len(ids)
    tracks = Tracks(
        np.array(ids, np.int64),
        np.tile(np.float32([0, 0, 10, 10]), (count, 1)),
        np.full(count, 0.5, np.float32),
        np.ones(count, np.int32),
        np.ones(count, np.bool_),
    )
    return Observation(camera_id, CLOCK.monotonic() if at_s is None else at_s, at, frame, 640, 360, tracks)


class ScriptedWorker:
    """Connected to `feed` from the start until `end`."""

    def __init__(self, feed: WorkerFeed, *, reads: bool = True) -> None:
        ours, theirs = socket.socketpair()
        self.channel = SocketChannel(theirs)
        self.heard: list[tuple[dict, bytes]] = []
        self._server = threading.Thread(target=feed.serve, args=(SocketChannel(ours),), daemon=True)
        self._server.start()
        self._reader = threading.Thread(target=self._read, daemon=True)
        if reads:
            self._reader.start()
        wait_until(lambda: feed._channel is not None)
        self.channel.send({"type": "ready"})
        wait_until(lambda: feed.is_ready)

    def _read(self) -> None:
        while (message := self.channel.receive()) is not None:
            self.heard.append(message)

    def say(self, told: Observation) -> None:
        self.channel.send(*observation_to_message(told))

    def beat(self, **frames: int) -> None:
        cameras = {name: {"frames_analysed": count} for name, count in frames.items()}
        self.channel.send({"type": "beat", "cameras": cameras, "detector": {}, "cpu_s": 1.0})

    def kinds(self) -> list[str]:
        return [f"{header['type']} {header['camera']}" for header, _ in list(self.heard)]

    def packets(self) -> list[int]:
        return [header["seq"] for header, _ in list(self.heard) if header["type"] == "packet"]

    def end(self) -> None:
        self.channel.close()
        self._server.join(10.0)
