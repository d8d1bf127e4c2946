"""A small real RTSP server: clips as looping cameras, for tests, the demo and benchmarks.

    with RtspServer([ServedStream("/cam1", Path("bikes.mp4"))]) as server:
        server.url("/cam1")                  # rtsp://127.0.0.1:<port>/cam1 (credentials are never in it)
        server.set_faults("/cam1", Faults(stall=True))
        server.disconnect("/cam1")           # cut its clients off now; end() instead says BYE first
        server.jump("/cam1", -3600)          # RTP timestamps of its clients jump
        server.replace("/cam1", other_file)  # another clip: at once in the same connections, or after `disconnect`
        server.sent("/cam1")                 # one ConnectionLog per connection that played, oldest first:
                                             #   log.units() -> [SentUnit(payload_sha256, is_keyframe, captured_at,
                                             #   sent_at, octets, intact)]; log.closed; len(log)
        server.viewers("/cam1")              # clients that play now
        server.stop(); server.start()        # an outage: the same port again, the pictures have gone on

It runs an asyncio loop in a thread of its own; `RtspServerProcess` (process.py) has the same methods and runs in a
process, so that its work does not count as the site's. H.264 and H.265 are served as they are; anything else is
transcoded first (prepare.py), into `cache`. All clients of a path see the same picture at the same time, as with a
camera: a client is first sent everything from the newest keyframe on, then each picture as it is due. RTP time never
goes back at the loop. Compare what was sent with what was stored by `hashing.payload_hash`.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

from veedor.kit.clock import Clock, SystemClock
from veedor.simulator.channel import ServedChannel
from veedor.simulator.connection import RtspConnection
from veedor.simulator.prepare import ensure_servable
from veedor.simulator.stream import ConnectionLog, Faults, SentUnit, ServedStream

__all__ = ["ConnectionLog", "Faults", "RtspServer", "SentUnit", "ServedStream"]

R = TypeVar("R")


def default_cache() -> Path:
    """Where clips that had to be transcoded are kept between runs."""
    return Path(tempfile.gettempdir()) / "veedor-simulator"


class RtspServer:
    """Serves `streams` on `host`:`port` (0: any free port, kept over stop and start). Raises UnservableFile."""

    def __init__(
        self,
        streams: Sequence[ServedStream],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        cache: Path | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._cache = cache or default_cache()
        clock = clock or SystemClock()
        self._clock = clock
        zero_s, wall_zero_s = clock.monotonic(), clock.now().timestamp()
        self._channels = {}
        for number, served in enumerate(streams):
            # Real cameras do not take their pictures at the same instant: spread them over the time of one picture.
            phase_s = number * 0.618 % 1.0 * 0.04
            zero = (zero_s + phase_s, wall_zero_s + phase_s)
            file = ensure_servable(served.file, self._cache)
            self._channels[_normal(served.path)] = ServedChannel(served, file, clock, zero)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        """Listen. Returns when clients can connect; raises OSError where the port is taken."""
        if self._thread is not None:
            return
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="rtsp-server", daemon=True)
        self._thread.start()
        try:
            ready.result(timeout=30)
        except BaseException:
            self._thread.join(timeout=5)
            self._thread = None
            raise

    def stop(self) -> None:
        """Close the port and cut every client off."""
        thread, loop = self._thread, self._loop
        if thread is None or loop is None:
            return
        loop.call_soon_threadsafe(self._stopping.set)
        thread.join(timeout=10)
        self._thread = self._loop = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, path: str) -> str:
        return f"rtsp://{self._host}:{self._port}{_normal(path)}"

    def paths(self) -> list[str]:
        return list(self._channels)

    def sent(self, path: str) -> list[ConnectionLog]:
        """What each connection that played this path was sent, oldest first. Still growing for those that play."""
        return list(self._channel(path).logs)

    def viewers(self, path: str) -> int:
        return len(self._channel(path).viewers)

    def set_faults(self, path: str, faults: Faults) -> None:
        """Misbehave like this from now on."""
        channel = self._channel(path)
        self._in_loop(lambda: channel.set_faults(faults))

    def disconnect(self, path: str) -> None:
        """Cut the connections of all clients of this path."""
        channel = self._channel(path)
        self._in_loop(channel.disconnect)

    def end(self, path: str) -> None:
        """End the streams of all clients in order: RTCP BYE, then the connection is closed."""
        channel = self._channel(path)
        self._in_loop(channel.end)

    def jump(self, path: str, seconds: float) -> None:
        """The RTP timestamps of clients that play now jump by this much; the camera's wall clock does not."""
        channel = self._channel(path)
        self._in_loop(lambda: channel.jump(seconds))

    def replace(self, path: str, file: Path, *, disconnect: bool = False) -> None:
        """Serve another clip on this path: in the connections that there are (new SPS in mid-stream), or cut them."""
        channel = self._channel(path)
        servable = ensure_servable(file, self._cache)
        self._in_loop(lambda: channel.replace(servable, disconnect=disconnect))

    def _channel(self, path: str) -> ServedChannel:
        return self._channels[_normal(path)]

    def _in_loop(self, action: Callable[[], R]) -> R:
        """Run `action` in the server's thread and wait for it."""
        loop = self._loop
        if loop is None:
            return action()
        done: Future[R] = Future()

        def call() -> None:
            try:
                done.set_result(action())
            except BaseException as problem:  # handed to the caller, whatever it is
                done.set_exception(problem)

        loop.call_soon_threadsafe(call)
        return done.result(timeout=10)

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as problem:  # handed to start()
            if not ready.done():
                ready.set_exception(problem)

    async def _serve(self, ready: Future[None]) -> None:
        loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await loop.create_server(
            lambda: RtspConnection(lambda path: self._channels.get(_normal(path))), self._host, self._port, backlog=256
        )
        self._port = server.sockets[0].getsockname()[1]
        self._loop = loop
        pumps: list[asyncio.Task[Any]] = [loop.create_task(channel.pump()) for channel in self._channels.values()]
        ready.set_result(None)
        await self._stopping.wait()
        server.close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for channel in self._channels.values():
            channel.disconnect()
        await asyncio.sleep(0)  # lets the aborted transports close their sockets


def _normal(path: str) -> str:
    return "/" + path.strip("/")
