"""A wire that misbehaves: a TCP proxy that cuts, stalls and throttles. In a thread of its own."""

from __future__ import annotations

import asyncio
import threading


class Proxy:
    """From a port of its own to `host:port`. All changes hold at once, for connections that are there too."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        self.octets_per_s: float | None = None
        self.delay_s = 0.0
        self.connections = 0
        self.octets = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        assert self._ready.wait(10.0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Ends every connection, and accepts none until `mend`."""
        self._is_cut = True
        self._on_loop(self._close_all)

    def mend(self) -> None:
        self._is_cut = False
        self._on_loop(self._flows.set)

    def stall(self) -> None:
        """Connections stay, and nothing passes until `mend`."""
        self._on_loop(self._flows.clear)

    def throttle(self, octets_per_s: float | None, delay_s: float = 0.0) -> None:
        """Each way and connection. `delay_s`: one way, for each piece; it bounds the pieces on the way to one."""
        self.octets_per_s, self.delay_s = octets_per_s, delay_s

    def close(self) -> None:
        self.cut()
        self._on_loop(self._loop.stop)
        self._thread.join(5.0)
        self._loop.close()

    def _on_loop(self, work: object) -> None:
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(5.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    def _close_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            for each in (writer, far_writer):
                each.transport.abort()
                self._writers.discard(each)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(16384):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if self.octets_per_s:
                    await asyncio.sleep(len(data) / self.octets_per_s)
                await self._flows.wait()
                self.octets += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.transport.abort()
