"""A TCP server that gives one fixed answer to whatever comes, and keeps what came."""

from __future__ import annotations

import socketserver
import threading


class answering:
    """`with answering(b"...") as port:`; `answering.requests` has the requests of the latest one."""

    requests: list[bytes] = []  # noqa: RUF012 (of the class: one server at a time)

    def __init__(self, answer: bytes) -> None:
        answering.requests = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while data := self.request.recv(65_536):
                    answering.requests.append(data)
                    self.request.sendall(answer)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
