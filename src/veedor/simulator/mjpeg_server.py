"""A small HTTP camera for tests: JPEG pictures in a multipart answer, with a login, a redirect and a stall.

with MjpegServer(pictures, fps=10) as camera:
    camera.url                   # http://127.0.0.1:<port>/video.mjpg
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from veedor.kit.clock import Clock, SystemClock

_BOUNDARY = "veedor-frame"


class MjpegServer:
    """Sends `pictures` in turn at `fps`. `lengths`: whether parts say their Content-Length."""

    def __init__(
        self,
        pictures: Sequence[bytes],
        *,
        fps: float = 10.0,
        login: tuple[str, str] | None = None,
        lengths: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self.redirect_to: str | None = None
        self.stalled = threading.Event()
        self.requests: list[str | None] = []  # the Authorization header of each
        self._stop = threading.Event()
        clock = clock or SystemClock()
        wanted = "Basic " + base64.b64encode(":".join(login).encode()).decode() if login else None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append(self.headers.get("Authorization"))
                if server.redirect_to is not None:
                    self._end(302, {"Location": server.redirect_to})
                elif wanted is not None and self.headers.get("Authorization") != wanted:
                    self._end(401, {"WWW-Authenticate": 'Basic realm="camera"'})
                elif self.path != "/video.mjpg":
                    self._end(404, {})
                else:
                    self._stream()

            def _end(self, status: int, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def _stream(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
                self.end_headers()
                number = 0
                while not clock_waits():
                    if server.stalled.is_set():
                        continue
                    picture = pictures[number % len(pictures)]
                    number += 1
                    length = f"Content-Length: {len(picture)}\r\n" if lengths else ""
                    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n{length}\r\n"
                    try:
                        self.wfile.write(head.encode() + picture + b"\r\n")
                    except OSError:
                        return

            def log_message(self, format: str, *args: object) -> None:
                """Tests need no access log."""

        def clock_waits() -> bool:
            return clock.wait(server._stop, 1 / fps)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/video.mjpg"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()
