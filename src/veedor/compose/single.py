"""One machine: a site with its desk. This is the list of what runs, in the order in which it starts."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from veedor.access.check import Access
from veedor.compose.config import SiteFile
from veedor.compose.errors import PortTaken
from veedor.compose.lock import DataLock
from veedor.compose.ports import LocalCameras, LocalSite
from veedor.desk.app import create_app
from veedor.desk.context import DeskConfig, DeskPorts
from veedor.kit.clock import Clock
from veedor.site.run import Site

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """What `run_single` started. `first_password` is set only the first time, and is shown once."""

    site: Site
    desk: DeskPorts
    url: str
    administrator: str
    first_password: str | None


class WebServer:
    """uvicorn on a socket that is bound before anything else starts, so that a taken port is known at once."""

    def __init__(self, config: SiteFile) -> None:
        self._tls = config.desk.tls_certificate is not None
        family = socket.AF_INET6 if ":" in config.desk.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((config.desk.host, config.desk.port))
        except OSError as problem:
            self._socket.close()
            raise PortTaken(address=f"{config.desk.host}:{config.desk.port}") from problem
        self._config = config
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        host, port = self._socket.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{shown}:{port}"

    def start(self, app: object) -> None:
        desk = self._config.desk
        settings = uvicorn.Config(
            app,  # type: ignore[arg-type]
            log_level="warning",
            access_log=False,
            ssl_certfile=str(desk.tls_certificate) if desk.tls_certificate else None,
            ssl_keyfile=str(desk.tls_key) if desk.tls_key else None,
            timeout_graceful_shutdown=3,
            server_header=False,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        if self._server is not None:
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(8.0)
        self._socket.close()
