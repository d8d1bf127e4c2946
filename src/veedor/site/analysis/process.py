"""An analysis process as a child: how it is started and ended, at the site and on other machines alike."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from veedor.site.analysis.protocol import SocketChannel

SILENCE_S = 20.0  # a worker that has not beaten for so long is stuck


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """model: file of weights; threads: of the inference engine, per process; own: folder of the agency's own models."""

    model: Path
    threads: int = 1
    niceness: int = 5  # recording comes first
    own: Path | None = None


def start_process(config: WorkerConfig) -> tuple[subprocess.Popen[bytes], SocketChannel]:
    """A new analysis process, and the channel to it. It ends when the channel is closed. Raises OSError."""
    ours, theirs = socket.socketpair()
    own = [str(config.own)] if config.own is not None else []
    with theirs:
        command = [sys.executable, "-m", "veedor.site.analysis.worker", str(theirs.fileno())]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [*command, str(config.model), str(config.threads), str(config.niceness), *own],
            pass_fds=[theirs.fileno()],
            env=environment,
            process_group=0,  # Ctrl+C in a terminal is for the parent, which ends its workers itself
        )
    return process, SocketChannel(ours)


def end_process(process: subprocess.Popen[bytes], channel: SocketChannel) -> None:
    """Returns when it has gone."""
    channel.close()
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
