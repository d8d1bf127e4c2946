"""A network cable between the browser and a site: it can be pulled, go silent, or lead to another server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Wire:
    """Forwards connections to `port`. `cut`: everything breaks off; `silence`: nothing breaks, but nothing comes."""

    def __init__(self, port: int) -> None:
        self.target = port
        self._up = True
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Pull the cable: open connections end, new ones are refused at once."""
        self._up = False
        self._drop()

    def mend(self, port: int | None = None) -> None:
        """Put it back in, perhaps into another server."""
        self.target = port or self.target
        self._up = True
        self._flows.set()

    def silence(self) -> None:
        """Connections stay open and say nothing more, as when a laptop sleeps; new ones get no answer."""
        self._flows.clear()

    def close(self) -> None:
        self._server.close()
        self._flows.set()
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            dropped, self._open = self._open, []
        for one in dropped:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.target)) if self._up else None
        except OSError:
            far = None
        if far is None:
            near.close()
            return
        with self._lock:
            self._open += [near, far]
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(port: int) -> Iterator[Wire]:
    made = Wire(port)
    try:
        yield made
    finally:
        made.close()
