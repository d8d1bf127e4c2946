"""An analytics worker on the site's own machine: started, watched, started again when it dies."""

from __future__ import annotations

import logging
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from veedor.kit.clock import Clock
from veedor.model.observation import Observation
from veedor.site.analysis.feed import Recent, WorkerFeed
from veedor.site.analysis.process import SILENCE_S, WorkerConfig, end_process, start_process
from veedor.site.analysis.protocol import Channel

log = logging.getLogger(__name__)

RESTART_S = (0.2, 10.0)  # first and longest pause before a restart


class WorkerSupervisor(WorkerFeed):
    """One worker process and the cameras it watches."""

    def __init__(
        self,
        name: str,
        config: WorkerConfig,
        clock: Clock,
        on_observation: Callable[[Observation], None],
        recent: Recent | None = None,
    ) -> None:
        super().__init__(name, clock, on_observation, recent, capacity=config.threads)
        self._config = config
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts = -1
        self._thread = threading.Thread(target=self.run, name=f"analysis-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the worker; returns when it has gone."""
        self._stop.set()
        channel = self._channel
        if channel is not None:
            channel.close()
        self._thread.join(10.0)

    def run(self) -> None:
        """Keeps a worker running, with a pause that grows while it keeps dying."""
        pause_s = RESTART_S[0]
        while not self._stop.is_set():
            started_s = self._clock.monotonic()
            try:
                self.run_once()
            except OSError as problem:
                if not self._stop.is_set():
                    log.error("analytics worker %s: %s", self.name, problem)
            pause_s = RESTART_S[0] if self._clock.monotonic() - started_s > 60 else min(pause_s * 2, RESTART_S[1])
            if self._clock.wait(self._stop, pause_s):
                return

    def run_once(self) -> None:
        """Starts a worker and serves it until it ends."""
        process, channel = start_process(self._config)
        self._process = process
        self._restarts += 1
        watchdog = threading.Thread(target=self._watch, args=(process, channel), name=f"watch-{self.name}", daemon=True)
        watchdog.start()
        try:
            self.serve(channel)
        finally:
            end_process(process, channel)
            watchdog.join(5.0)

    def _watch(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        began_s = self._clock.monotonic()
        while process.poll() is None and not self._clock.wait(self._stop, 1.0):
            if self._clock.monotonic() - max(self._heard_s, began_s) > SILENCE_S:
                log.error("analytics worker %s has been silent for %.0f s: restarting it", self.name, SILENCE_S)
                process.kill()
                return
        if self._stop.is_set():  # told to stop while it was being started
            channel.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def status(self) -> dict[str, Any]:
        told = super().status()
        return {**told, "host": socket.gethostname(), "pid": self.pid, "restarts": max(self._restarts, 0)}
