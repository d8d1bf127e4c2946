"""The RTSP server in a process of its own, so that its work is not counted as the site's and cannot hold its lock."""

from __future__ import annotations

import atexit
import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from veedor.simulator.rtsp_server import RtspServer
from veedor.simulator.stream import Faults, SentUnit, ServedStream

_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def undisturbed() -> Iterator[None]:
    """While a process is started: Ctrl+C, and what ends a session, go to every process of it, and this one ends when
    its owner says so. Blocked before it is born, since it inherits that: an interrupt while it still imports would kill
    it. Another thread may take the signal, for which Python interrupts the main one all the same: that comes when the
    new process has all that it needs to know."""
    came: list[int] = []
    handlers: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        both = {number: signal.getsignal(number) for number in _ENDS}
        handlers = {number: handler for number, handler in both.items() if callable(handler)}
    for number in handlers:
        signal.signal(number, lambda number, _frame: came.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for number in came:
        signal.raise_signal(number)


@dataclass(frozen=True, slots=True)
class CopiedLog:
    """A ConnectionLog as it was when asked for."""

    started_at: datetime
    closed: bool
    sent: tuple[SentUnit, ...]

    def units(self) -> list[SentUnit]:
        return list(self.sent)

    def __len__(self) -> int:
        return len(self.sent)


class RtspServerProcess:
    """`RtspServer` by another process: the same methods; errors of the server are raised here.

    The program that uses it must guard its entry point with `if __name__ == "__main__"` (multiprocessing, "spawn").
    """

    def __init__(
        self, streams: Sequence[ServedStream], host: str = "127.0.0.1", port: int = 0, *, cache: Path | None = None
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._lock = threading.Lock()
        self._url_base = ""
        self._process = context.Process(
            target=_serve, args=(far, list(streams), host, port, cache), name="rtsp-server", daemon=True
        )
        resource_tracker.ensure_running()  # starting it would unblock what is blocked next
        atexit.register(self._let_go)  # before multiprocessing's own, which would wait for who heeds no signal
        with undisturbed():
            self._process.start()
        far.close()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def start(self) -> None:
        self._url_base = str(self._call("start_for_url"))

    def stop(self) -> None:
        """Close the port and end the process; it cannot be started again (`outage` can)."""
        if self._process.is_alive():
            self._call("stop")
            self._let_go()

    def _let_go(self) -> None:
        """The process ends when nobody is at the other end of its pipe."""
        atexit.unregister(self._let_go)
        self._pipe.close()
        if self._process.pid is None:
            return
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def outage(self, *, begin: bool) -> None:
        """Close the port for all (`begin`), or open the same one again."""
        self._call("stop" if begin else "start_for_url")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, path: str) -> str:
        return f"{self._url_base}/{path.strip('/')}"

    def sent(self, path: str) -> list[CopiedLog]:
        logs: list[CopiedLog] = self._call("sent", path)
        return logs

    def viewers(self, path: str) -> int:
        return int(self._call("viewers", path))

    def set_faults(self, path: str, faults: Faults) -> None:
        self._call("set_faults", path, faults)

    def disconnect(self, path: str) -> None:
        self._call("disconnect", path)

    def end(self, path: str) -> None:
        self._call("end", path)

    def jump(self, path: str, seconds: float) -> None:
        self._call("jump", path, seconds)

    def replace(self, path: str, file: Path, *, disconnect: bool = False) -> None:
        self._call("replace", path, file, disconnect)

    def _call(self, name: str, *arguments: Any) -> Any:
        with self._lock:
            self._pipe.send((name, arguments))
            kind, value = self._pipe.recv()
        if kind == "error":
            raise value
        return value


def _serve(pipe: Connection, streams: list[ServedStream], host: str, port: int, cache: Path | None) -> None:
    for number in _ENDS:
        signal.signal(number, signal.SIG_IGN)
    server: RtspServer | None = None
    while True:
        try:
            name, arguments = pipe.recv()
        except (EOFError, ConnectionError):  # the owner is gone
            break
        try:
            server = server or RtspServer(streams, host, port, cache=cache)
            answer = ("value", _answer(server, name, arguments))
        except Exception as problem:  # raised again by the caller
            answer = ("error", problem)
        try:
            pipe.send(answer)
        except ConnectionError:  # the owner is gone before it heard
            break
    if server is not None:
        server.stop()


def _answer(server: RtspServer, name: str, arguments: tuple[Any, ...]) -> Any:
    if name == "start_for_url":
        server.start()
        return server.url("/").rstrip("/")
    if name == "sent":
        return [CopiedLog(log.started_at, log.closed, tuple(log.units())) for log in server.sent(*arguments)]
    if name == "replace":
        path, file, disconnect = arguments
        return server.replace(path, file, disconnect=disconnect)
    return getattr(server, name)(*arguments)
