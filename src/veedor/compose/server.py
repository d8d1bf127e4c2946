"""The web server: uvicorn in a thread, on a socket that was bound before anything else started."""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn

from veedor.compose.config import DeskFile
from veedor.compose.errors import PortTaken
from veedor.kit.reasons import os_reason


class WebServer:
    """Binds when it is made, so that a taken port is known before a camera is touched. Raises PortTaken."""

    def __init__(self, config: DeskFile) -> None:
        self._config = config
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((config.host, config.port))
            self._socket.listen(128)
        except OSError as problem:
            self._socket.close()
            raise PortTaken(address=f"{config.host}:{config.port}", **os_reason(problem)) from problem
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        host, port = self._socket.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._config.tls_certificate else 'http'}://{shown}:{port}"

    def start(self, app: Any) -> None:
        """Serve `app`; returns when requests are answered. Raises PortTaken where the server cannot start."""
        config = self._config
        settings = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ssl_certfile=config.tls_certificate,
            ssl_keyfile=config.tls_key,
            timeout_graceful_shutdown=3,
            server_header=False,
            proxy_headers=False,
            ws_max_size=65536,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="desk", daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.02)
            if not self._thread.is_alive():
                raise PortTaken(address=self.url, problem="the web server did not start")

    def stop(self) -> None:
        """End requests in progress (at most some seconds) and the server."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(8.0)

    def close(self) -> None:
        self._socket.close()
