"""The site's side of backtests: one process at a time, what it reports, and its end."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound, VeedorError
from veedor.kit.ids import new_id
from veedor.site.backtest.child import to_json
from veedor.site.backtest.errors import BacktestFailed, BacktestRunning
from veedor.wire.rules import BacktestState, BacktestStatus

log = logging.getLogger(__name__)

_KEPT = 8  # last backtests, of as many cameras, that can still be read
_END_S = 5.0


@dataclass(slots=True)
class _Job:
    state: BacktestState
    process: subprocess.Popen[str]


class BacktestRunner:
    """Starts backtests and keeps what they said last. Thread-safe. A site that ends, however it ends, ends them."""

    def __init__(self, archive: Path, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock
        self._lock = threading.Condition()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()  # by camera, the newest last

    def start(self, camera_name: str, wanted: Mapping[str, Any]) -> BacktestState:
        """`wanted`: see `child.to_json`. Raises BacktestRunning."""
        at = self._clock.now()
        camera_id = str(wanted["camera_id"])
        with self._lock:
            running = next((one for one in self._jobs.values() if one.state.status is BacktestStatus.RUNNING), None)
            if running is not None:
                raise BacktestRunning(camera=running.state.camera_name)
            state = BacktestState(new_id(at), camera_id, camera_name, str(wanted["new"]), at)
            process = subprocess.Popen(
                [sys.executable, "-m", "veedor.site.backtest.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                text=True,
                process_group=0,  # Ctrl+C in a terminal is for the site
            )
            job = self._jobs[camera_id] = _Job(state, process)
            self._jobs.move_to_end(camera_id)
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)
        line = json.dumps(to_json(self._archive, wanted)) + "\n"
        threading.Thread(target=self._follow, args=(job, line), name="backtest", daemon=True).start()
        return state

    def state(self, camera_id: str) -> BacktestState:
        """Raises NotFound."""
        with self._lock:
            job = self._jobs.get(camera_id)
            if job is None:
                raise NotFound(kind="backtest", name=camera_id)
            return job.state

    def wait(self, camera_id: str, after: int, timeout_s: float) -> BacktestState:
        """The state once its version is beyond `after`, or as it is when the time is over. Raises NotFound."""
        with self._lock:
            self._lock.wait_for(lambda: self.state(camera_id).version > after, timeout_s)
        return self.state(camera_id)

    def cancel(self, camera_id: str) -> BacktestState:
        """End it, where it runs; what it found so far stays. Raises NotFound."""
        with self._lock:
            job = self._jobs.get(camera_id)
            if job is None:
                raise NotFound(kind="backtest", name=camera_id)
            if job.state.status is BacktestStatus.RUNNING:
                self._set(job, status=BacktestStatus.CANCELLED)
        job.process.kill()
        return job.state

    def close(self) -> None:
        """End what runs; returns when it has gone."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.process.kill()
        for job in jobs:
            job.process.wait(_END_S)

    def _follow(self, job: _Job, line: str) -> None:
        """Hear one process until it ends."""
        process = job.process
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        problem: VeedorError | None = None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            for told in process.stdout:
                with self._lock:
                    self._set(job, report=json.loads(told))
        except (OSError, ValueError) as error:
            problem = BacktestFailed(name=job.state.camera_name, problem=str(error))
        with process.stdout:
            code = process.wait()
        try:
            process.stdin.close()
        except OSError:
            log.debug("a backtest that is gone takes no more input")
        with self._lock:
            if job.state.status is not BacktestStatus.RUNNING:
                return
            if problem is None and code != 0:
                log.error("the backtest of camera %s ended with code %d", job.state.camera_id, code)
                problem = BacktestFailed(name=job.state.camera_name, problem=f"exit {code}")
            self._set(job, status=BacktestStatus.FAILED if problem else BacktestStatus.DONE, problem=problem)

    def _set(self, job: _Job, **changes: Any) -> None:
        """Caller holds the lock."""
        job.state = replace(job.state, version=job.state.version + 1, **changes)
        self._lock.notify_all()
